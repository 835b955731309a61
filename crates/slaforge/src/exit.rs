//! The one place that decides exit codes.

use std::{io, process::ExitCode};

use sla_spec::OpenError;

use crate::colour;

/// How a command ended that had no trouble of its own.
pub enum Verdict {
    /// Everything is as it should be.
    Good,
    /// The specification, the files or the tests are not; it was said what is wrong.
    Bad,
}

const REFUSED: u8 = 1;
const TROUBLE: u8 = 2;

/// Prints what went wrong and returns the exit code: 0 good, 1 refused, 2 trouble. Nobody is left to read
/// when the reader of a pipe went away, so that is no failure.
pub fn code(outcome: anyhow::Result<Verdict>) -> ExitCode {
    let error = match outcome {
        Ok(Verdict::Good) => return ExitCode::SUCCESS,
        Ok(Verdict::Bad) => return ExitCode::from(REFUSED),
        Err(error) => error,
    };
    if let Some(OpenError::Spec(report)) = error.downcast_ref::<OpenError>() {
        eprintln!("{}", report.text(colour::on_stderr()).trim_end());
        return ExitCode::from(REFUSED);
    }
    let pipe = |it: &io::Error| it.kind() == io::ErrorKind::BrokenPipe;
    if error.chain().filter_map(|it| it.downcast_ref()).any(pipe) {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {error:#}");
    ExitCode::from(TROUBLE)
}
