//! `slaforge check`

use std::io::{Write as _, stdout};

use super::Specification;
use crate::{compile, exit::Verdict, plan::Rule};

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
    let rules: Vec<&Rule> = plan.rules.iter().flat_map(|it| &it.groups).flat_map(|it| &it.rules).collect();
    let alerts = rules.iter().filter(|it| matches!(it, Rule::Alert { .. })).count();
    writeln!(
        stdout(),
        "`{}` is sound: {} objectives, {} limits, {} probes, {} journeys; {} recording and {alerts} alerting rules",
        model.name,
        model.objectives.len(),
        model.limits.len(),
        model.probes.len(),
        model.journeys.len(),
        rules.len() - alerts,
    )?;
    Ok(Verdict::Good)
}
