//! Everything that a story needs, live on loopback: the shop under load, the exporter, Prometheus with the
//! generated rules, Alertmanager, and somebody to be paged.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::Context as _;
use sla_model::{Model, Pace, duration};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    packages,
    process::{Service, enclosed, free_ports},
    prometheus::Prometheus,
    receiver::{self, Notification},
};

/// How long one service may take to answer for the first time.
const START_MAX: Duration = Duration::from_mins(1);

/// Prometheus' defaults, which a pace divides.
const LOOKBACK: Duration = Duration::from_mins(5);
const RESEND_DELAY: Duration = Duration::from_mins(1);

/// How often Alertmanager writes down what it told whom: its own default of 15 minutes loses too much.
const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(30);

/// What is started.
pub struct Options {
    /// The specification.
    pub specification: PathBuf,
    /// How fast model time runs.
    pub pace: Pace,
    /// Overrides of variables, on top of our own addresses.
    pub variables: Vec<(String, String)>,
    /// Customers that shop all the time, each once a nominal minute.
    pub customers: u32,
}

/// A running stage. Dropping it ends everything and removes its folder.
pub struct Stage {
    // Services are dropped, and so ended, before the folder that they write to.
    services: Vec<Service>,
    /// What runs.
    pub model: Model,
    /// How fast.
    pub pace: Pace,
    /// Where everything listens.
    pub ports: Ports,
    /// The running Prometheus.
    pub prometheus: Prometheus,
    /// What reaches the person.
    pub notifications: UnboundedReceiver<Notification>,
    folder: TempDir,
}

/// The ports of a stage, on 127.0.0.1.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "each is the port of the service of that name")]
pub struct Ports {
    pub shop: u16,
    pub admin: u16,
    pub exporter: u16,
    pub prometheus: u16,
    pub alertmanager: u16,
    pub pager: u16,
}

impl Ports {
    fn free() -> anyhow::Result<Self> {
        let [shop, admin, exporter, prometheus, alertmanager, pager] = free_ports()?;
        Ok(Self { shop, admin, exporter, prometheus, alertmanager, pager })
    }

    fn variables(self, folder: &Path) -> Vec<(String, String)> {
        let database = folder.join("shop.db");
        [
            ("shop", format!("http://127.0.0.1:{}", self.shop)),
            ("shop_target", format!("127.0.0.1:{}", self.shop)),
            ("shop_database", database.display().to_string()),
            ("exporter_target", format!("127.0.0.1:{}", self.exporter)),
            ("alertmanager", format!("127.0.0.1:{}", self.alertmanager)),
            ("pager", format!("http://127.0.0.1:{}", self.pager)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

/// Returns where cargo put a binary of the workspace: beside our own.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("the path of this program is unknown")?;
    let folder = own.ancestors().find(|it| it.ends_with("debug") || it.ends_with("release"));
    Ok(folder.context("this program does not stand in a target folder")?.join(name))
}

/// Builds the binaries that a stage starts.
pub fn build() -> anyhow::Result<()> {
    let packages = ["-p", "sla-shop", "-p", "sla-exporter", "-p", "slaforge"];
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet"]).args(packages).current_dir(packages::root());
    let status = enclosed(&command).status().context("cargo cannot be run")?;
    anyhow::ensure!(status.success(), "the build failed");
    Ok(())
}

impl Stage {
    /// Installs what is missing, builds, starts everything and waits until it answers.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        packages::ensure(&[packages::PROMETHEUS, packages::ALERTMANAGER, packages::SETPRIV])?;
        build()?;
        let folder = tempfile::Builder::new().prefix("slaforge-demo-").tempdir()?;
        let ports = Ports::free()?;
        let mut variables = ports.variables(folder.path());
        variables.extend(options.variables);
        let loaded = sla_spec::open(&options.specification, &variables.iter().cloned().collect())?;
        let flags: Vec<String> = variables
            .iter()
            .flat_map(|(name, value)| ["--var".to_owned(), format!("{name}={value}")])
            .collect();
        let mut stage = Self {
            services: Vec::new(),
            model: loaded.model,
            pace: options.pace,
            ports,
            prometheus: Prometheus::new(format!("http://127.0.0.1:{}", ports.prometheus))?,
            notifications: receiver::listen(ports.pager).await?,
            folder,
        };
        stage.generate(&options.specification, &flags)?;
        stage.start_shop(options.customers).await?;
        stage.start_exporter(&options.specification, &flags).await?;
        stage.start_alertmanager().await?;
        stage.start_prometheus().await?;
        Ok(stage)
    }

    /// Returns the folder of generated files, data and logs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn generate(&self, specification: &Path, flags: &[String]) -> anyhow::Result<()> {
        let output = Command::new(binary("slaforge")?)
            .arg("generate")
            .arg(specification)
            .arg("--out")
            .arg(self.folder())
            .args(["--pace", &self.pace.to_string()])
            .args(flags)
            .output()
            .context("slaforge cannot be run")?;
        anyhow::ensure!(
            output.status.success(),
            "slaforge failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    async fn start_shop(&mut self, customers: u32) -> anyhow::Result<()> {
        let mut command = Command::new(binary("sla-shop")?);
        command.arg("serve");
        command.args(["--listen", &local(self.ports.shop), "--admin", &local(self.ports.admin)]);
        command.arg("--database").arg(self.folder().join("shop.db"));
        command.args(["--customers", &customers.to_string(), "--pace", &self.pace.to_string()]);
        self.run("shop", &mut command, self.ports.shop, "/-/healthy").await
    }

    async fn start_exporter(&mut self, specification: &Path, flags: &[String]) -> anyhow::Result<()> {
        let mut command = Command::new(binary("sla_exporter")?);
        command.arg("--config.file").arg(specification);
        command.args(["--web.listen-address", &local(self.ports.exporter)]);
        command.args(["--pace", &self.pace.to_string()]).args(flags);
        self.run("exporter", &mut command, self.ports.exporter, "/-/ready").await
    }

    async fn start_alertmanager(&mut self) -> anyhow::Result<()> {
        let mut command = Command::new(packages::ALERTMANAGER.command);
        command.arg(format!("--config.file={}", self.folder().join("rules/alertmanager.yaml").display()));
        command.arg(format!("--storage.path={}", self.folder().join("alertmanager").display()));
        command.arg(format!("--web.listen-address={}", local(self.ports.alertmanager)));
        command.arg("--cluster.listen-address=");
        let interval = duration::text(self.pace.real(MAINTENANCE_INTERVAL));
        command.arg(format!("--data.maintenance-interval={interval}"));
        self.run("alertmanager", &mut command, self.ports.alertmanager, "/-/ready").await
    }

    async fn start_prometheus(&mut self) -> anyhow::Result<()> {
        let mut command = Command::new(packages::PROMETHEUS.command);
        command.arg(format!("--config.file={}", self.folder().join("rules/scrape.yaml").display()));
        command.arg(format!("--storage.tsdb.path={}", self.folder().join("prometheus").display()));
        command.arg(format!("--web.listen-address={}", local(self.ports.prometheus)));
        command.arg(format!("--query.lookback-delta={}", duration::text(self.pace.real(LOOKBACK))));
        command.arg(format!("--rules.alert.resend-delay={}", duration::text(self.pace.real(RESEND_DELAY))));
        command.arg("--log.level=warn");
        self.run("prometheus", &mut command, self.ports.prometheus, "/-/ready").await
    }

    async fn run(
        &mut self,
        name: &'static str,
        command: &mut Command,
        port: u16,
        path: &str,
    ) -> anyhow::Result<()> {
        let mut service = Service::start(name, self.folder(), command)?;
        service.answers(&format!("http://{}{path}", local(port)), START_MAX).await?;
        self.services.push(service);
        Ok(())
    }

    /// Fails when any service has ended.
    pub fn check(&mut self) -> anyhow::Result<()> {
        self.services.iter_mut().try_for_each(Service::check)
    }

    /// Ends everything in order, last started first.
    pub fn stop(mut self) {
        while let Some(mut service) = self.services.pop() {
            service.stop();
        }
    }
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}
