//! Jobs on a running schedule, in real time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sla_probe::Deadline;
use tokio::sync::watch;

use crate::{
    schedule::{Class, Job, Places, Schedule, Timing, drive},
    state::lock,
    tests::{fixture, running::until},
};

/// What a job has done.
#[derive(Default)]
struct Done {
    runs: AtomicU64,
    skipped: AtomicU64,
    running: AtomicU64,
    most_running: AtomicU64,
}

/// Takes a fixed time, or as long as it may.
struct Sleeper {
    takes: Option<Duration>,
    done: Arc<Done>,
}

impl Job for Sleeper {
    async fn run(&mut self, deadline: Deadline) {
        let running = self.done.running.fetch_add(1, Ordering::Relaxed) + 1;
        self.done.most_running.fetch_max(running, Ordering::Relaxed);
        tokio::time::sleep(self.takes.unwrap_or_else(|| deadline.left())).await;
        self.done.running.fetch_sub(1, Ordering::Relaxed);
        self.done.runs.fetch_add(1, Ordering::Relaxed);
    }

    fn skipped(&mut self, ticks: u64) {
        self.done.skipped.fetch_add(ticks, Ordering::Relaxed);
    }

    fn planned(&mut self, _wait: Duration) {}
}

fn schedule(places: fn(Class) -> usize) -> (Schedule, watch::Sender<bool>) {
    let model = fixture::model("http://shop", "shop.db".as_ref());
    let (stopping, _) = watch::channel(false);
    let lag = crate::state::State::new(&model).lag;
    (Schedule { started: Instant::now(), places: Places::new(places), lag }, stopping)
}

fn timing(every_millis: u64) -> Timing {
    let every = Duration::from_millis(every_millis);
    Timing { offset: Duration::ZERO, every, timeout: Duration::from_secs(10), class: Class::Network, seed: 0 }
}

#[tokio::test]
async fn ticks_of_a_run_that_goes_on_are_left_out() {
    let (schedule, stopping) = schedule(|_| 1);
    let done = Arc::<Done>::default();
    let takes = Some(Duration::from_millis(70));
    let driving = tokio::spawn(drive(
        Sleeper { takes, done: Arc::clone(&done) },
        timing(20),
        schedule.clone(),
        Arc::default(),
        stopping.subscribe(),
    ));
    until("three runs", || done.runs.load(Ordering::Relaxed) >= 3).await;
    stopping.send_replace(true);
    driving.await.unwrap();
    let (runs, skipped) = (done.runs.load(Ordering::Relaxed), done.skipped.load(Ordering::Relaxed));
    assert!(skipped >= 2 * (runs - 1), "{runs} runs, {skipped} left out");
    assert_eq!(done.most_running.load(Ordering::Relaxed), 1);
    assert_eq!(lock(&schedule.lag).count(), runs);
}

#[tokio::test]
async fn a_run_that_lasts_until_the_next_tick_costs_none() {
    let (schedule, stopping) = schedule(|_| 1);
    let done = Arc::<Done>::default();
    let driving = tokio::spawn(drive(
        Sleeper { takes: None, done: Arc::clone(&done) },
        timing(200),
        schedule,
        Arc::default(),
        stopping.subscribe(),
    ));
    until("five runs", || done.runs.load(Ordering::Relaxed) >= 5).await;
    stopping.send_replace(true);
    driving.await.unwrap();
    // A machine that stands still for more than the slack of 20 ms may lose a tick, but never every other one.
    let skipped = done.skipped.load(Ordering::Relaxed);
    assert!(skipped <= 2, "{skipped} left out");
}

#[tokio::test]
async fn no_more_runs_than_places() {
    let (schedule, stopping) = schedule(|_| 2);
    let done = Arc::<Done>::default();
    let takes = Some(Duration::from_millis(30));
    let jobs: Vec<_> = (0..6)
        .map(|_| Sleeper { takes, done: Arc::clone(&done) })
        .map(|job| {
            tokio::spawn(drive(job, timing(30), schedule.clone(), Arc::default(), stopping.subscribe()))
        })
        .collect();
    until("six runs", || done.runs.load(Ordering::Relaxed) >= 6).await;
    stopping.send_replace(true);
    for job in jobs {
        job.await.unwrap();
    }
    assert_eq!(done.most_running.load(Ordering::Relaxed), 2);
    assert!(done.skipped.load(Ordering::Relaxed) > 0);
}

#[tokio::test]
async fn a_stopped_schedule_lets_the_run_finish() {
    let (schedule, stopping) = schedule(|_| 1);
    let done = Arc::<Done>::default();
    let takes = Some(Duration::from_millis(50));
    let job = Sleeper { takes, done: Arc::clone(&done) };
    let driving = tokio::spawn(drive(job, timing(60_000), schedule, Arc::default(), stopping.subscribe()));
    until("the run", || done.running.load(Ordering::Relaxed) == 1).await;
    stopping.send_replace(true);
    driving.await.unwrap();
    assert_eq!(done.runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_job_waits_until_its_predecessor_has_ended() {
    let (schedule, _) = schedule(|_| 2);
    let (old, new) = (watch::Sender::new(false), watch::Sender::new(false));
    let (done, turn) = (Arc::<Done>::default(), Arc::default());
    let sleeper = || Sleeper { takes: Some(Duration::from_millis(100)), done: Arc::clone(&done) };
    let first = drive(sleeper(), timing(60_000), schedule.clone(), Arc::clone(&turn), old.subscribe());
    let first = tokio::spawn(first);
    until("the run", || done.running.load(Ordering::Relaxed) == 1).await;
    let second = tokio::spawn(drive(sleeper(), timing(10), schedule, turn, new.subscribe()));
    old.send_replace(true);
    until("two runs", || done.runs.load(Ordering::Relaxed) >= 2).await;
    new.send_replace(true);
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(done.most_running.load(Ordering::Relaxed), 1);
}
