//! What the exporter says of itself: build, scrapes, and the process as the system sees it.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use http::StatusCode;
use prometheus::{
    Counter, Gauge, GaugeVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};
use sla_model::names::{Metric, own};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System, get_current_pid};

use super::{Encode, gather};
use crate::{
    reload::Note,
    schedule::{Class, Places},
    state::{Shared, lock},
};

/// The exporter's own metrics.
pub struct Own {
    registry: Registry,
    scrapes: IntCounter,
    scrapes_failed: IntCounter,
    refused: IntCounterVec,
    running: IntGaugeVec,
    reloaded: IntGauge,
    reload_time: Gauge,
    checksum: GaugeVec,
    web_reloaded: IntGauge,
    memory: IntGauge,
    cpu: Counter,
    /// `None` where the system does not tell: then those families are absent instead of wrong.
    process: Option<Mutex<Process>>,
    note: Shared<Note>,
    places: Places,
    web: Arc<AtomicBool>,
}

struct Process {
    system: System,
    id: Pid,
}

/// Why requests are refused; the `why` label.
const REFUSALS: [(StatusCode, &str); 2] =
    [(StatusCode::UNAUTHORIZED, "password"), (StatusCode::TOO_MANY_REQUESTS, "too_many")];

impl Own {
    /// Registers everything.
    pub fn new(note: Shared<Note>, places: Places, web: Arc<AtomicBool>) -> prometheus::Result<Self> {
        let registry = Registry::new();
        let build = IntGaugeVec::new(options(&own::BUILD), own::BUILD.labels)?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        registry.register(Box::new(build))?;
        let refused = IntCounterVec::new(options(&own::REFUSED), own::REFUSED.labels)?;
        for (_, why) in REFUSALS {
            // 0 from the start, so that the first one is seen as an increase.
            refused.with_label_values(&[why]).reset();
        }
        let own = Self {
            scrapes: IntCounter::with_opts(options(&own::SCRAPES))?,
            scrapes_failed: IntCounter::with_opts(options(&own::SCRAPES_FAILED))?,
            refused,
            running: IntGaugeVec::new(options(&own::RUNNING), own::RUNNING.labels)?,
            reloaded: IntGauge::with_opts(options(&own::RELOADED))?,
            reload_time: Gauge::with_opts(options(&own::RELOAD_TIME))?,
            checksum: GaugeVec::new(options(&own::CHECKSUM), own::CHECKSUM.labels)?,
            web_reloaded: IntGauge::with_opts(options(&own::WEB_RELOADED))?,
            memory: IntGauge::with_opts(options(&own::MEMORY))?,
            cpu: Counter::with_opts(options(&own::CPU))?,
            process: Process::open().map(Mutex::new),
            registry,
            note,
            places,
            web,
        };
        own.register()?;
        Ok(own)
    }

    fn register(&self) -> prometheus::Result<()> {
        let registry = &self.registry;
        registry.register(Box::new(self.scrapes.clone()))?;
        registry.register(Box::new(self.scrapes_failed.clone()))?;
        registry.register(Box::new(self.refused.clone()))?;
        registry.register(Box::new(self.running.clone()))?;
        registry.register(Box::new(self.reloaded.clone()))?;
        registry.register(Box::new(self.reload_time.clone()))?;
        registry.register(Box::new(self.checksum.clone()))?;
        registry.register(Box::new(self.web_reloaded.clone()))?;
        if let Some(process) = &self.process {
            registry.register(Box::new(self.memory.clone()))?;
            registry.register(Box::new(self.cpu.clone()))?;
            let start = Gauge::with_opts(options(&own::START))?;
            start.set(process.lock().unwrap_or_else(PoisonError::into_inner).start_seconds());
            registry.register(Box::new(start))?;
        }
        Ok(())
    }

    /// Tells the metrics as they are now.
    pub fn tell(&self, to: &mut impl Encode) -> io::Result<()> {
        if let Some(process) = &self.process {
            let (memory_bytes, cpu_seconds) = lock(process).usage();
            self.memory.set(i64::try_from(memory_bytes).unwrap_or(i64::MAX));
            // A counter only rises, whatever the system says.
            self.cpu.inc_by((cpu_seconds - self.cpu.get()).max(0.0));
        }
        for class in Class::ALL {
            let running = i64::try_from(self.places.taken(class)).unwrap_or(i64::MAX);
            self.running.with_label_values(&[class.name()]).set(running);
        }
        let note = lock(&self.note).clone();
        self.reloaded.set(i64::from(note.problem.is_none()));
        self.reload_time.set(note.taken.as_duration().as_secs_f64());
        self.web_reloaded.set(i64::from(self.web.load(Ordering::Relaxed)));
        // The checksum of before goes with it.
        self.checksum.reset();
        self.checksum.with_label_values(&[&note.checksum]).set(1.0);
        gather::tell(&self.registry.gather(), to)
    }

    /// Counts an answered scrape.
    pub fn scraped(&self) {
        self.scrapes.inc();
    }

    /// Counts a scrape that got no page.
    pub fn scrape_failed(&self) {
        self.scrapes_failed.inc();
    }

    /// Counts a request that was refused.
    pub fn refused(&self, status: StatusCode) {
        if let Some((_, why)) = REFUSALS.iter().find(|it| it.0 == status) {
            self.refused.with_label_values(&[why]).inc();
        }
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
