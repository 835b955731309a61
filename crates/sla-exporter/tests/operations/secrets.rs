//! What is secret stays it: in no page, no log, no error.

use std::fs;

use super::{
    exporter::{Exporter, run, specification},
    target::Target,
};

const CANARY: &str = "c4nary-5ecret";

/// Every place where the exporter says something.
fn everything(exporter: &Exporter) -> String {
    let open_metrics = "Accept: application/openmetrics-text\r\n";
    let mut said = exporter.log();
    for (path, headers) in [
        ("/metrics", ""),
        ("/metrics", open_metrics),
        ("/", ""),
        ("/?lang=zh", ""),
        ("/probes/a", ""),
        ("/sd", ""),
        ("/-/ready", ""),
    ] {
        said.push_str(&exporter.get(path, headers).text());
    }
    said
}

/// A password in a user's URL, a header, a query and a body of the target's answer.
#[test]
fn what_probes_send_and_get_is_not_told() {
    let target = Target::open(
        std::time::Duration::ZERO,
        super::target::ok("application/json", &format!("{{\"a\": \"{CANARY}\"}}")),
    );
    let text = specification(&format!(
        "probes:\n  a:\n    http:\n      get: \"{}?token={CANARY}\"\n      headers: {{authorization: \"Bearer {CANARY}\"}}\n      \
         expect: {{json: {{$.a: other}}}}\n    every: 6s\n    timeout: 5s\n    module: shop\n",
        target.url()
    ));
    let exporter = Exporter::start(&text, &["--log.level", "trace"]);
    exporter.reaches("sla_probe_failures_total{probe=\"a\"}", |it| it >= 1.0);
    assert!(target.last.lock().unwrap().contains(CANARY), "the secret was really sent");
    assert!(exporter.get("/probes/a", "").text().contains("assertion"));
    let said = everything(&exporter);
    assert!(!said.contains(CANARY), "{said}");
}

/// Keys and passwords of the web configuration, right and wrong, at the start, in a check and while running.
#[test]
fn the_web_configuration_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), specification("")).unwrap();
    let wrong = [
        format!("basic_auth_users: {{alice: {CANARY}}}"),
        format!("basic_auth_users: {CANARY}"),
        format!("basic_auth_users: [{CANARY}"),
        format!("tls_server_config: {{cert: {CANARY}, key: {CANARY}}}"),
        format!("rate_limit: {{burst: {CANARY}}}"),
    ];
    let arguments = ["--config.file", "sla.yaml", "--web.config.file", "web.yml"];
    for text in &wrong {
        fs::write(folder.path().join("web.yml"), text).unwrap();
        let (code, said) = run(folder.path(), &[&arguments[..], &["--config.check"]].concat());
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("error: the web configuration `web.yml`: ") && !said.contains(CANARY),
            "{said}"
        );
    }
    fs::write(folder.path().join("web.yml"), "rate_limit: {interval: 0}").unwrap();
    let exporter = Exporter::start_in(folder, &arguments[..]);
    for text in &wrong {
        fs::write(exporter.path("web.yml"), text).unwrap();
        exporter.reaches("sla_web_config_last_reload_successful", |it| it < 1.0);
        fs::write(exporter.path("web.yml"), "rate_limit: {interval: 0}").unwrap();
        exporter.reaches("sla_web_config_last_reload_successful", |it| it > 0.0);
    }
    let said = everything(&exporter);
    assert!(exporter.log().contains("the web configuration was not taken"), "{}", exporter.log());
    assert!(!said.contains(CANARY), "{said}");
}

/// A secret of the specification goes to the target and nowhere else; a new one is taken, a missing one is said.
#[test]
fn secrets_of_the_specification_are_sent_and_not_told() {
    let target = Target::plain();
    let text = specification(&format!(
        "secrets:\n  token: {{file: token}}\n  other: {{env: SLA_TEST_NOT_SET}}\nprobes:\n  a:\n    http:\n      \
         get: \"{url}{{{{token}}}}\"\n      headers: {{authorization: \"Bearer {{{{token}}}}\"}}\n      \
         expect: {{contains: nothing like it}}\n    every: 6s\n    timeout: 5s\n    module: shop\n  \
         b: {{http: {{get: \"{url}?{{{{other}}}}\"}}, every: 6s, timeout: 5s, module: shop}}\n",
        url = target.url()
    ));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), text).unwrap();
    fs::write(folder.path().join("token"), format!("{CANARY}-1\n")).unwrap();
    let (code, said) = run(folder.path(), &["--config.file", "sla.yaml", "--config.check"]);
    assert_eq!(code, 1);
    assert!(said.contains("the secret `other` cannot be read: there is no environment variable"), "{said}");
    assert!(!said.contains(CANARY), "{said}");
    let exporter = Exporter::start_in(folder, &["--config.file", "sla.yaml", "--log.level", "trace"]);
    let sent = |what: &str| target.last.lock().unwrap().contains(&format!("Bearer {what}\r\n"));
    exporter.until("secret at the target", || sent(&format!("{CANARY}-1")));
    fs::write(exporter.path("token"), format!("{CANARY}-2\n")).unwrap();
    exporter.until("new secret at the target", || sent(&format!("{CANARY}-2")));
    exporter.reaches("sla_probe_failure_reasons_total{probe=\"b\",reason=\"config\"}", |it| it >= 1.0);
    assert!(exporter.get("/probes/b", "").text().contains("the secret `other` cannot be read"));
    let said = everything(&exporter);
    assert!(!said.contains(CANARY), "{said}");
}
