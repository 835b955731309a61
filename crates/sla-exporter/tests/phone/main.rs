//! The pages for people on a telephone, as Chromium lays them out. `cargo xtask full exporter` installs it and runs this.
//! Pictures are kept in `target/phone`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop here")]

mod browser;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../operations/client.rs"]
mod client;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../operations/exporter.rs"]
mod exporter;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../operations/target.rs"]
mod target;

use std::{fmt::Write as _, fs, path::Path, time::Duration};

use browser::{Browser, Screen};
use exporter::{Exporter, specification};
use target::{Target, ok};

/// Returns what is wrong with a page.
const JUDGE: &str = include_str!("judge.js");

const PHONE: Screen = Screen { name: "phone", width: 390, height: 844, scale: 3, mobile: true };
/// The narrowest that is still sold, and what a page has on a desk.
const NARROW: Screen = Screen { name: "narrow", width: 320, height: 568, scale: 2, mobile: true };
const DESK: Screen = Screen { name: "desk", width: 1280, height: 800, scale: 1, mobile: false };

/// As long as names may be, without a place to break them.
const LONG: &str = "a-probe-whose-name-is-as-long-as-the-language-allows-0123456789";

/// More probes than a page has room for, good, failing in many words and not run yet; a journey; a business metric
/// whose database is not there.
fn everything(good: &Target, bad: &Target) -> String {
    let mut probes = String::new();
    for number in 0..230 {
        let url = good.url();
        writeln!(probes, "  p{number}: {{http: {{get: \"{url}\"}}, every: 2m, timeout: 5s, module: shop}}")
            .unwrap();
    }
    let (good, bad) = (good.url(), bad.url());
    let path = "x/".repeat(60);
    specification(&format!(
        "probes:\n{probes}  \
         {LONG}: {{http: {{get: \"{bad}{path}\", expect: {{contains: \"{LONG}{LONG}\"}}}}, every: 6s, timeout: 5s, module: shop}}\n  \
         status: {{http: {{get: \"{bad}\", expect: {{status: 204}}}}, every: 6s, timeout: 5s, module: shop}}\n  \
         closed: {{http: {{get: \"http://127.0.0.1:1/{path}\"}}, every: 6s, timeout: 5s, module: shop}}\n  \
         later: {{http: {{get: \"{good}\"}}, every: 1h, timeout: 5s, module: shop}}\n\
         journeys:\n  order-{short}:\n    title: Order\n    module: shop\n    every: 6s\n    timeout: 5s\n    steps:\n      \
         - home: {{http: {{get: \"{good}\"}}}}\n      \
         - {LONG}: {{http: {{get: \"{bad}{path}\", expect: {{status: 201}}}}}}\n\
         sources:\n  {LONG}: {{sqlite: {{file: \"{path}{LONG}.db\"}}, timeout: 1s}}\n\
         metrics:\n  shop_{metric}_total:\n    help: What was sold.\n    from: {LONG}\n    every: 6s\n    \
         totals: {{query: \"SELECT a, b FROM c\", label: status, values: [paid]}}\n",
        short = &LONG[..40],
        metric = LONG.replace('-', "_"),
    ))
}

#[test]
fn pages_are_good_on_a_telephone() {
    let good = Target::plain();
    let bad = Target::open(Duration::ZERO, ok("text/plain", &"no place to break ".repeat(20)));
    let exporter = Exporter::start(&everything(&good, &bad), &[]);
    let long = format!("/probes/{LONG}");
    let journey = format!("/probes/order-{}", &LONG[..40]);
    exporter.until("failures", || {
        let home = exporter.get("/", "").text();
        [&long, &journey]
            .iter()
            .all(|it| exporter.get(it, "").text().contains("<h2>Last failure</h2>\n<table"))
            && home.contains(".db")
            && home.matches("class=\"good\"").count() > 150
    });
    // The box with the problem of a wrong specification, whose lines must not be broken.
    let wrong = everything(&good, &bad).replace("expect: {status: 204}", "exqect: {status: 204}");
    fs::write(exporter.path("sla.yaml"), wrong).unwrap();
    assert_eq!(exporter.reload().status, 500);
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/phone");
    fs::create_dir_all(&pictures).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let mut browser = Browser::start(profile.path());
    let mut wrong = Vec::new();
    for (screen, scheme) in
        [(PHONE, "light"), (PHONE, "dark"), (NARROW, "light"), (DESK, "light"), (DESK, "dark")]
    {
        browser.show_on(screen, scheme);
        for lang in ["zh", "en"] {
            for (page, path) in [
                ("home", "/"),
                ("last", "/?page=1"),
                ("long", &long),
                ("journey", &journey),
                ("later", "/probes/later"),
            ] {
                let sign = if path.contains('?') { '&' } else { '?' };
                browser.open(&format!("http://{}{path}{sign}lang={lang}", exporter.address));
                let name = format!("{page} {} {scheme} {lang}", screen.name);
                browser.picture(&pictures.join(format!("{}.png", name.replace(' ', "-"))));
                assert_eq!(browser.evaluate("document.documentElement.lang"), lang, "{name}");
                let texts = browser.evaluate("document.body.innerText.length").as_u64().unwrap_or(0);
                assert!(texts > 50, "{name} is empty");
                let found = browser.evaluate(JUDGE);
                let found = found.as_array().cloned().unwrap_or_default();
                wrong.extend(found.iter().map(|it| format!("{name}: {}", it.as_str().unwrap_or_default())));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} problems, the first of them:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(60)].join("\n")
    );
}

/// A judge who finds nothing wrong must find what is.
#[test]
fn the_judge_sees_what_is_wrong() {
    let page = "<meta name=viewport content='width=device-width'><body style='background:#fff'>\
                <p style='width:500px'>wide</p><p style='font-size:12px'>small</p><p style='color:#bbb'>pale</p>\
                <a href='/'>low</a><div style='overflow:auto;width:100px'><pre>this may scroll by itself alone</pre></div>";
    let target = Target::open(Duration::ZERO, ok("text/html", page));
    let profile = tempfile::tempdir().unwrap();
    let mut browser = Browser::start(profile.path());
    browser.show_on(PHONE, "light");
    browser.open(&target.url());
    let found = browser.evaluate(JUDGE).to_string();
    for expected in [
        "is 5",
        "\\\"small\\\": its letters have 12 px",
        "\\\"pale\\\": its contrast is 1.92",
        "\\\"low\\\": a target of",
    ] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
    assert!(!found.contains("alone"), "{found}");
}
