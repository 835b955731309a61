//! `slaforge completions`

use std::io::{Write as _, stdout};

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::exit::Verdict;

/// Prints the completions of a shell
///
/// For bash: `slaforge completions bash > /etc/bash_completion.d/slaforge`; for fish: `slaforge completions fish >
/// ~/.config/fish/completions/slaforge.fish`; for zsh: into a file `_slaforge` in a folder of `$fpath`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::Arguments::command(), "slaforge", &mut script);
    stdout().write_all(&script)?;
    Ok(Verdict::Good)
}
