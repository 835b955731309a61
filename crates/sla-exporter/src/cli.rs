//! The command line, in the manner of Prometheus' own exporters.

use std::{fmt, path::PathBuf};

use clap::{Parser, ValueEnum};
use sla_model::Pace;

/// Measures what the SLA specification promises, and exports it on /metrics
///
/// Exit codes: 0 done, 1 the specification or the web configuration is invalid, 2 wrong usage, an unreadable file or a port that is taken.
#[derive(Debug, Parser)]
#[command(name = "sla_exporter", version)]
pub struct Cli {
    /// The specification: a file, or a folder with its files
    #[arg(long = "config.file", value_name = "PATH", default_value = "examples/pharmacy")]
    pub config_file: PathBuf,
    /// Check the specification and the web configuration, say what is wrong, and end
    #[arg(long = "config.check")]
    pub config_check: bool,
    /// Override a variable of the specification; may be given again for others
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = sla_spec::variable)]
    pub vars: Vec<(String, String)>,
    /// How many times faster than nominal everything is scheduled; limits and timeouts stay as they are
    #[arg(long, value_name = "N", default_value_t = Pace::REAL)]
    pub pace: Pace,
    /// Where to serve /metrics; may be given again
    #[arg(long = "web.listen-address", value_name = "HOST:PORT", default_value = "127.0.0.1:9717")]
    pub listen: Vec<String>,
    /// TLS, users, headers and a rate limit, in the format of Prometheus' exporter-toolkit
    #[arg(long = "web.config.file", value_name = "FILE")]
    pub web_config_file: Option<PathBuf>,
    /// How much to log, on stderr
    #[arg(long = "log.level", value_name = "LEVEL", default_value_t = LogLevel::Info)]
    pub log_level: LogLevel,
    /// In which form to log
    #[arg(long = "log.format", value_name = "FORMAT", default_value_t = LogFormat::Logfmt)]
    pub log_format: LogFormat,
}

/// The least severe messages that are logged.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "named by every logger")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The form of logs.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// A line of text with `key=value` pairs.
    Logfmt,
    /// A line of JSON.
    Json,
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value(self, f)
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value(self, f)
    }
}

fn value(of: &impl ValueEnum, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(of.to_possible_value().as_ref().map_or("", |it| it.get_name()))
}
