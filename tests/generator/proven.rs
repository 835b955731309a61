//! Goal: what the examples do not show is proven like what they show: tickets without pages, a calendar whose periods
//! end within the tests.
//! Method: the example with other alerts or another zone; `slaforge test` of one objective. promtool's time begins with
//! 1970-01-01T00:00Z: in New York that is five hours before the end of a month, a quarter and a year.

use std::fs;

use crate::bench::Bench;

const PAGE_AND_TICKET: &str = "alert: {page: P1, ticket: P2}\n  # \u{652f}";

fn proves(bench: &Bench, objective: &str) {
    let outcome = bench.run("test", &["--objective", objective]);
    assert_eq!(outcome.exit, Some(0), "{}{}", outcome.stdout, outcome.stderr);
}

#[test]
fn tickets_without_pages_are_proven() {
    let bench = Bench::with(&[(PAGE_AND_TICKET, &PAGE_AND_TICKET.replace("page: P1, ", ""))]);
    proves(&bench, "checkout-availability");
}

#[test]
fn the_end_of_a_year_is_proven() {
    let year = "target: 99%\n    window: year\n    indicator:\n      ratio:";
    let bench = Bench::with(&[
        ("Asia/Shanghai", "America/New_York"),
        (&year.replace("year", "30d"), year),
        ("total: shop_payments_total}\n    alert: {page: P1, ticket: P2}", "total: shop_payments_total}"),
    ]);
    proves(&bench, "payment-success");
    let written = bench.run("generate", &["--out", "out", "--target", "promtool"]);
    assert_eq!(written.exit, Some(0), "{}", written.stderr);
    let tests = fs::read_to_string(bench.out().join("rules/tests/payment-success.5m.test.yaml")).unwrap();
    let name = "payment-success: with a new period the budget is whole again, and the old one stays readable";
    assert!(tests.contains(name), "{tests}");
    assert!(tests.contains("period=\"1969\"") && tests.contains("period=\"1970\""), "{tests}");
}
