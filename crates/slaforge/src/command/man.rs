//! `slaforge man`

use std::{
    fs,
    io::{Write as _, stdout},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::CommandFactory as _;

use crate::exit::Verdict;

/// Prints the manual page, or writes one for each command
#[derive(clap::Args)]
pub struct Arguments {
    /// Writes slaforge.1, slaforge-check.1 and so on into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let command = crate::Arguments::command();
    let Some(folder) = &arguments.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        stdout().write_all(&page)?;
        return Ok(Verdict::Good);
    };
    let unwritten = || format!("{} cannot be written", folder.display());
    fs::create_dir_all(folder).with_context(unwritten)?;
    clap_mangen::generate_to(command, folder).with_context(unwritten)?;
    Ok(Verdict::Good)
}
