//! 10,000 wrong passwords in a minute, evenly spread over it, and what they cost the exporter and those who know theirs.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use reqwest::{Client, StatusCode};
use serde::Serialize;
use tokio::task::JoinSet;

const WRONG: u32 = 10_000;
const FLOOD: Duration = Duration::from_mins(1);

/// A core of ours that they may cost, and how long those who know theirs may wait.
const CORE_MAX: f64 = 0.2;
const REMEMBERED_MAX_MILLISECONDS: f64 = 50.0;
const NEW_MAX_SECONDS: f64 = 5.0;

/// Of bcrypt's cost 10, which `htpasswd -nBC 10` makes; one hash needs 50 ms of a core.
const HASH: &str = "$2b$10$abcdefghijklmnopqrstuu1VS0P7v3ZJmd2gzBFIzgfN7OOl6Rl52";
const PASSWORD: &str = "right";

/// Was let in before the flood and comes again and again.
const REMEMBERED: &str = "alice";
const COMES_EVERY: Duration = Duration::from_millis(200);

/// Come for the first time in the middle of the flood.
const NEW: [&str; 3] = ["bob", "carol", "dave"];

/// Guessers; each has an address and keeps connections of its own. The first shares the address of the users.
const GUESSERS: u8 = 8;

/// What a flood costs.
#[derive(Serialize)]
pub struct Passwords {
    wrong: u32,
    seconds: f64,
    /// Answered with 401, and with 429 because too many waited.
    refused: u32,
    sent_away: u32,
    /// Of the exporter's process, everything included.
    processor_share: f64,
    remembered_p99_milliseconds: f64,
    remembered_most_milliseconds: f64,
    new_user_most_seconds: f64,
}

impl Passwords {
    /// Returns whether the flood did no harm.
    pub fn hold(&self) -> bool {
        self.processor_share < CORE_MAX
            && self.remembered_p99_milliseconds < REMEMBERED_MAX_MILLISECONDS
            && self.new_user_most_seconds < NEW_MAX_SECONDS
    }
}

/// Floods an exporter.
pub async fn measure() -> anyhow::Result<Passwords> {
    let folder = tempfile::tempdir()?;
    let web = folder.path().join("web.yml");
    prepare(folder.path(), &web)?;
    let web = web.to_str().context("the folder has no name")?;
    let (mut exporter, address) = super::start(folder.path(), &["--web.config.file", web])?;
    let url: Arc<str> = format!("http://{address}/metrics").into();
    let user = client(Ipv4Addr::LOCALHOST)?;
    // Until it listens; then its first password is a hash.
    let until = Instant::now() + NEW_WITHIN;
    while ask(&user, &url, REMEMBERED, PASSWORD).await.ok() != Some(StatusCode::OK) {
        exporter.check()?;
        anyhow::ensure!(Instant::now() < until, "{REMEMBERED} is not let in before the flood");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (spent, began) = (processor_seconds(exporter.id())?, Instant::now());
    let flooding = tokio::spawn(flood(Arc::clone(&url)));
    let newcomers = tokio::spawn(newcomers(user.clone(), Arc::clone(&url)));
    let mut took = Vec::new();
    let mut tick = tokio::time::interval(COMES_EVERY);
    while began.elapsed() < FLOOD {
        tick.tick().await;
        let asked = Instant::now();
        let status = ask(&user, &url, REMEMBERED, PASSWORD).await?;
        anyhow::ensure!(status == StatusCode::OK, "{REMEMBERED} was remembered and got {status}");
        took.push(asked.elapsed().as_secs_f64() * 1000.0);
    }
    let seconds = began.elapsed().as_secs_f64();
    let spent = processor_seconds(exporter.id())? - spent;
    // The last ones wait on for their turn.
    let (refused, sent_away) = flooding.await??;
    exporter.check()?;
    took.sort_by(f64::total_cmp);
    Ok(Passwords {
        wrong: refused + sent_away,
        seconds,
        refused,
        sent_away,
        processor_share: spent / seconds,
        remembered_p99_milliseconds: took[(took.len() - 1) * 99 / 100],
        remembered_most_milliseconds: took[took.len() - 1],
        new_user_most_seconds: newcomers.await??,
    })
}

/// Far longer than anybody should wait.
const NEW_WITHIN: Duration = Duration::from_secs(40);

fn prepare(folder: &Path, web: &Path) -> anyhow::Result<()> {
    let specification = "version: sla/v1\nname: bench\nowners:\n  dev: {webhook: {url: \"http://pager/dev\"}}\n\
                         modules:\n  shop: {owner: dev}\n";
    fs::write(folder.join("sla.yaml"), specification)?;
    let users = NEW.iter().chain([&REMEMBERED]).map(|it| format!("  {it}: \"{HASH}\"\n"));
    fs::write(web, format!("basic_auth_users:\n{}", users.collect::<String>()))?;
    Ok(())
}

fn client(from: Ipv4Addr) -> anyhow::Result<Client> {
    // The exporter closes what is idle for 5 s; a request must not meet that.
    let builder = Client::builder().pool_idle_timeout(Duration::from_secs(2)).timeout(NEW_WITHIN);
    Ok(builder.local_address(IpAddr::from(from)).build()?)
}

async fn ask(client: &Client, url: &str, user: &str, password: &str) -> anyhow::Result<StatusCode> {
    let answer = client.get(url).basic_auth(user, Some(password)).send().await?;
    let status = answer.status();
    // Read to its end, so that the connection is used again.
    answer.bytes().await?;
    Ok(status)
}

/// Sends every wrong password at its time, answered or not; returns how many were refused and how many sent away.
async fn flood(url: Arc<str>) -> anyhow::Result<(u32, u32)> {
    let clients: Vec<_> =
        (0..GUESSERS).map(|it| client(Ipv4Addr::new(127, 0, 0, 1 + it))).collect::<Result<_, _>>()?;
    let answers = Arc::new(Mutex::new((0_u32, 0_u32)));
    let mut asking = JoinSet::new();
    let mut tick = tokio::time::interval(FLOOD / WRONG);
    for number in 0..WRONG {
        tick.tick().await;
        while asking.try_join_next().is_some_and(|it| it.is_ok()) {}
        let guesser = usize::try_from(number)? % clients.len();
        // Names that somebody has and names that nobody has; whoever is new is guessed from elsewhere only.
        let user = match number / u32::from(GUESSERS) % 3 {
            0 => REMEMBERED.to_owned(),
            1 if guesser > 0 => NEW[usize::try_from(number)? % NEW.len()].to_owned(),
            _ => format!("user-{number}"),
        };
        let (client, url, answers) = (clients[guesser].clone(), Arc::clone(&url), Arc::clone(&answers));
        asking.spawn(async move {
            let status = ask(&client, &url, &user, &format!("wrong-{number}")).await;
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            match status {
                Ok(StatusCode::UNAUTHORIZED) => answers.0 += 1,
                Ok(StatusCode::TOO_MANY_REQUESTS) => answers.1 += 1,
                _ => {}
            }
        });
    }
    while asking.join_next().await.is_some() {}
    let answers = *answers.lock().unwrap_or_else(PoisonError::into_inner);
    anyhow::ensure!(answers.0 + answers.1 == WRONG, "of {WRONG} wrong passwords, {answers:?} were answered");
    Ok(answers)
}

/// Lets those who were never there come one after the other; returns how long the slowest waited.
async fn newcomers(client: Client, url: Arc<str>) -> anyhow::Result<f64> {
    let mut most = 0.0_f64;
    for name in NEW {
        tokio::time::sleep(FLOOD / 4).await;
        let began = Instant::now();
        loop {
            let status = ask(&client, &url, name, PASSWORD).await?;
            if status == StatusCode::OK {
                break;
            }
            let away = status == StatusCode::TOO_MANY_REQUESTS;
            anyhow::ensure!(away && began.elapsed() < NEW_WITHIN, "{name} got {status}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        most = most.max(began.elapsed().as_secs_f64());
    }
    Ok(most)
}

/// Returns what a process has spent of processors, in its own mode and in the kernel's.
fn processor_seconds(process: u32) -> anyhow::Result<f64> {
    /// `USER_HZ`, which Linux has promised to programs for ever.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name may hold spaces and brackets; behind it come `state` (field 3) and the rest.
    let rest = stat.rsplit_once(") ").context("no stat")?.1;
    let ticks = rest.split(' ').skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks as f64 / TICKS_PER_SECOND)
}
