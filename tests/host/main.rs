//! A machine that is really used up: processors to 90 % and to the whole, and 1.5 GiB of memory, until somebody is told
//! by real Prometheus and Alertmanager. It disturbs whatever else is measured at the same time, so it runs alone, in
//! `cargo xtask full`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod load;

use std::{
    fs,
    time::{Duration, Instant},
};

use tokio::time::timeout;
use xtask::{
    packages,
    receiver::{Alert, Status},
    stage::{Options, Stage},
};

use load::{Burner, busy_share};

/// How long anybody may take to be told; the window of five minutes is five seconds here.
const PATIENCE: Duration = Duration::from_secs(60);

const GIB: u64 = 1 << 30;

/// Returns the memory that is in use, in bytes.
fn used_memory() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap();
    let kibibytes = |name: &str| -> u64 {
        let line = text.lines().find_map(|it| it.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    (kibibytes("MemTotal:") - kibibytes("MemAvailable:")) * 1024
}

/// What was told of a limit, in the order in which it arrived.
struct Told(Vec<Alert>);

impl Told {
    fn has(&self, limit: &str, colour: &str) -> Option<&Alert> {
        self.0.iter().find(|it| it.labels["limit"] == limit && it.labels["colour"] == colour)
    }

    /// Waits until somebody is told of one colour of a limit.
    async fn wait(&mut self, stage: &mut Stage, limit: &str, colour: &str) -> Alert {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = self.has(limit, colour) {
                return found.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            let notification = timeout(left, stage.notifications.recv()).await;
            let notification =
                notification.unwrap_or_else(|_| panic!("nobody was told of {limit} {colour}: {:#?}", self.0));
            let firing = notification.unwrap().alerts.into_iter().filter(|it| it.status == Status::Firing);
            self.0.extend(firing.filter(|it| it.labels["alertname"] == "LimitExceeded"));
        }
    }
}

#[tokio::test]
async fn a_machine_that_is_used_up_is_told() {
    let limit = used_memory() + GIB;
    let specification = packages::root().join("tests/host");
    let variables = vec![("memory_limit".to_owned(), format!("{limit}B"))];
    let pace = "60".parse().unwrap();
    let mut stage = Stage::start(Options { specification, pace, variables, customers: 0 }).await.unwrap();
    let mut told = Told(Vec::new());
    quiet().await;

    let burner = Burner::start(0.90);
    let yellow = told.wait(&mut stage, "cpu", "yellow").await;
    assert_eq!((yellow.labels["tier"].as_str(), yellow.labels["module"].as_str()), ("P3", "machines"));
    assert!(yellow.annotations["summary"].contains("CPU使用率"), "{yellow:#?}");
    assert!(told.has("cpu", "red").is_none(), "90 % is not red: {:#?}", told.0);

    burner.aim(1.0);
    let red = told.wait(&mut stage, "cpu", "red").await;
    assert_eq!(red.labels["tier"], "P2");
    drop(burner);

    assert!(told.has("memory-used", "yellow").is_none(), "nothing was allocated yet: {:#?}", told.0);
    // Touched, or the system would only promise it.
    let memory = vec![1_u8; usize::try_from(GIB + GIB / 2).unwrap()];
    let yellow = told.wait(&mut stage, "memory-used", "yellow").await;
    assert!(memory.iter().step_by(4096).all(|it| *it == 1));
    assert!(yellow.annotations.values().any(|it| it.contains("GiB")), "{yellow:#?}");
    assert!(told.has("memory", "yellow").is_none(), "1.5 GiB are not 90 % of this machine: {:#?}", told.0);
    stage.stop();
}

/// Waits until the machine has time to spare; on one that has not, this test can prove nothing.
async fn quiet() {
    let until = Instant::now() + PATIENCE;
    while busy_share(Duration::from_secs(3)).await > 0.7 {
        assert!(Instant::now() < until, "the machine is too busy to tell our load from others'");
    }
    // The window that rules look at has forgotten the start.
    tokio::time::sleep(Duration::from_secs(6)).await;
}
