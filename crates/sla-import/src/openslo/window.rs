//! Time windows: rolling ones of any length, and those of the calendar.

use rust_decimal::Decimal;
use sla_model::window::{Period, Window};

use super::Version;
use crate::{session::Session, tree::At};

/// Reads the window of a promise. `None`: it was said why there is none.
pub fn read(whole: At<'_>, spec: At<'_>, version: Version, session: &mut Session<'_>) -> Option<Window> {
    let key = if version == Version::V1 { "timeWindow" } else { "timeWindows" };
    let windows = spec.get(key).map(At::items).unwrap_or_default();
    let Some(window) = windows.first().copied() else {
        session.findings.dropped(
            whole,
            spec,
            format!("the promise has no `{key}`"),
            "add one, for example of 28d",
        );
        return None;
    };
    for other in &windows[1..] {
        session.findings.lost(*other, "a promise has one window", "make a promise of each window");
    }
    let length = match version {
        Version::V1 => window.get("duration").and_then(|it| Some((it, shorthand(it.text()?)?))),
        Version::V1Alpha => window.get("unit").and_then(|it| Some((it, counted(window)?))),
    };
    let Some((at, (count, unit))) = length else {
        let why = "the length of the window cannot be read";
        session.findings.dropped(whole, window, why, "write for example `28d`");
        return None;
    };
    let calendar = window.get("calendar");
    let rolling = window.flag("isRolling").unwrap_or(calendar.is_none());
    if let (false, Some(calendar)) = (rolling, calendar) {
        zone(calendar, session);
    }
    let of_calendar = match (unit, count) {
        _ if rolling => None,
        ('M', 1) => Some(Window::Calendar(Period::Month)),
        ('Q', 1) | ('M', 3) => Some(Window::Calendar(Period::Quarter)),
        ('Y', 1) | ('M', 12) | ('Q', 4) => Some(Window::Calendar(Period::Year)),
        _ => None,
    };
    if let Some(window) = of_calendar {
        return Some(window);
    }
    if !rolling {
        let why = "windows of the calendar are a month, a quarter or a year: this one became a rolling one";
        session.findings.observe(at, why, "write `window: month`, if that is what is promised");
    }
    let days = Decimal::from(count).checked_mul(days(unit)).unwrap_or(Decimal::MAX);
    if matches!(unit, 'M' | 'Q' | 'Y') {
        let why = format!("a rolling window is whole days: this one became {}d", days.normalize());
        session.findings.observe(at, why, "write `window: month`, `quarter` or `year` for the calendar's");
    }
    Some(session.days(days, at))
}

/// Takes the zone of a calendar, and says what else is not the calendar's own.
fn zone(calendar: At<'_>, session: &mut Session<'_>) {
    if let Some(at) = calendar.get("timeZone") {
        let zone = at.text().unwrap_or_default();
        match session.draft.timezone.clone() {
            _ if jiff_knows(zone).is_none() => {
                let why = "there is no such zone";
                session.findings.lost(at, why, "write `timezone:` at the top, for example `Europe/Berlin`");
            }
            None => session.draft.timezone = Some(zone.to_owned()),
            Some(first) if first == zone => {}
            Some(first) => {
                let why = format!("a specification has one zone, and `{first}` came first");
                session.findings.changed(at, why, "make a specification of each zone");
            }
        }
    }
    if let Some(at) = calendar.get("startTime") {
        let why = "periods begin with the calendar's: at midnight of the first day";
        session.findings.changed(at, why, "look whether that is what you promise");
    }
}

/// Returns whether our reader knows a zone, by asking it.
fn jiff_knows(zone: &str) -> Option<()> {
    let spec = format!("version: sla/v1\nname: x\ntimezone: {}\n", crate::write::text::quoted(zone));
    crate::check(&spec).ok()
}

/// Reads `28d`: a count and one of the units m, h, d, w, M, Q, Y.
pub fn shorthand(text: &str) -> Option<(u32, char)> {
    let text = text.trim();
    let unit = text.chars().last().filter(|it| "mhdwMQY".contains(*it))?;
    Some((text[..text.len() - 1].parse().ok()?, unit))
}

fn counted(window: At<'_>) -> Option<(u32, char)> {
    let unit = match window.string("unit")? {
        "Minute" => 'm',
        "Hour" => 'h',
        "Day" => 'd',
        "Week" => 'w',
        "Month" => 'M',
        "Quarter" => 'Q',
        "Year" => 'Y',
        _ => return None,
    };
    Some((window.string("count")?.parse().ok()?, unit))
}

/// Returns how many days a unit has; a month is 30 and a quarter 90.
pub fn days(unit: char) -> Decimal {
    match unit {
        'm' => Decimal::ONE / Decimal::from(1440),
        'h' => Decimal::ONE / Decimal::from(24),
        'w' => Decimal::from(7),
        'M' => Decimal::from(30),
        'Q' => Decimal::from(90),
        'Y' => Decimal::from(365),
        _ => Decimal::ONE,
    }
}
