//! How many requests of its API mix the shop serves, next to nginx that serves a small file to the same client.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::Context as _;

use super::{Evidence, Figure, machine};
use crate::{
    packages::{self, Program},
    process::{Service, enclosed, free_ports},
};

/// Enough for later load tests to measure something else than the shop.
const REQUESTS_PER_SECOND_MIN: f64 = 5000.0;

const WRK: Program = Program { command: "wrk", package: "wrk" };
const NGINX: Program = Program { command: "nginx", package: "nginx-light" };

/// How long a server may take to answer.
const START_MAX: Duration = Duration::from_secs(20);

/// Connections, threads and seconds of each run.
const LOAD: [&str; 3] = ["-c64", "-t1", "-d15s"];

/// Buys, pays, looks, logs in: a payment follows each order, and two looks come between.
const MIX: &str = r#"
local token, unpaid, turn = nil, {}, 0
function init(args) token = "Bearer " .. args[1] end
function request()
  local auth = {["Authorization"] = token}
  local order = table.remove(unpaid)
  if order then return wrk.format("POST", "/api/orders/" .. order .. "/payment", auth) end
  turn = turn % 4 + 1
  if turn == 1 then return wrk.format("POST", "/api/orders", auth, '{"goods": 1, "quantity": 1}') end
  if turn == 2 then return wrk.format("GET", "/api/goods/1") end
  if turn == 3 then return wrk.format("GET", "/api/goods") end
  return wrk.format("POST", "/api/login", nil, '{"user": "customer-1", "password": "customer-1"}')
end
function response(status, headers, body)
  if status == 201 then table.insert(unpaid, body:match('"id":(%d+)')) end
end
"#;

/// Measures both.
pub async fn measure() -> anyhow::Result<Evidence> {
    packages::ensure(&[WRK, NGINX, packages::SETPRIV, packages::UNSHARE])?;
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--release", "-p", "sla-shop"]).current_dir(packages::root());
    anyhow::ensure!(enclosed(&build).status()?.success(), "the build failed");
    let folder = tempfile::tempdir()?;
    let [shop, admin, nginx] = free_ports()?;
    fs::write(folder.path().join("mix.lua"), MIX)?;
    let ours = ours(folder.path(), shop, admin).await?;
    let peer = peer(folder.path(), nginx).await?;
    Ok(Evidence {
        claim: "the shop serves at least 5,000 requests/s of its API mix on 2 cores in release",
        command: "cargo xtask bench shop",
        machine: machine(),
        versions: vec![
            packages::version("wrk", "-v"),
            packages::version("nginx", "-v"),
            packages::version("rustc", "--version"),
        ],
        inside: vec![
            format!(
                "sla-shop serve --customers 0; wrk {} -s mix.lua (login, order, payment, goods)",
                LOAD.join(" ")
            ),
            format!("nginx (1 worker, a file of 1 KiB); wrk {}", LOAD.join(" ")),
        ],
        holds: ours >= REQUESTS_PER_SECOND_MIN,
        ours: Figure { of: "sla-shop over SQLite".to_owned(), value: ours, unit: "requests/s" },
        peer: Figure { of: "nginx, static".to_owned(), value: peer, unit: "requests/s" },
    })
}

async fn ours(folder: &Path, port: u16, admin: u16) -> anyhow::Result<f64> {
    let mut command = Command::new(packages::root().join("target/release/sla-shop"));
    command.args(["serve", "--listen", &local(port), "--admin", &local(admin), "--customers", "0"]);
    command.arg("--database").arg(folder.join("shop.db"));
    let mut shop = Service::start("shop", folder, &mut command)?;
    shop.answers(&format!("http://{}/-/healthy", local(port)), START_MAX).await?;
    let login = serde_json::json!({"user": "customer-1", "password": "customer-1"});
    let url = format!("http://{}/api/login", local(port));
    let answer: serde_json::Value =
        reqwest::Client::new().post(url).json(&login).send().await?.json().await?;
    let token = answer["token"].as_str().context("no token")?.to_owned();
    let script = folder.join("mix.lua").display().to_string();
    wrk(&["-s", &script, &format!("http://{}/", local(port)), "--", &token])
}

async fn peer(folder: &Path, port: u16) -> anyhow::Result<f64> {
    let place = folder.display();
    fs::write(folder.join("file.txt"), "x".repeat(1024))?;
    let configuration = format!(
        "daemon off; worker_processes 1; pid {place}/nginx.pid; error_log {place}/nginx-error.log; user root;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ access_log off; server {{ listen {}; root {place}; }} }}\n",
        local(port)
    );
    fs::write(folder.join("nginx.conf"), configuration)?;
    let mut command = Command::new(NGINX.command);
    command.arg("-c").arg(folder.join("nginx.conf"));
    let mut nginx = Service::start("nginx", folder, &mut command)?;
    let url = format!("http://{}/file.txt", local(port));
    nginx.answers(&url, START_MAX).await?;
    wrk(&[&url])
}

/// Runs wrk and reads its requests per second; an answer that is no success makes the figure worthless.
fn wrk(arguments: &[&str]) -> anyhow::Result<f64> {
    let mut command = Command::new(WRK.command);
    command.args(LOAD).args(arguments);
    let output = enclosed(&command).output().context("wrk cannot be run")?;
    let text = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(!text.contains("Non-2xx"), "some answers were no success:\n{text}");
    let figure = text.lines().find_map(|it| it.strip_prefix("Requests/sec:"));
    figure.and_then(|it| it.trim().parse().ok()).with_context(|| format!("wrk said something else:\n{text}"))
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}
