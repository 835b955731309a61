//! `--web.config.file`: TLS, users, headers and a rate limit, in the format of Prometheus' exporter-toolkit.
//!
//! The file and what it names are looked at again when requests come, so that a renewed certificate is in use at
//! once. A file that turned wrong keeps the rules that were good: they still protect.

mod checker;
mod client;
mod duration;
mod file;
mod limit;
mod look;
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
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rustls::ServerConfig;

use crate::{
    patience::{Busy, Lost},
    state::lock,
    web::answer::{self, Answer},
};
use checker::{Checked, Checker};
pub use file::WebConfigError;
use limit::Bucket;
use look::{Look, Tried};
use users::Users;

/// Files are looked at once in this time, however many requests come.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Whoever asks waits so long for a look: what takes longer is a file system that hangs, and its outcome is taken when
/// it comes.
const LOOK_MAX: Duration = Duration::from_millis(250);

/// What the file says, ready to be used.
#[derive(Default)]
pub struct Rules {
    tls: Option<Arc<ServerConfig>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    users: Users,
    limit: Option<Mutex<Bucket>>,
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
    tried: Arc<Tried>,
    looked: Instant,
    /// A look that takes long.
    looking: Option<mpsc::Receiver<Option<Look>>>,
    /// The next look must read, whether anything changed or not.
    again: bool,
}

impl Gate {
    /// Reads the file, if there is one.
    pub fn open(file: Option<PathBuf>) -> Result<Self, WebConfigError> {
        let (rules, tried) = match file.as_deref().map(|it| file::read(it, Tried::default())) {
            Some(Look { read, tried }) => (read?, tried),
            None => Default::default(),
        };
        let (rules, tried) = (Arc::new(rules), Arc::new(tried));
        let seen = Mutex::new(Seen { rules, tried, looked: Instant::now(), looking: None, again: false });
        Ok(Self { file, seen, checker: Arc::default(), good: Arc::new(AtomicBool::new(true)) })
    }

    /// Returns what always says whether the file was good when it was last read.
    pub fn good(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.good)
    }

    /// Returns the rules of now.
    pub fn rules(&self) -> Arc<Rules> {
        let mut seen = lock(&self.seen);
        if let Some(file) = &self.file
            && seen.looked.elapsed() >= LOOK_EVERY
        {
            let looking = seen.looking.take().unwrap_or_else(|| begin(file, &seen));
            match looking.recv_timeout(LOOK_MAX) {
                Ok(Some(found)) => {
                    // It was logged, and whoever asks gets the rules that are in force.
                    let _ = self.take(file, &mut seen, found);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => seen.looking = Some(looking),
                // Nothing changed; or no thread could be had, and the next look may get one.
                Ok(None) | Err(mpsc::RecvTimeoutError::Disconnected) => {}
            }
            seen.looked = Instant::now();
        }
        Arc::clone(&seen.rules)
    }

    /// Looks at once, because somebody asked for it; returns what is wrong. It waits as long as its files do.
    pub fn reload(&self, busy: &Busy) -> Result<(), String> {
        let Some(file) = &self.file else { return Ok(()) };
        let known = Arc::clone(&lock(&self.seen).tried);
        let bad = !self.good.load(Ordering::Relaxed);
        match look::look(file, &known, bad, busy.clone()) {
            None => Ok(()),
            Some(found) => self.take(file, &mut lock(&self.seen), found).map_err(|it| it.to_string()),
        }
    }

    /// Notes that a look did not come to an end.
    pub fn give_up(&self, lost: &Lost) {
        self.good.store(false, Ordering::Relaxed);
        lock(&self.seen).again = true;
        tracing::error!(error = %lost, "the web configuration was not taken; the old one stays");
    }

    fn take(&self, path: &Path, seen: &mut Seen, look: Look) -> Result<(), WebConfigError> {
        seen.tried = Arc::new(look.tried);
        seen.again = false;
        self.good.store(look.read.is_ok(), Ordering::Relaxed);
        match look.read {
            Ok(rules) => {
                seen.rules = Arc::new(rules);
                self.checker.forget();
                tracing::info!(file = %path.display(), "took the changed web configuration");
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "the web configuration was not taken; the old one stays");
                Err(error)
            }
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

/// Looks on a thread of its own: whoever waits must not wait for ever.
fn begin(file: &Path, seen: &Seen) -> mpsc::Receiver<Option<Look>> {
    let (sender, found) = mpsc::channel();
    let (file, known, must) = (file.to_owned(), Arc::clone(&seen.tried), seen.again);
    let look = move || {
        // Whoever waited may have stopped.
        let _ = sender.send(look::look(&file, &known, must, Busy::default()));
    };
    // Without a thread the sender is gone, which says that nothing was found.
    let _ = thread::Builder::new().name("web-config".to_owned()).spawn(look);
    found
}
