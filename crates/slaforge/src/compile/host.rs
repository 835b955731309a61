//! Signals of machines, from our own host metrics and from those of `node_exporter`: the same expressions over other
//! names.

use sla_model::{
    Model,
    indicator::BASE_WINDOW,
    limit::Limit,
    names::host::{Families, NODE, OWN},
    selector::{Matcher, Selector},
    signal::Signal,
};

use super::limit::{Measured, Of};
use crate::promql::{
    Expr,
    build::{aggregate, equal, over_time, series},
};

/// A signal of machines that one kind of exporter tells of.
pub struct HostSignal {
    /// Which.
    pub signal: Signal,
    /// The names it is computed from.
    pub families: Families,
    /// What chooses the machines.
    pub matchers: Vec<Matcher>,
}

/// Returns where a host's signal is measured: by every exporter of ours, and by every scraped target that declares
/// the families of `node_exporter`.
pub fn measured(model: &Model, signal: Signal, limit: &Limit) -> Vec<Measured> {
    // A limit of a host has a module, or it would have been refused.
    let Some(module) = &limit.module else {
        return Vec::new();
    };
    let of = |object, families, matchers| Measured {
        object,
        module: module.clone(),
        by: signal.labels(),
        of: Of::Host(HostSignal { signal, families, matchers }),
    };
    let mut found = vec![of("host", OWN, vec![])];
    for scrape in model.scrapes.values() {
        let declares = |name: &&str| scrape.metrics.keys().any(|it| it.as_str() == *name);
        if signal.families(&NODE).iter().all(declares) {
            found.push(of("node", NODE, vec![equal("job", scrape.id.as_str())]));
        }
    }
    found
}

impl HostSignal {
    /// Selects series of a family.
    pub fn select(&self, family: &str, labels: &[(&str, &str)]) -> Selector {
        let mut selector = series(family, labels);
        selector.matchers.extend(self.matchers.iter().cloned());
        selector
    }

    /// Returns the value over the base window.
    pub fn value(&self) -> Expr {
        let of = &self.families;
        let mean = |family| self.sum("avg_over_time", &self.select(family, &[]));
        let rate = |family, labels: &[(&str, &str)]| self.sum("rate", &self.select(family, labels));
        match self.signal {
            // Every mode but idle is busy; both are of the same machine, so that time cancels out.
            Signal::HostCpu => {
                let all = rate(of.cpu, &[]);
                all.clone().minus(rate(of.cpu, &[("mode", "idle")])).over(all)
            }
            Signal::HostMemory => used(mean(of.memory_size), mean(of.memory_available)),
            Signal::HostMemoryUsed => mean(of.memory_size).minus(mean(of.memory_available)),
            Signal::HostFilesystem => used(mean(of.filesystem_size), mean(of.filesystem_available)),
            Signal::HostDisk | Signal::ResponseMean => {
                rate(of.disk_read, &[]).plus(rate(of.disk_written, &[]))
            }
        }
    }

    fn sum(&self, function: &'static str, of: &Selector) -> Expr {
        aggregate("sum", &self.signal.labels(), over_time(function, of, BASE_WINDOW))
    }
}

fn used(size: Expr, available: Expr) -> Expr {
    size.clone().minus(available).over(size)
}
