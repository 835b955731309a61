//! Logs as `key=value` pairs, as Prometheus and its exporters write them: <https://brandur.org/logfmt>.

use std::fmt::{self, Write};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

/// Writes a line for each event.
#[derive(Debug)]
pub struct Logfmt;

impl<S, N> FormatEvent<S, N> for Logfmt
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writer.write_str("time=")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, " level={}", event.metadata().level().as_str().to_ascii_lowercase())?;
        let mut pairs = Pairs { writer, written: Ok(()) };
        event.record(&mut pairs);
        pairs.written?;
        writeln!(pairs.writer)
    }
}

struct Pairs<'w> {
    writer: Writer<'w>,
    written: fmt::Result,
}

impl Visit for Pairs<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let name = if field.name() == "message" { "msg" } else { field.name() };
        if self.written.is_ok() {
            self.written = write!(self.writer, " {name}={}", Quoted(value));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// A value, in quotes where a reader could lose its end, and then with the escapes of JSON.
struct Quoted<'v>(&'v str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |it: char| !it.is_whitespace() && !it.is_control() && !matches!(it, '"' | '=' | '\\');
        if !self.0.is_empty() && self.0.chars().all(plain) {
            return f.write_str(self.0);
        }
        f.write_str("\"")?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                // JSON lets the later ones be, but a terminal obeys some, and some readers break lines at others.
                it if it.is_control() || matches!(it, '\u{2028}' | '\u{2029}') => {
                    write!(f, "\\u{:04x}", u32::from(it))?;
                }
                it => f.write_char(it)?,
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn values_are_what_json_reads() {
        #[track_caller]
        fn check(value: &str, written: &str) {
            let quoted = Quoted(value).to_string();
            assert_eq!(quoted, written);
            if let Some(read) = quoted.starts_with('"').then(|| serde_json::from_str::<String>(&quoted)) {
                assert_eq!(read.unwrap(), value);
            }
        }
        check("plain-1.5/药", "plain-1.5/药");
        check("", r#""""#);
        check("a b", r#""a b""#);
        check("\u{1b}[31m", r#""\u001b[31m""#);
        check("\0\u{7f}\u{9b}\u{2028}", r#""\u0000\u007f\u009b\u2028""#);
        check("tab\tquote\"back\\\r\n", r#""tab\tquote\"back\\\r\n""#);
        // A family: four people and three joiners.
        check("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦");
        check("= 👨‍👩‍👧‍👦 é 药", "\"= 👨‍👩‍👧‍👦 é 药\"");
    }

    #[test]
    fn every_word_of_a_line_is_a_pair() {
        let kept = Kept::default();
        let to = kept.clone();
        let logs = tracing_subscriber::fmt().event_format(Logfmt).with_writer(move || to.clone()).finish();
        tracing::subscriber::with_default(logs, || {
            let problem = "two\nlines of \"text\"";
            tracing::warn!(probe = %"home", problem, unsaid = 3, empty = "", sum = "a=b", "it fails: 药");
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let (time, rest) = text.split_once(' ').unwrap();
        assert!(time.strip_prefix("time=").unwrap().parse::<jiff::Timestamp>().is_ok(), "{time}");
        let expected = "level=warn msg=\"it fails: 药\" probe=home problem=\"two\\nlines of \\\"text\\\"\" unsaid=3 \
                        empty=\"\" sum=\"a=b\"\n";
        assert_eq!(rest, expected);
    }
}
