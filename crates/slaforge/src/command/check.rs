//! `slaforge check`

use std::io::{Write as _, stdout};

use super::Specification;
use crate::{compile, exit::Verdict, parallel, plan::Rule};

/// Reads a specification and reports every problem in it, with its place and what to write instead
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    specification: Specification,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let model = arguments.specification.open()?;
    let plan = compile::plan(&model).at(arguments.specification.pace);
    let counts = parallel::map(&plan.units(), |unit| {
        let rules = plan.rules(*unit).groups.into_iter().flat_map(|it| it.rules);
        rules.fold((0, 0), |(records, alerts), it| match it {
            Rule::Record { .. } => (records + 1, alerts),
            Rule::Alert { .. } => (records, alerts + 1),
        })
    });
    let (records, alerts) = counts.into_iter().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    writeln!(
        stdout(),
        "`{}` is sound: {} objectives, {} limits, {} probes, {} journeys; {records} recording and {alerts} alerting rules",
        model.name,
        model.objectives.len(),
        model.limits.len(),
        model.probes.len(),
        model.journeys.len(),
    )?;
    Ok(Verdict::Good)
}
