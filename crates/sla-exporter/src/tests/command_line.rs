//! What the command line gives, and how it refuses.

use clap::Parser;

use crate::{cli::Cli, config::Config, exit::Stop, patience::Busy, web::server};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/pharmacy");

fn cli(arguments: &[&str]) -> Result<Cli, clap::Error> {
    Cli::try_parse_from([&["sla_exporter"], arguments].concat())
}

fn load(arguments: &[&str]) -> Result<sla_model::Model, Stop> {
    Config::from(&cli(arguments).unwrap()).load(&Busy::default()).map(|it| it.model.as_ref().clone())
}

#[test]
fn the_example_is_valid() {
    let model = load(&["--config.file", EXAMPLE, "--var", "shop=http://127.0.0.1:8080"]).unwrap();
    let call = &model.journeys[&"checkout".parse().unwrap()].steps[0].call;
    assert_eq!(call.url, "http://127.0.0.1:8080/api/login");
}

#[test]
fn a_wrong_specification_is_told_from_a_missing_one() {
    let spec = load(&["--config.file", EXAMPLE, "--var", "nothing=1"]).unwrap_err();
    assert!(matches!(&spec, Stop::Spec(report) if report.contains("`--var nothing=…`")), "{spec}");
    let world = load(&["--config.file", "/nowhere/sla.yaml"]).unwrap_err();
    assert!(matches!(world, Stop::World(_)), "{world}");
    assert!(world.to_string().starts_with("error: cannot read the specification: `/nowhere/sla.yaml`"));
}

#[track_caller]
fn refused(arguments: &[&str], expected: &str) {
    let error = cli(arguments).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn wrong_usage_says_what_to_write() {
    refused(&["--pace", "0"], "write a whole number from 1 to 300");
    refused(&["--var", "shop"], "write for example `shop=http://127.0.0.1:8080`");
    refused(&["--log.level", "loud"], "[possible values: error, warn, info, debug, trace]");
}

#[tokio::test]
async fn a_taken_port_says_what_to_do() {
    let taken = server::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = format!("{:#}", server::bind(&address).await.unwrap_err());
    assert!(error.contains("choose another address with `--web.listen-address HOST:PORT`"), "{error}");
}
