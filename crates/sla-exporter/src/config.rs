//! The specification as the exporter takes it.

use std::io::{self, IsTerminal, Write};

use anyhow::Context;
use sla_model::Model;
use sla_spec::report;

use crate::{cli::Cli, exit::Stop};

/// Reads and checks the specification; warnings go to stderr.
pub fn load(cli: &Cli) -> Result<Model, Stop> {
    let set = sla_spec::read(&cli.config_file).context("cannot read the specification")?;
    let variables = cli.vars.iter().cloned().collect();
    let colour = io::stderr().is_terminal();
    let loaded = sla_spec::load(&set, &variables)
        .map_err(|problems| Stop::Spec(report::text(&problems, &set, colour)))?;
    if !loaded.warnings.is_empty() {
        // A closed stderr is no error.
        let _ = writeln!(io::stderr(), "{}", report::text(&loaded.warnings, &set, colour).trim_end());
    }
    Ok(loaded.model)
}
