//! One subcommand a file: its arguments, whose comments are its help, and what it does.

pub mod backfill;
pub mod check;
pub mod completions;
pub mod explain;
pub mod fmt;
pub mod generate;
pub mod import;
pub mod init;
pub mod man;
pub mod schema;
pub mod test;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use sla_model::{Model, Pace};
use sla_spec::Opened;

use crate::{
    colour,
    compile::{Plan, Unit},
};

/// The specification that is read when none is named, and written by `init`.
const DEFAULT: &str = "sla.yaml";

/// Which specification, and in which surroundings.
#[derive(clap::Args)]
pub struct Specification {
    /// The specification: a file, or a folder whose *.yaml files belong together; `sla.yaml`, if it is left out
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,

    /// Overrides a variable of the specification; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = sla_spec::variable)]
    variables: Vec<(String, String)>,

    /// Divides every duration that judges or schedules: 60 turns an hour into a minute, for drills
    #[arg(long, value_name = "N", default_value = "1")]
    pace: Pace,
}

impl Specification {
    /// Whether one is named, or stands where it is looked for.
    fn is_there(&self) -> bool {
        self.path.is_some() || Path::new(DEFAULT).exists()
    }

    /// Reads and checks the specification.
    fn read(&self) -> anyhow::Result<Opened> {
        let path = path(self.path.as_deref())?;
        let variables: BTreeMap<String, String> = self.variables.iter().cloned().collect();
        Ok(sla_spec::open(path, &variables)?)
    }

    /// Reads and checks the specification; warnings go to standard error.
    fn open(&self) -> anyhow::Result<Model> {
        let opened = self.read()?;
        if let Some(warnings) = opened.warnings {
            eprintln!("{}", warnings.text(colour::on_stderr()).trim_end());
        }
        Ok(opened.model)
    }
}

/// Which objectives of a specification.
#[derive(clap::Args)]
pub struct Objectives {
    /// Only this objective; may be given several times
    #[arg(long = "objective", value_name = "NAME")]
    names: Vec<String>,
}

impl Objectives {
    /// Whether none is named, so that all are meant.
    fn are_all(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns those that are named, in that order, or all.
    fn of<'m>(&self, plan: Plan<'m>) -> anyhow::Result<Vec<Unit<'m>>> {
        let all = plan.units().into_iter().filter(|it| matches!(it, Unit::Objective(_)));
        let all: Vec<Unit<'m>> = all.collect();
        if self.are_all() {
            return Ok(all);
        }
        let one = |name: &String| {
            all.iter().find(|it| it.name() == name).copied().with_context(|| {
                let names = all.iter().map(|it| it.name());
                let hint = sla_spec::suggest::hint(name, names, "it has none");
                format!("the specification has no objective `{name}`; {hint}")
            })
        };
        self.names.iter().map(one).collect()
    }
}

/// Returns the specification that is meant.
fn path(given: Option<&Path>) -> anyhow::Result<&Path> {
    match given {
        Some(path) => Ok(path),
        None if Path::new(DEFAULT).exists() => Ok(Path::new(DEFAULT)),
        None => anyhow::bail!(
            "there is no `{DEFAULT}` here; `slaforge init` writes one, or name the specification: a file or a folder"
        ),
    }
}
