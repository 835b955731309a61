//! The reference page of metrics, made from the catalogue.

use super::{Kind, Metric, business, host, journey, own, page, probe};

/// The parts of the page.
const PARTS: [(&str, &str, &[&Metric]); 6] = [
    ("探测与旅程 · Probes and journeys", "`probe` is the name of a probe or journey.", probe::ALL),
    ("页面 · Pages", "For probes that an objective judges as a page.", page::ALL),
    ("旅程步骤 · Steps of journeys", "", journey::ALL),
    (
        "业务指标 · Business numbers",
        "The numbers themselves carry the names that the specification gives them.",
        business::ALL,
    ),
    (
        "主机 · Host",
        "The machine that the exporter runs on. The signals `host.*` of limits read these.",
        host::ALL,
    ),
    ("导出器自身 · The exporter itself", "", own::ALL),
];

/// Returns the page: every family that `/metrics` may show.
pub fn manual() -> String {
    let mut page = String::from(
        "# Metrics\n\n\
         Made from `sla-model/src/names`; `SLA_BLESS=1 cargo test -p sla-model` writes it anew.\n\n\
         `/metrics` speaks Prometheus' text format 0.0.4, OpenMetrics 1.0 and protobuf, whichever is asked for.\n\
         Histograms have classic buckets in all of them, with a bound at every limit that the specification sets;\n\
         in protobuf they are native histograms too, with a resolution of 9 % (schema 3). OpenMetrics and protobuf\n\
         carry the trace of a run as exemplar of its bucket; the probed system finds the same trace in `traceparent`.\n\n\
         A series keeps its value over a reload as long as name and kind of its probe stay the same; a histogram\n\
         also needs the same bounds.\n",
    );
    for (title, about, metrics) in PARTS {
        page.extend(["\n## ", title, "\n\n"]);
        if !about.is_empty() {
            page.extend([about, "\n\n"]);
        }
        page.push_str("| name | kind | labels | what it says |\n|---|---|---|---|\n");
        for metric in metrics {
            let kind = match metric.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
            };
            let labels: Vec<_> = metric.labels.iter().map(|it| format!("`{it}`")).collect();
            let cells =
                [format!("`{}`", metric.name), kind.to_owned(), labels.join(", "), metric.help.to_owned()];
            page.extend(["| ", &cells.join(" | "), " |\n"]);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::exported;

    #[test]
    fn every_exported_family_has_its_line() {
        let page = manual();
        for metric in exported() {
            assert_eq!(page.matches(&format!("| `{}` |", metric.name)).count(), 1, "{}", metric.name);
        }
    }
}
