//! The access log: one line per request on the shop's ports, as nginx writes it or as JSON.
//!
//! The file is opened once, for appending, and never reopened: rotate it by copying and truncating
//! (`copytruncate`). Lines are written once a second and at the end.

use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    net::IpAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use clap::ValueEnum;
use http::{HeaderMap, Request, header};
use jiff::{Timestamp, Zoned, tz};
use serde_json::json;

use crate::{clock, metrics, route::Route};

/// How long a line may wait for the disk.
const FLUSH_PERIOD: Duration = Duration::from_secs(1);

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// As nginx and Apache write it.
    Combined,
    /// An object per line, with route, business module and duration.
    Json,
}

/// An open log.
pub struct AccessLog {
    file: Mutex<BufWriter<File>>,
    format: Format,
}

impl AccessLog {
    /// Opens a log; lines are added to those that are there.
    pub fn open(file: &Path, format: Format) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(file)?;
        Ok(Self { file: Mutex::new(BufWriter::new(file)), format })
    }

    /// Starts the line of a request; it is written when the record is dropped, answered or not.
    pub fn start<B>(self: &Arc<Self>, remote: IpAddr, route: Route, request: &Request<B>) -> Record {
        let text = |name| header_text(request.headers(), name);
        Record {
            log: Arc::clone(self),
            remote,
            route,
            method: request.method().to_string(),
            uri: request.uri().to_string(),
            protocol: format!("{:?}", request.version()),
            referer: text(header::REFERER),
            agent: text(header::USER_AGENT),
            started: Instant::now(),
            status: metrics::CLIENT_GONE.to_owned(),
            bytes: 0,
        }
    }

    /// Writes what waits.
    pub fn flush(&self) {
        let flushed = self.file.lock().unwrap_or_else(PoisonError::into_inner).flush();
        if let Err(error) = flushed {
            tracing::warn!(%error, "cannot write the access log");
        }
    }

    /// Writes what waits, once a second.
    pub async fn keep_flushing(self: Arc<Self>) {
        loop {
            tokio::time::sleep(FLUSH_PERIOD).await;
            self.flush();
        }
    }
}

/// A line that is written when dropped.
pub struct Record {
    log: Arc<AccessLog>,
    remote: IpAddr,
    route: Route,
    method: String,
    uri: String,
    protocol: String,
    referer: String,
    agent: String,
    started: Instant,
    status: String,
    bytes: u64,
}

impl Record {
    /// Says how the request ended.
    pub fn answered(&mut self, status: &str, bytes: u64) {
        status.clone_into(&mut self.status);
        // The answer to HEAD says how long the body would be, and has none.
        self.bytes = if self.method == "HEAD" { 0 } else { bytes };
    }

    fn combined(&self, at: &Zoned) -> String {
        format!(
            "{} - - [{}] \"{} {} {}\" {} {} \"{}\" \"{}\"",
            self.remote,
            at.strftime("%d/%b/%Y:%H:%M:%S %z"),
            escape(&self.method),
            escape(&self.uri),
            self.protocol,
            self.status,
            self.bytes,
            escape(&self.referer),
            escape(&self.agent),
        )
    }

    fn json(&self, at: &Zoned) -> String {
        json!({
            "time": at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
            "remote_addr": self.remote.to_string(),
            "method": self.method,
            "uri": self.uri,
            "protocol": self.protocol,
            "status": self.status.parse::<u16>().unwrap_or(0),
            "body_bytes_sent": self.bytes,
            "request_time": self.started.elapsed().as_secs_f64(),
            "route": self.route.pattern(),
            "module": self.route.module(),
            "http_referer": self.referer,
            "http_user_agent": self.agent,
        })
        .to_string()
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let at = shop_time(clock::now_ms());
        let line = match self.log.format {
            Format::Combined => self.combined(&at),
            Format::Json => self.json(&at),
        };
        let mut file = self.log.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writeln!(file, "{line}") {
            tracing::warn!(%error, "cannot write the access log");
        }
    }
}

/// Returns a time as the shop's clocks on the wall show it: Asia/Shanghai has been at +08:00 since 1991.
fn shop_time(at_ms: i64) -> Zoned {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned(tz::TimeZone::fixed(tz::offset(8)))
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers
        .get(name)
        .map_or_else(|| "-".to_owned(), |value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Escapes as nginx does: what is neither printable nor safe inside quotes becomes `\xHH`.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' if byte != b'"' && byte != b'\\' => escaped.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(escaped, "\\x{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use serde_json::Value;

    use super::*;

    fn logged(format: Format) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("access.log");
        let log = Arc::new(AccessLog::open(&file, format).unwrap());
        let request = Request::post("/api/orders?a=1").header("user-agent", "a \"b\" 药").body(()).unwrap();
        let mut record = log.start(Ipv4Addr::LOCALHOST.into(), Route::Orders, &request);
        record.answered("201", 42);
        drop(record);
        drop(log.start(Ipv4Addr::LOCALHOST.into(), Route::Orders, &request));
        log.flush();
        std::fs::read_to_string(file).unwrap()
    }

    #[test]
    fn combined_is_what_nginx_writes() {
        let text = logged(Format::Combined);
        let (first, second) = text.trim_end().split_once('\n').unwrap();
        let (start, rest) = first.split_once('[').unwrap();
        let (time, rest) = rest.split_once(']').unwrap();
        assert_eq!(start, "127.0.0.1 - - ");
        assert_eq!(rest, r#" "POST /api/orders?a=1 HTTP/1.1" 201 42 "-" "a \x22b\x22 \xE8\x8D\xAF""#);
        assert!(time.ends_with(" +0800") && time.len() == "23/Nov/2026:18:00:00 +0800".len(), "{time}");
        assert!(second.contains("\" 499 0 \""), "{second}");
        let midnight = shop_time(1_700_000_000_000).strftime("%d/%b/%Y:%H:%M:%S %z").to_string();
        assert_eq!(midnight, "15/Nov/2023:06:13:20 +0800");
    }

    #[test]
    fn json_knows_the_business_module() {
        let text = logged(Format::Json);
        let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!((&line["module"], &line["route"]), (&json!("order"), &json!("/api/orders")));
        assert_eq!((&line["status"], &line["http_user_agent"]), (&json!(201), &json!("a \"b\" 药")));
        assert!(line["time"].as_str().unwrap().ends_with("+08:00"), "{line}");
        assert!(line["request_time"].is_f64());
    }
}
