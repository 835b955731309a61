//! `cargo xtask`: everything that the project does with itself.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{bench, demo, full, test};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Test(test::Arguments),
    Full(full::Arguments),
    Bench(bench::Arguments),
}

/// One thread: children ask to be killed when the thread that started them dies, so that must be the main one.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Test(arguments) => test::run(&arguments),
        Command::Full(arguments) => full::run(&arguments).await,
        Command::Bench(arguments) => bench::run(&arguments).await,
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
