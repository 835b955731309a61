//! What is to be generated, as data: every target renders from this and from nothing else.
//!
//! Durations are nominal until `at` divides them; names, labels and texts never change.

use std::{collections::BTreeMap, time::Duration};

use rust_decimal::Decimal;
use sla_model::{
    Pace,
    selector::{Matcher, Selector},
    tier::{Smtp, Webhook},
};

use crate::promql::Expr;

/// Labels or annotations, sorted by name.
pub type Labels = BTreeMap<&'static str, String>;

/// The rules of one objective, or of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// The file name without its ending.
    pub name: String,
    /// The groups in order.
    pub groups: Vec<Group>,
}

/// Rules that are evaluated one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The name, unique over all files: an objective's is made of its name, and a second group's has a `:`.
    pub name: String,
    /// How often.
    pub every: Duration,
    /// The rules in order; a rule may read what a rule before it recorded.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Records a series.
    Record {
        /// The recorded name.
        name: String,
        /// Labels that are added.
        labels: Labels,
        /// What is recorded.
        expr: Expr,
    },
    /// Raises an alert while the expression has a result.
    Alert {
        /// The alert's name.
        name: &'static str,
        /// Labels that are added.
        labels: Labels,
        /// Annotations.
        notes: Labels,
        /// The condition.
        expr: Expr,
        /// How long the condition must stand before the alert fires.
        pending: Duration,
    },
}

/// Prometheus' own configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// How often rules are evaluated.
    pub interval: Duration,
    /// What is scraped.
    pub jobs: Vec<Job>,
    /// `host:port` of the Alertmanagers.
    pub alertmanagers: Vec<String>,
}

/// A scrape job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The `job` label.
    pub name: String,
    /// How often.
    pub every: Duration,
    /// `host:port` of each instance.
    pub targets: Vec<String>,
}

/// Alertmanager's routing tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routing {
    /// Who gets what no route takes.
    pub fallback: String,
    /// One route per tier.
    pub routes: Vec<Route>,
    /// Which alerts silence which.
    pub inhibitions: Vec<Inhibition>,
    /// Who is told how.
    pub receivers: Vec<Receiver>,
    /// The mail server.
    pub smtp: Option<Smtp>,
}

/// The route of a tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Which alerts take it.
    pub matcher: Matcher,
    /// Who gets them.
    pub receiver: String,
    /// How long the first notification waits for others to join it.
    pub group_wait: Duration,
    /// How long changes of a notified group are collected.
    pub group_interval: Duration,
    /// After how long an unchanged group is told again.
    pub repeat: Duration,
    /// Other receivers for single modules.
    pub modules: Vec<(Matcher, String)>,
}

/// One inhibition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inhibition {
    /// While such an alert fires,
    pub source: Vec<Matcher>,
    /// such alerts are silent,
    pub target: Vec<Matcher>,
    /// if they agree in these labels.
    pub equal: Vec<String>,
}

/// A named list of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// The name: its owners' names.
    pub name: String,
    /// What receives their alerts as JSON.
    pub webhooks: Vec<Webhook>,
    /// What receives them as mail.
    pub emails: Vec<String>,
}

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// The stable identity, also the file name.
    pub uid: String,
    /// The title.
    pub title: String,
    /// What it answers.
    pub description: String,
    /// The zone of its times.
    pub timezone: String,
    /// How far back it looks.
    pub span: Duration,
    /// How often it asks.
    pub refresh: Duration,
    /// Panels in reading order.
    pub panels: Vec<Panel>,
}

/// A panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    /// The title.
    pub title: String,
    /// What it shows and what to do about it.
    pub description: String,
    /// How it is drawn.
    pub kind: PanelKind,
    /// Grafana's unit name.
    pub unit: &'static str,
    /// Decimals to show.
    pub decimals: Option<u8>,
    /// Columns of 24.
    pub width: u8,
    /// Rows.
    pub height: u8,
    /// What it asks.
    pub queries: Vec<Query>,
    /// From which value on which colour; the first has no value.
    pub steps: Vec<(Option<Decimal>, &'static str)>,
}

/// How a panel is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelKind {
    /// Big numbers of now.
    Stat,
    /// Bars of now.
    Bars,
    /// Lines over time.
    Lines,
    /// Coloured bands over time.
    States,
    /// A table of now.
    Table,
}

/// One query of a panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What is asked.
    pub expr: Expr,
    /// Grafana's legend template.
    pub legend: String,
}

/// The tests of one rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFile {
    /// The rule file's name.
    pub name: String,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// What is shown, in a few words.
    pub name: String,
    /// What would go wrong without it.
    pub why: String,
    /// The distance of the samples.
    pub interval: Duration,
    /// How often rules are evaluated, if not as often as they are meant to be.
    pub every: Option<Duration>,
    /// The labels by which Prometheus tells others who it is.
    pub external: Vec<(&'static str, &'static str)>,
    /// The input.
    pub series: Vec<(Selector, String)>,
    /// What must hold when.
    pub checks: Vec<Check>,
}

/// One expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// When.
    pub at: Duration,
    /// What is asked; it gives one sample, or nothing.
    pub expr: Expr,
    /// The name and all labels of the sample; none, if nothing is said.
    pub labels: Option<Selector>,
    /// The value, or nothing.
    pub expected: Option<Decimal>,
}

impl RuleFile {
    /// Returns the rules with every duration divided by the pace.
    pub fn at(self, pace: Pace) -> Self {
        if pace == Pace::REAL {
            return self;
        }
        let group = |it: Group| Group {
            every: pace.real(it.every),
            rules: it.rules.iter().map(|rule| rule.at(pace)).collect(),
            ..it
        };
        Self { groups: self.groups.into_iter().map(group).collect(), ..self }
    }
}

impl Rule {
    fn at(&self, pace: Pace) -> Self {
        let mut paced = self.clone();
        match &mut paced {
            Self::Record { expr, .. } => *expr = expr.at(pace),
            Self::Alert { expr, pending, .. } => {
                *expr = expr.at(pace);
                *pending = pace.real(*pending);
            }
        }
        paced
    }
}

impl Collection {
    /// Returns the same with every duration divided by the pace.
    pub fn at(&self, pace: Pace) -> Self {
        let job = |it: &Job| Job { every: pace.real(it.every), ..it.clone() };
        Self {
            interval: pace.real(self.interval),
            jobs: self.jobs.iter().map(job).collect(),
            alertmanagers: self.alertmanagers.clone(),
        }
    }
}

impl Routing {
    /// Returns the same with every duration divided by the pace.
    pub fn at(&self, pace: Pace) -> Self {
        let route = |it: &Route| Route {
            group_wait: pace.real(it.group_wait),
            group_interval: pace.real(it.group_interval),
            repeat: pace.real(it.repeat),
            ..it.clone()
        };
        Self { routes: self.routes.iter().map(route).collect(), ..self.clone() }
    }
}

impl Board {
    /// Returns the same with every duration divided by the pace.
    pub fn at(&self, pace: Pace) -> Self {
        let query = |it: &Query| Query { expr: it.expr.at(pace), legend: it.legend.clone() };
        let panel = |it: &Panel| Panel { queries: it.queries.iter().map(query).collect(), ..it.clone() };
        Self {
            span: pace.real(self.span),
            refresh: pace.real(self.refresh),
            panels: self.panels.iter().map(panel).collect(),
            ..self.clone()
        }
    }
}
