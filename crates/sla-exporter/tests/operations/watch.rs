//! Files that take part only since a reload, in folders of their own: a change is taken by itself, and not only by the
//! look around that comes twice a minute.

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    time::{Duration, Instant},
};

use super::{
    exporter::{Exporter, specification},
    target::Target,
};

/// Far less than the time between two looks around, and far more than a change needs.
const SOON: Duration = Duration::from_secs(10);

/// Checks that what follows comes soon.
#[track_caller]
fn soon(exporter: &Exporter, what: &str, holds: impl FnMut() -> bool) {
    let began = Instant::now();
    exporter.until(what, holds);
    assert!(began.elapsed() < SOON, "{what} took {:?}", began.elapsed());
}

fn probe(url: &str, rest: &str) -> String {
    specification(&format!(
        "probes:\n  a:\n    http:\n      get: \"{url}\"\n{rest}    every: 6s\n    timeout: 5s\n    module: shop\n"
    ))
}

/// Puts a file into a folder as Kubernetes does it: behind a link to a folder with the version, which is replaced.
fn put(folder: &Path, version: &str, name: &str, text: &str) {
    let versioned = folder.join(format!("..{version}"));
    fs::create_dir_all(&versioned).unwrap();
    fs::write(versioned.join(name), text).unwrap();
    symlink(format!("..{version}"), folder.join("..data_tmp")).unwrap();
    fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
    if !folder.join(name).is_symlink() {
        symlink(Path::new("..data").join(name), folder.join(name)).unwrap();
    }
}

#[test]
fn a_secret_that_came_with_a_reload_is_followed() {
    let target = Target::plain();
    let exporter = Exporter::start(&probe(&target.url(), ""), &[]);
    let mounted = exporter.path("mounted");
    let sent = |what: &str| target.last.lock().unwrap().contains(&format!("Bearer {what}\r\n"));
    let text = probe(&target.url(), "      headers: {authorization: \"Bearer {{token}}\"}\n");
    fs::write(exporter.path("sla.yaml"), format!("{text}secrets:\n  token: {{file: mounted/shop/token}}\n"))
        .unwrap();
    let missing = "sla_probe_failure_reasons_total{probe=\"a\",reason=\"config\"}";
    soon(&exporter, "probe without its secret", || exporter.value(missing).is_some());
    // Its folder comes later than the specification that names it.
    put(&mounted.join("shop"), "1", "token", "first");
    soon(&exporter, "first secret", || sent("first"));
    put(&mounted.join("shop"), "2", "token", "second");
    soon(&exporter, "second secret", || sent("second"));
    put(&mounted.join("shop"), "3", "token", "third");
    soon(&exporter, "third secret", || sent("third"));
    // The whole mount is replaced.
    fs::rename(&mounted, exporter.path("old")).unwrap();
    put(&mounted.join("shop"), "1", "token", "fourth");
    soon(&exporter, "fourth secret", || sent("fourth"));
    put(&mounted.join("shop"), "2", "token", "fifth");
    soon(&exporter, "fifth secret", || sent("fifth"));
}

#[test]
fn what_is_included_and_wrong_is_followed_too() {
    let target = Target::plain();
    let text = probe(&target.url(), "");
    let exporter = Exporter::start(&text, &[]);
    let good = "sla_config_last_reload_successful";
    let is = |expected: f64| move |it: f64| it.to_bits() == expected.to_bits();
    fs::write(exporter.path("sla.yaml"), format!("include: [more/probes.yaml]\n{text}")).unwrap();
    exporter.reaches(good, is(0.0));
    let probes = |key: &str| {
        let url = target.url();
        format!(
            "version: sla/v1\nprobes:\n  b: {{http: {{get: \"{url}\"}}, {key}: 6s, timeout: 5s, module: shop}}\n"
        )
    };
    // It comes, but wrong.
    fs::create_dir(exporter.path("more")).unwrap();
    fs::write(exporter.path("more/probes.yaml"), probes("evry")).unwrap();
    soon(&exporter, "other problem", || exporter.get("/", "").text().contains("did you mean `every`?"));
    fs::write(exporter.path("more/probes.yaml"), probes("every")).unwrap();
    soon(&exporter, "good specification", || exporter.value(good).is_some_and(is(1.0)));
    soon(&exporter, "included probe", || exporter.page().contains("sla_probe_runs_total{probe=\"b\"}"));
}

/// A release is a folder, and the one in use is a link to it.
#[test]
fn the_folder_of_the_specification_may_be_a_link() {
    let target = Target::plain();
    let folder = tempfile::tempdir().unwrap();
    for (release, name) in [("releases/1", "a"), ("releases/2", "b"), ("releases/3", "c")] {
        fs::create_dir_all(folder.path().join(release)).unwrap();
        let text = probe(&target.url(), "").replace("  a:\n", &format!("  {name}:\n"));
        fs::write(folder.path().join(release).join("sla.yaml"), text).unwrap();
    }
    let point = |release: &str| {
        symlink(release, folder.path().join("new")).unwrap();
        fs::rename(folder.path().join("new"), folder.path().join("current")).unwrap();
    };
    point("releases/1");
    let current = folder.path().join("current");
    let arguments = ["--config.file", current.to_str().unwrap()];
    let exporter = Exporter::start_in(tempfile::tempdir().unwrap(), &arguments);
    for (release, name) in [("releases/2", "b"), ("releases/3", "c")] {
        point(release);
        let runs = format!("sla_probe_runs_total{{probe=\"{name}\"}}");
        soon(&exporter, release, || exporter.value(&runs).is_some());
    }
}
