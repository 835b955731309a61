//! Tests of what is counted: the first errors, missing and late samples, pods that change, planned maintenance.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    duration,
    indicator::{BASE_WINDOW, Judged},
    maintenance::Planned,
    names::{own, slo},
};

use super::{
    between,
    edge::{EVENTS, Edge, STRETCH, clean},
    input::{Input, Phase},
    near, silent, value,
};
use crate::{
    compile::{
        absence::VANISHED,
        burn as rule,
        tile::{self, HOUR},
        trace::{STEP, Trace, at, samples},
    },
    plan::{Case, Check},
    promql::build::{aggregate, equal, exported, number, over_time, seconds, select, sum},
};

/// How many samples a stretch may be off in a count: both of its ends lie between two samples.
const OFF: u32 = 3;

/// How often rules are evaluated that should be twice as often at least: every other edge of a tile has passed by then.
const LATE_EVERY: Duration = Duration::from_secs(90);

impl Edge<'_> {
    /// Returns the cases of single events.
    pub fn counts(&self) -> Vec<Case> {
        let mut cases: Vec<Case> = self.first_error().into_iter().chain(self.first_failure()).collect();
        cases.extend([self.missing_scrapes(), self.late_samples(), self.pods()]);
        cases
    }

    fn first_error(&self) -> Option<Case> {
        let count = samples(STRETCH);
        let phases = [clean(count), Phase(Decimal::from(EVENTS), Decimal::new(5, 1), samples(BASE_WINDOW))];
        let mut inputs = self.inputs(&phases);
        let bad = inputs.iter_mut().find(|it| it.bad)?;
        let born = Trace::from(0).rise(Decimal::from(EVENTS / 2), samples(BASE_WINDOW) - 1).notation();
        bad.notation = format!("_x{} {born}", count + 1);
        let series = inputs.into_iter().map(|it| (it.series, it.notation)).collect();
        let ratio = || sum(select(&self.recorded(&slo::error_ratio("5m"))));
        Some(self.case(
            "before the first error the ratio is zero, and the first error is seen",
            "a series of errors that does not exist yet leaves no ratio: no budget, no 100 %, and no first failure",
            series,
            vec![
                value(at(count - 1), ratio(), Some(Decimal::ZERO)),
                value(at(count - 1), sum(select(&self.recorded(slo::ERRORS_RATE))), Some(Decimal::ZERO)),
                value(
                    at(count + samples(BASE_WINDOW)),
                    aggregate("count", &[], ratio().above(number(Decimal::new(3, 1)))),
                    Some(Decimal::ONE),
                ),
            ],
        ))
    }

    fn first_failure(&self) -> Option<Case> {
        let (before, after) = (samples(STRETCH / 2), samples(BASE_WINDOW * 2));
        let mut inputs = self.inputs(&[clean(before + 1 + after)]);
        let bad = inputs.iter_mut().find(|it| it.bad)?;
        let (none, one) = (Decimal::ZERO, Decimal::ONE);
        bad.notation = Trace::from(none).stay(none, before).rise(one, 1).stay(one, after).notation();
        let series = inputs.into_iter().map(|it| (it.series, it.notation)).collect();
        let rates = over_time("sum_over_time", &self.recorded(slo::ERRORS_RATE), BASE_WINDOW * 3);
        let counted = sum(rates).times(seconds(self.model.interval()));
        Some(self.case(
            "the first failure of a program counts as one",
            "`rate` takes up to a tenth off what a counter gains that stood at zero",
            series,
            vec![near(at(before + 1 + after), counted, one)],
        ))
    }

    /// A share of failures that no rounding touches.
    pub fn quarter(count: u32) -> Phase {
        Phase(Decimal::from(EVENTS), Decimal::new(25, 2), count)
    }

    /// What was counted within the last hour lies between so many samples of a quarter of bad events.
    fn counted(&self, samples: u32, least: u32, most: u32) -> Check {
        let errors = sum(select(&self.recorded(&slo::errors("1h"))));
        let bad = |samples: u32| Decimal::from(EVENTS / 4) * Decimal::from(samples);
        between(at(samples), errors, bad(least), bad(most))
    }

    fn missing_scrapes(&self) -> Case {
        let (half, gap, single) = (samples(STRETCH / 2), samples(BASE_WINDOW) - 2, 1);
        let cut = |it: Input| {
            let (start, each) = (it.rises.0, it.rise(0));
            let trace = Trace::from(start).rise(each, half).miss(each, gap).rise(each, half / 2);
            (it.series, trace.miss(each, single).rise(each, half - half / 2).notation())
        };
        let end = half + gap + half + single;
        let ratio = || sum(select(&self.recorded(&slo::error_ratio("30m"))));
        self.case(
            "missing scrapes, as while Prometheus starts, change no ratio and are counted once at most",
            "a gap that is taken for zero bends the ratio; a counter that is caught up twice spends the budget twice",
            self.inputs(&[Self::quarter(1)]).into_iter().map(cut).collect(),
            vec![
                near(at(half + gap + 3), ratio(), Decimal::new(25, 2)),
                near(at(end), ratio(), Decimal::new(25, 2)),
                self.counted(end, half * 2 - OFF * 2, end + OFF),
            ],
        )
    }

    fn late_samples(&self) -> Case {
        let (seen, late) = (samples(STRETCH / 2), 2);
        let inputs = self.notations(&[Self::quarter(seen)]);
        let late_by = |(series, notation)| (series, format!("{notation} _x{late}"));
        let end = at(seen + late);
        let ratio = |window| sum(select(&self.recorded(&slo::error_ratio(window))));
        self.case(
            "samples that come late bend no ratio and have not vanished",
            "the newest minute of a remote writer would be taken for failures, or for a metric that is gone",
            inputs.into_iter().map(late_by).collect(),
            vec![
                near(end, ratio("5m"), Decimal::new(25, 2)),
                near(end, ratio("30m"), Decimal::new(25, 2)),
                silent(end, &self.alerts(VANISHED), Duration::ZERO),
            ],
        )
    }

    fn pods(&self) -> Case {
        let half = samples(STRETCH / 2);
        let inputs = self.inputs(&[Self::quarter(half)]);
        let mut series = Vec::new();
        for input in inputs {
            let pod = |name: &str| {
                let mut series = input.series.clone();
                series.matchers.push(equal("pod", name));
                series
            };
            series.push((pod("old"), input.notation.clone()));
            series.push((pod("new"), format!("_x{} {}", half / 2, input.notation)));
        }
        let ratio = sum(select(&self.recorded(&slo::error_ratio("30m"))));
        self.case(
            "pods come and go, the ratio stays",
            "series that are matched by all their labels find no partner when one of two pods ends",
            series,
            vec![near(at(half / 2 + half), ratio, Decimal::new(25, 2))],
        )
    }

    /// Prometheus that is too busy to evaluate every interval: of three edges of tiles it meets one.
    pub fn late_evaluations(&self) -> Option<Case> {
        if self.model.interval() * 2 > LATE_EVERY {
            return None;
        }
        let end = HOUR * 2;
        let tiles = |function, name: &str| sum(over_time(function, &self.recorded(name), tile::range(HOUR)));
        let whole = Decimal::from(HOUR.as_secs() / BASE_WINDOW.as_secs());
        let mut checks = vec![
            value(end, tiles("count_over_time", slo::EVENTS_TILE), Some(whole)),
            value(end, tiles("sum_over_time", slo::TILES_HOUR), Some(whole)),
        ];
        if self.objective.indicator.counts_events() {
            let bad = Decimal::from(EVENTS / 4) * duration::seconds(HOUR) / duration::seconds(STEP);
            checks.push(near(end, tiles("sum_over_time", slo::ERRORS_TILE), bad));
        }
        let mut case = self.case(
            "evaluations that come late write every tile, and none twice",
            "what happened in five minutes that no tile tells of is in no month: the promise looks kept",
            self.notations(&[Self::quarter(samples(end))]),
            checks,
        );
        case.every = Some(LATE_EVERY);
        Some(case)
    }

    /// Returns what planned maintenance does, by the policy.
    pub fn maintenance(&self) -> Option<Case> {
        let (half, during) = (samples(STRETCH / 2), samples(STRETCH / 2) - samples(BASE_WINDOW));
        let phases = [clean(half), Phase(Decimal::from(EVENTS), Decimal::ONE, during), clean(half)];
        let mut series = self.notations(&phases);
        let planned = exported(&own::MAINTENANCE, &[("module", self.objective.module.as_str())]);
        series.push((planned, format!("0+0x{} 1+0x{} 0+0x{half}", half - 1, during - 1)));
        let (over, end) = (at(half + during), at(half * 2 + during));
        let each = |samples: u32| Decimal::from(EVENTS) * Decimal::from(samples);
        let counted = |name: String| sum(select(&self.recorded(&name)));
        let (errors, events) = (|| counted(slo::errors("1h")), || counted(slo::events("1h")));
        let is_counted = self.objective.indicator.judged() == Judged::Events;
        if self.model.maintenance.planned == Planned::Count {
            return is_counted.then(|| {
                self.case(
                    "maintenance spends the budget like any other time, as the policy says",
                    "a promise that knows no excuses would be kept by announcing every outage",
                    series,
                    vec![between(end, errors(), each(during - OFF), each(during + OFF))],
                )
            });
        }
        let mut checks = vec![
            value(over, sum(select(&self.recorded(slo::ERRORS_RATE))), None),
            value(end, errors(), Some(Decimal::ZERO)),
            silent(end, &rule::firing(self.model, self.objective), Duration::ZERO),
            silent(end, &self.alerts(VANISHED), Duration::ZERO),
        ];
        if is_counted {
            // Five minutes after it, rates still hold its events; an hour is laid out of such rates.
            let edges = samples(BASE_WINDOW * 2) + OFF;
            checks.push(between(end, events(), each(half * 2 - edges), each(half * 2 + OFF)));
        }
        Some(self.case(
            "planned maintenance spends no budget and wakes nobody, nothing of its edges is counted",
            "work that was announced would eat the budget, or its silence would be told as vanished data",
            series,
            checks,
        ))
    }
}
