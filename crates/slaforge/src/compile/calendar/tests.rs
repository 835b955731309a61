//! The formulas of the calendar against the calendar itself, at instants where clocks and periods change.

use std::{collections::BTreeMap, path::Path};

use jiff::{Timestamp, ToSpan as _, Zoned, civil::Date, tz::TimeZone};
use proptest::prelude::*;
use rust_decimal::Decimal;
use sla_model::Model;

use super::*;
use crate::{plan::Rule, promql::expr::Matching};

/// A specification in a zone, and what is recorded of the zone.
struct World {
    model: Model,
    zone: BTreeMap<String, Expr>,
}

fn world(zone: &str) -> World {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/pharmacy");
    let mut model = sla_spec::open(&path, &BTreeMap::new()).unwrap().model;
    model.timezone = TimeZone::get(zone).unwrap();
    // The zone's rules are written for those who need them.
    let periods = Period::ALL.iter().cycle();
    for (objective, (_, period)) in model.objectives.values_mut().zip(periods) {
        objective.window = Window::Calendar(*period);
    }
    let zone = offset_rule(&model).into_iter().chain(moved_rules(&model)).map(|it| match it {
        Rule::Record { name, labels, expr } => {
            let labels: Vec<(&str, &str)> =
                labels.iter().map(|(label, value)| (*label, value.as_str())).collect();
            (series(&name, &labels).to_string(), expr)
        }
        other @ Rule::Alert { .. } => panic!("{other:?}"),
    });
    let zone = zone.collect();
    World { model, zone }
}

fn calendar(model: &Model, period: Period) -> Calendar<'_> {
    Calendar::new(model, period, Duration::ZERO)
}

/// What an expression of one number is at an instant. Prometheus' functions of time know no zones: they split the
/// seconds that they are given as UTC.
struct At<'w> {
    now: i64,
    zone: &'w BTreeMap<String, Expr>,
}

impl At<'_> {
    fn value(&self, expr: &Expr) -> Decimal {
        match expr {
            Expr::Number(it) => *it,
            Expr::Seconds(it) => Decimal::from(it.as_secs()),
            Expr::Instant { of, offset } => {
                let then = At { now: self.now - offset.as_secs().cast_signed(), ..*self };
                then.value(self.zone.get(&of.to_string()).expect("it is recorded"))
            }
            Expr::Call("time", _) => Decimal::from(self.now),
            Expr::Call("vector", it) => self.value(&it[0]),
            Expr::Call("floor", it) => self.value(&it[0]).floor(),
            Expr::Call(function, it) => {
                let seconds = self.value(&it[0]).to_string().parse().unwrap();
                let at = Timestamp::from_second(seconds).unwrap().to_zoned(TimeZone::UTC);
                Decimal::from(match *function {
                    "year" => at.year(),
                    "month" => i16::from(at.month()),
                    "day_of_month" => i16::from(at.day()),
                    "day_of_year" => at.day_of_year(),
                    "days_in_month" => i16::from(at.days_in_month()),
                    "hour" => i16::from(at.hour()),
                    other => panic!("{other}"),
                })
            }
            Expr::Aggregate { op: "max", of, .. } | Expr::CountValues { of, .. } => self.value(of),
            // The left side is there, so it is taken.
            Expr::Binary { op: "or", left, .. } => self.value(left),
            Expr::Binary { left, op, matching, right } => {
                let (left, right) = (self.value(left), self.value(right));
                let holds = |it: bool| Decimal::from(u8::from(it));
                match (*op, matching) {
                    ("+", _) => left + right,
                    ("-", _) => left - right,
                    ("*", _) => left * right,
                    ("/", _) => left / right,
                    ("%", _) => left % right,
                    (">=", Matching::Bool) => holds(left >= right),
                    ("==", Matching::Bool) => holds(left == right),
                    other => panic!("{other:?}"),
                }
            }
            other => panic!("{other}"),
        }
    }
}

/// The first day of the period of a day.
fn first(period: Period, day: Date) -> Date {
    let month = match period {
        Period::Month => day.month(),
        Period::Quarter => (day.month() - 1) / 3 * 3 + 1,
        Period::Year => 1,
    };
    Date::new(day.year(), month, 1).unwrap()
}

/// Compares the formulas with the calendar.
#[track_caller]
fn holds(world: &World, now: i64) {
    let World { model, zone } = world;
    let local = Timestamp::from_second(now).unwrap().to_zoned(model.timezone.clone());
    for period in [Period::Month, Period::Quarter, Period::Year] {
        let (calendar, at) = (calendar(model, period), At { now, zone });
        let from = first(period, local.date());
        let year = i32::from(local.year());
        let number = match period {
            Period::Month => year * 100 + i32::from(local.month()),
            Period::Quarter => year * 10 + i32::from(from.month()).div_euclid(3) + 1,
            Period::Year => year,
        };
        let midnight = |day: Date| day.to_zoned(model.timezone.clone()).unwrap().timestamp().as_second();
        let months = i64::from(period.months());
        let (begin, end) = (midnight(from), midnight(from.checked_add(months.months()).unwrap()));
        // Up to the last full hour of UTC, which may be half an hour before a midnight that splits it.
        let hours = Decimal::from(now.div_euclid(3600) * 3600 - begin) / Decimal::from(3600);
        let found = [at.value(&calendar.label()), at.value(&calendar.length()), at.value(&calendar.hours())];
        // As tiles are late: the period is that of a while ago, the hour is the last one that is complete now.
        let late = Duration::from_secs(285);
        let shifted = Calendar::new(model, period, late);
        let shown = At { now: now + 285, zone };
        let whole = Decimal::from((now + 285).div_euclid(3600) * 3600 - begin) / Decimal::from(3600);
        // Of the clocks what was recorded now is known, so just after a change the hour is not.
        let changed = model.timezone.to_offset(Timestamp::from_second(now).unwrap())
            != model.timezone.to_offset(Timestamp::from_second(now + 285).unwrap());
        assert!(changed || shown.value(&shifted.hours()) == whole, "{} after {local}", period.name());
        assert_eq!(
            found,
            [Decimal::from(number), Decimal::from(end - begin), hours],
            "{} of {local}",
            period.name()
        );
    }
}

const ZONES: [&str; 7] = [
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
];

#[test]
fn periods_end_where_the_calendar_says() {
    for zone in ZONES {
        let world = world(zone);
        for year in [2023, 2024, 2025, 2026, 2027, 2028] {
            for month in 1..=12 {
                let midnight =
                    Date::new(year, month, 1).unwrap().to_zoned(world.model.timezone.clone()).unwrap();
                let second = midnight.timestamp().as_second();
                for off in [-86_400, -3600, -1, 0, 1, 3599, 3600, 86_400] {
                    holds(&world, second + off);
                }
            }
        }
    }
}

#[test]
fn clocks_that_change_move_midnight() {
    for zone in ZONES {
        let world = world(zone);
        let from: Zoned = "2024-01-01T00:00[UTC]".parse().unwrap();
        for change in world.model.timezone.following(from.timestamp()).take(12) {
            let second = change.timestamp().as_second();
            for off in [-7200, -1801, -1, 0, 1, 1800, 7200] {
                holds(&world, second + off);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_instant_belongs_to_its_period(now in 1_577_836_800_i64..2_713_910_400, zone in 0..ZONES.len()) {
        holds(&world(ZONES[zone]), now);
    }
}
