//! The formulas of the calendar against the calendar itself, at instants where clocks and periods change.

use std::{collections::BTreeMap, path::Path};

use jiff::{SignedDuration, Timestamp, Unit, Zoned, civil::Date, tz::TimeZone};
use proptest::prelude::*;
use sla_model::Model;

use super::*;
use crate::promql::expr::Matching;

/// A specification in a zone, and the rule of the zone.
struct World {
    model: Model,
    zone: Option<Expr>,
}

fn world(zone: &str) -> World {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/pharmacy");
    let mut model = sla_spec::open(&path, &BTreeMap::new()).unwrap().model;
    model.timezone = TimeZone::get(zone).unwrap();
    // The zone's rule is written for those who need it.
    model.objectives.values_mut().for_each(|it| it.window = Window::Calendar(Period::Year));
    let zone = zone_rule(&model).map(|it| match it {
        Rule::Record { expr, .. } => expr,
        other @ Rule::Alert { .. } => panic!("{other:?}"),
    });
    World { model, zone }
}

fn calendar(model: &Model, period: Period) -> Calendar<'_> {
    Calendar::new(model, period, Duration::ZERO)
}

/// What an expression of one number is at an instant. Prometheus' functions of time know no zones: they split the
/// seconds that they are given as UTC.
struct At<'w> {
    now: i64,
    zone: Option<&'w Expr>,
}

impl At<'_> {
    fn value(&self, expr: &Expr) -> f64 {
        match expr {
            Expr::Number(it) => it.to_string().parse().unwrap(),
            Expr::Seconds(it) => it.as_secs_f64(),
            Expr::Instant { of, .. } if of.metric.as_str() == slo::ZONE_OFFSET => {
                self.value(self.zone.expect("the zone changes, so its rule is written"))
            }
            Expr::Call("time", _) => self.now as f64,
            Expr::Call("vector", it) => self.value(&it[0]),
            Expr::Call("floor", it) => self.value(&it[0]).floor(),
            Expr::Call(function, it) => {
                let at = Timestamp::from_second(self.value(&it[0]) as i64).unwrap().to_zoned(TimeZone::UTC);
                f64::from(match *function {
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
                let holds = |it: bool| f64::from(u8::from(it));
                match (*op, matching) {
                    ("+", _) => left + right,
                    ("-", _) => left - right,
                    ("*", _) => left * right,
                    ("/", _) => left / right,
                    ("%", _) => left % right,
                    (">=", Matching::Bool) => holds(left >= right),
                    ("==", Matching::Bool) => holds((left - right).abs() < f64::EPSILON),
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
        let (calendar, at) = (calendar(model, period), At { now, zone: zone.as_ref() });
        let from = first(period, local.date());
        let year = i32::from(local.year());
        let number = match period {
            Period::Month => year * 100 + i32::from(local.month()),
            Period::Quarter => year * 10 + i32::from(from.month()).div_euclid(3) + 1,
            Period::Year => year,
        };
        let days = (0..400).map(|it| from.checked_add(SignedDuration::from_hours(24 * it)).unwrap());
        let days = days.take_while(|it| first(period, *it) == from).count();
        let whole_days = (local.date() - from).total((Unit::Day, from)).unwrap();
        let hours = whole_days * 24.0 + f64::from(local.hour());
        let found = [at.value(&calendar.label()), at.value(&calendar.days()), at.value(&calendar.hours())];
        assert_eq!(found, [f64::from(number), days as f64, hours], "{} of {local}", period.name());
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
    fn any_instant_belongs_to_its_period(now in 1_577_836_800_i64..2_840_140_800, zone in 0..ZONES.len()) {
        holds(&world(ZONES[zone]), now);
    }
}

#[test]
fn offsets_change_where_clocks_do() {
    let zone = |name| offsets(&TimeZone::get(name).unwrap());
    assert_eq!(zone("Asia/Shanghai"), [(1_577_836_800, Decimal::from(28_800))]);
    let berlin = zone("Europe/Berlin");
    assert_eq!(berlin.len(), 81);
    // 2026-03-29 01:00 UTC and 2026-10-25 01:00 UTC.
    assert!(berlin.contains(&(1_774_746_000, Decimal::from(7200))));
    assert!(berlin.contains(&(1_792_890_000, Decimal::from(3600))));
}
