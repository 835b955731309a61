//! The same objectives, as many as wanted, in our language and in Sloth's.

use std::fmt::Write as _;

use crate::bench::ours;

const SLOTH: &str = "version: prometheus/v1\nservice: bench\nslos:\n";

/// Returns a specification of ours.
pub fn ours(objectives: usize) -> String {
    let mut text = ours::head("service, code");
    for it in 0..objectives {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            r#"  service-{it}:
    module: api
    target: 99.9%
    window: 30d
    indicator:
      ratio: {{bad: 'http_requests_total{{service="service-{it}",code=~"5.."}}', total: 'http_requests_total{{service="service-{it}"}}'}}
    alert: {{page: P1, ticket: P2}}
"#
        );
    }
    text
}

/// Returns one of Sloth's.
pub fn sloth(objectives: usize) -> String {
    let mut text = SLOTH.to_owned();
    for it in 0..objectives {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            r#"  - name: service-{it}
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{{service="service-{it}",code=~"5.."}}[{{{{.window}}}}]))
        total_query: sum(rate(http_requests_total{{service="service-{it}"}}[{{{{.window}}}}]))
    alerting:
      name: SloBurn
"#
        );
    }
    text
}
