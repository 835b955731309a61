//! Our rules against the truth of a trace, and against those of Sloth and Pyrra: how far off the 30-day ratio is,
//! what an evaluation reads, when a page begins.

pub mod calendar;
mod cost;
mod detect;
mod random;
mod side;
mod trace;
mod value;

use std::{process::Command, time::Instant};

use super::{
    machine,
    report::{Findings, Report},
};
use crate::{
    backfill::{
        blocks::Blocks,
        evaluate::{Recorded, Task, record},
        server::Server,
    },
    packages, peers,
    process::enclosed,
};
use side::Side;
use trace::Trace;

/// How many pods the larger of the two cost tables has.
const PODS_MANY: usize = 200;
/// How many the smaller has, and the trace that values are taken from.
const PODS: usize = 20;

/// A trace in a running server, with what every side recorded over it.
struct Measured {
    server: Server,
    trace: Trace,
    /// By the side's name.
    recorded: Vec<(&'static str, Recorded)>,
    /// Holds the database.
    _folder: tempfile::TempDir,
}

/// Measures everything.
pub async fn measure(seed: u64) -> anyhow::Result<Report> {
    packages::ensure(&[packages::PROMETHEUS, packages::PROMTOOL, packages::SETPRIV, packages::UNSHARE])?;
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "-p", "slaforge"]).current_dir(packages::root());
    anyhow::ensure!(enclosed(&build).status()?.success(), "the build failed");
    let folder = tempfile::tempdir()?;
    let sides = side::generate(folder.path())?;
    let compared = &sides[..side::COMPARED];
    let mut findings = Findings::default();
    for trace in [trace::sparse(seed), trace::bursts(seed), trace::churn(seed), trace::gap(seed)] {
        let measured = Measured::new(trace, seed, compared).await?;
        value::measure(&measured, compared, &mut findings).await?;
    }
    let dense = Measured::new(trace::dense("dense", PODS, seed), seed, &sides).await?;
    value::measure(&dense, compared, &mut findings).await?;
    cost::measure(&dense, PODS, &sides, &mut findings).await?;
    drop(dense);
    let (outages, times) = trace::outages(seed);
    let measured = Measured::new(outages, seed, &sides[..1]).await?;
    detect::measure(&measured, &times, &mut findings).await?;
    drop(measured);
    let many = Measured::new(trace::dense("dense-many", PODS_MANY, seed), seed, compared).await?;
    cost::measure(&many, PODS_MANY, compared, &mut findings).await?;
    calendar::measure(seed, &mut findings).await?;
    value::print(&findings, compared);
    cost::print(&findings, &sides);
    detect::print(&findings);
    findings.print_limits();
    report(seed, findings)
}

fn report(seed: u64, findings: Findings) -> anyhow::Result<Report> {
    Ok(Report {
        claim: "the rules are exact, cheap at any size of the fleet, and page as soon as the raw formula does",
        command: format!("cargo xtask bench rules --seed {seed}"),
        machine: machine(),
        versions: vec![
            packages::version(packages::PROMETHEUS.command, "--version"),
            format!("sloth {}", peers::SLOTH.version()?),
            format!("pyrra {}", peers::PYRRA.version()?),
        ],
        inside: vec![
            "31 days of OpenMetrics text, scraped every 30 s at times of their own; promtool tsdb create-blocks-from openmetrics".to_owned(),
            "rules evaluated level by level by /api/v1/query_range, and written as blocks".to_owned(),
            "values: /api/v1/query at the end of the trace; truth: the events themselves".to_owned(),
            "calendar: a year's edges in five zones, traffic around each; truth: the events and the zone's calendar (jiff)".to_owned(),
            "cost: /api/v1/query?stats=all of every rule, alerts included; time: the best of 5".to_owned(),
        ],
        holds: findings.limits.iter().all(|it| it.holds),
        figures: findings.figures,
        limits: findings.limits,
    })
}

impl Measured {
    /// Scrapes a trace and lets every side record over it.
    async fn new(trace: Trace, seed: u64, sides: &[Side]) -> anyhow::Result<Self> {
        let began = Instant::now();
        let folder = tempfile::tempdir()?;
        let database = folder.path().join("data");
        let mut blocks = Blocks::new(&folder.path().join("text"))?;
        let samples = trace.scrape(seed, &mut blocks)?;
        eprintln!("{}: {samples} samples after {:.0} s", trace.name, began.elapsed().as_secs_f64());
        blocks.finish(&database)?;
        let mut server = Server::start(&database, folder.path()).await?;
        eprintln!("{}: blocks after {:.0} s", trace.name, began.elapsed().as_secs_f64());
        let mut tasks: Vec<Task<'_>> = Vec::new();
        let mut owners = Vec::new();
        for side in sides {
            let own = side.tasks(&trace);
            owners.extend(own.iter().map(|_| side.name));
            tasks.extend(own);
        }
        let results = record(&mut server, &tasks).await?;
        let of = |name: &str| {
            let own = owners.iter().zip(&results).filter(|it| *it.0 == name);
            own.fold(Recorded::default(), |sum, (_, it)| Recorded {
                samples: sum.samples + it.samples,
                nan: sum.nan + it.nan,
            })
        };
        let recorded = sides.iter().map(|it| (it.name, of(it.name))).collect();
        eprintln!("{}: recorded after {:.0} s", trace.name, began.elapsed().as_secs_f64());
        Ok(Self { server, trace, recorded, _folder: folder })
    }

    /// Returns what a side recorded.
    fn recorded(&self, name: &str) -> Recorded {
        self.recorded.iter().find(|it| it.0 == name).map(|it| it.1).unwrap_or_default()
    }
}
