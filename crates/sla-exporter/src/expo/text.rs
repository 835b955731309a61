//! Prometheus' text format 0.0.4.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use sla_model::names::Kind;

use crate::{
    histogram::Histogram,
    snapshot::{Family, Series, Snapshot, Value},
};

/// The `Content-Type` of what [`encode`] writes; Prometheus 3 refuses a scrape without it.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes a snapshot.
pub fn encode(snapshot: &Snapshot) -> String {
    let mut page = String::new();
    for family in &snapshot.families {
        write_family(&mut page, family).expect("a String takes everything");
    }
    page
}

fn write_family(page: &mut String, family: &Family) -> fmt::Result {
    let kind = match family.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    let name = &family.name;
    writeln!(page, "# HELP {name} {}", escape(&family.help, false))?;
    writeln!(page, "# TYPE {name} {kind}")?;
    family.series.iter().try_for_each(|it| write_series(page, name, it))
}

fn write_series(page: &mut String, name: &str, series: &Series) -> fmt::Result {
    let labels: Vec<_> =
        series.labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value, true))).collect();
    let labels = labels.join(",");
    match &series.value {
        Value::Count(count) => writeln!(page, "{name}{} {count}", braced(&labels)),
        Value::Number(number) => writeln!(page, "{name}{} {}", braced(&labels), Number(*number)),
        Value::Histogram(histogram) => write_histogram(page, name, &labels, histogram),
    }
}

fn write_histogram(page: &mut String, name: &str, labels: &str, histogram: &Histogram) -> fmt::Result {
    let comma = if labels.is_empty() { "" } else { "," };
    for (le, count) in histogram.cumulative() {
        writeln!(page, "{name}_bucket{{{labels}{comma}le=\"{le}\"}} {count}")?;
    }
    let count = histogram.count();
    writeln!(page, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}")?;
    writeln!(page, "{name}_sum{} {}", braced(labels), Number(histogram.sum_seconds()))?;
    writeln!(page, "{name}_count{} {count}", braced(labels))
}

fn braced(labels: &str) -> String {
    if labels.is_empty() { String::new() } else { format!("{{{labels}}}") }
}

/// Escapes a help text, or a label value, where quotes are escaped too.
fn escape(text: &str, quotes: bool) -> Cow<'_, str> {
    if !text.contains(['\\', '\n', '"']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    Cow::Owned(if quotes { text.replace('"', "\\\"") } else { text })
}

/// A number as Prometheus reads it.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            f64::INFINITY => f.write_str("+Inf"),
            f64::NEG_INFINITY => f.write_str("-Inf"),
            number => write!(f, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sla_model::bounds::Bounds;

    use super::*;

    fn family(name: &'static str, help: &'static str, kind: Kind, value: &str, of: Value) -> Family {
        let labels = vec![("label".into(), value.to_owned())];
        let series = vec![Series { labels, value: of }];
        Family { name: name.into(), help: help.into(), kind, series }
    }

    #[test]
    fn everything_is_escaped_and_exact() {
        let mut histogram = Histogram::new(&Bounds::new(["0.005", "1.50"].map(|it| it.parse().unwrap())));
        histogram.observe(Duration::from_millis(250));
        histogram.observe(Duration::from_secs(2));
        let families = vec![
            family("a_total", "One \\ \"two\"\nthree.", Kind::Counter, "x\\y\"z\n药", Value::Count(u64::MAX)),
            family("b", "B.", Kind::Gauge, "", Value::Number(1_764_000_000.125)),
            family("c", "C.", Kind::Gauge, "", Value::Number(f64::INFINITY)),
            family("d_seconds", "D.", Kind::Histogram, "", Value::Histogram(histogram)),
        ];
        let expected = r#"# HELP a_total One \\ "two"\nthree.
# TYPE a_total counter
a_total{label="x\\y\"z\n药"} 18446744073709551615
# HELP b B.
# TYPE b gauge
b{label=""} 1764000000.125
# HELP c C.
# TYPE c gauge
c{label=""} +Inf
# HELP d_seconds D.
# TYPE d_seconds histogram
d_seconds_bucket{label="",le="0.005"} 0
d_seconds_bucket{label="",le="1.5"} 1
d_seconds_bucket{label="",le="+Inf"} 2
d_seconds_sum{label=""} 2.25
d_seconds_count{label=""} 2
"#;
        assert_eq!(encode(&Snapshot { families }), expected);
    }
}
