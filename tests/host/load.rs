//! Keeping processors busy to a share, whatever else they do.

use std::{
    fs, hint,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Threads that keep all processors together at a busy share. Dropping it ends them.
pub struct Burner {
    state: Arc<State>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    /// The wanted share of the machine, in thousandths.
    aim: AtomicU32,
    /// The share that each thread of ours takes for it.
    duty: AtomicU32,
    stop: AtomicBool,
}

impl Burner {
    pub fn start(share: f64) -> Self {
        let state = Arc::<State>::default();
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let mut threads: Vec<_> = (0..processors)
            .map(|_| Arc::clone(&state))
            .map(|state| thread::spawn(move || burn(&state)))
            .collect();
        let steered = Arc::clone(&state);
        threads.push(thread::spawn(move || steer(&steered)));
        let burner = Self { state, threads };
        burner.aim(share);
        burner
    }

    /// Changes the share.
    pub fn aim(&self, share: f64) {
        self.state.aim.store(thousandths(share), Ordering::Relaxed);
        self.state.duty.store(thousandths(share), Ordering::Relaxed);
    }
}

impl Drop for Burner {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn burn(state: &State) {
    const TURN: Duration = Duration::from_millis(20);
    while !state.stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        let busy = TURN * state.duty.load(Ordering::Relaxed) / 1000;
        while began.elapsed() < busy {
            hint::spin_loop();
        }
        thread::sleep(TURN.saturating_sub(began.elapsed()));
    }
}

/// Others need processors too: takes so much less that all together reach the aim.
fn steer(state: &State) {
    let mut before = times();
    while !state.stop.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(500));
        let now = times();
        let aim = f64::from(state.aim.load(Ordering::Relaxed)) / 1000.0;
        if aim < 1.0 {
            let duty = f64::from(state.duty.load(Ordering::Relaxed)) / 1000.0;
            let next = (duty + 0.5 * (aim - share(before, now))).clamp(0.0, 1.0);
            state.duty.store(thousandths(next), Ordering::Relaxed);
        }
        before = now;
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn thousandths(share: f64) -> u32 {
    (share.clamp(0.0, 1.0) * 1000.0).round() as u32
}

/// Returns the busy share of all processors over some time.
pub async fn busy_share(over: Duration) -> f64 {
    let before = times();
    tokio::time::sleep(over).await;
    share(before, times())
}

/// Returns the ticks of all processors since the start: idle ones, and all.
fn times() -> (f64, f64) {
    let text = fs::read_to_string("/proc/stat").unwrap();
    let ticks = text.lines().next().unwrap().split_whitespace().skip(1).take(8);
    let ticks: Vec<f64> = ticks.map(|it| it.parse().unwrap()).collect();
    (ticks[3] + ticks[4], ticks.iter().sum())
}

fn share(before: (f64, f64), now: (f64, f64)) -> f64 {
    let all = now.1 - before.1;
    if all > 0.0 { 1.0 - (now.0 - before.0) / all } else { 0.0 }
}
