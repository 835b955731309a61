//! `slaforge check`

use std::{
    env,
    io::{Write as _, stdout},
};

use clap::ValueEnum;
use sla_model::Model;
use sla_spec::{OpenError, report::Report};

use super::Specification;
use crate::{compile, exit::Verdict, plan::Rule};

/// Reads a specification and reports every problem in it, with its place and what to write instead
///
/// Exit status: 0 nothing but warnings was found; 1 the specification is wrong; 2 wrong usage, or a file cannot
/// be read. The same in every format.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    specification: Specification,

    /// How problems are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
}

/// The forms of a report.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people: each problem with its lines, to standard error
    Text,
    /// For programs: one document to standard output, described in docs/report.md
    Json,
    /// For code review: a SARIF 2.1.0 log to standard output
    Sarif,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let write: fn(&Report) -> anyhow::Result<String> = match arguments.format {
        Format::Text => return text(&arguments.specification),
        Format::Json => |it| Ok(it.json()),
        Format::Sarif => |it| Ok(it.sarif(&env::current_dir()?)),
    };
    let (report, verdict) = match arguments.specification.read() {
        Ok(opened) => (opened.warnings.unwrap_or_else(Report::none), Verdict::Good),
        Err(error) => match error.downcast()? {
            OpenError::Spec(report) => (report, Verdict::Bad),
            unreadable @ OpenError::Read(_) => return Err(unreadable.into()),
        },
    };
    stdout().write_all(write(&report)?.as_bytes())?;
    Ok(verdict)
}

fn text(specification: &Specification) -> anyhow::Result<Verdict> {
    let model = specification.open()?;
    writeln!(stdout(), "{}", summary(&model, specification))?;
    Ok(Verdict::Good)
}

fn summary(model: &Model, specification: &Specification) -> String {
    let plan = compile::plan(model).at(specification.pace);
    let counts = plan.of_kinds(|file| {
        let (records, alerts): (Vec<&Rule>, Vec<&Rule>) =
            file.groups.iter().flat_map(|it| &it.rules).partition(|it| matches!(it, Rule::Record { .. }));
        (records.len(), alerts.len())
    });
    let add = |sum: (usize, usize), ((records, alerts), units): ((usize, usize), usize)| {
        (sum.0 + records * units, sum.1 + alerts * units)
    };
    let (records, alerts) = counts.into_iter().fold((0, 0), add);
    format!(
        "`{}` is sound: {} objectives, {} limits, {} probes, {} journeys; {records} recording and {alerts} alerting rules",
        model.name,
        model.objectives.len(),
        model.limits.len(),
        model.probes.len(),
        model.journeys.len(),
    )
}
