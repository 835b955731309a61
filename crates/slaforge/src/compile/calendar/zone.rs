//! What a zone's clocks do: PromQL knows UTC only, so every change of theirs is written out as a number that steps.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _, civil::Date, civil::date, tz::TimeZone};
use rust_decimal::Decimal;
use sla_model::{
    Model,
    names::slo,
    selector::Selector,
    window::{Period, Window},
};

use crate::{
    plan::{Labels, Rule},
    promql::{
        Expr,
        build::{number, series, time, vector},
    },
};

/// Changes of a zone's offset are written out for these years; before and after, the nearest one holds. More would make
/// an expression too long to be read back.
const YEARS: std::ops::Range<i16> = 2020..2056;

/// The label that tells for which kind of period a number is.
const WINDOW: &str = "window";

/// A number that changes at some seconds: what is added to it there, in the order of time.
type Steps = Vec<(i64, Decimal)>;

/// The offsets of a zone from UTC.
pub struct Zone {
    rules: TimeZone,
    /// The first of the written years.
    first: Decimal,
    /// By how much clocks are moved, and when.
    changes: Steps,
}

impl Zone {
    /// Reads the zone of a specification.
    pub fn of(model: &Model) -> Self {
        let rules = model.timezone.clone();
        let second =
            |year: i16| date(year, 1, 1).to_zoned(TimeZone::UTC).map_or(0, |it| it.timestamp().as_second());
        let (from, to) = (second(YEARS.start), second(YEARS.end));
        let offset = |at: Timestamp| Decimal::from(rules.to_offset(at).seconds());
        let start = Timestamp::from_second(from).unwrap_or_default();
        let first = offset(start);
        let (mut before, mut changes) = (first, Steps::new());
        for change in rules.following(start).take_while(|it| it.timestamp().as_second() < to) {
            let at = change.timestamp();
            if offset(at) != before {
                changes.push((at.as_second(), offset(at) - before));
                before = offset(at);
            }
        }
        Self { rules, first, changes }
    }

    /// Returns the first offset of the written years.
    pub fn first(&self) -> Decimal {
        self.first
    }

    /// Returns whether clocks are ever moved.
    pub fn changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Returns by how much clocks were moved since a period began, or will be from its beginning to its end.
    fn moved(&self, period: Period, moved: Moved) -> Steps {
        let mut steps = Steps::new();
        for (at, by) in &self.changes {
            let Some((begin, end)) = self.bounds(period, *at) else { continue };
            let from = match moved {
                Moved::SoFar => *at,
                Moved::InAll => begin,
            };
            steps.extend([(from, *by), (end, -by)]);
        }
        steps.sort_by_key(|it| it.0);
        let mut merged = Steps::new();
        for (at, by) in steps {
            match merged.last_mut() {
                Some(last) if last.0 == at => last.1 += by,
                _ => merged.push((at, by)),
            }
        }
        merged.retain(|it| !it.1.is_zero());
        merged
    }

    /// Returns the seconds in which the period of a second begins, and the next one.
    fn bounds(&self, period: Period, at: i64) -> Option<(i64, i64)> {
        let day = Timestamp::from_second(at).ok()?.to_zoned(self.rules.clone()).date();
        let months = period.months().cast_signed();
        let first = Date::new(day.year(), (day.month() - 1) / months * months + 1, 1).ok()?;
        let midnight = |it: Date| it.to_zoned(self.rules.clone()).ok().map(|it| it.timestamp().as_second());
        Some((midnight(first)?, midnight(first.checked_add(i64::from(months).months()).ok()?)?))
    }

    /// Returns the series of a number of seconds by which clocks are moved in a period; none where it is always zero.
    pub fn selected(&self, model: &Model, period: Period, moved: Moved) -> Option<Selector> {
        let labels = [("sla", model.name.as_str()), (WINDOW, period.name())];
        let ever = match moved {
            Moved::SoFar => self.changes(),
            Moved::InAll => self.changes_lengths(period),
        };
        ever.then(|| series(moved.metric(), &labels))
    }

    /// Returns whether any period has moves that do not cancel out. Every objective asks, so it ends at the first.
    fn changes_lengths(&self, period: Period) -> bool {
        let (mut last, mut sum) = (i64::MIN, Decimal::ZERO);
        for (at, by) in &self.changes {
            let Some((begin, _)) = self.bounds(period, *at) else { continue };
            if begin != last && !sum.is_zero() {
                return true;
            }
            sum = if begin == last { sum + by } else { *by };
            last = begin;
        }
        !sum.is_zero()
    }
}

/// Which moves of the clocks are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Those since the period began.
    SoFar,
    /// Those from its beginning to its end.
    InAll,
}

impl Moved {
    fn metric(self) -> &'static str {
        match self {
            Self::SoFar => slo::CLOCKS_MOVED,
            Self::InAll => slo::CLOCKS_MOVED_IN_ALL,
        }
    }
}

/// Records what the zone adds to UTC, where that changes and an objective needs it.
pub fn offset_rule(model: &Model) -> Option<Rule> {
    let zone = Zone::of(model);
    let needed = zone.changes() && !periods(model).is_empty();
    needed.then(|| record(slo::ZONE_OFFSET, labels(model), stepped(zone.first, &zone.changes)))
}

/// Records by how much clocks are moved within periods, where they are and an objective needs it.
pub fn moved_rules(model: &Model) -> Vec<Rule> {
    let zone = Zone::of(model);
    let mut rules = Vec::new();
    for period in periods(model) {
        for moved in [Moved::SoFar, Moved::InAll] {
            let steps = zone.moved(period, moved);
            if !steps.is_empty() {
                let mut labels = labels(model);
                labels.insert(WINDOW, period.name().to_owned());
                rules.push(record(moved.metric(), labels, stepped(Decimal::ZERO, &steps)));
            }
        }
    }
    rules
}

/// Returns the periods that objectives are judged by.
fn periods(model: &Model) -> Vec<Period> {
    let used = |period: &Period| model.objectives.values().any(|it| it.window == Window::Calendar(*period));
    Period::ALL.map(|it| it.1).into_iter().filter(used).collect()
}

fn labels(model: &Model) -> Labels {
    Labels::from([("sla", model.name.to_string())])
}

fn record(name: &str, labels: Labels, expr: Expr) -> Rule {
    Rule::Record { name: name.to_owned(), labels, expr: vector(expr) }
}

/// Writes a number that steps: for each height, how often it went up less how often it went down.
fn stepped(first: Decimal, steps: &Steps) -> Expr {
    let mut heights: BTreeMap<Decimal, Vec<(i64, bool)>> = BTreeMap::new();
    for (since, by) in steps {
        heights.entry(by.abs()).or_default().push((*since, by.is_sign_negative()));
    }
    let step = |count: Expr, (since, is_down): &(i64, bool)| {
        let passed = time().at_least_bool(number(*since));
        if *is_down { count.minus(passed) } else { count.plus(passed) }
    };
    let mut expr = number(first);
    for (height, passed) in heights {
        expr = expr.plus(number(height).times(passed.iter().fold(number(0), step)));
    }
    expr
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const ZONES: [&str; 5] =
        ["Asia/Shanghai", "Europe/Berlin", "Africa/Casablanca", "Pacific/Apia", "Australia/Lord_Howe"];

    fn zone(name: &str) -> Zone {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/pharmacy");
        let mut model = sla_spec::open(&path, &BTreeMap::new()).unwrap().model;
        model.timezone = TimeZone::get(name).unwrap();
        Zone::of(&model)
    }

    #[test]
    fn offsets_change_where_clocks_do() {
        let shanghai = zone("Asia/Shanghai");
        assert_eq!((shanghai.first, shanghai.changes.as_slice()), (Decimal::from(28_800), &[][..]));
        let berlin = zone("Europe/Berlin");
        assert_eq!((berlin.first, berlin.changes.len()), (Decimal::from(3600), 72));
        // 2026-03-29 01:00 UTC and 2026-10-25 01:00 UTC.
        let hour = Decimal::from(3600);
        assert!(berlin.changes.contains(&(1_774_746_000, hour)));
        assert!(berlin.changes.contains(&(1_792_890_000, -hour)));
    }

    #[test]
    fn clocks_that_move_forth_and_back_within_a_period_do_not_change_it() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(berlin.moved(Period::Year, Moved::InAll), []);
        assert_eq!(berlin.moved(Period::Year, Moved::SoFar).len(), 72);
        assert_eq!(berlin.moved(Period::Month, Moved::InAll).len(), 144);
        for (name, period) in ZONES.into_iter().flat_map(|zone| Period::ALL.map(|it| (zone, it.1))) {
            let zone = zone(name);
            let all = zone.moved(period, Moved::InAll);
            assert_eq!(zone.changes_lengths(period), !all.is_empty(), "{name} {}", period.name());
            assert_eq!(zone.changes(), !zone.moved(period, Moved::SoFar).is_empty(), "{name}");
        }
    }

    /// `sla_spec::promql` reads back what is generated, and refuses more than 800 operations.
    #[test]
    fn every_rule_of_a_zone_can_be_read() {
        for name in ZONES {
            let zone = zone(name);
            for (steps, what) in Period::ALL
                .into_iter()
                .flat_map(|(period, it)| {
                    [Moved::SoFar, Moved::InAll].map(|moved| (zone.moved(it, moved), period))
                })
                .chain([(zone.changes.clone(), "offset")])
            {
                let text = stepped(Decimal::ZERO, &steps).to_string();
                assert!(sla_spec::promql::selectors(&text).is_ok(), "{name} {what}");
            }
        }
    }
}
