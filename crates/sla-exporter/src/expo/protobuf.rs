//! Prometheus' protobuf format: messages of `io.prometheus.client`, each behind its length. The only format that
//! carries native histograms.
//!
//! The messages are those fields of `metrics.proto` (<https://github.com/prometheus/client_model>) that we fill.

use std::io;

use prost::Message;
use sla_model::names::Kind;

use super::{Encode, Family, Value};
use crate::{
    histogram::{self, Bucket},
    native::ZERO_SECONDS,
};

/// The `Content-Type` of what [`Protobuf`] writes.
pub const CONTENT_TYPE: &str =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/// A family of `metrics.proto`.
#[derive(Clone, PartialEq, Message)]
pub struct MetricFamily {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(string, optional, tag = "2")]
    help: Option<String>,
    /// 0 counter, 1 gauge, 4 histogram.
    #[prost(int32, optional, tag = "3")]
    kind: Option<i32>,
    #[prost(message, repeated, tag = "4")]
    metric: Vec<Metric>,
}

#[derive(Clone, PartialEq, Message)]
struct LabelPair {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(string, optional, tag = "2")]
    value: Option<String>,
}

/// A gauge, and a counter without an exemplar: the same on the wire.
#[derive(Clone, PartialEq, Message)]
struct Number {
    #[prost(double, optional, tag = "1")]
    value: Option<f64>,
}

#[derive(Clone, PartialEq, Message)]
struct Metric {
    #[prost(message, repeated, tag = "1")]
    label: Vec<LabelPair>,
    #[prost(message, optional, tag = "2")]
    gauge: Option<Number>,
    #[prost(message, optional, tag = "3")]
    counter: Option<Number>,
    #[prost(message, optional, tag = "7")]
    histogram: Option<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(uint64, optional, tag = "1")]
    sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    sample_sum: Option<f64>,
    #[prost(message, repeated, tag = "3")]
    bucket: Vec<ClassicBucket>,
    #[prost(sint32, optional, tag = "5")]
    schema: Option<i32>,
    #[prost(double, optional, tag = "6")]
    zero_threshold: Option<f64>,
    #[prost(uint64, optional, tag = "7")]
    zero_count: Option<u64>,
    #[prost(message, repeated, tag = "12")]
    positive_span: Vec<BucketSpan>,
    /// Unpacked, as the field of a proto2 file.
    #[prost(sint64, repeated, packed = "false", tag = "13")]
    positive_delta: Vec<i64>,
    #[prost(message, repeated, tag = "16")]
    exemplars: Vec<Exemplar>,
}

#[derive(Clone, PartialEq, Message)]
struct ClassicBucket {
    #[prost(uint64, optional, tag = "1")]
    cumulative_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    upper_bound: Option<f64>,
    #[prost(message, optional, tag = "3")]
    exemplar: Option<Exemplar>,
}

#[derive(Clone, PartialEq, Message)]
struct BucketSpan {
    #[prost(sint32, optional, tag = "1")]
    offset: Option<i32>,
    #[prost(uint32, optional, tag = "2")]
    length: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
struct Exemplar {
    #[prost(message, repeated, tag = "1")]
    label: Vec<LabelPair>,
    #[prost(double, optional, tag = "2")]
    value: Option<f64>,
    #[prost(message, optional, tag = "3")]
    timestamp: Option<Timestamp>,
}

/// `google.protobuf.Timestamp`.
#[derive(Clone, PartialEq, Message)]
struct Timestamp {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// Writes the format.
pub struct Protobuf<W> {
    to: W,
    /// The family that was begun, complete but for its further series: messages that follow each other are one.
    family: Vec<u8>,
    kind: Kind,
}

impl<W: io::Write> Protobuf<W> {
    /// Writes to `to`.
    pub fn new(to: W) -> Self {
        Self { to, family: Vec::new(), kind: Kind::Gauge }
    }

    fn end_family(&mut self) -> io::Result<()> {
        if self.family.is_empty() {
            return Ok(());
        }
        let mut length = Vec::new();
        append(prost::encode_length_delimiter(self.family.len(), &mut length));
        self.to.write_all(&length)?;
        self.to.write_all(&self.family)?;
        self.family.clear();
        Ok(())
    }
}

/// A vector takes everything.
fn append(written: Result<(), prost::EncodeError>) {
    written.expect("a vector takes everything");
}

impl<W: io::Write> Encode for Protobuf<W> {
    fn family(&mut self, family: &Family<'_>) -> io::Result<()> {
        self.end_family()?;
        self.kind = family.kind;
        let kind = match family.kind {
            Kind::Counter => 0,
            Kind::Gauge => 1,
            Kind::Histogram => 4,
        };
        let (name, help) = (Some(family.name.to_owned()), Some(family.help.to_owned()));
        let head = MetricFamily { name, help, kind: Some(kind), metric: Vec::new() };
        append(head.encode(&mut self.family));
        Ok(())
    }

    fn series(&mut self, labels: &[(&str, &str)], value: &Value<'_>) -> io::Result<()> {
        let mut metric = Metric { label: labels.iter().map(|it| pair(*it)).collect(), ..Metric::default() };
        match value {
            Value::Histogram(histogram) => metric.histogram = Some(Histogram::from(*histogram)),
            Value::Count(_) | Value::Number(_) => {
                let number = Some(Number { value: Some(number(value)) });
                match self.kind {
                    Kind::Counter => metric.counter = number,
                    Kind::Gauge | Kind::Histogram => metric.gauge = number,
                }
            }
        }
        let one = MetricFamily { metric: vec![metric], ..MetricFamily::default() };
        append(one.encode(&mut self.family));
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.end_family()?;
        self.to.flush()
    }
}

fn pair((name, value): (&str, &str)) -> LabelPair {
    LabelPair { name: Some(name.to_owned()), value: Some(value.to_owned()) }
}

#[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
fn number(value: &Value<'_>) -> f64 {
    match value {
        Value::Count(count) => *count as f64,
        Value::Number(number) => *number,
        Value::Histogram(histogram) => histogram.count() as f64,
    }
}

impl From<&histogram::Histogram> for Histogram {
    fn from(histogram: &histogram::Histogram) -> Self {
        let native = histogram.native();
        let (mut spans, mut deltas, mut before) = (Vec::new(), Vec::new(), 0);
        for run in native.runs() {
            let length = u32::try_from(run.counts.len()).unwrap_or(u32::MAX);
            spans.push(BucketSpan { offset: Some(run.offset), length: Some(length) });
            for count in run.counts {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                deltas.push(count - before);
                before = count;
            }
        }
        if spans.is_empty() {
            // A span of nothing says that a histogram without samples is a native one all the same.
            spans.push(BucketSpan { offset: Some(0), length: Some(0) });
        }
        let exemplars = histogram.cumulative().filter_map(|it| it.exemplar.map(Exemplar::from));
        Self {
            sample_count: Some(histogram.count()),
            sample_sum: Some(histogram.sum_seconds()),
            bucket: histogram.cumulative().map(ClassicBucket::from).collect(),
            schema: Some(native.schema()),
            zero_threshold: Some(ZERO_SECONDS),
            zero_count: Some(native.zero()),
            positive_span: spans,
            positive_delta: deltas,
            exemplars: exemplars.collect(),
        }
    }
}

impl From<Bucket<'_>> for ClassicBucket {
    fn from(bucket: Bucket<'_>) -> Self {
        Self {
            cumulative_count: Some(bucket.count),
            upper_bound: Some(bucket.seconds),
            exemplar: bucket.exemplar.map(Exemplar::from),
        }
    }
}

impl From<&histogram::Exemplar> for Exemplar {
    fn from(exemplar: &histogram::Exemplar) -> Self {
        Self {
            label: vec![pair(("trace_id", &exemplar.trace.to_string()))],
            value: Some(exemplar.took.as_secs_f64()),
            timestamp: Some(Timestamp {
                seconds: exemplar.at.as_second(),
                nanos: exemplar.at.subsec_nanosecond(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::fixture::{told, tricky};

    #[test]
    fn families_are_read_back() {
        let page = told(Protobuf::new, tricky);
        let mut rest = page.as_slice();
        let mut families = Vec::new();
        while !rest.is_empty() {
            families.push(MetricFamily::decode_length_delimited(&mut rest).unwrap());
        }
        let names: Vec<_> = families.iter().map(|it| it.name.as_deref().unwrap()).collect();
        assert_eq!(names, ["a_total", "b", "c", "d_seconds", "e_seconds"]);
        assert_eq!(families[0].metric[0].label, [pair(("label", "x\\y\"z\n药"))]);
        assert_eq!(families[1].metric[0].gauge, Some(Number { value: Some(1_764_000_000.125) }));
        let full = families[3].metric[0].histogram.as_ref().unwrap();
        let bounds: Vec<_> = full.bucket.iter().map(|it| (it.upper_bound, it.cumulative_count)).collect();
        assert_eq!(bounds, [(Some(0.005), Some(0)), (Some(1.0), Some(1)), (Some(f64::INFINITY), Some(2))]);
        // 0.25 s is bucket -16, 2 s is bucket 8; between them lie 23 empty ones.
        let spans: Vec<_> = full.positive_span.iter().map(|it| (it.offset, it.length)).collect();
        assert_eq!(spans, [(Some(-16), Some(1)), (Some(23), Some(1))]);
        assert_eq!((full.positive_delta.as_slice(), full.schema), ([1, 0].as_slice(), Some(3)));
        assert_eq!(full.exemplars.len(), 1);
        let empty = families[4].metric[0].histogram.as_ref().unwrap();
        assert_eq!((empty.positive_span.len(), empty.sample_count), (1, Some(0)));
    }
}
