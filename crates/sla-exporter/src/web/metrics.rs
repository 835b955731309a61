//! `/metrics`: a snapshot in the format that was asked for, sent while it is written.
//!
//! A page is whole or it fails: a part of one would make every missing series look as if its probe were gone.

use std::{
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::{task::spawn_blocking, time::timeout_at};

use super::{
    Site,
    answer::{self, Answer},
    content,
};
use crate::{
    expo::{
        Encode,
        negotiate::{Format, gzip},
        openmetrics::OpenMetrics,
        own::Own,
        protobuf::Protobuf,
        text::Text,
    },
    host::Host,
    snapshot::Snapshot,
};

/// Pages that are written at a time; further scrapes wait for their turn.
pub const PAGES_MAX: usize = 4;

/// By when Prometheus wants the page, in seconds.
const TIMEOUT_HEADER: &str = "x-prometheus-scrape-timeout-seconds";

/// Prometheus' default.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Nobody waits longer, whatever the header says.
const TIMEOUT_MAX: Duration = Duration::from_mins(1);

/// What the way to Prometheus takes of its time, as in `blackbox_exporter`'s `--timeout-offset`.
const TIMEOUT_OFFSET: Duration = Duration::from_millis(500);

/// Answers a scrape.
pub async fn page(site: &Arc<Site>, headers: &HeaderMap) -> Answer {
    let deadline = Instant::now() + allowed(headers);
    let (format, zipped) = (Format::accepted(headers), gzip(headers));
    let place = timeout_at(deadline.into(), Arc::clone(&site.pages).acquire_owned()).await;
    let Ok(Ok(place)) = place else {
        return failed(site, "no page within the scrape's time: too many others are being written");
    };
    let (mut pieces, receiver) = content::channel(deadline);
    let writer = Arc::clone(site);
    spawn_blocking(move || {
        let _place = place;
        let world = writer.world();
        let snapshot = Snapshot::take(&world.model, &world.state, (writer.clock)());
        let written = if zipped {
            let mut zip = GzEncoder::new(&mut pieces, Compression::fast());
            write(format, &snapshot, &writer.host, &writer.own, &mut zip)
                .and_then(|()| zip.finish().map(|_| ()))
        } else {
            write(format, &snapshot, &writer.host, &writer.own, &mut pieces)
        };
        pieces.end(written);
    });
    match timeout_at(deadline.into(), content::begin(receiver)).await {
        Ok(Ok(content)) => {
            site.own.scraped();
            let mut answer = answer::with(StatusCode::OK, format.content_type(), content);
            let headers = answer.headers_mut();
            headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
            if zipped {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            answer
        }
        Ok(Err(error)) => failed(site, &error.to_string()),
        Err(_) => failed(site, "the page was not written within the scrape's time"),
    }
}

/// Writes a page in one pass.
pub fn write(
    format: Format,
    snapshot: &Snapshot,
    host: &Host,
    own: &Own,
    to: &mut impl Write,
) -> io::Result<()> {
    match format {
        Format::Protobuf => told(snapshot, host, own, Protobuf::new(to)),
        Format::OpenMetrics => told(snapshot, host, own, OpenMetrics::new(to)),
        Format::Text => told(snapshot, host, own, Text::new(to)),
    }
}

fn told(snapshot: &Snapshot, host: &Host, own: &Own, mut to: impl Encode) -> io::Result<()> {
    snapshot.tell(&mut to)?;
    host.tell(&mut to)?;
    own.tell(&mut to)?;
    to.finish()
}

fn failed(site: &Site, why: &str) -> Answer {
    tracing::warn!(why, "a scrape failed");
    site.own.scrape_failed();
    answer::text(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n"))
}

/// Returns how much time the page has.
fn allowed(headers: &HeaderMap) -> Duration {
    let asked = headers.get(TIMEOUT_HEADER).and_then(|it| it.to_str().ok()?.parse::<f64>().ok());
    let asked = asked.and_then(|it| Duration::try_from_secs_f64(it).ok()).filter(|it| !it.is_zero());
    let asked = asked.unwrap_or(TIMEOUT).min(TIMEOUT_MAX);
    // Of a short time at least a half stays.
    asked.saturating_sub(TIMEOUT_OFFSET).max(asked / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn given(text: &str, millis: u64) {
        let mut headers = HeaderMap::new();
        headers.insert(TIMEOUT_HEADER, HeaderValue::from_str(text).unwrap());
        assert_eq!(allowed(&headers), Duration::from_millis(millis), "{text}");
    }

    #[test]
    fn the_header_gives_the_time() {
        let usual = 9500;
        for (text, millis) in [("10", usual), ("0.5", 250), ("1e9", 59_500), ("0.8", 400)] {
            given(text, millis);
        }
        for text in ["", "-1", "x", "0", "0.0", "-0", "1e-12", "NaN", "inf", "1e300", "10s"] {
            given(text, usual);
        }
        assert_eq!(allowed(&HeaderMap::new()), Duration::from_millis(usual));
    }
}
