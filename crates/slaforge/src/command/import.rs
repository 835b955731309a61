//! `slaforge import`

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write as _, stderr, stdin, stdout},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use sla_import::{Format, Import, Options, Refused, report::Report};
use sla_model::duration;
use sla_spec::{SourceSet, source_set::FILE_BYTES_MAX};

use super::fmt;
use crate::exit::Verdict;

/// The file that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Turns a specification of Sloth, Pyrra or OpenSLO into ours
///
/// The specification goes to standard output, and the report to standard error: what has no counterpart, what
/// became different and what is to be filled in, each with its place and what to do. Exit status: 0 imported, 1
/// no document is of this language (with `--strict` also: something was lost or changed), 2 a file cannot be used.
#[derive(clap::Args)]
pub struct Arguments {
    /// The language of the files
    format: Language,

    /// The files; those of OpenSLO may refer to each other, `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The window of Sloth's promises, which is a flag of Sloth and not part of its text
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = window)]
    window: u64,

    /// Writes the specification to a new file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Replaces the file, if it exists
    #[arg(long, requires = "out")]
    force: bool,

    /// Fails if anything was lost or changed
    #[arg(long)]
    strict: bool,

    /// The form of the report
    #[arg(long = "format", value_name = "FORM", default_value = "text")]
    form: Form,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Language {
    /// `prometheus/v1`, `PrometheusServiceLevel` and `AlertWindows`
    Sloth,
    /// `ServiceLevelObjective`
    Pyrra,
    /// `openslo/v1`, and `SLO` of `openslo/v1alpha`
    Openslo,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Form {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let mut files = Vec::new();
    for path in &arguments.files {
        files.push((path.to_string_lossy().into_owned(), bytes(path)?));
    }
    let format = match arguments.format {
        Language::Sloth => Format::Sloth,
        Language::Pyrra => Format::Pyrra,
        Language::Openslo => Format::OpenSlo,
    };
    let options = Options { window_days: arguments.window };
    match sla_import::import(format, SourceSet::new(files), options) {
        Ok(Import { spec, report }) => {
            // As `slaforge fmt` would leave it; what that cannot lay out is right all the same.
            let spec = fmt::laid_out(&spec).unwrap_or(spec);
            deliver(arguments, &spec)?;
            tell(arguments.form, &report)?;
            let bad = arguments.strict && report.has_losses();
            Ok(if bad { Verdict::Bad } else { Verdict::Good })
        }
        Err(refused @ Refused::Unsound(_)) => Err(refused.into()),
        Err(refused) => {
            writeln!(stderr(), "error: {}", refused.to_string().trim_end())?;
            Ok(Verdict::Bad)
        }
    }
}

/// Reads one file; one byte more than allowed tells a file that is too large from one that just fits.
fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = FILE_BYTES_MAX as u64 + 1;
    let read = if path == Path::new(STANDARD_INPUT) {
        stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|it| it.take(limit).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("`{}` cannot be read", path.display()))?;
    Ok(bytes)
}

fn deliver(arguments: &Arguments, spec: &str) -> anyhow::Result<()> {
    let Some(path) = &arguments.out else {
        return stdout().write_all(spec.as_bytes()).context("the specification cannot be written");
    };
    let mut options = OpenOptions::new();
    options.write(true);
    if arguments.force {
        options.create(true).truncate(true);
    } else {
        // Asked of the system in one step, so that a file that appears meanwhile is not lost.
        options.create_new(true);
    }
    let written = options.open(path).and_then(|mut it| it.write_all(spec.as_bytes()));
    match written {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            anyhow::bail!("`{}` exists; `--force` replaces it", path.display())
        }
        other => other.with_context(|| format!("`{}` cannot be written", path.display())),
    }
}

fn tell(form: Form, report: &Report) -> anyhow::Result<()> {
    let text = match form {
        Form::Text => report.text(),
        Form::Json => report.json(),
    };
    stderr().write_all(text.as_bytes()).context("the report cannot be written")
}

/// Reads a window of whole days from a week to a year.
fn window(text: &str) -> Result<u64, String> {
    let length = duration::parse(text).map_err(|it| it.to_string())?;
    let days = length.as_secs() / duration::DAY.as_secs();
    if length == Duration::from_hours(24 * days) && (7..=365).contains(&days) {
        Ok(days)
    } else {
        Err("a window is 7 to 365 whole days, for example `30d`".to_owned())
    }
}
