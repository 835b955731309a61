//! What a specification needs beside its objectives, for the benches that compare the generator with others.

/// One objective of that counter, with all of its alerts.
pub const REQUESTS: &str = r#"  requests:
    module: api
    target: 99.9%
    window: 30d
    indicator:
      ratio: {bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}
    alert: {page: P1, ticket: P2}
"#;

/// Returns the text up to the first objective; the counter of requests has these labels.
pub fn head(labels: &str) -> String {
    format!(
        r#"version: sla/v1
name: bench
tiers:
  P1: {{title: urgent, severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [operations]}}
  P2: {{title: important, severity: warning, confirm: 30m, restore: 2h, release_after: 30m, owners: [operations]}}
owners:
  operations: {{title: operations, webhook: {{url: "http://pager:8090/operations"}}}}
modules:
  api: {{title: API, owner: operations}}
scrapes:
  api:
    targets: ["api:8080"]
    every: 30s
    module: api
    metrics:
      http_requests_total: {{type: counter, labels: [{labels}]}}
objectives:
"#
    )
}
