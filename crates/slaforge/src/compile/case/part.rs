//! Tests of objectives that labels split: parts come and go, each is judged on its own.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{names::slo, selector::Selector};

use super::{
    edge::{Edge, STRETCH, clean},
    input::Phase,
    near,
    sample::PART,
    silent, value,
};
use crate::{
    compile::{
        absence::VANISHED,
        burn as rule,
        trace::{at, samples},
    },
    plan::Case,
    promql::{
        build::{aggregate, equal, select, sum},
        expr::Matching,
    },
};

/// Three parts: one of which nothing fails, and two of which a quarter does.
const STAYS: &str = "stays";
const GOES: &str = "goes";
const COMES: &str = "comes";

impl Edge<'_> {
    /// Returns the case of parts that come and go, where a label splits the objective that no selector asks for.
    pub fn parts(&self) -> Option<Case> {
        let free = |label: &&str| {
            let is_free = |it: &Selector| it.matchers.contains(&equal(label, PART));
            self.inputs(&[clean(1)]).iter().all(|it| is_free(&it.series))
        };
        let split = crate::compile::labels::split(self.objective);
        let label = split.into_iter().find(free)?;
        let (half, whole) = (samples(STRETCH / 2), samples(STRETCH * 2));
        let comes = samples(STRETCH);
        let mut series = self.part(label, STAYS, 0, clean(whole));
        series.extend(self.part(label, GOES, 0, Self::quarter(half)));
        series.extend(self.part(label, COMES, comes, Self::quarter(whole - comes)));
        let of = |name: &str, part: &str| {
            let mut series = self.recorded(name);
            series.matchers.push(equal(label, part));
            series
        };
        let end = at(whole);
        let ratio = slo::error_ratio("5m");
        let now = |part| sum(select(&of(&ratio, part)));
        let period = |part| sum(select(&of(slo::PERIOD_RATIO, part)));
        let quarter = Decimal::new(25, 2);
        let all = || select(&self.recorded(slo::PERIOD_RATIO));
        let not_numbers = all().binary("!=", Matching::All, all());
        let mut alerts = rule::firing(self.model, self.objective);
        alerts.matchers.push(equal(label, STAYS));
        Some(self.case(
            "a part that appears and one that goes are judged on their own, and nothing is forgotten",
            "one new value of a label would make NaN of all, or one that goes would take its failures along",
            series,
            vec![
                near(end, now(STAYS), Decimal::ZERO),
                near(end, now(COMES), quarter),
                value(end, now(GOES), None),
                near(end, period(STAYS), Decimal::ZERO),
                near(end, period(COMES), quarter),
                near(end, period(GOES), quarter),
                value(end, aggregate("count", &[], not_numbers), None),
                silent(end, &alerts, Duration::ZERO),
                silent(end, &self.alerts(VANISHED), Duration::ZERO),
            ],
        ))
    }

    /// The series of one part, from some sample on.
    fn part(&self, label: &str, part: &str, from: u32, phase: Phase) -> Vec<(Selector, String)> {
        let mut series = self.notations(&[phase]);
        for (series, notation) in &mut series {
            let of = |it: &&mut sla_model::selector::Matcher| it.label.as_str() == label;
            if let Some(matcher) = series.matchers.iter_mut().find(of) {
                part.clone_into(&mut matcher.value);
            }
            if from > 0 {
                *notation = format!("_x{from} {notation}");
            }
        }
        series
    }
}
