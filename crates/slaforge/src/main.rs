//! `slaforge`: compiles one SLA specification into Prometheus rules, Alertmanager routing, dashboards and the
//! tests that prove them.
//!
//! `command` → `sla_spec::open` → `compile` (model to plan) → `target` (plan to text) → `io` (the only writes).

mod backfill;
mod colour;
mod command;
mod compile;
mod exit;
mod explain;
mod io;
mod plan;
mod promql;
mod target;
mod words;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Compiles one SLA specification into Prometheus rules, Alertmanager routing, Grafana dashboards and tests.
///
/// Exit status: 0 done; 1 the specification is wrong, a generated file differs or a test failed; 2 wrong
/// usage, or a file or tool cannot be used.
#[derive(Parser)]
#[command(name = "slaforge", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(command::init::Arguments),
    Check(command::check::Arguments),
    Explain(command::explain::Arguments),
    Fmt(command::fmt::Arguments),
    Generate(command::generate::Arguments),
    Import(command::import::Arguments),
    Test(command::test::Arguments),
    Backfill(command::backfill::Arguments),
    Schema(command::schema::Arguments),
    Completions(command::completions::Arguments),
    Man(command::man::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Init(arguments) => command::init::run(&arguments),
        Command::Check(arguments) => command::check::run(&arguments),
        Command::Explain(arguments) => command::explain::run(&arguments),
        Command::Fmt(arguments) => command::fmt::run(&arguments),
        Command::Generate(arguments) => command::generate::run(&arguments),
        Command::Import(arguments) => command::import::run(&arguments),
        Command::Test(arguments) => command::test::run(&arguments),
        Command::Backfill(arguments) => command::backfill::run(&arguments),
        Command::Schema(arguments) => command::schema::run(&arguments),
        Command::Completions(arguments) => command::completions::run(&arguments),
        Command::Man(arguments) => command::man::run(&arguments),
    };
    exit::code(outcome)
}
