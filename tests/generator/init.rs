//! Goal: in an empty folder, the first three commands work without reading any document.

use std::fs;

use crate::bench::Bench;

#[test]
fn init_check_generate_and_test_need_no_argument() {
    let bench = Bench::empty();
    let outcome = bench.start(&["init"]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
    for part in ["wrote sla.yaml", "slaforge check ", "slaforge generate ", "slaforge test "] {
        assert!(outcome.stdout.contains(part), "no {part:?} in {}", outcome.stdout);
    }
    let outcome = bench.start(&["check"]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
    let outcome = bench.start(&["generate"]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
    assert_eq!(bench.start(&["generate", "--check"]).exit, Some(0));
    let outcome = bench.start(&["test"]);
    assert_eq!(outcome.exit, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.stdout.matches("ok     ").count(), 4, "{}", outcome.stdout);
    let routing = fs::read_to_string(bench.folder().join("rules/alertmanager.yaml")).unwrap();
    assert!(routing.contains("http://localhost:8090/alerts"), "{routing}");
}

#[test]
fn editors_find_the_schema_beside_it() {
    let bench = Bench::empty();
    assert_eq!(bench.start(&["init"]).exit, Some(0));
    let text = fs::read_to_string(bench.specification()).unwrap();
    let hint = text.lines().next().unwrap().strip_prefix("# yaml-language-server: $schema=").unwrap();
    let schema = fs::read_to_string(bench.folder().join(hint)).unwrap();
    assert_eq!(schema, bench.start(&["schema"]).stdout);
}

#[test]
fn nothing_is_written_over() {
    let bench = Bench::empty();
    fs::write(bench.specification(), "mine\n").unwrap();
    let outcome = bench.start(&["init"]);
    assert_eq!(outcome.exit, Some(2), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("is there already and stays as it is"), "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(bench.specification()).unwrap(), "mine\n");
    fs::remove_file(bench.specification()).unwrap();
    fs::write(bench.folder().join("sla-v1.schema.json"), "{}\n").unwrap();
    let outcome = bench.start(&["init"]);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("left sla-v1.schema.json as it was"), "{}", outcome.stdout);
    assert_eq!(fs::read_to_string(bench.folder().join("sla-v1.schema.json")).unwrap(), "{}\n");
}

#[test]
fn options_stand_in_the_text() {
    let bench = Bench::empty();
    let outcome = bench.start(&[
        "init",
        "deep/er",
        "--name=pharmacy",
        "--module=trade",
        "--url=https://shop.example/?a=\"{b}\"",
        "--owner=ops",
        "--webhook=http://chat/hook",
        "--timezone=Asia/Shanghai",
    ]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
    let text = fs::read_to_string(bench.folder().join("deep/er/sla.yaml")).unwrap();
    for line in [
        "name: pharmacy",
        "timezone: Asia/Shanghai #",
        "    module: trade",
        "  trade: {owner: ops}",
        "  url: \"https://shop.example/?a=\\\"{b}\\\"\"",
        "  pager: \"http://chat/hook\"",
        "    owners: [ops]",
    ] {
        assert!(text.lines().any(|it| it.starts_with(line)), "no {line:?} in {text}");
    }
    assert!(outcome.stdout.contains("slaforge check deep/er/sla.yaml "), "{}", outcome.stdout);
    assert_eq!(bench.start(&["check", "deep/er/sla.yaml"]).exit, Some(0));
    assert_eq!(bench.start(&["check", "deep/er"]).exit, Some(0));
}

#[test]
fn what_would_be_wrong_is_not_written() {
    let bench = Bench::empty();
    for (arguments, exit, part) in [
        (["--name", "my shop"], 2, "write for example `my-shop`"),
        (["--url", "shop:8080"], 2, "is not a URL"),
        (["--timezone", "Asia/Shangai"], 2, "did you mean `Asia/Shanghai`?"),
        (["--module", "monitoring"], 1, "SLA008"),
        (["--owner", "module-dev"], 1, "SLA041"),
    ] {
        let outcome = bench.start(&[&["init"], arguments.as_slice()].concat());
        assert_eq!(outcome.exit, Some(exit), "{arguments:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(part), "no {part:?} in {}", outcome.stderr);
    }
    assert_eq!(fs::read_dir(bench.folder()).unwrap().count(), 0);
}

#[test]
fn without_a_specification_the_error_says_what_to_do() {
    for verb in ["check", "generate", "test"] {
        let outcome = Bench::empty().start(&[verb]);
        assert_eq!((outcome.exit, &*outcome.stdout), (Some(2), ""));
        assert!(outcome.stderr.contains("`slaforge init`"), "{}", outcome.stderr);
    }
}
