//! Every kind of problem has a bad file in `tests/bad` and the whole report beside it.
//!
//! `SLA_BLESS=1 cargo test -p sla-spec --test bad` writes the reports anew; review the difference as code.
//! A line `# --var NAME=VALUE` in a file sets a variable. A folder is one specification of several files.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its cases should stop at once")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use sla_spec::{code::Code, report};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/bad")
}

fn cases() -> Vec<PathBuf> {
    let files = fs::read_dir(directory()).unwrap().map(|it| it.unwrap().path());
    let mut cases: Vec<_> =
        files.filter(|it| it.is_dir() || it.extension().is_some_and(|it| it == "yaml")).collect();
    cases.sort();
    cases
}

fn report_of(case: &Path) -> String {
    // Places are reported as they were given, so they are given as they should stand in the reports.
    std::env::set_current_dir(directory()).unwrap();
    let set = sla_spec::read(Path::new(case.file_name().unwrap())).unwrap();
    let text = &set.sources()[0].text;
    let overrides = text.lines().filter_map(|it| it.strip_prefix("# --var "));
    let variables: BTreeMap<_, _> = overrides.map(|it| sla_spec::variable(it).unwrap()).collect();
    let problems = match sla_spec::load(&set, &variables) {
        Ok(loaded) => loaded.warnings,
        Err(problems) => problems,
    };
    assert!(problems.iter().all(|it| it.hint.is_some()), "a problem without a hint: {problems:?}");
    report::text(&problems, &set, false)
}

#[test]
fn each_bad_file_has_its_report() {
    let mut wrong = Vec::new();
    for case in cases() {
        let golden = case.with_extension("stderr");
        let found = report_of(&case);
        if std::env::var_os("SLA_BLESS").is_some() {
            fs::write(&golden, &found).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nSLA_BLESS=1 writes the reports anew", wrong.join("\n"));
}

#[test]
fn each_code_has_a_bad_file() {
    let reports: String = cases().iter().map(|it| report_of(it)).collect();
    let missing: Vec<_> = Code::ALL.iter().filter(|it| !reports.contains(&format!("{it}: "))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
