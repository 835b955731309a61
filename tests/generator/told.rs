//! Goal: what `slaforge explain` tells of time is what Prometheus does.
//!
//! Method: promtool evaluates the generated rules over a failure that begins right after a scrape and a good run. At
//! the time that is told the alert fires, or is released; before anybody could know of the failure it does not.

use std::{fmt::Write as _, fs, process::Command};

use serde_json::Value;

use crate::bench::Bench;

/// Seconds between scrapes; no whole number of them is an evaluation's 30 s.
const SCRAPED: u64 = 29;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// A generated rule file, its explanation, and what promtool is asked.
struct Told {
    bench: Bench,
    objective: &'static str,
    facts: Value,
    series: String,
    checks: String,
}

impl Told {
    fn of(objective: &'static str, replacements: &[(&str, &str)]) -> Self {
        let bench = Bench::with(replacements);
        assert_eq!(bench.run("generate", &["--target", "prometheus", "--out", "out"]).exit, Some(0));
        let explained = bench.start(&["explain", objective, "--format", "json"]);
        assert_eq!(explained.exit, Some(0), "{}", explained.stderr);
        let facts = serde_json::from_str(&explained.stdout).unwrap();
        Self { bench, objective, facts, series: String::new(), checks: String::new() }
    }

    fn tier(&self, burn: &str) -> &Value {
        self.facts["tiers"].as_array().unwrap().iter().find(|it| it["burn"] == burn).unwrap()
    }

    /// How long after its beginning a total failure fires a tier.
    fn fires(&self, burn: &str) -> u64 {
        seconds(self.tier(burn)["fires"][0]["after"].as_str().unwrap())
    }

    fn seen(&self) -> u64 {
        seconds(self.facts["seen"].as_str().unwrap())
    }

    /// A series is scraped until `end`; `value` tells it at each second.
    fn series(&mut self, series: &str, end: u64, value: impl Fn(u64) -> u64) {
        let values: Vec<String> = (0..=end / SCRAPED).map(|it| value(it * SCRAPED).to_string()).collect();
        writeln!(self.series, "      - {{series: '{series}', values: '{}'}}", values.join(" ")).unwrap();
    }

    /// At this second so many alerts of a tier fire.
    fn alerts(&mut self, burn: &str, at: u64, count: u32) {
        let alerts = format!("ALERTS{{alertname=\"SloBurn\",burn=\"{burn}\",slo=\"{}\"}}", self.objective);
        let expected = if count == 0 { String::new() } else { format!("{{labels: '{{}}', value: {count}}}") };
        writeln!(
            self.checks,
            "      - {{expr: 'count({alerts})', eval_time: {at}s, exp_samples: [{expected}]}}"
        )
        .unwrap();
    }

    #[track_caller]
    fn proven(self) {
        let test = format!(
            "rule_files: [{}.rules.yaml]\nevaluation_interval: 30s\ntests:\n  - interval: {SCRAPED}s\n    input_series:\n{}    promql_expr_test:\n{}",
            self.objective, self.series, self.checks
        );
        let path = self.bench.out().join("rules/told.yaml");
        fs::write(&path, test).unwrap();
        let mut promtool = Command::new("promtool");
        promtool.args(["test", "rules"]).arg(&path);
        let output = promtool.output().expect("promtool comes with Debian's package prometheus");
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}\n{:#}", self.facts["tiers"]);
    }
}

/// Reads `1h2m30s`.
fn seconds(text: &str) -> u64 {
    let mut total = 0;
    let mut number = 0;
    for letter in text.chars() {
        match letter {
            'd' => total += number * 24 * HOUR,
            'h' => total += number * HOUR,
            'm' => total += number * MINUTE,
            's' => total += number,
            digit => number = number * 10 + u64::from(digit.to_digit(10).unwrap()),
        }
        if letter.is_ascii_alphabetic() {
            number = 0;
        }
    }
    total
}

/// So many runs came until `at`, one every `every` seconds, those after `since` only.
fn runs(at: u64, every: u64, since: u64) -> u64 {
    (at / every).saturating_sub(since / every)
}

/// The runs of a probe all fail from some run on.
fn failing_runs(every: u64, mut told: Told, series: &str) {
    let fault = 2 * HOUR / every * every;
    let end = fault + HOUR;
    told.series(&format!("sla_probe_runs_total{{probe=\"{series}\"}}"), end, |at| 100 + runs(at, every, 0));
    told.series(&format!("sla_probe_failures_total{{probe=\"{series}\"}}"), end, |at| runs(at, every, fault));
    for burn in ["1h", "6h"] {
        let fires = told.fires(burn);
        told.alerts(burn, fault + fires, 1);
    }
    // With two hours of history a window of six is not full, and crossed sooner.
    told.alerts("1h", fault + told.fires("1h").saturating_sub(told.seen() + every + MINUTE), 0);
    told.proven();
}

#[test]
fn a_journey_fires_when_it_is_told() {
    failing_runs(15, Told::of("checkout-availability", &[]), "checkout");
}

#[test]
fn a_slow_probe_fires_when_three_runs_failed() {
    let told = Told::of(
        "checkout-availability",
        &[
            ("indicator: {journey: checkout}", "indicator: {probe: home}"),
            ("every: 30s\n    timeout", "every: 5m\n    timeout"),
        ],
    );
    // Three runs of five minutes, a scrape and an evaluation.
    assert_eq!((told.fires("1h"), told.fires("6h")), (16 * MINUTE, 16 * MINUTE));
    failing_runs(5 * MINUTE, told, "home");
}

#[test]
fn pages_over_a_mean_are_released_when_it_is_told() {
    let mut told = Told::of("api-mean-latency", &[]);
    let (fault, recovery) = (2 * HOUR, 3 * HOUR);
    let end = recovery + HOUR;
    let labels = "{route=\"/api/a\"}";
    // Ten a second, of 100 ms each; 500 ms while it is slow.
    told.series(&format!("http_request_duration_seconds_count{labels}"), end, |at| 10 * at);
    told.series(&format!("http_request_duration_seconds_sum{labels}"), end, |at| {
        at + 4 * at.clamp(fault, recovery) - 4 * fault
    });
    for burn in ["1h", "6h"] {
        let fires = told.fires(burn);
        told.alerts(burn, fault + fires, 1);
        told.alerts(burn, fault + fires.saturating_sub(told.seen() + 6 * MINUTE), 0);
        let released = seconds(told.tier(burn)["released"].as_str().unwrap());
        assert_eq!(released, 35 * MINUTE);
        told.alerts(burn, recovery + released - 6 * MINUTE, 1);
        told.alerts(burn, recovery + released + told.seen(), 0);
    }
    told.proven();
}

#[test]
fn a_ticket_comes_alone_where_it_is_told() {
    // A shorter window than the workbook's, and like those a sum of tiles.
    let burns = "alert: {page: P1, ticket: P2, burns: {page: [2% in 1h], ticket: [3% in 7h]}}";
    let mut told = Told::of(
        "payment-success",
        &[(
            "total: shop_payments_total}\n    alert: {page: P1, ticket: P2}",
            &format!("total: shop_payments_total}}\n    {burns}"),
        )],
    );
    assert_eq!(told.tier("7h")["fires"][0]["paged"], true);
    let alone = told.tier("7h")["alone"].clone();
    // Half-way between 3 % × 30 d ÷ 7 h × 1 % and what pages.
    assert_eq!(alone["bad"], "8.743%");
    let (fires, released) =
        (seconds(alone["after"].as_str().unwrap()), seconds(alone["released"].as_str().unwrap()));
    let fault = 7 * HOUR;
    let recovery = fault + fires + 5 * MINUTE;
    let end = recovery + released + 5 * MINUTE;
    told.series("shop_payments_total{status=\"paid\"}", end, |at| {
        1_000_000 * at - 87_430 * (at.clamp(fault, recovery) - fault)
    });
    told.series("shop_payments_total{status=\"failed\"}", end, |at| {
        87_430 * (at.clamp(fault, recovery) - fault)
    });
    told.alerts("1h", end, 0);
    told.alerts("7h", fault + fires, 1);
    told.alerts("7h", fault + fires - 12 * MINUTE, 0);
    told.alerts("7h", recovery + released - 12 * MINUTE, 1);
    told.alerts("7h", recovery + released + told.seen(), 0);
    told.proven();
}
