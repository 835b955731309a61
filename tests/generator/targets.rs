//! Goal: an output format by name, many objectives in shards that stay where they are, late data.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use crate::bench::Bench;

/// More than have a file each.
pub const MANY: usize = 501;

/// The example with so many more objectives.
pub fn bench_with(objectives: usize) -> Bench {
    let bench = Bench::with(&[]);
    write(&bench, objectives);
    bench
}

fn write(bench: &Bench, objectives: usize) {
    let example = crate::bench::example().join("sla.yaml");
    let mut more = "objectives:\n".to_owned();
    for number in 0..objectives {
        // Tests of an objective that pages take promtool 11 s.
        let alert = if number % 100 == 0 { ", alert: {page: P1, ticket: P2}" } else { "" };
        writeln!(
            more,
            "  more-{number}: {{module: payment, target: 99%, window: 30d, indicator: {{ratio: {{bad: 'shop_payments_total{{status=\"failed\"}}', total: shop_payments_total}}}}{alert}}}"
        )
        .unwrap();
    }
    let text = fs::read_to_string(example).unwrap().replacen("objectives:\n", &more, 1);
    fs::write(bench.specification(), text).unwrap();
}

fn generate(bench: &Bench, arguments: &[&str]) {
    let outcome = bench.run("generate", &[&["--out", "out"], arguments].concat());
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
}

fn names(files: &BTreeMap<PathBuf, String>) -> BTreeSet<&str> {
    files.keys().map(|it| it.to_str().unwrap()).collect()
}

#[test]
fn only_the_named_targets_are_written() {
    let bench = Bench::with(&[]);
    generate(&bench, &["--target", "scrape", "--target", "crd"]);
    let files = bench.files();
    let expected = [
        "rules/.slaforge.json",
        "rules/crd/api-mean-latency.yaml",
        "rules/crd/checkout-availability.yaml",
        "rules/crd/payment-success.yaml",
        "rules/crd/sla-platform.yaml",
        "rules/scrape.yaml",
    ];
    assert_eq!(names(&files), expected.into());
    generate(&bench, &[]);
    let check =
        |arguments: &[&str]| bench.run("generate", &[&["--out", "out", "--check"], arguments].concat()).exit;
    assert_eq!(check(&[]), Some(0));
    assert_eq!(check(&["--target", "crd"]), Some(0));
    assert_eq!(check(&["--target", "mimir"]), Some(1));
    let object = bench.out().join("rules/crd/payment-success.yaml");
    fs::remove_file(object).unwrap();
    assert_eq!(check(&[]), Some(0));
    assert_eq!(check(&["--target", "crd"]), Some(1));
}

#[test]
fn an_unknown_target_is_refused_with_the_near_one() {
    let outcome = Bench::with(&[]).run("generate", &["--target", "promethus"]);
    assert_eq!(outcome.exit, Some(2));
    assert!(outcome.stderr.contains("similar value exists: 'prometheus'"), "{}", outcome.stderr);
    let help = Bench::with(&[]).run("generate", &["--help"]).stdout;
    for part in ["prometheus:", "victoria:", "rule files for VictoriaMetrics' vmalert"] {
        assert!(help.contains(part), "no {part:?} in {help}");
    }
}

#[test]
fn every_target_has_the_same_rules() {
    let bench = Bench::with(&[]);
    generate(
        &bench,
        &["--target", "prometheus", "--target", "crd", "--target", "mimir", "--target", "victoria"],
    );
    let files = bench.files();
    let count = |path: &str, part: &str| files[Path::new(path)].matches(part).count();
    for name in ["checkout-availability", "payment-success", "api-mean-latency", "sla-platform"] {
        for part in ["record: ", "alert: ", "expr: "] {
            let expected = count(&format!("rules/{name}.rules.yaml"), part);
            for folder in ["crd", "mimir", "victoria"] {
                assert_eq!(count(&format!("rules/{folder}/{name}.yaml"), part), expected, "{folder} {name}");
            }
        }
    }
    let namespace = &files[Path::new("rules/mimir/payment-success.yaml")];
    assert!(namespace.contains("\nnamespace: pharmacy-shop.payment-success\n"));
    let object = &files[Path::new("rules/crd/payment-success.yaml")];
    assert!(
        object.contains("\nkind: PrometheusRule\n")
            && object.contains("  name: pharmacy-shop.payment-success\n")
    );
}

#[test]
fn many_objectives_are_sharded_and_one_more_changes_one_shard() {
    let bench = bench_with(MANY);
    generate(&bench, &[]);
    let before = bench.files();
    let rules = |it: &&str| it.ends_with(".rules.yaml");
    let names_before = names(&before);
    assert_eq!(names_before.iter().copied().filter(|it| rules(it)).count(), 64 + 1);
    assert!(names_before.contains("rules/shard-000.rules.yaml"));
    let tests: Vec<_> = names_before.iter().filter(|it| it.ends_with(".test.yaml")).collect();
    assert_eq!(tests, [&"rules/tests/sla-platform.test.yaml"], "a test would evaluate a whole shard");
    let groups = before.iter().filter(|it| rules(&it.0.to_str().unwrap()));
    let groups: Vec<&str> =
        groups.flat_map(|it| it.1.lines()).filter_map(|it| it.strip_prefix("- name: ")).collect();
    assert_eq!(groups.len(), (MANY + 3) * 2 + 1);
    assert_eq!(groups.iter().collect::<BTreeSet<_>>().len(), groups.len(), "a group's name is not unique");
    write(&bench, MANY + 1);
    generate(&bench, &[]);
    let after = bench.files();
    let changed: Vec<_> = after.iter().filter(|(path, text)| before.get(*path) != Some(*text)).collect();
    assert_eq!(
        changed.len(),
        2,
        "one shard and the list: {:?}",
        changed.iter().map(|it| it.0).collect::<Vec<_>>()
    );
}

#[test]
fn few_objectives_that_become_many_leave_no_old_files() {
    let few = 20;
    let bench = bench_with(few);
    generate(&bench, &[]);
    write(&bench, MANY);
    let outcome = bench.run("generate", &["--out", "out"]);
    let said = format!("warning: {} rule files of an earlier run are still loaded", few + 3);
    assert!(outcome.stderr.starts_with(&said), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("--prune"), "{}", outcome.stderr);
    assert!(outcome.stdout.lines().count() < 15, "{}", outcome.stdout);
    generate(&bench, &["--prune"]);
    assert!(!bench.out().join("rules/payment-success.rules.yaml").exists());
    assert_eq!(bench.run("generate", &["--out", "out", "--check"]).exit, Some(0));
}

#[test]
fn late_data_delay_evaluation_where_the_server_can() {
    let bench = Bench::with(&[("timezone:", "query_offset: 1m\ntimezone:")]);
    generate(&bench, &["--target", "prometheus", "--target", "mimir", "--target", "victoria"]);
    let files = bench.files();
    let text = |path: &str| &files[Path::new(path)];
    let rules = text("rules/payment-success.rules.yaml");
    assert!(rules.contains("Prometheus 2.53 or newer"), "the header does not say what it needs");
    assert_eq!(rules.matches("  query_offset: 1m\n").count(), 2);
    assert_eq!(text("rules/mimir/payment-success.yaml").matches("  query_offset: 1m\n").count(), 2);
    let victoria = text("rules/victoria/payment-success.yaml");
    assert!(victoria.contains("  eval_delay: 1m\n") && !victoria.contains("query_offset"));
    let outcome = Bench::with(&[("timezone:", "query_offset: 5m\ntimezone:")]).run("check", &[]);
    assert_eq!(outcome.exit, Some(1));
    assert!(outcome.stderr.contains("query offset"), "{}", outcome.stderr);
}
