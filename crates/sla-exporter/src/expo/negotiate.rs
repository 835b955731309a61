//! Which format a scraper gets: the one that it likes best of those we write.

use std::cmp::Reverse;

use http::{HeaderMap, header};

use super::{openmetrics, protobuf, text};
use crate::weigh::{Choice, choices};

/// A format of `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' protobuf messages.
    Protobuf,
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' text format 0.0.4.
    Text,
}

impl Format {
    /// Returns the value of `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => protobuf::CONTENT_TYPE,
            Self::OpenMetrics => openmetrics::CONTENT_TYPE,
            Self::Text => text::CONTENT_TYPE,
        }
    }

    /// Returns the format that the `Accept` headers ask for. What a format weighs, the range says that names it most
    /// exactly (RFC 9110 §12.5.1); of those with the same weight, the first is taken. Who accepts nothing that we write
    /// gets text: a scraper that fails is worse than one that has to read what it did not ask for.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let ranges: Vec<_> = choices(headers, &header::ACCEPT).collect();
        let mut best = (0, Reverse(usize::MAX), Self::Text);
        for format in Self::ALL {
            let found = ranges.iter().enumerate().filter_map(|(place, range)| {
                let exactness = format.matches(range)?;
                Some((exactness, range.weight, Reverse(place)))
            });
            if let Some((_, weight, place)) = found.max()
                && weight > 0
                && (weight, place) > (best.0, best.1)
            {
                best = (weight, place, format);
            }
        }
        best.2
    }

    /// Returns how exactly a range names the format, if it does.
    fn matches(self, range: &Choice<'_>) -> Option<Exactness> {
        let (name, family) = self.media_type();
        let has = |key: &str, value: &str| range.parameters.iter().any(|it| it.0 == key && it.1 == value);
        let lacks = |key: &str| range.parameters.iter().all(|it| it.0 != key);
        let version = |it: &str| {
            let other = has("version", it).then_some(Exactness::Parameters);
            if lacks("version") { Some(Exactness::Type) } else { other }
        };
        match range.name.as_str() {
            "*/*" | "*" => Some(Exactness::Anything),
            it if it == family => Some(Exactness::Family),
            it if it != name => None,
            _ => match self {
                Self::Text => version("0.0.4"),
                Self::OpenMetrics => version("1.0.0"),
                // There are other encodings of other messages.
                Self::Protobuf => (has("proto", "io.prometheus.client.MetricFamily")
                    && has("encoding", "delimited"))
                .then_some(Exactness::Parameters),
            },
        }
    }

    fn media_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("text/plain", "text/*"),
            Self::OpenMetrics => ("application/openmetrics-text", "application/*"),
            Self::Protobuf => ("application/vnd.google.protobuf", "application/*"),
        }
    }

    /// Every format; whoever takes anything gets what people can read.
    const ALL: [Self; 3] = [Self::Text, Self::OpenMetrics, Self::Protobuf];
}

/// How exactly a range names a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exactness {
    Anything,
    Family,
    Type,
    Parameters,
}

/// Returns whether gzip is accepted: by its name, or else as anything.
pub fn gzip(headers: &HeaderMap) -> bool {
    let choices: Vec<_> = choices(headers, &header::ACCEPT_ENCODING).collect();
    let weight = |names: &[&str]| {
        choices.iter().filter(|it| names.contains(&it.name.as_str())).map(|it| it.weight).max()
    };
    weight(&["gzip", "x-gzip"]).or_else(|| weight(&["*"])).is_some_and(|it| it > 0)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.append(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[track_caller]
    fn accepted(accept: &str, expected: Format) {
        assert_eq!(Format::accepted(&headers("accept", accept)), expected, "{accept}");
    }

    const PROTO: &str =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

    #[test]
    fn the_heaviest_format_that_we_write_is_taken() {
        accepted("", Format::Text);
        accepted("*/*", Format::Text);
        accepted("text/html, application/json", Format::Text);
        accepted("application/openmetrics-text", Format::OpenMetrics);
        accepted("application/openmetrics-text;version=2.0.0, text/plain;q=0.1", Format::Text);
        accepted("application/openmetrics-text; version=1.0.0; q=0.2, text/plain;q=0.5", Format::Text);
        accepted("application/openmetrics-text;q=0", Format::Text);
        accepted(PROTO, Format::Protobuf);
        accepted("application/vnd.google.protobuf;encoding=text", Format::Text);
        accepted(&format!("text/plain;q=0.3, {PROTO};q=\"0.7\""), Format::Protobuf);
        accepted("text/plain;q=x, application/openmetrics-text;q=0.001", Format::OpenMetrics);
    }

    #[test]
    fn the_most_exact_range_says_what_a_format_weighs() {
        accepted("text/plain;q=0, */*", Format::OpenMetrics);
        accepted("*/*, text/plain;q=0", Format::OpenMetrics);
        accepted("text/*;q=0, */*;q=0.1", Format::OpenMetrics);
        accepted("text/plain;q=0, application/openmetrics-text;q=0, */*;q=0.1", Format::Protobuf);
        accepted("*/*;q=0.9, text/plain;q=0.1, application/openmetrics-text;q=0.5", Format::Protobuf);
        accepted("*/*;q=0.9, text/plain;q=0.1, application/*;q=0.05", Format::Text);
        accepted("*/*;q=0.9, application/openmetrics-text", Format::OpenMetrics);
        accepted("text/*;q=0.9, text/plain;q=0.1, application/openmetrics-text;q=0.5", Format::OpenMetrics);
        accepted("text/plain;version=0.0.4;q=0.1, text/plain, application/*;q=0.5", Format::OpenMetrics);
        accepted("text/plain;version=1.0.0, application/*;q=0.5", Format::OpenMetrics);
        accepted("application/*", Format::OpenMetrics);
        accepted("text/plain;q=0", Format::Text);
        accepted("*/*;q=0", Format::Text);
    }

    #[test]
    fn what_real_scrapers_send_is_understood() {
        // Prometheus 2.42, without and with native histograms; Prometheus 3.
        let text = "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        let open =
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75";
        accepted(&format!("{open},{text}"), Format::OpenMetrics);
        accepted(&format!("{PROTO},{open};q=0.8,{text}"), Format::Protobuf);
        accepted(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            Format::OpenMetrics,
        );
    }

    #[test]
    fn gzip_is_for_whoever_takes_it() {
        for (accept, expected) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("br", false),
            ("", false),
            ("*", true),
            ("br, *;q=0.1", true),
            ("*;q=0", false),
            ("*, gzip;q=0", false),
            ("gzip;q=0.1, *;q=0", true),
            ("x-gzip", true),
            ("identity", false),
        ] {
            assert_eq!(gzip(&headers("accept-encoding", accept)), expected, "{accept}");
        }
    }
}
