//! How many events per second a counter counted over the last five minutes.

use std::time::Duration;

use sla_model::{indicator::BASE_WINDOW, selector::Selector};

use crate::promql::{
    Expr,
    build::{before, number, over_time, seconds, select},
};

/// From this growth within five minutes on, [`counted`] is exact.
const GROWTH: u32 = 10;

/// What `rate` says. Where two counters of a program are subtracted from each other, both are asked in this way:
/// whatever `rate` gets wrong it gets wrong for both.
pub fn plain(of: &Selector) -> Expr {
    over_time("rate", of, BASE_WINDOW)
}

/// When between its two samples [`counted`] looks whether the counter only rose. `resets` would see every restart, and
/// read five times as much.
const LOOKS: [Duration; 2] = [Duration::from_secs(100), Duration::from_secs(200)];

/// The same, but exact for a counter that grew tenfold.
///
/// `rate` never extrapolates a counter below zero (`promql/functions.go`, `extrapolatedRate`), so it takes up to a
/// tenth off what a small counter gains: the first failure of a program, or an outage after a quiet time. There the
/// difference of two samples is exact, unless the counter began anew between them: then `rate` is asked. A restart can
/// hide between the looks, but what was counted by the first of them is then at most a tenth of what was counted since.
pub fn counted(of: &Selector) -> Expr {
    let old = || before(of, BASE_WINDOW);
    let [late, early] = LOOKS.map(|ago| before(of, ago));
    let risen = old().at_most(early.at_most(late));
    let grown = select(of).above(number(GROWTH).times(risen));
    grown.minus(old()).over(seconds(BASE_WINDOW)).or(plain(of))
}
