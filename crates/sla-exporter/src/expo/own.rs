//! What the exporter says of itself: build, scrapes, and the process as the system sees it.

use std::sync::{Mutex, PoisonError};

use prometheus::{Counter, Gauge, IntCounter, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};
use sla_model::names::{Metric, own};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System, get_current_pid};

/// The exporter's own metrics.
pub struct Own {
    registry: Registry,
    scrapes: IntCounter,
    memory: IntGauge,
    cpu: Counter,
    /// `None` where the system does not tell: then those families are absent instead of wrong.
    process: Option<Mutex<Process>>,
}

struct Process {
    system: System,
    id: Pid,
}

impl Own {
    /// Registers everything.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let build = IntGaugeVec::new(options(&own::BUILD), own::BUILD.labels)?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        registry.register(Box::new(build))?;
        let scrapes = IntCounter::with_opts(options(&own::SCRAPES))?;
        registry.register(Box::new(scrapes.clone()))?;
        let memory = IntGauge::with_opts(options(&own::MEMORY))?;
        let cpu = Counter::with_opts(options(&own::CPU))?;
        let process = Process::open();
        if let Some(process) = &process {
            registry.register(Box::new(memory.clone()))?;
            registry.register(Box::new(cpu.clone()))?;
            let start = Gauge::with_opts(options(&own::START))?;
            start.set(process.start_seconds());
            registry.register(Box::new(start))?;
        }
        Ok(Self { registry, scrapes, memory, cpu, process: process.map(Mutex::new) })
    }

    /// Writes the metrics as they are now, in the text format.
    pub fn encode(&self) -> prometheus::Result<String> {
        if let Some(process) = &self.process {
            let mut process = process.lock().unwrap_or_else(PoisonError::into_inner);
            let (memory_bytes, cpu_seconds) = process.usage();
            self.memory.set(i64::try_from(memory_bytes).unwrap_or(i64::MAX));
            // A counter only rises, whatever the system says.
            self.cpu.inc_by((cpu_seconds - self.cpu.get()).max(0.0));
        }
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }

    /// Counts an answered scrape.
    pub fn scraped(&self) {
        self.scrapes.inc();
    }
}

fn options(metric: &Metric) -> Opts {
    Opts::new(metric.name, metric.help)
}

impl Process {
    fn open() -> Option<Self> {
        let mut process = Self { system: System::new().ok()?, id: get_current_pid().ok()? };
        process.refresh();
        process.system.process(process.id).is_some().then_some(process)
    }

    fn refresh(&mut self) {
        let what = ProcessRefreshKind::nothing().with_memory().with_cpu().without_tasks();
        self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[self.id]), false, what);
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds since the epoch and milliseconds of CPU are small"
    )]
    fn start_seconds(&self) -> f64 {
        self.system.process(self.id).map_or(0.0, |it| it.start_time() as f64)
    }

    /// Returns resident bytes and spent seconds.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of CPU are small")]
    fn usage(&mut self) -> (u64, f64) {
        self.refresh();
        let process = self.system.process(self.id);
        process.map_or((0, 0.0), |it| (it.memory(), it.accumulated_cpu_time() as f64 / 1000.0))
    }
}
