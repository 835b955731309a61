//! The specification as the exporter takes it.

use std::io::{self, IsTerminal, Write};

use anyhow::Context;
use sla_model::Model;
use sla_spec::OpenError;

use crate::{cli::Cli, exit::Stop};

/// Reads and checks the specification; warnings go to stderr.
pub fn load(cli: &Cli) -> Result<Model, Stop> {
    let variables = cli.vars.iter().cloned().collect();
    let colour = io::stderr().is_terminal();
    let opened = match sla_spec::open(&cli.config_file, &variables) {
        Err(OpenError::Spec(report)) => return Err(Stop::Spec(report.text(colour))),
        other => other.context("cannot read the specification")?,
    };
    if let Some(warnings) = opened.warnings {
        // A closed stderr is no error.
        let _ = writeln!(io::stderr(), "{}", warnings.text(colour).trim_end());
    }
    Ok(opened.model)
}
