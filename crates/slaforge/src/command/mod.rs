//! One subcommand a file: its arguments, whose comments are its help, and what it does.

pub mod backfill;
pub mod check;
pub mod generate;
pub mod test;

use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, stderr},
    path::PathBuf,
};

use sla_model::{Model, Pace};

/// Which specification, and in which surroundings.
#[derive(clap::Args)]
pub struct Specification {
    /// The specification: a file, or a folder whose *.yaml files belong together
    #[arg(value_name = "PATH", default_value = "examples/pharmacy")]
    path: PathBuf,

    /// Overrides a variable of the specification; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = sla_spec::variable)]
    variables: Vec<(String, String)>,

    /// Divides every duration that judges or schedules: 60 turns an hour into a minute, for drills
    #[arg(long, value_name = "N", default_value = "1")]
    pace: Pace,
}

impl Specification {
    /// Reads and checks the specification; warnings go to standard error.
    fn open(&self) -> anyhow::Result<Model> {
        let variables: BTreeMap<String, String> = self.variables.iter().cloned().collect();
        let opened = sla_spec::open(&self.path, &variables)?;
        if let Some(warnings) = opened.warnings {
            eprintln!("{}", warnings.text(stderr().is_terminal()).trim_end());
        }
        Ok(opened.model)
    }
}
