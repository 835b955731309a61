//! Our specification before it is written: what every importer makes of its documents.

use std::{collections::BTreeMap, time::Duration};

use rust_decimal::Decimal;
use sla_model::{selector::Selector, window::Window};

use crate::query::Query;

/// The owner that stands for everybody whom the foreign text does not name.
pub const ON_CALL: &str = "on-call";

/// What was understood of all documents.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The name of the specification.
    pub name: String,
    /// The zone of calendar windows, if one was named.
    pub timezone: Option<String>,
    /// The parts of the system.
    pub modules: BTreeMap<String, Module>,
    /// The promises, in the order of the documents.
    pub objectives: Vec<Objective>,
}

/// A part of the system.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// What people call it.
    pub title: Option<String>,
    /// Words about it.
    pub comment: String,
    /// Who answers for it; [`ON_CALL`], if nobody was named.
    pub owner: Option<String>,
}

/// A promise.
#[derive(Clone, Debug)]
pub struct Objective {
    /// Its name, allowed and unique.
    pub id: String,
    /// The name of the whole, which findings of the last check are about.
    pub path: String,
    /// Where the whole stands.
    pub span: sla_spec::diagnostic::Span,
    /// What people call it.
    pub title: Option<String>,
    /// Words about it.
    pub comment: String,
    /// The part of the system.
    pub module: String,
    /// The promised share of good events, in percent.
    pub target: Decimal,
    /// The period of judgement.
    pub window: Window,
    /// The labels that are kept.
    pub by: Vec<String>,
    /// What is counted.
    pub indicator: Indicator,
    /// Who is woken.
    pub page: Option<Told>,
    /// Who is told in working hours.
    pub ticket: Option<Told>,
    /// When, if not as usual.
    pub burns: Option<Burns>,
}

/// Whom an alert is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// The value of the `severity` label; `None` stands for what is usual.
    pub severity: Option<String>,
    /// Who; nobody stands for the owner of the module.
    pub owners: Vec<String>,
}

impl Told {
    /// The module's owner, with the usual severity.
    pub const USUAL: Self = Self { severity: None, owners: Vec::new() };

    /// Returns the severity that alerts of an urgency usually have.
    pub fn usual(is_page: bool) -> &'static str {
        if is_page { "critical" } else { "warning" }
    }

    /// Leaves out what is usual.
    pub fn plain(mut self, is_page: bool) -> Self {
        self.severity = self.severity.filter(|it| it != Self::usual(is_page) && !it.trim().is_empty());
        self
    }
}

/// When alerts fire: shares of the error budget in percent, each with the window in which it is spent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Burns {
    /// For those who are woken.
    pub page: Vec<Burn>,
    /// For those who are told in working hours.
    pub ticket: Vec<Burn>,
}

/// `2% in 1h`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burn {
    /// The share of the error budget, in percent.
    pub percent: Decimal,
    /// The window.
    pub within: Duration,
}

/// What a promise counts.
#[derive(Clone, Debug)]
pub enum Indicator {
    /// Events.
    Ratio {
        /// Whether `part` is what is bad.
        part_is_bad: bool,
        /// The bad or good events.
        part: Query,
        /// All events.
        total: Query,
    },
    /// Requests that are fast enough.
    Latency {
        /// The histogram's base name with matchers.
        histogram: Selector,
        /// It is a native histogram.
        native: bool,
        /// The limit in seconds.
        within: Decimal,
    },
    /// Five-minute slices of a gauge.
    Slices {
        /// The gauge.
        gauge: Selector,
        /// `at_least` or `at_most`.
        bound: &'static str,
        /// The limit.
        value: Decimal,
    },
    /// Other promises together.
    Composite {
        /// The names with their weights; without weights the worst of them counts.
        parts: Vec<(String, Option<Decimal>)>,
    },
}

impl Draft {
    /// Adds a module, or what more is known of it.
    pub fn module(&mut self, id: &str) -> &mut Module {
        self.modules.entry(id.to_owned()).or_default()
    }
}
