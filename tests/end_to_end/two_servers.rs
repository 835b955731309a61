//! Goal: two Prometheis with the same rules tell people once, and record the same series.
//! Method: two real servers, told apart by a label of their own, scrape one failing service and tell one Alertmanager.
//! Then the same without the line that drops the label from alerts: so it is seen to matter.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc::UnboundedReceiver,
};
use xtask::{
    packages,
    process::{Service, free_ports, tied},
    prometheus::Prometheus,
    receiver::{self, Notification, Status},
    stage,
};

/// Model time runs so much faster: rules are evaluated twice a second.
const PACE: &str = "60";

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server tells an alert again every second, Alertmanager tells people of a change within a quarter of one.
const TOLD_AGAIN: f64 = 6.0;

const REPLICAS: [&str; 2] = ["a", "b"];

/// What the generator writes so that two servers' alerts are one.
const DROPPED: &str =
    "  alert_relabel_configs:\n  - regex: replica|prometheus_replica\n    action: labeldrop\n";

/// The labels of an alert or a series.
type Labels = std::collections::BTreeMap<String, String>;

#[test]
fn two_servers_tell_once() {
    let _alone = crate::alone();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut pair = Pair::start(|config| config).await;
        pair.both_have_told().await;
        let of_servers = pair.alerts_of_servers().await;
        assert_eq!(of_servers[0], of_servers[1]);
        assert_eq!(pair.alerts_of_alertmanager().await, of_servers[0]);
        let told = pair.told();
        assert!(told.iter().any(|it| it.iter().any(|it| it["alertname"] == "SloBurn")), "{told:?}");
        assert_eq!(repeated(&told), 0, "{told:#?}");
        pair.record_the_same().await;
    });
}

#[test]
fn without_the_dropped_label_they_would_tell_twice() {
    let _alone = crate::alone();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut pair = Pair::start(|config| {
            assert!(config.contains(DROPPED), "{config}");
            config.replace(DROPPED, "")
        })
        .await;
        pair.both_have_told().await;
        let twice = pair.alerts_of_alertmanager().await;
        let once: BTreeSet<Labels> = twice.iter().map(|it| without_replica(it.clone())).collect();
        assert_eq!(twice.len(), 2 * once.len());
        assert!(repeated(&pair.told()) > 0);
    });
}

/// Returns how many notifications tell nothing new, replicas apart.
fn repeated(told: &[BTreeSet<Labels>]) -> usize {
    let mut known = BTreeSet::new();
    told.iter()
        .filter(|alerts| {
            let before = known.len();
            known.extend(alerts.iter().cloned().map(without_replica));
            let labels = alerts.iter().cloned().map(without_replica).collect::<BTreeSet<_>>();
            known.len() == before || labels.len() < alerts.len()
        })
        .count()
}

fn without_replica(mut labels: Labels) -> Labels {
    labels.remove("replica");
    labels
}

/// Two servers, an Alertmanager and a person.
struct Pair {
    // Ended before their folder is removed.
    servers: Vec<Service>,
    _alertmanager: Service,
    ports: [u16; 2],
    alertmanager_port: u16,
    notifications: UnboundedReceiver<Notification>,
    _folder: TempDir,
}

impl Pair {
    /// Starts everything; the servers' configuration is the generated one, changed a little.
    async fn start(change: impl Fn(String) -> String) -> Self {
        packages::ensure(&[packages::PROMETHEUS, packages::ALERTMANAGER, packages::SETPRIV]).unwrap();
        stage::build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let [a, b, alertmanager_port, pager, shop] = free_ports().unwrap();
        serve(shop).await;
        let notifications = receiver::listen(pager).await.unwrap();
        let rules = generate(folder.path(), &specification(shop, alertmanager_port, pager));
        let mut alertmanager = Command::new(packages::ALERTMANAGER.command);
        alertmanager.arg(format!("--config.file={}", rules.join("alertmanager.yaml").display()));
        alertmanager.arg(format!("--storage.path={}", folder.path().join("alertmanager").display()));
        alertmanager.arg(format!("--web.listen-address=127.0.0.1:{alertmanager_port}"));
        alertmanager.arg("--cluster.listen-address=");
        let alertmanager = started("alertmanager", folder.path(), alertmanager, alertmanager_port).await;
        let mut servers = Vec::new();
        let config = change(fs::read_to_string(rules.join("scrape.yaml")).unwrap());
        for (replica, port) in REPLICAS.into_iter().zip([a, b]) {
            let own = format!("global:\n  external_labels: {{replica: {replica}}}\n");
            let path = rules.join(format!("{replica}.yaml"));
            fs::write(&path, config.replacen("global:\n", &own, 1)).unwrap();
            let place = folder.path().join(replica);
            fs::create_dir(&place).unwrap();
            let mut command = Command::new(packages::PROMETHEUS.command);
            command.arg(format!("--config.file={}", path.display()));
            command.arg(format!("--storage.tsdb.path={}", place.join("data").display()));
            command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
            command.args(["--query.lookback-delta=5s", "--rules.alert.resend-delay=1s"]);
            servers.push(started("prometheus", &place, command, port).await);
        }
        let ports = [a, b];
        Self {
            servers,
            _alertmanager: alertmanager,
            ports,
            alertmanager_port,
            notifications,
            _folder: folder,
        }
    }

    /// Waits until both servers and Alertmanager know of the same, and each server has told it several times since:
    /// what would be told twice, has been.
    async fn both_have_told(&mut self) {
        let until = Instant::now() + PATIENCE;
        let mut goal = None;
        loop {
            self.servers.iter_mut().try_for_each(Service::check).unwrap();
            let [a, b] = self.alerts_of_servers().await;
            let there = self.alerts_of_alertmanager().await.into_iter().map(without_replica).collect();
            let mut sent = [0.0; 2];
            for (sent, port) in sent.iter_mut().zip(self.ports) {
                *sent = counted(port, "prometheus_notifications_sent_total").await;
            }
            if a.is_empty() || a != b || a != there {
                goal = None;
            } else {
                let goal = goal.get_or_insert(sent.map(|it| it + TOLD_AGAIN));
                if goal.iter().zip(sent).all(|(goal, sent)| *goal <= sent) {
                    return;
                }
            }
            assert!(Instant::now() < until, "{a:?}\n{b:?}\n{there:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Returns the firing alerts of each server.
    async fn alerts_of_servers(&self) -> [BTreeSet<Labels>; 2] {
        let mut found = [BTreeSet::new(), BTreeSet::new()];
        for (alerts, port) in found.iter_mut().zip(self.ports) {
            let answer = get(port, "/api/v1/alerts").await;
            let firing = answer["data"]["alerts"].as_array().unwrap().iter();
            *alerts = firing.filter(|it| it["state"] == "firing").map(labels).collect();
        }
        found
    }

    /// Returns the alerts that Alertmanager tells apart.
    async fn alerts_of_alertmanager(&self) -> BTreeSet<Labels> {
        let answer = get(self.alertmanager_port, "/api/v2/alerts").await;
        answer.as_array().unwrap().iter().map(labels).collect()
    }

    /// Returns the firing alerts of every notification so far.
    fn told(&mut self) -> Vec<BTreeSet<Labels>> {
        let mut told = Vec::new();
        while let Ok(it) = self.notifications.try_recv() {
            let firing = it.alerts.into_iter().filter(|it| it.status == Status::Firing);
            told.push(firing.map(|it| it.labels).collect());
        }
        told
    }

    /// What was recorded has the same labels on both, and no replica: a reader that puts the two together needs only
    /// the label that the server adds.
    async fn record_the_same(&self) {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut recorded = Vec::new();
            for port in self.ports {
                let server = Prometheus::new(format!("http://127.0.0.1:{port}")).unwrap();
                let found = server.query("{__name__=~\"slo:.+\"}", None).await.unwrap();
                recorded.push(found.into_iter().map(|it| it.labels).collect::<BTreeSet<_>>());
            }
            assert!(recorded.iter().flatten().all(|it| !it.contains_key("replica")), "{recorded:?}");
            if recorded[0] == recorded[1] && recorded[0].len() > 30 {
                return;
            }
            // Tiles live for one evaluation, and the servers evaluate at moments of their own.
            assert!(Instant::now() < until, "{:?}", recorded[0].symmetric_difference(&recorded[1]));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn labels(alert: &Value) -> Labels {
    let pairs = alert["labels"].as_object().unwrap().iter();
    pairs.map(|(label, value)| (label.clone(), value.as_str().unwrap().to_owned())).collect()
}

fn specification(shop: u16, alertmanager: u16, pager: u16) -> String {
    format!(
        r#"version: sla/v1
name: pair
alertmanagers: ["127.0.0.1:{alertmanager}"]
tiers:
  P1: {{title: urgent, severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [operations]}}
owners:
  operations: {{title: operations, webhook: {{url: "http://127.0.0.1:{pager}/operations"}}}}
modules:
  shop: {{title: shop, owner: operations}}
scrapes:
  shop:
    targets: ["127.0.0.1:{shop}"]
    module: shop
    metrics:
      requests_total: {{type: counter, labels: [code]}}
objectives:
  requests:
    module: shop
    target: 99%
    window: 30d
    indicator: {{ratio: {{bad: 'requests_total{{code="500"}}', total: requests_total}}}}
    alert: {{page: P1}}
"#
    )
}

fn generate(folder: &Path, specification: &str) -> std::path::PathBuf {
    let source = folder.join("sla.yaml");
    fs::write(&source, specification).unwrap();
    let mut command = Command::new(stage::binary("slaforge").unwrap());
    command.args(["generate", "--pace", PACE, "--out"]).arg(folder).arg(&source);
    let output = tied(&command).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder.join("rules")
}

/// A service of which every third request fails.
async fn serve(port: u16) {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let began = Instant::now();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let count = began.elapsed().as_millis() / 10;
            let body = format!(
                "# TYPE requests_total counter\nrequests_total{{code=\"200\"}} {}\nrequests_total{{code=\"500\"}} {count}\n",
                count * 2
            );
            let mut asked = [0; 4096];
            // Whoever asks, asks for this.
            let _ = stream.read(&mut asked).await;
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close";
            let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
}

async fn get(port: u16, path: &str) -> Value {
    let text = reqwest::get(format!("http://127.0.0.1:{port}{path}")).await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Returns the sum of a metric that a program exposes of itself.
async fn counted(port: u16, series: &str) -> f64 {
    let text = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.unwrap().text().await.unwrap();
    let values = text.lines().filter(|it| it.starts_with(series));
    values.filter_map(|it| it.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

async fn started(name: &'static str, place: &Path, mut command: Command, port: u16) -> Service {
    let mut service = Service::start(name, place, &mut command).unwrap();
    service.answers(&format!("http://127.0.0.1:{port}/-/ready"), PATIENCE).await.unwrap();
    service
}
