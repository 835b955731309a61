//! `slaforge generate`

use std::{
    io::{Write as _, stdout},
    path::PathBuf,
};

use super::Specification;
use crate::{exit::Verdict, io, target};

/// Writes rules, routing, scrape configuration, dashboards and tests, all or nothing
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    specification: Specification,

    /// The folder below which `rules/` and `dashboards/` stand
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,

    /// Writes nothing; shows how the files differ from what would be written, and fails if they do
    #[arg(long)]
    check: bool,

    /// Removes files that an earlier run wrote and that the specification no longer gives
    #[arg(long, conflicts_with = "check")]
    prune: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let specification = &arguments.specification;
    let model = specification.open()?;
    let files = target::render(&model, specification.pace);
    let folder = io::Folder::open(&arguments.out)?;
    if arguments.check {
        let drift = folder.compare(&files)?;
        write!(stdout(), "{drift}")?;
        return Ok(if drift.is_none() { Verdict::Good } else { Verdict::Bad });
    }
    let written = folder.write(&files, arguments.prune)?;
    write!(stdout(), "{written}")?;
    Ok(Verdict::Good)
}
