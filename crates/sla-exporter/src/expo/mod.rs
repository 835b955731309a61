//! `/metrics` in three formats over one snapshot.

pub mod gather;
pub mod negotiate;
pub mod openmetrics;
pub mod own;
pub mod protobuf;
pub mod text;

use std::{
    fmt::{self, Write as _},
    io,
};

use sla_model::names::{Kind, Metric};

use crate::histogram::Histogram;

/// One format. Families come one after the other, the series of a family directly behind it.
pub trait Encode {
    /// Begins a family.
    fn family(&mut self, family: &Family<'_>) -> io::Result<()>;

    /// Writes a series of the family that was begun last: label names and values, and the value.
    fn series(&mut self, labels: &[(&str, &str)], value: &Value<'_>) -> io::Result<()>;

    /// Writes what comes last.
    fn finish(&mut self) -> io::Result<()>;
}

/// A metric family.
#[derive(Clone, Copy, Debug)]
pub struct Family<'f> {
    /// The exposed name.
    pub name: &'f str,
    /// The help text.
    pub help: &'f str,
    /// What kind it is.
    pub kind: Kind,
}

impl From<&'static Metric> for Family<'static> {
    fn from(metric: &'static Metric) -> Self {
        Self { name: metric.name, help: metric.help, kind: metric.kind }
    }
}

/// The value of a series.
#[derive(Clone, Copy, Debug)]
pub enum Value<'v> {
    /// A whole count.
    Count(u64),
    /// A number.
    Number(f64),
    /// A histogram.
    Histogram(&'v Histogram),
}

/// So much text is collected before it is passed on.
const SPILL_BYTES: usize = 32 * 1024;

/// Text on its way out.
struct Out<W> {
    text: String,
    to: W,
}

impl<W: io::Write> Out<W> {
    fn new(to: W) -> Self {
        Self { text: String::with_capacity(2 * SPILL_BYTES), to }
    }

    /// Passes on what was collected, once it is enough.
    fn spill(&mut self) -> io::Result<()> {
        if self.text.len() < SPILL_BYTES { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    /// Writes `name="value"` pairs with commas between them.
    fn labels(&mut self, labels: &[(&str, &str)]) {
        for (place, (name, value)) in labels.iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            self.text.push_str(name);
            self.text.push_str("=\"");
            escape(&mut self.text, value, true);
            self.text.push('"');
        }
    }

    /// Writes the labels in braces, if there are any.
    fn braced(&mut self, labels: &[(&str, &str)]) {
        if !labels.is_empty() {
            self.text.push('{');
            self.labels(labels);
            self.text.push('}');
        }
    }

    /// Writes the beginning of a bucket's line, up to its bound.
    fn bucket(&mut self, name: &str, labels: &[(&str, &str)], le: impl fmt::Display) {
        self.text.push_str(name);
        self.text.push_str("_bucket{");
        self.labels(labels);
        let comma = if labels.is_empty() { "" } else { "," };
        self.put(format_args!("{comma}le=\"{le}\"}} "));
    }

    /// Writes the lines of a histogram behind its buckets.
    fn sum_and_count(&mut self, name: &str, labels: &[(&str, &str)], histogram: &Histogram, count: u64) {
        self.put(format_args!("{name}_sum"));
        self.braced(labels);
        self.put(format_args!(" {}\n{name}_count", Number(histogram.sum_seconds())));
        self.braced(labels);
        self.put(format_args!(" {count}\n"));
    }

    /// Writes the line of a sample.
    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl fmt::Display) {
        self.text.push_str(name);
        self.braced(labels);
        self.put(format_args!(" {value}\n"));
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        self.text.write_fmt(text).expect("a String takes everything");
    }
}

/// Escapes a label value, or a help text of the old format, where quotes stay.
fn escape(to: &mut String, text: &str, quotes: bool) {
    if !text.contains(['\\', '\n', '"']) {
        return to.push_str(text);
    }
    for character in text.chars() {
        match character {
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            '"' if quotes => to.push_str("\\\""),
            other => to.push(other),
        }
    }
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
