//! Numbers that are told, against what promtool says of the generated rules or what follows from the promise.

use std::{collections::BTreeMap, fs, path::Path};

use sla_model::Model;

use super::facts::{Facts, facts};

/// An example, with some of its text replaced.
#[track_caller]
pub fn opened(example: &str, replacements: &[(&str, &str)]) -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(example).join("sla.yaml");
    let mut text = fs::read_to_string(path).unwrap();
    for (old, new) in replacements {
        assert!(text.contains(old), "the example holds no {old:?}");
        text = text.replacen(old, new, 1);
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), text).unwrap();
    sla_spec::open(folder.path(), &BTreeMap::new()).unwrap().model
}

#[track_caller]
fn of(model: &Model, objective: &str) -> Facts {
    facts(model, model.objectives.values().find(|it| it.id.as_str() == objective).unwrap())
}

/// Each tier's row of the table, its release behind it.
fn table(facts: &Facts) -> Vec<String> {
    let row = |it: &super::facts::Tier| {
        let cell = |it: &super::timing::Fires| match (&it.after, it.paged) {
            (Some(after), _) => after.clone(),
            (None, true) => "paged".to_owned(),
            (None, false) => "-".to_owned(),
        };
        let cells: Vec<String> = it.fires.iter().map(cell).collect();
        format!("{} {} | {}", it.burn, cells.join(" "), it.released.as_deref().unwrap_or("-"))
    };
    facts.tiers.iter().map(row).collect()
}

fn alone(facts: &Facts) -> Vec<String> {
    let all = facts.tiers.iter().filter_map(|it| it.alone.as_ref());
    all.map(|it| format!("{} {} {}", it.bad, it.after, it.released)).collect()
}

#[test]
fn runs_of_a_journey_are_counted() {
    let facts = of(&opened("pharmacy", &[]), "checkout-availability");
    // Four of 240 runs are more than 1.44 %: 60 s of runs every 15 s, a scrape and an evaluation of 30 s each.
    assert_eq!(
        table(&facts),
        [
            "1h 2m 3m 11m - | 30m",
            "6h 3m30s 5m30s 24m 3h46m | 30m",
            "1d paged paged paged paged | -",
            "3d paged paged paged paged | -",
        ]
    );
    // Eighteen failed runs, one of each 222 or 500; two hours above 0.3 % at 0.45 % are forgotten after 40 min.
    assert_eq!(alone(&facts), ["0.45% 16h51m 1h5m", "0.2% 1d13h41m 3h25m"]);
}

#[test]
fn three_bad_runs_are_awaited() {
    let every = |every: &str| {
        let model = opened(
            "pharmacy",
            &[
                ("{journey: checkout}", "{probe: home}"),
                ("every: 30s\n    timeout", &format!("every: {every}\n    timeout")),
            ],
        );
        of(&model, "checkout-availability")
    };
    let facts = every("5m");
    // One of a hundred runs: three fall into a day, not into six hours.
    assert_eq!(
        table(&facts),
        [
            "1h 16m 31m - - | 30m",
            "6h 16m 31m 2h31m - | 30m",
            "1d paged paged paged 1d1h11m | -",
            "3d paged paged paged 1d1h11m | -"
        ]
    );
    assert_eq!(table(&every("60s"))[..2], ["1h 4m 7m 31m - | 30m", "6h 4m 7m 31m 5h1m | 30m"]);
}

#[test]
fn plenty_of_events_is_said_and_few_are_told_apart() {
    let facts = of(&opened("pharmacy", &[("target: 99%\n", "target: 99.999%\n")]), "payment-success");
    // A pass over the database every 15 s, a scrape and an evaluation: never less, however small the threshold is.
    assert_eq!(
        (facts.seen.as_str(), table(&facts)[0].as_str()),
        ("1m15s", "1h 1m30s 1m30s 1m30s 2m30s | 30m")
    );
    let quiet: Vec<_> = facts.tiers.iter().filter_map(|it| it.at_one_a_minute.as_deref()).collect();
    assert_eq!(quiet, ["4m30s", "4m30s"]);
}

#[test]
fn slices_are_counted() {
    let facts = of(&opened("pharmacy", &[]), "api-mean-latency");
    // Two of twelve slices are more than 14.4 %, five of 72 more than 6 %; a page ends with the last bad slice.
    assert_eq!(
        table(&facts),
        [
            "1h 11m 21m - - | 35m",
            "6h 26m 51m 4h11m - | 35m",
            "1d paged paged paged - | -",
            "3d paged paged paged - | -"
        ]
    );
}

#[test]
fn shares_of_long_budgets_are_true() {
    let model = opened("pharmacy", &[("target: 99.9%\n    window: 30d", "target: 99.9%\n    window: 90d")]);
    let facts = of(&model, "checkout-availability");
    let spends = |it: &super::facts::Tier| format!("{} {:?} {}", it.spends, it.spends_of_30d, it.lasts);
    assert_eq!(spends(&facts.tiers[0]), "0.6667% Some(\"2%\") 6d6h");
    let model = opened("pharmacy", &[("target: 99.9%\n    window: 30d", "target: 99.9%\n    window: month")]);
    let facts = of(&model, "checkout-availability");
    assert_eq!(spends(&facts.tiers[0]), "1.935% Some(\"2%\") 2d4h");
    assert_eq!((facts.budget_minutes.as_str(), facts.budget_days), ("44.6", Some(31)));
}

#[test]
fn people_read_four_digits() {
    let burns = "alert: {page: P1, burns: {page: [66% in 7d]}}";
    let model = opened(
        "pharmacy",
        &[(
            "target: 99.9%\n    window: 30d\n    indicator: {journey: checkout}\n    alert: {page: P1, ticket: P2}",
            &format!("target: 99.95%\n    window: 17d\n    indicator: {{journey: checkout}}\n    {burns}"),
        )],
    );
    let facts = of(&model, "checkout-availability");
    assert_eq!((facts.tiers[0].threshold.as_str(), facts.tiers[0].factor.as_str()), ("0.08014%", "1.603"));
    let rules = crate::compile::plan(&model);
    let rules = rules.rules(rules.unit("checkout-availability").unwrap());
    let rules = rules.groups.iter().flat_map(|it| &it.rules);
    let said: Vec<String> = rules
        .filter_map(|it| match it {
            crate::plan::Rule::Alert { name: "SloBurn", notes, .. } => Some(notes["description"].clone()),
            _ => None,
        })
        .collect();
    // 17 d ÷ 1.602857 are 10 d 14.5 h, told as in the explanation.
    assert!(
        said[0].contains("Above 0.08014% failed, the budget of the whole period is gone within 255 h"),
        "{said:?}"
    );
    assert_eq!(facts.tiers[0].lasts, "10d15h");
}

#[test]
fn every_kind_reads_what_it_says() {
    let model = opened("pharmacy", &[]);
    let facts = of(&model, "payment-success");
    let each: Vec<String> =
        facts.groups[0].samples_of_each.iter().map(|it| format!("{} {}", it.1, it.0)).collect();
    // 45 of each pod with a good and a bad code (docs/scale.md): both in all events, one in the bad ones.
    assert_eq!(each[..2], ["15 shop_payments_total", "15 shop_payments_total{status=\"failed\"}"]);
}

#[test]
fn lines_fit_a_terminal() {
    let model = opened("pharmacy", &[("window: 30d", "window: year")]);
    for objective in model.objectives.values() {
        let text = super::text(&model, objective);
        let table = text.split("\n\n").nth(2).unwrap().to_owned() + text.split("\nEvery 30s").next().unwrap();
        let wide: Vec<&str> =
            table.lines().skip(3).filter(|it| it.chars().count() > 110 && !it.contains("  Counts")).collect();
        assert!(wide.is_empty(), "{wide:#?}");
    }
}
