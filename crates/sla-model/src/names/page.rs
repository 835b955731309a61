//! What is known of pages, beside what every probe has.

use super::{Kind, Metric};

/// How long good loads take. Failed loads are left out, so that loads within a limit are good loads.
pub const LOAD: Metric = Metric {
    name: "sla_page_load_seconds",
    kind: Kind::Histogram,
    help: "How long good loads of the page took; of probes that a page objective judges.",
    labels: &["probe"],
};

/// Every family of this file.
pub const ALL: &[&Metric] = &[&LOAD];
