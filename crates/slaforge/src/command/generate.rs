//! `slaforge generate`

use std::{
    io::{Write as _, stdout},
    path::PathBuf,
};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::Specification;
use crate::{
    exit::Verdict,
    io,
    target::{self, Layout, TARGETS, Target},
};

/// Writes rules, routing, scrape configuration, dashboards and tests, all or nothing
///
/// With `--target` only the files of those targets are written, compared or pruned; all others stay as they are.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    specification: Specification,

    /// The folder below which `rules/` and `dashboards/` stand
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,

    /// Only this output format; may be given several times. If it is left out: all but crd, mimir and victoria
    #[arg(long = "target", value_name = "NAME", value_parser = target_name())]
    targets: Vec<&'static Target>,

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
    let mut targets = arguments.targets.clone();
    if targets.is_empty() {
        targets = target::defaults();
    }
    targets.sort_by_key(|it| it.name);
    targets.dedup_by_key(|it| it.name);
    let (pace, layout) = (specification.pace, Layout::Installed);
    let mut folder = io::Folder::open(&arguments.out)?;
    if arguments.check {
        let drift = folder.compare(&target::files(&model, pace, &targets, layout), &targets)?;
        write!(stdout(), "{drift}")?;
        return Ok(if drift.is_none() { Verdict::Good } else { Verdict::Bad });
    }
    let stage = folder.stage()?;
    target::render(&model, pace, &targets, layout, &|it| stage.add(&it));
    let written = stage.finish(&targets, arguments.prune)?;
    if let Some(warning) = written.warning() {
        eprintln!("{warning}");
    }
    write!(stdout(), "{written}")?;
    Ok(Verdict::Good)
}

fn target_name() -> impl TypedValueParser<Value = &'static Target> {
    let values = TARGETS.iter().map(|it| PossibleValue::new(it.name).help(it.about));
    PossibleValuesParser::new(values)
        .try_map(|name| TARGETS.iter().find(|it| it.name == name).ok_or("there is no such target"))
}
