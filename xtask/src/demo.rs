//! `cargo xtask demo`: the main job, live.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context as _;
use sla_model::{Pace, duration, names::journey::STEP_FAILURES};

use crate::{
    packages,
    receiver::Status,
    stage::{Options, Stage},
    story::{self, Plot, Story, subject, urgent},
    timeline,
};

/// How much a release may differ from the promised time after recovery, nominal.
const RELEASE_TOLERANCE: Duration = Duration::from_mins(3);

/// Runs the shop under load, the exporter, Prometheus with the generated rules, Alertmanager and somebody to be
/// paged, all on 127.0.0.1, and says where to look
///
/// With `--break` a whole outage is played and told as a timeline: clean history, fault, pages, recovery,
/// release. Ctrl-C ends everything and leaves nothing behind.
#[derive(clap::Args)]
pub struct Arguments {
    /// Breaks the shop: `payment` (or `payment_down`), `payment_share=30%`, `slow_api=750`, any fault it has
    #[arg(long = "break", value_name = "FAULT[=VALUE]")]
    fault: Option<String>,

    /// How long the fault lasts, in wall time
    #[arg(long = "for", value_name = "DURATION", default_value = "90s", value_parser = duration::parse)]
    lasts: Duration,

    /// How fast model time runs: at 60 an hour takes a minute
    #[arg(long, value_name = "N", default_value = "60")]
    pace: Pace,

    /// Customers who shop all the time
    #[arg(long, value_name = "N", default_value = "20")]
    customers: u32,

    /// The specification
    #[arg(long, value_name = "PATH", default_value = "examples/pharmacy")]
    spec: PathBuf,

    /// Overrides a variable of the specification; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = sla_spec::variable)]
    variables: Vec<(String, String)>,

    /// Prints the story as JSON to standard output
    #[arg(long, requires = "fault")]
    json: bool,
}

/// Runs the command.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut interrupt = signal()?;
    tokio::select! {
        // Dropping the other future drops the stage, and with it every child and the folder.
        () = &mut interrupt => Ok(ExitCode::from(130)),
        outcome = live(arguments) => outcome,
    }
}

/// Returns a future that ends with Ctrl-C or a request to terminate.
fn signal() -> anyhow::Result<std::pin::Pin<Box<dyn Future<Output = ()>>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(Box::pin(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }))
}

async fn live(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let plot = arguments.fault.as_deref().map(|it| plot(it, arguments.lasts));
    eprintln!("starting the shop, the exporter, Alertmanager and Prometheus");
    let mut stage = Stage::start(Options {
        specification: packages::root().join(&arguments.spec),
        pace: arguments.pace,
        variables: arguments.variables,
        customers: arguments.customers,
    })
    .await?;
    eprint!("{}", screen(&stage));
    let Some(plot) = plot else {
        return watch(&mut stage).await;
    };
    let mut say = |what: &str| eprintln!("{}  {what}", jiff::Zoned::now().strftime("%H:%M:%S"));
    let story = story::play(&mut stage, &plot, &mut say).await?;
    let wrong = wrong(&stage, &story);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&story).context("the story cannot be written")?);
    } else {
        print!("{}", timeline::text(&story));
    }
    stage.stop();
    for it in &wrong {
        eprintln!("wrong: {it}");
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads `payment`, `payment_share=30%` or `payment_share 30%`.
fn plot(fault: &str, lasts: Duration) -> Plot {
    let (name, value) = match fault.split_once(['=', ' ']) {
        Some((name, value)) => (name, Some(value.trim().to_owned())),
        None => (fault, None),
    };
    let name = if name == "payment" { "payment_down" } else { name };
    Plot { fault: name.to_owned(), value, lasts }
}

/// Prints pages as they arrive, until somebody stops us.
async fn watch(stage: &mut Stage) -> anyhow::Result<ExitCode> {
    eprintln!("pages appear below as they arrive; Ctrl-C ends everything\n");
    loop {
        match tokio::time::timeout(Duration::from_secs(1), stage.notifications.recv()).await {
            Err(_) => stage.check()?,
            Ok(None) => anyhow::bail!("the receiver has ended"),
            Ok(Some(notification)) => {
                let time =
                    notification.at.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S").to_string();
                for alert in &notification.alerts {
                    let word = if alert.status == Status::Firing { "fires" } else { "is released" };
                    let label = |name: &str| alert.labels.get(name).map_or("", String::as_str);
                    println!(
                        "{time}  → {}: {} {} {} {word}",
                        notification.owner,
                        label("tier"),
                        label("alertname"),
                        subject(&alert.labels)
                    );
                    let summary = alert.annotations.get("summary").map_or("", String::as_str);
                    summary.lines().for_each(|it| println!("            {it}"));
                }
            }
        }
    }
}

fn screen(stage: &Stage) -> String {
    let ports = stage.ports;
    let shop = stage.folder();
    let hour = duration::text(stage.pace.real(Duration::from_hours(1)));
    format!(
        "
  One hour takes {hour} here (pace {}). Everything listens on 127.0.0.1 only.

    shop          http://127.0.0.1:{}/
    exporter      http://127.0.0.1:{}/         numbers: /metrics
    Prometheus    http://127.0.0.1:{}/alerts
    Alertmanager  http://127.0.0.1:{}/
    files, logs   {}

    break it      target/debug/sla-shop break payment_down --admin 127.0.0.1:{admin}
                  target/debug/sla-shop break payment_share=30% --admin 127.0.0.1:{admin}
                  target/debug/sla-shop break slow_api=750 --admin 127.0.0.1:{admin}
    heal it       target/debug/sla-shop heal --admin 127.0.0.1:{admin}

",
        stage.pace,
        ports.shop,
        ports.exporter,
        ports.prometheus,
        ports.alertmanager,
        shop.display(),
        admin = ports.admin,
    )
}

/// Returns what of the story is not as promised.
fn wrong(stage: &Stage, story: &Story) -> Vec<String> {
    let mut wrong = Vec::new();
    let urgent = urgent(&stage.model);
    let pages: Vec<_> =
        story.pages.iter().filter(|it| urgent.is_some_and(|tier| tier.id.as_str() == it.tier)).collect();
    // A fault that hurts no journey, like slow pages, wakes nobody at once; one that does must.
    let hurt = !story.failures.is_empty();
    if pages.is_empty() && hurt {
        wrong.push(format!("no {} page reached the receiver", urgent.map_or("urgent", |it| it.id.as_str())));
    }
    let due = urgent.map_or(0.0, |it| stage.pace.real(it.release_after).as_secs_f64());
    let tolerance = stage.pace.real(RELEASE_TOLERANCE).as_secs_f64();
    for page in pages {
        let what = format!("{} {}", page.alert, subject(&page.labels));
        match page.released_after_recovery {
            None => wrong.push(format!("{what} was not released")),
            Some(after) if (after - due).abs() > tolerance => {
                wrong.push(format!(
                    "{what} was released {after:.1} s after recovery, due after {due:.1} s ± {tolerance:.1} s"
                ));
            }
            Some(_) => {}
        }
    }
    for it in story.samples.iter().filter(|it| it.samples != it.scrapes) {
        wrong.push(format!("{} has {} samples in {} scrapes", it.series, it.samples, it.scrapes));
    }
    // Failed steps have no series before the first one fails.
    let missing = story.selectors_missing.iter().filter(|it| hurt || !it.starts_with(STEP_FAILURES.name));
    wrong.extend(missing.map(|it| format!("no data for {it}")));
    wrong
}
