//! `--web.config.file`: TLS, users, headers and a rate limit, in the format of Prometheus' exporter-toolkit.
//!
//! The file and what it names are looked at again when requests come, so that a renewed certificate is in use at
//! once. A file that turned wrong keeps the rules that were good: they still protect.

mod checker;
mod client;
mod duration;
mod file;
mod limit;
mod p521;
mod tls;
mod turns;
mod users;

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rustls::ServerConfig;

use crate::{
    state::lock,
    web::answer::{self, Answer},
};
use checker::{Checked, Checker};
pub use file::WebConfigError;
use limit::Bucket;
use users::Users;

/// Files are looked at once in this time, however many requests come.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What the file says, ready to be used.
#[derive(Default)]
pub struct Rules {
    tls: Option<Arc<ServerConfig>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    users: Users,
    limit: Option<Mutex<Bucket>>,
    /// Every file that was read.
    files: Vec<PathBuf>,
}

/// What stands between the network and the pages.
pub struct Gate {
    file: Option<PathBuf>,
    seen: Mutex<Seen>,
    checker: Arc<Checker>,
    good: Arc<AtomicBool>,
}

struct Seen {
    rules: Arc<Rules>,
    stamps: Vec<Stamp>,
    looked: Instant,
}

/// What changes when a file does.
type Stamp = Option<(SystemTime, u64)>;

impl Gate {
    /// Reads the file, if there is one.
    pub fn open(file: Option<PathBuf>) -> Result<Self, WebConfigError> {
        let rules = file.as_deref().map_or_else(|| Ok(Rules::default()), file::read)?;
        let stamps = stamps(&rules.files);
        let seen = Mutex::new(Seen { rules: Arc::new(rules), stamps, looked: Instant::now() });
        Ok(Self { file, seen, checker: Arc::default(), good: Arc::new(AtomicBool::new(true)) })
    }

    /// Returns what always says whether the file was good when it was last read.
    pub fn good(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.good)
    }

    /// Returns the rules of now.
    pub fn rules(&self) -> Arc<Rules> {
        let mut seen = lock(&self.seen);
        let now = Instant::now();
        if let Some(file) = &self.file
            && now.saturating_duration_since(seen.looked) >= LOOK_EVERY
        {
            seen.looked = now;
            let stamps = stamps(&seen.rules.files);
            if stamps != seen.stamps {
                seen.stamps = stamps;
                self.renew(file, &mut seen);
            }
        }
        Arc::clone(&seen.rules)
    }

    fn renew(&self, path: &Path, seen: &mut Seen) {
        let read = file::read(path);
        self.good.store(read.is_ok(), Ordering::Relaxed);
        match read {
            Ok(rules) => {
                seen.stamps = stamps(&rules.files);
                seen.rules = Arc::new(rules);
                self.checker.forget();
                tracing::info!(file = %path.display(), "took the changed web configuration");
            }
            Err(error) => tracing::error!(%error, "the web configuration was not taken; the old one stays"),
        }
    }

    /// Lets a request in, or answers it.
    pub async fn admit(&self, rules: &Rules, headers: &HeaderMap, peer: IpAddr) -> Result<(), Answer> {
        if let Some(limit) = &rules.limit
            && !lock(limit).take(Instant::now())
        {
            return Err(answer::text(StatusCode::TOO_MANY_REQUESTS, "too many requests\n"));
        }
        if rules.users.is_empty() {
            return Ok(());
        }
        let Some(login) = users::login(headers) else {
            return Err(unauthorized());
        };
        match self.checker.check(&rules.users, &login, peer).await {
            Checked::Right => Ok(()),
            Checked::Wrong => Err(unauthorized()),
            Checked::Busy => {
                let mut busy = answer::text(StatusCode::TOO_MANY_REQUESTS, "too many passwords to check\n");
                busy.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
                Err(busy)
            }
        }
    }
}

impl Rules {
    /// Returns how connections begin.
    pub fn tls(&self) -> Option<Arc<ServerConfig>> {
        self.tls.clone()
    }

    /// Adds the headers that every answer carries.
    pub fn add_headers(&self, answer: &mut Answer) {
        for (name, value) in &self.headers {
            answer.headers_mut().insert(name, value.clone());
        }
    }
}

fn unauthorized() -> Answer {
    let mut answer = answer::text(StatusCode::UNAUTHORIZED, "unauthorized\n");
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
    answer
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |path: &PathBuf| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(stamp).collect()
}
