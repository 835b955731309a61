//! The file itself: reading it, and what its keys may say.

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Instant,
};

use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_yaml::Location;

use super::{
    Rules, duration,
    limit::Bucket,
    look::{Look, Tried},
    tls,
    users::Users,
};

/// Why the file cannot be used. Values of the file are never part of it: they may be secret.
#[derive(Debug, thiserror::Error)]
#[error("the web configuration `{}`: {why}", path.display())]
pub struct WebConfigError {
    path: PathBuf,
    #[source]
    why: Wrong,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    #[error("`{}` cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{line}:{column}: {what}; see exporter-toolkit's docs/web-configuration.md")]
    Format { line: usize, column: usize, what: String },
    #[error("`{key}` {what}")]
    Key { key: &'static str, what: String },
    #[error("the password of user `{0}` is no bcrypt hash; `htpasswd -nBC 10 NAME` makes one")]
    Hash(String),
}

impl WebConfigError {
    /// Returns whether the file itself cannot be read, so that nothing is known of what it says.
    pub fn is_unreadable(&self) -> bool {
        matches!(&self.why, Wrong::Read { path, .. } if *path == self.path)
    }
}

impl Wrong {
    /// Makes the error of one key.
    pub fn key(key: &'static str, what: impl fmt::Display) -> Self {
        Self::Key { key, what: what.to_string() }
    }
}

/// A key with nothing behind it is as if it were not there.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    tls_server_config: Option<Tls>,
    http_server_config: Option<Http>,
    basic_auth_users: Option<BTreeMap<String, String>>,
    rate_limit: Option<Limit>,
}

/// `tls_server_config`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    pub cert: Option<String>,
    pub key: Option<String>,
    pub client_ca: Option<String>,
    pub cert_file: Option<PathBuf>,
    pub key_file: Option<PathBuf>,
    pub client_ca_file: Option<PathBuf>,
    pub client_auth_type: Option<String>,
    pub client_allowed_sans: Option<Vec<String>>,
    pub min_version: Option<String>,
    pub max_version: Option<String>,
    pub cipher_suites: Option<Vec<String>>,
    /// Accepted and without effect, as there.
    pub prefer_server_cipher_suites: Option<bool>,
    pub curve_preferences: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Http {
    /// Accepted; we speak HTTP/1.1, which every scraper speaks too.
    http2: Option<bool>,
    headers: Option<BTreeMap<String, Option<Text>>>,
}

/// A text that YAML may take for a number: `X-XSS-Protection: 1`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Text(String),
    Number(i64),
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Limit {
    interval: Option<Text>,
    burst: Option<u32>,
}

/// The headers that may be set, with the values that some of them are bound to.
const HEADERS: [(&str, &[&str]); 5] = [
    ("Strict-Transport-Security", &[]),
    ("X-Content-Type-Options", &["nosniff"]),
    ("X-Frame-Options", &["deny", "sameorigin"]),
    ("X-XSS-Protection", &[]),
    ("Content-Security-Policy", &[]),
];

/// Reads the file and everything that it names; relative paths start where it stands.
pub fn read(path: &Path, mut tried: Tried) -> Look {
    let read = tried.read(path).and_then(|it| parse(&it)).and_then(|it| rules(it, path, &mut tried));
    Look { read: read.map_err(|why| WebConfigError { path: path.to_owned(), why }), tried }
}

fn parse(text: &str) -> Result<File, Wrong> {
    if text.trim().is_empty() {
        return Ok(File::default());
    }
    let parsed: Result<Option<File>, _> = serde_yaml::from_str(text);
    parsed.map(Option::unwrap_or_default).map_err(|error| {
        let error = error.without_snippet();
        let (line, column) = error.location().map_or((1, 1), place);
        // Only this one is sure to name a key; others quote the value that they found.
        let said = error.to_string();
        let unknown = said.split("unknown field `").nth(1).and_then(|it| it.split('`').next());
        let what = unknown.map_or_else(
            || "this is not what the format wants here".to_owned(),
            |key| format!("there is no key `{key}` here"),
        );
        Wrong::Format { line, column, what }
    })
}

fn place(location: Location) -> (usize, usize) {
    let number = |it: u64| usize::try_from(it).unwrap_or(usize::MAX);
    (number(location.line()), number(location.column()))
}

fn rules(file: File, path: &Path, tried: &mut Tried) -> Result<Rules, Wrong> {
    let directory = path.parent().unwrap_or(path);
    let tls = tls::config(&file.tls_server_config.unwrap_or_default(), directory, tried)?;
    let http = file.http_server_config.unwrap_or_default();
    // HTTP/2 is never spoken, so there is nothing to switch off.
    let _ = http.http2;
    let headers = headers(http.headers.unwrap_or_default())?;
    let users = Users::new(file.basic_auth_users.unwrap_or_default()).map_err(Wrong::Hash)?;
    Ok(Rules { tls, headers, users, limit: limit(&file.rate_limit.unwrap_or_default())? })
}

fn headers(wanted: BTreeMap<String, Option<Text>>) -> Result<Vec<(HeaderName, HeaderValue)>, Wrong> {
    let header = |(name, value): (String, Text)| {
        let value = value.into_string();
        let Some((_, allowed)) = HEADERS.iter().find(|it| it.0 == name) else {
            return Err(Wrong::key("headers", format_args!("may not hold `{name}`")));
        };
        if !allowed.is_empty() && !allowed.contains(&value.as_str()) {
            let what = format!("allow for `{name}` only {}", allowed.join(", "));
            return Err(Wrong::key("headers", what));
        }
        let wrong =
            || Wrong::key("headers", format_args!("hold a value for `{name}` that HTTP does not allow"));
        let name = name.parse::<HeaderName>().map_err(|_| wrong())?;
        Ok((name.clone(), HeaderValue::from_str(&value).map_err(|_| wrong())?))
    };
    // An empty value unsets a header, as in exporter-toolkit.
    let wanted = wanted.into_iter().filter_map(|(name, value)| Some((name, value?)));
    wanted.filter(|it| !matches!(&it.1, Text::Text(text) if text.is_empty())).map(header).collect()
}

fn limit(limit: &Limit) -> Result<Option<Mutex<Bucket>>, Wrong> {
    let interval = match &limit.interval {
        None | Some(Text::Number(0)) => return Ok(None),
        Some(Text::Text(text)) => duration::parse(text),
        Some(Text::Number(_)) => None,
    };
    let interval =
        interval.ok_or_else(|| Wrong::key("interval", "is no duration; write for example `1s`"))?;
    let bucket = || Mutex::new(Bucket::new(interval, limit.burst.unwrap_or(0), Instant::now()));
    Ok((!interval.is_zero()).then(bucket))
}

impl Text {
    fn into_string(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(path: &Path) -> Result<Rules, WebConfigError> {
        super::read(path, Tried::default()).read
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("web.yml");
        fs::write(&path, text).unwrap();
        let error = read(&path).err().expect("it is wrong").to_string();
        assert!(error.ends_with(expected), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }

    const SEE: &str = "; see exporter-toolkit's docs/web-configuration.md";

    #[test]
    fn what_is_wrong_is_told_without_its_value() {
        refused("basic_auth_user: {a: canary}", &format!("1:1: there is no key `basic_auth_user` here{SEE}"));
        refused("basic_auth_users: canary", &format!("1:19: this is not what the format wants here{SEE}"));
        refused("rate_limit: {burst: canary}", &format!("1:21: this is not what the format wants here{SEE}"));
        refused("rate_limit: [canary", &format!("1:13: this is not what the format wants here{SEE}"));
        refused(
            "basic_auth_users: {a: canary}",
            "the password of user `a` is no bcrypt hash; `htpasswd -nBC 10 NAME` makes one",
        );
        // Go's bcrypt knows costs from 4 to 31.
        refused(
            "basic_auth_users: {a: $2b$99$canarycanarycanarycanauNMk5yQJPbHYpYSEQYXXKdvIkXJdv4jG}",
            "the password of user `a` is no bcrypt hash; `htpasswd -nBC 10 NAME` makes one",
        );
        refused("http_server_config: {headers: {Server: x}}", "`headers` may not hold `Server`");
        refused(
            "http_server_config: {headers: {X-Frame-Options: canary}}",
            "`headers` allow for `X-Frame-Options` only deny, sameorigin",
        );
        refused("rate_limit: {interval: 5}", "`interval` is no duration; write for example `1s`");
        refused("tls_server_config: {key: canary}", "`cert_file` is missing, or `cert`");
        refused("tls_server_config: {cert: x, key: canary}", "`cert` holds no certificate");
    }

    #[test]
    fn an_empty_file_asks_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for text in [
            "",
            "\n",
            "# nothing\n",
            "rate_limit: {interval: 0, burst: 0}",
            "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\nrate_limit:\n",
            "http_server_config:\n  headers:\n  http2:\nrate_limit: {interval: ~, burst: ~}\n",
            "http_server_config: {headers: {X-Frame-Options: }}\ntls_server_config: {cert_file: ~}",
        ] {
            let path = folder.path().join("web.yml");
            fs::write(&path, text).unwrap();
            let rules = read(&path).unwrap();
            assert!(rules.tls.is_none() && rules.users.is_empty() && rules.limit.is_none(), "{text}");
            assert!(rules.headers.is_empty(), "{text}");
        }
    }
}
