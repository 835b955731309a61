//! Goal: the numbers of a month and a quarter are right over the end of March in Berlin, when clocks change, the month
//! ends and the quarter ends within three days.
//! Method: the walk of `cargo xtask bench rules`, which holds a real Prometheus against the events, at these edges only.

use xtask::{
    bench::{SEED, rules::calendar::walk},
    stage,
};

/// Tiles belong to the period of their middle.
const MINUTES: f64 = 2.6;

#[test]
fn periods_are_right_where_clocks_change_and_a_quarter_ends() {
    let _alone = crate::alone();
    stage::build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let edges = ["2026-04 begins", "clocks change on 2026-03-29"];
    let steps = runtime.block_on(walk("Europe/Berlin", 2026, SEED, |edge| edges.contains(&edge))).unwrap();
    // At eleven moments beside each of two edges, three periods.
    assert_eq!(steps.len(), 2 * 11 * 3);
    for step in &steps {
        let off = step.deviation();
        assert!(step.speaks_when_it_should(), "{step:#?}");
        assert_eq!(off.events_minutes.is_some(), step.expected.is_some(), "{step:#?}");
        assert!(off.events_minutes.is_none_or(|it| it <= MINUTES), "{off:?} of {step:#?}");
        // A day away from any edge.
        if step.minutes < 0 || 1440 < step.minutes {
            assert!(
                off.remaining.unwrap() <= 0.4 && off.minutes_left.unwrap() <= 0.4,
                "{off:?} of {step:#?}"
            );
            assert!(off.coverage_tiles.unwrap() <= 3.0, "{off:?} of {step:#?}");
        }
    }
}
