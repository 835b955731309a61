//! The traces: each is hard for some formula.

use std::{f64::consts::TAU, rc::Rc};

use super::{
    DAY_MS, DAYS, END_MS, HOUR_MS, QUANTUM_MS, SCRAPE_MS, START_MS, Target, Trace, WINDOW_MS,
    counter::{Counter, Curve},
};
use crate::bench::rules::random::Random;

const END_OF_TRACE_MS: i64 = START_MS + DAYS * DAY_MS;

/// A span of failures.
#[derive(Clone, Copy, Debug)]
pub struct Outage {
    /// When it begins.
    pub start_ms: i64,
    /// The share of requests that fail.
    pub depth: f64,
}

/// How long each of [`outages`] lasts: enough for the lightest to cross every page's threshold.
pub const OUTAGE_MS: i64 = 150 * 60_000;

/// Failures that are always there.
const BACKGROUND: f64 = 0.0002;

/// Day and night 10:1, an hour of 50 % failures at a peak, and three hours of nothing but failures in a night: a
/// mean of ratios takes the night's failures for more than they were.
pub fn dense(name: &'static str, pods: usize, seed: u64) -> Trace {
    let failing = |second: i64| match (second / 86_400, second % 86_400) {
        (20, 52_200..55_800) => 0.5,
        (25, 7200..18_000) => 1.0,
        _ => BACKGROUND,
    };
    let good = Curve::new(|it| day(it) * (1.0 - failing(it)));
    let bad = Curve::new(|it| day(it) * failing(it));
    let mut random = Random::new(seed, name);
    let targets = (0..pods).map(|it| paced(it, &good, &bad, &mut random)).collect();
    Trace { name, targets, down: Vec::new() }
}

/// Requests per second of one pod: 1 at three in the night, 10 at three in the afternoon.
fn day(second: i64) -> f64 {
    let turn = (second % 86_400) as f64 / 86_400.0 - 0.125;
    5.5 - 4.5 * (TAU * turn).cos()
}

/// A request a minute on average at random times, and thirty failures in the window: often five minutes pass
/// without a request. `rate` extrapolates the first event of a counter that stood at 0 up to a tenth too low, and
/// two of the thirty are such events: with `rate` alone the ratio would be up to 0.53 % too low.
pub fn sparse(seed: u64) -> Trace {
    let mut random = Random::new(seed, "sparse");
    let [mut good, mut bad] = [[Vec::new(), Vec::new()], [Vec::new(), Vec::new()]];
    let mut at_ms = START_MS;
    while at_ms < END_OF_TRACE_MS {
        // An exponential distance: a process without memory.
        at_ms += (-(1.0 - random.share()).ln() * 60_000.0) as i64;
        good[usize::from(random.share() < 0.5)].push(at_ms);
    }
    for day in 0..30 {
        // Not in the minutes where the window begins or ends: there it is a matter of taste whether it counts.
        let from_ms = END_MS - WINDOW_MS + day * DAY_MS + HOUR_MS;
        bad[usize::from(random.share() < 0.5)].push(from_ms + random.below(22 * HOUR_MS));
    }
    let targets = good
        .into_iter()
        .zip(bad)
        .enumerate()
        .map(|(pod, (good, bad))| target(pod, Counter::Listed(good), Counter::Listed(bad), &mut random))
        .collect();
    Trace { name: "sparse", targets, down: Vec::new() }
}

/// Steady traffic, and forty failures at once every three hours, ten in each pod: exactly at the edge of five
/// minutes by the clock, or exactly when a five-minute tile is evaluated.
pub fn bursts(seed: u64) -> Trace {
    let curve = Curve::new(|_| 1.0);
    let mut random = Random::new(seed, "bursts");
    let mut times = Vec::new();
    for turn in 1..DAYS * 8 {
        let edge_ms = START_MS + turn * 3 * HOUR_MS;
        let late_ms = if turn % 2 == 0 { 0 } else { END_MS % SCRAPE_MS };
        times.extend([edge_ms + late_ms; 10]);
    }
    let targets = (0..4)
        .map(|pod| {
            let good = Counter::Paced { phase: random.share(), curve: Rc::clone(&curve) };
            target(pod, good, Counter::Listed(times.clone()), &mut random)
        })
        .collect();
    Trace { name: "bursts", targets, down: Vec::new() }
}

/// Six places for pods that live 4 to 40 hours: then comes a new pod, or the same name counts from zero again.
pub fn churn(seed: u64) -> Trace {
    let good = Curve::new(|it| day(it) * 0.995);
    let bad = Curve::new(|it| day(it) * 0.005);
    let mut random = Random::new(seed, "churn");
    let mut targets = Vec::new();
    for place in 0..6 {
        let mut born_ms = START_MS;
        let mut pod = format!("{place}-0");
        for number in 1.. {
            if END_OF_TRACE_MS <= born_ms {
                break;
            }
            let dies_ms = born_ms + 4 * HOUR_MS + random.below(36 * HOUR_MS);
            let one = paced(0, &good, &bad, &mut random);
            targets.push(Target { pod: pod.clone(), born_ms, dies_ms, ..one });
            if random.share() < 0.5 {
                pod = format!("{place}-{number}");
            }
            born_ms = dies_ms + 20_000 + random.below(20_000);
        }
    }
    Trace { name: "churn", targets, down: Vec::new() }
}

/// Steady traffic, while Prometheus misses a minute on day 10 and an hour on day 20.
pub fn gap(seed: u64) -> Trace {
    let (good, bad) = (Curve::new(|_| 4.995), Curve::new(|_| 0.005));
    let mut random = Random::new(seed, "gap");
    let targets = (0..4).map(|it| paced(it, &good, &bad, &mut random)).collect();
    let [minute, hour] = gaps();
    Trace { name: "gap", targets, down: Vec::from([minute, hour]) }
}

/// Returns when [`gap`] has its minute and its hour without Prometheus.
pub fn gaps() -> [(i64, i64); 2] {
    let minute = START_MS + 10 * DAY_MS + 37_000_000;
    let hour = START_MS + 20 * DAY_MS + 41_000_000;
    [(minute, minute + 60_000), (hour, hour + HOUR_MS)]
}

/// Twenty outages of random beginning and depth, a day and more apart.
pub fn outages(seed: u64) -> (Trace, Vec<Outage>) {
    let mut random = Random::new(seed, "outages");
    let outages: Vec<Outage> = (0..20)
        .map(|turn| Outage {
            start_ms: START_MS + DAY_MS / 2 + turn * 35 * HOUR_MS + random.below(11 * HOUR_MS),
            // From 2 % to 100 %, as many light ones as heavy ones.
            depth: 0.02 * 50.0_f64.powf(random.share()),
        })
        .collect();
    let failing = |second: i64| {
        let at_ms = START_MS + second * 1000;
        let outage = outages.iter().find(|it| (it.start_ms..it.start_ms + OUTAGE_MS).contains(&at_ms));
        outage.map_or(BACKGROUND, |it| it.depth)
    };
    let good = Curve::new(|it| day(it) * (1.0 - failing(it)));
    let bad = Curve::new(|it| day(it) * failing(it));
    let targets = (0..4).map(|it| paced(it, &good, &bad, &mut random)).collect();
    (Trace { name: "outages", targets, down: Vec::new() }, outages)
}

fn paced(pod: usize, good: &Rc<Curve>, bad: &Rc<Curve>, random: &mut Random) -> Target {
    let good = Counter::Paced { phase: random.share(), curve: Rc::clone(good) };
    let bad = Counter::Paced { phase: random.share(), curve: Rc::clone(bad) };
    target(pod, good, bad, random)
}

fn target(pod: usize, good: Counter, bad: Counter, random: &mut Random) -> Target {
    let offset_ms = random.below(SCRAPE_MS / QUANTUM_MS) * QUANTUM_MS;
    Target { pod: format!("pod-{pod}"), offset_ms, born_ms: START_MS, dies_ms: END_OF_TRACE_MS, good, bad }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::rules::trace::Truth;

    #[test]
    fn the_window_of_a_sparse_trace_holds_thirty_failures() {
        let Truth { bad, all } = sparse(3).truth(END_MS - WINDOW_MS, END_MS);
        assert_eq!(bad, 30);
        assert!((42_000..44_500).contains(&all), "{all}");
    }

    #[test]
    fn outages_are_apart() {
        let (_, outages) = outages(3);
        assert_eq!(outages.len(), 20);
        assert!(outages.windows(2).all(|it| it[1].start_ms - it[0].start_ms > 20 * HOUR_MS));
        assert!(
            outages.iter().all(|it| it.start_ms + OUTAGE_MS < END_MS && (0.02..=1.0).contains(&it.depth))
        );
    }

    #[test]
    fn a_pod_that_restarts_counts_from_zero() {
        let trace = churn(3);
        let again = trace.targets.windows(2).find(|it| it[0].pod == it[1].pod).unwrap();
        assert!(again[0].dies_ms < again[1].born_ms);
        assert_eq!(again[1].good.between(again[1].born_ms, again[1].born_ms), 0);
    }
}
