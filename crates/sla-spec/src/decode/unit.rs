//! Values with a unit: `30s`, `99.9%`, `> 3s`, `4h per month`, and dates.

use std::{ops::RangeInclusive, time::Duration};

use jiff::{Timestamp, civil::DateTime};
use sla_model::{
    amount::{Amount, Unit},
    duration::{self, DurationError},
    share::Share,
};

use super::context::Context;
use crate::{
    diagnostic::{Code, Diagnostic},
    yaml::node::Node,
};

/// Decodes a duration.
pub fn duration(node: &Node, cx: &mut Context<'_>) -> Option<Duration> {
    let text = cx.text(node)?;
    match duration::parse(&text) {
        Ok(duration) => Some(duration),
        Err(error) => {
            let message = match error {
                DurationError::TooLong(_) => error.to_string(),
                _ => format!("`{text}` is not a duration"),
            };
            let problem = Diagnostic::error(Code::Duration, node.span, message);
            cx.refuse(problem.hint(duration_hint(&text)))
        }
    }
}

/// Decodes a duration above zero.
pub fn positive(node: &Node, cx: &mut Context<'_>) -> Option<Duration> {
    let found = duration(node, cx)?;
    if found.is_zero() {
        return cx.refuse(
            Diagnostic::error(Code::Interval, node.span, "this must be longer than zero")
                .hint("write for example `10s`"),
        );
    }
    Some(found)
}

/// Decodes a duration in a range; `what` is the subject of the message.
pub fn ranged(
    node: &Node,
    cx: &mut Context<'_>,
    what: &str,
    range: &RangeInclusive<Duration>,
) -> Option<Duration> {
    let found = duration(node, cx)?;
    if range.contains(&found) {
        return Some(found);
    }
    let (least, most) = (duration::text(*range.start()), duration::text(*range.end()));
    let message = format!("{what} is not {}", duration::text(found));
    let problem = Diagnostic::error(Code::Interval, node.span, message);
    cx.refuse(problem.hint(format!("write a duration from `{least}` to `{most}`")))
}

/// What people write for units, with the unit.
const SPELLINGS: [(&str, &str); 20] = [
    ("ms", "ms"),
    ("s", "s"),
    ("m", "m"),
    ("h", "h"),
    ("d", "d"),
    ("w", "w"),
    ("milliseconds", "ms"),
    ("millis", "ms"),
    ("seconds", "s"),
    ("second", "s"),
    ("secs", "s"),
    ("sec", "s"),
    ("minutes", "m"),
    ("minute", "m"),
    ("mins", "m"),
    ("min", "m"),
    ("hours", "h"),
    ("hour", "h"),
    ("days", "d"),
    ("day", "d"),
];

/// Says which duration was probably meant.
pub fn duration_hint(text: &str) -> String {
    let text = text.trim();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_lowercase();
    if !number.is_empty() && unit.is_empty() {
        return format!("add a unit: `{number}s`, `{number}m`, `{number}h` or `{number}d`");
    }
    let spelled = SPELLINGS.iter().find(|it| it.0 == unit).map(|it| it.1);
    match spelled {
        Some(unit) if !number.is_empty() => format!("write `{number}{unit}`"),
        _ => "write a whole number with `ms`, `s`, `m`, `h`, `d` or `w`: `30s`, `10m`, `1h30m`, `30d`"
            .to_owned(),
    }
}

/// Decodes a share.
pub fn share(node: &Node, cx: &mut Context<'_>) -> Option<Share> {
    let text = cx.text(node)?;
    match text.parse() {
        Ok(share) => Some(share),
        Err(error) => {
            let message = format!("`{text}` is not a share: {error}");
            let problem = Diagnostic::error(Code::Share, node.span, message);
            cx.refuse(problem.hint("write `99.9%`"))
        }
    }
}

/// Decodes the bound of a colour in a unit: `> 3s`, `> 85%`, `> 4GiB`.
pub fn bound(node: &Node, cx: &mut Context<'_>, unit: Unit) -> Option<Amount> {
    let text = cx.text(node)?;
    let above = text.trim().strip_prefix('>');
    if let Some(amount) = above.and_then(|it| unit.parse(it)) {
        return Some(amount);
    }
    let what = match unit {
        Unit::Seconds => "a bound above zero",
        Unit::Share => "a share between zero and the whole",
        Unit::Bytes => "bytes above zero",
        Unit::BytesPerSecond => "bytes per second above zero",
    };
    let problem = Diagnostic::error(Code::Bound, node.span, format!("`{text}` is not {what}"));
    let amount = text.trim().trim_start_matches(['>', '<', '=', '≥', '≤', ' ']);
    cx.refuse(problem.hint(match unit.parse(amount) {
        Some(_) => format!("write `\"> {amount}\"`; a colour is crossed above its bound"),
        None => format!("write for example `\"> {}\"`", unit.example()),
    }))
}

/// Decodes an allowance in each calendar month: `4h per month`.
pub fn allowance(node: &Node, cx: &mut Context<'_>) -> Option<Duration> {
    let text = cx.text(node)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [amount, "per", "month"] = words.as_slice()
        && let Ok(duration) = duration::parse(amount)
    {
        return Some(duration);
    }
    let message = format!("`{text}` is not an allowance per month");
    cx.refuse(Diagnostic::error(Code::Allowance, node.span, message).hint("write `4h per month`"))
}

/// Decodes a date with or without a time, in the zone of the specification.
pub fn moment(node: &Node, cx: &mut Context<'_>) -> Option<Timestamp> {
    let text = cx.text(node)?;
    let zoned = text.trim().parse::<DateTime>().ok().and_then(|it| it.to_zoned(cx.zone.clone()).ok());
    if let Some(zoned) = zoned {
        return Some(zoned.timestamp());
    }
    let message = format!("`{text}` is not a date and time");
    let problem = Diagnostic::error(Code::Moment, node.span, message);
    cx.refuse(problem.hint("write `2026-12-01 02:00`, in the zone of `timezone:`, or `2026-12-01`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn hinted(text: &str, expected: &str) {
        assert_eq!(duration_hint(text), expected);
    }

    #[test]
    fn a_duration_hint_says_what_to_write() {
        hinted("30", "add a unit: `30s`, `30m`, `30h` or `30d`");
        hinted("30 days", "write `30d`");
        hinted("1 day", "write `1d`");
        hinted("10 min", "write `10m`");
        hinted("5S", "write `5s`");
        let general =
            "write a whole number with `ms`, `s`, `m`, `h`, `d` or `w`: `30s`, `10m`, `1h30m`, `30d`";
        hinted("1.5h", general);
        hinted("soon", general);
        hinted("", general);
    }
}
