//! Prometheus' text format 0.0.4.

use std::io;

use sla_model::names::Kind;

use super::{Encode, Family, Number, Out, Value, escape};
use crate::histogram::Histogram;

/// The `Content-Type` of what [`Text`] writes; Prometheus 3 refuses a scrape without it.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes the format.
pub struct Text<W> {
    out: Out<W>,
    name: String,
}

impl<W: io::Write> Text<W> {
    /// Writes to `to`.
    pub fn new(to: W) -> Self {
        Self { out: Out::new(to), name: String::new() }
    }

    fn histogram(&mut self, labels: &[(&str, &str)], histogram: &Histogram) {
        let (name, out) = (&self.name, &mut self.out);
        let mut count = 0;
        for bucket in histogram.cumulative() {
            count = bucket.count;
            out.bucket(name, labels, bucket.le);
            out.put(format_args!("{count}\n"));
        }
        out.sum_and_count(name, labels, histogram, count);
    }
}

impl<W: io::Write> Encode for Text<W> {
    fn family(&mut self, family: &Family<'_>) -> io::Result<()> {
        let kind = match family.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.name.clear();
        self.name.push_str(family.name);
        self.out.put(format_args!("# HELP {} ", family.name));
        escape(&mut self.out.text, family.help, false);
        self.out.put(format_args!("\n# TYPE {} {kind}\n", family.name));
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
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::fixture::{told, tricky};

    #[test]
    fn everything_is_escaped_and_exact() {
        let expected = r#"# HELP a_total One \\ "two"\nthree.
# TYPE a_total counter
a_total{label="x\\y\"z\n药"} 18446744073709551615
# HELP b B.
# TYPE b gauge
b{label=""} 1764000000.125
# HELP c C.
# TYPE c gauge
c +Inf
# HELP d_seconds D.
# TYPE d_seconds histogram
d_seconds_bucket{label="",le="0.005"} 0
d_seconds_bucket{label="",le="1"} 1
d_seconds_bucket{label="",le="+Inf"} 2
d_seconds_sum{label=""} 2.25
d_seconds_count{label=""} 2
# HELP e_seconds E.
# TYPE e_seconds histogram
e_seconds_bucket{le="0.005"} 0
e_seconds_bucket{le="1"} 0
e_seconds_bucket{le="+Inf"} 0
e_seconds_sum 0
e_seconds_count 0
"#;
        assert_eq!(String::from_utf8(told(Text::new, tricky)).unwrap(), expected);
    }
}
