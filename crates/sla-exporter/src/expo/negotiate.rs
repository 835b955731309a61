//! Which format a scraper gets: the one that it likes best of those we write.

use http::{HeaderMap, header};

use super::{openmetrics, protobuf, text};

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

    /// Returns the format that the `Accept` headers ask for; of those with the same weight, the first. Who accepts
    /// nothing that we write gets text: a scraper that fails is worse than one that has to read what it did not ask
    /// for.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let mut best = (0, Self::Text);
        for choice in choices(headers, &header::ACCEPT) {
            if let Some(format) = choice.format()
                && choice.weight > best.0
            {
                best = (choice.weight, format);
            }
        }
        best.1
    }
}

/// Returns whether gzip is accepted.
pub fn gzip(headers: &HeaderMap) -> bool {
    choices(headers, &header::ACCEPT_ENCODING).any(|it| it.name == "gzip" && it.weight > 0)
}

/// One choice of an `Accept…` header.
struct Choice<'h> {
    name: String,
    parameters: Vec<(String, &'h str)>,
    /// `q` in thousandths, as RFC 9110 allows three digits.
    weight: u16,
}

fn choices<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = Choice<'h>> {
    let values = headers.get_all(name).into_iter().filter_map(|it| it.to_str().ok());
    values.flat_map(|it| it.split(',')).map(Choice::parse)
}

impl<'h> Choice<'h> {
    fn parse(text: &'h str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or("").to_ascii_lowercase();
        let mut choice = Self { name, parameters: Vec::new(), weight: 1000 };
        for (key, value) in parts.filter_map(|it| it.split_once('=')) {
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
            if key == "q" {
                choice.weight = weight(value);
            } else {
                choice.parameters.push((key, value));
            }
        }
        choice
    }

    fn has(&self, key: &str, value: &str) -> bool {
        self.parameters.iter().any(|it| it.0 == key && it.1 == value)
    }

    fn lacks(&self, key: &str) -> bool {
        self.parameters.iter().all(|it| it.0 != key)
    }

    /// Returns the format that satisfies the choice.
    fn format(&self) -> Option<Format> {
        match self.name.as_str() {
            "application/vnd.google.protobuf" => (self.has("proto", "io.prometheus.client.MetricFamily")
                && self.has("encoding", "delimited"))
            .then_some(Format::Protobuf),
            "application/openmetrics-text" => {
                (self.has("version", "1.0.0") || self.lacks("version")).then_some(Format::OpenMetrics)
            }
            "text/plain" => (self.has("version", "0.0.4") || self.lacks("version")).then_some(Format::Text),
            "text/*" | "*/*" => Some(Format::Text),
            _ => None,
        }
    }
}

/// Reads a weight; what is not one counts as none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn weight(text: &str) -> u16 {
    text.parse::<f64>().map_or(0, |it| (it.clamp(0.0, 1.0) * 1000.0) as u16)
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
        for (accept, expected) in
            [("gzip", true), ("br, GZIP;q=0.5", true), ("gzip;q=0", false), ("br", false), ("", false)]
        {
            assert_eq!(gzip(&headers("accept-encoding", accept)), expected, "{accept}");
        }
    }
}
