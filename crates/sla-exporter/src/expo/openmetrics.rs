//! OpenMetrics 1.0, the text format that carries exemplars.
//!
//! <https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md>

use std::{fmt, io};

use sla_model::names::Kind;

use super::{Encode, Family, Number, Out, Value, escape};
use crate::histogram::{Exemplar, Histogram};

/// The `Content-Type` of what [`OpenMetrics`] writes.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The ending that samples of a counter have and its family has not.
const TOTAL: &str = "_total";

/// Writes the format.
pub struct OpenMetrics<W> {
    out: Out<W>,
    /// The name of samples.
    name: String,
}

impl<W: io::Write> OpenMetrics<W> {
    /// Writes to `to`.
    pub fn new(to: W) -> Self {
        Self { out: Out::new(to), name: String::new() }
    }

    fn histogram(&mut self, labels: &[(&str, &str)], histogram: &Histogram) {
        let (name, out) = (&self.name, &mut self.out);
        let mut count = 0;
        for bucket in histogram.cumulative() {
            count = bucket.count;
            // Spelled as in the other format, although `1.0` is recommended: the same series whatever is asked for.
            out.bucket(name, labels, bucket.le);
            out.put(format_args!("{count}"));
            if let Some(exemplar) = bucket.exemplar {
                out.put(format_args!(" # {exemplar}"));
            }
            out.text.push('\n');
        }
        out.sum_and_count(name, labels, histogram, count);
    }
}

impl fmt::Display for Exemplar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.at.as_millisecond();
        let (seconds, rest) = (millis.div_euclid(1000), millis.rem_euclid(1000));
        write!(f, "{{trace_id=\"{}\"}} {} {seconds}.{rest:03}", self.trace, Number(self.took.as_secs_f64()))
    }
}

impl<W: io::Write> Encode for OpenMetrics<W> {
    fn family(&mut self, family: &Family<'_>) -> io::Result<()> {
        let bare = family.name.strip_suffix(TOTAL);
        let (name, kind) = match (family.kind, bare) {
            (Kind::Counter, Some(bare)) => (bare, "counter"),
            // A counter's name must end so; what a person named otherwise has no kind in this format.
            (Kind::Counter, None) => (family.name, "unknown"),
            (Kind::Gauge, _) => (family.name, "gauge"),
            (Kind::Histogram, _) => (family.name, "histogram"),
        };
        self.name.clear();
        self.name.push_str(family.name);
        self.out.put(format_args!("# TYPE {name} {kind}\n# HELP {name} "));
        escape(&mut self.out.text, family.help, true);
        self.out.text.push('\n');
        Ok(())
    }

    fn series(&mut self, labels: &[(&str, &str)], value: &Value<'_>) -> io::Result<()> {
        match value {
            Value::Histogram(histogram) => self.histogram(labels, histogram),
            Value::Count(count) => self.out.sample(&self.name, labels, count),
            Value::Number(number) => self.out.sample(&self.name, labels, Number(*number)),
        }
        self.out.spill()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.text.push_str("# EOF\n");
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::fixture::{told, tricky};

    #[test]
    fn counters_lose_their_ending_and_buckets_have_exemplars() {
        let expected = r#"# TYPE a counter
# HELP a One \\ \"two\"\nthree.
a_total{label="x\\y\"z\n药"} 18446744073709551615
# TYPE b gauge
# HELP b B.
b{label=""} 1764000000.125
# TYPE c gauge
# HELP c C.
c +Inf
# TYPE d_seconds histogram
# HELP d_seconds D.
d_seconds_bucket{label="",le="0.005"} 0
d_seconds_bucket{label="",le="1"} 1 # {trace_id="00000000000000000000000000000007"} 0.25 1796092200.000
d_seconds_bucket{label="",le="+Inf"} 2
d_seconds_sum{label=""} 2.25
d_seconds_count{label=""} 2
# TYPE e_seconds histogram
# HELP e_seconds E.
e_seconds_bucket{le="0.005"} 0
e_seconds_bucket{le="1"} 0
e_seconds_bucket{le="+Inf"} 0
e_seconds_sum 0
e_seconds_count 0
# EOF
"#;
        assert_eq!(String::from_utf8(told(OpenMetrics::new, tricky)).unwrap(), expected);
    }
}
