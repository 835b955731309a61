//! Planned maintenance: what it does to budgets and pages, and when it counts as planned.

use std::{collections::BTreeMap, time::Duration};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::id::ModuleId;

/// The policy and the windows that were announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// What planned maintenance does to budgets and pages.
    pub planned: Planned,
    /// At most so much is treated as planned in each calendar month and module.
    pub at_most_per_month: Option<Duration>,
    /// A window counts as planned only when it was announced so long before it began.
    pub notice: Option<Duration>,
    /// The windows, as written.
    pub windows: Vec<MaintenanceWindow>,
}

/// What planned maintenance does to budgets and pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// It is taken out where events are recorded, and pages of its modules stay silent.
    Exclude,
    /// It counts like any other time.
    Count,
}

/// One announced window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaintenanceWindow {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// The modules that are worked on.
    pub modules: Vec<ModuleId>,
    /// The day on which people were told; its first instant counts.
    pub announced: Timestamp,
}

/// A span of time that counts as planned for a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

impl Maintenance {
    /// Returns the spans that count as planned for a module: announced in time, and within the month's
    /// allowance, which is spent in the order of time; what lies beyond counts like any other time.
    pub fn planned_spans(&self, module: &ModuleId, zone: &TimeZone) -> Vec<Span> {
        let mut spent: BTreeMap<Date, Duration> = BTreeMap::new();
        let mut spans = Vec::new();
        for span in self.announced_in_time(module).into_iter().flat_map(|it| by_month(it, zone)) {
            let month = span.from.to_zoned(zone.clone()).date().first_of_month();
            let spent = spent.entry(month).or_default();
            let length = length(span);
            let left = self.at_most_per_month.map_or(length, |it| it.saturating_sub(*spent));
            let allowed = length.min(left);
            *spent += allowed;
            if !allowed.is_zero() {
                spans.push(Span { from: span.from, to: span.from + allowed });
            }
        }
        spans
    }

    /// Returns whether `now` counts as planned for a module.
    pub fn is_planned(&self, module: &ModuleId, now: Timestamp, zone: &TimeZone) -> bool {
        self.planned_spans(module, zone).iter().any(|it| it.from <= now && now < it.to)
    }

    fn announced_in_time(&self, module: &ModuleId) -> Vec<Span> {
        let notice = self.notice.unwrap_or(Duration::ZERO);
        let in_time = |it: &&MaintenanceWindow| {
            it.modules.contains(module) && it.announced.checked_add(notice).is_ok_and(|due| due <= it.from)
        };
        let mut spans: Vec<Span> =
            self.windows.iter().filter(in_time).map(|it| Span { from: it.from, to: it.to }).collect();
        spans.sort_by_key(|it| it.from);
        let mut joined: Vec<Span> = Vec::new();
        for span in spans {
            match joined.last_mut() {
                Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
                _ => joined.push(span),
            }
        }
        joined
    }
}

fn length(span: Span) -> Duration {
    span.to.duration_since(span.from).try_into().unwrap_or(Duration::ZERO)
}

/// Cuts a span at the month ends of the zone, because the allowance is per calendar month.
fn by_month(span: Span, zone: &TimeZone) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut from = span.from;
    while from < span.to {
        let day = from.to_zoned(zone.clone()).date().last_of_month();
        let next = day.tomorrow().ok().and_then(|it| it.to_zoned(zone.clone()).ok());
        let end = next.map_or(span.to, |it| it.timestamp().min(span.to));
        parts.push(Span { from, to: end });
        from = end;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone).unwrap().timestamp()
    }

    fn window(from: &str, to: &str, announced: &str) -> MaintenanceWindow {
        MaintenanceWindow {
            from: at(from),
            to: at(to),
            modules: vec!["payment".parse().unwrap()],
            announced: at(announced),
        }
    }

    #[track_caller]
    fn planned(windows: Vec<MaintenanceWindow>, module: &str, expected: &[(&str, &str)]) {
        let maintenance = Maintenance {
            planned: Planned::Exclude,
            at_most_per_month: Some(Duration::from_hours(4)),
            notice: Some(Duration::from_hours(24)),
            windows,
        };
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let expected: Vec<_> = expected.iter().map(|it| Span { from: at(it.0), to: at(it.1) }).collect();
        assert_eq!(maintenance.planned_spans(&module.parse().unwrap(), &zone), expected);
    }

    #[test]
    fn only_what_was_announced_in_time_is_planned() {
        let night = ("2026-12-01T02:00", "2026-12-01T04:00");
        let announced = |on| vec![window(night.0, night.1, on)];
        planned(announced("2026-11-29T00:00"), "payment", &[night]);
        planned(announced("2026-11-30T12:00"), "payment", &[]);
        planned(announced("2026-11-29T00:00"), "order", &[]);
    }

    #[test]
    fn the_allowance_is_per_month_and_spent_in_order() {
        let long = window("2026-12-01T01:00", "2026-12-01T04:00", "2026-11-01T00:00");
        let second = window("2026-12-20T01:00", "2026-12-20T04:00", "2026-12-01T00:00");
        planned(
            vec![second, long],
            "payment",
            &[("2026-12-01T01:00", "2026-12-01T04:00"), ("2026-12-20T01:00", "2026-12-20T02:00")],
        );
    }

    #[test]
    fn a_window_over_a_month_end_uses_both_allowances() {
        planned(
            vec![window("2026-11-30T19:00", "2026-12-01T05:00", "2026-11-01T00:00")],
            "payment",
            &[("2026-11-30T19:00", "2026-11-30T23:00"), ("2026-12-01T00:00", "2026-12-01T04:00")],
        );
    }
}
