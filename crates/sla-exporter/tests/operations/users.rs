//! Users and passwords, also in a flood of wrong ones.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    client::{PATIENCE, request},
    exporter::{Exporter, specification},
};

fn login(user: &str, password: &str) -> String {
    format!("Authorization: Basic {}\r\n", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

/// An exporter that knows `alice` and `carol` with the password `right`.
fn guarded(cost: u32) -> Exporter {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), specification("")).unwrap();
    let hash = bcrypt::hash("right", cost).unwrap();
    let users = format!("basic_auth_users: {{alice: \"{hash}\", carol: \"{hash}\"}}");
    fs::write(folder.path().join("web.yml"), users).unwrap();
    Exporter::start_in(folder, &["--config.file", "sla.yaml", "--web.config.file", "web.yml"])
}

#[test]
fn only_users_get_in_and_health_is_for_everybody() {
    let exporter = guarded(4);
    for path in ["/", "/metrics", "/sd", "/probes/x", "/nothing"] {
        let refused = exporter.get(path, "");
        assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Basic")), "{path}");
    }
    assert_eq!(exporter.reload().status, 401);
    assert_eq!(exporter.get("/metrics", &login("alice", "wrong")).status, 401);
    assert_eq!(exporter.get("/metrics", &login("bob", "right")).status, 401);
    assert_eq!(exporter.get("/metrics", &login("alice", "right")).status, 200);
    for path in ["/-/healthy", "/-/ready"] {
        assert_eq!(exporter.get(path, "").status, 200, "{path}");
    }
    let page = exporter.get("/metrics", &login("alice", "right")).text();
    assert!(page.contains("sla_exporter_requests_refused_total{why=\"password\"} 8\n"), "{page}");
    // A new hash is a new password, at once.
    let users = format!("basic_auth_users: {{alice: \"{}\"}}", bcrypt::hash("new", 4).unwrap());
    fs::write(exporter.path("web.yml"), users).unwrap();
    exporter.until("new password", || exporter.get("/metrics", &login("alice", "new")).status == 200);
    assert_eq!(exporter.get("/metrics", &login("alice", "right")).status, 401);
}

/// Some wait half a second for their answer.
const GUESSERS: u64 = 40;

/// What comes in six seconds of 10,000 wrong passwords a minute. A busy machine may take longer to send them.
const GUESSES: u64 = 1000;

/// Ends the flood, also when the test fails in between.
pub struct End<'s>(pub &'s AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Our share of a processor is what the exporter says itself.
#[test]
fn a_flood_of_wrong_passwords_costs_little_and_keeps_nobody_out() {
    let exporter = guarded(10);
    let right = login("alice", "right");
    assert_eq!(exporter.get("/metrics", &right).status, 200);
    let cpu = || {
        let page = exporter.get("/metrics", &right).text();
        super::exporter::value(&page, "process_cpu_seconds_total").unwrap()
    };
    let (stop, tried) = (AtomicBool::new(false), AtomicU64::new(0));
    let (spent, took, slowest) = thread::scope(|scope| {
        for thread in 0..GUESSERS {
            let (stop, tried, exporter) = (&stop, &tried, &exporter);
            scope.spawn(move || {
                let mut number = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    number += 1;
                    // Half of it for a name that nobody has.
                    let user = match number % 4 {
                        0 => "alice".to_owned(),
                        2 => "carol".to_owned(),
                        _ => format!("user-{number}"),
                    };
                    let wrong = login(&user, &format!("wrong-{thread}-{number}"));
                    let status = request(exporter.address, "GET", "/metrics", &wrong).unwrap().status;
                    assert!(status == 401 || status == 429, "{status}");
                    tried.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(10));
                }
            });
        }
        let _end = End(&stop);
        let (before, began) = (cpu(), Instant::now());
        let mut slowest = Vec::new();
        let guessed = || tried.load(Ordering::Relaxed);
        while began.elapsed() < Duration::from_secs(6) || guessed() < GUESSES {
            assert!(began.elapsed() < 3 * PATIENCE, "only {} guesses", guessed());
            let login = Instant::now();
            assert_eq!(exporter.get("/metrics", &right).status, 200);
            slowest.push(login.elapsed());
            thread::sleep(Duration::from_millis(100));
        }
        let (spent, took) = (cpu() - before, began.elapsed().as_secs_f64());
        // Whoever was never there gets in among guessers from the same address while the flood goes on.
        let first = Instant::now();
        let mut logins = 1;
        while exporter.get("/metrics", &login("carol", "right")).status != 200 {
            logins += 1;
        }
        assert!(
            logins <= 4 && first.elapsed() < Duration::from_secs(10),
            "{logins} in {:?}",
            first.elapsed()
        );
        slowest.sort_unstable();
        (spent, took, slowest[slowest.len() * 9 / 10])
    });
    // A third of it is for the debug build, in which this test runs.
    let limit = if cfg!(debug_assertions) { 0.3 } else { 0.2 };
    assert!(spent / took < limit, "{:.0} % of a core", 100.0 * spent / took);
    assert!(slowest < Duration::from_millis(50), "{slowest:?}");
}
