//! `slaforge schema`

use std::io::{Write as _, stdout};

use crate::exit::Verdict;

/// Prints the JSON Schema of specifications, with which editors complete and check them
///
/// Save it beside a specification, and begin that with `# yaml-language-server: $schema=sla-v1.schema.json`.
#[derive(clap::Args)]
pub struct Arguments {}

/// Runs the command.
pub fn run(_: &Arguments) -> anyhow::Result<Verdict> {
    stdout().write_all(sla_spec::schema::text().as_bytes())?;
    Ok(Verdict::Good)
}
