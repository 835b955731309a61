//! Series that a selector selects, for the input of tests.

use std::collections::BTreeMap;

use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};
use sla_model::{
    id::LabelName,
    selector::{MatchOp, Matcher, Selector},
};

use crate::promql::build::equal;

/// A label value that is chosen where anything will do.
const ANY: &str = "other";

/// The value of a label that splits an objective, where no selector asks for one.
pub const PART: &str = "any";

/// Returns one series that the selector selects: every comparison becomes an equality.
pub fn selected(by: &Selector) -> Selector {
    let mut labels: BTreeMap<&LabelName, String> = BTreeMap::new();
    for matcher in &by.matchers {
        let exact = matcher.op == MatchOp::Equal;
        if exact || !labels.contains_key(&matcher.label) {
            labels.insert(&matcher.label, accepted(matcher));
        }
    }
    let matchers = labels.iter().map(|(label, value)| equal(label.as_str(), value)).collect();
    Selector { metric: by.metric.clone(), matchers }
}

/// Returns one series that `total` selects and `part` does not, and that differs in no label that splits the
/// objective; `None` where `part` says nothing more.
pub fn outside(total: &Selector, part: &Selector, by: &[&str]) -> Option<Selector> {
    let is_extra = |it: &&Matcher| !total.matchers.contains(it) && !by.contains(&it.label.as_str());
    let extra = part.matchers.iter().find(is_extra)?;
    let mut series = selected(total);
    series.matchers.retain(|it| it.label != extra.label);
    series.matchers.push(equal(extra.label.as_str(), &refused(extra)));
    series.matchers.sort();
    Some(series)
}

/// Gives a series a value for each of these labels that it does not have yet.
pub fn split<'l>(mut series: Selector, by: impl IntoIterator<Item = &'l str>) -> Selector {
    for label in by {
        if series.matchers.iter().all(|it| it.label.as_str() != label) {
            series.matchers.push(equal(label, PART));
        }
    }
    series
}

fn accepted(matcher: &Matcher) -> String {
    match matcher.op {
        MatchOp::Equal => matcher.value.clone(),
        MatchOp::Matches => shortest(&matcher.value),
        MatchOp::NotEqual | MatchOp::NotMatches => ANY.to_owned(),
    }
}

fn refused(matcher: &Matcher) -> String {
    match matcher.op {
        MatchOp::Equal | MatchOp::Matches => ANY.to_owned(),
        MatchOp::NotEqual => matcher.value.clone(),
        MatchOp::NotMatches => shortest(&matcher.value),
    }
}

/// Returns a text that the pattern matches, taking the first way and the fewest repetitions.
fn shortest(pattern: &str) -> String {
    let mut text = String::new();
    if let Ok(hir) = regex_syntax::parse(pattern) {
        walk(&hir, &mut text);
    }
    text
}

fn walk(hir: &Hir, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            // Of `.` a letter; of anything else what its first range begins with.
            let any = class.ranges().iter().any(|it| it.start() <= 'a' && 'a' <= it.end());
            let first = class.ranges().first().map(ClassUnicodeRange::start);
            text.extend(if any { Some('a') } else { first });
        }
        HirKind::Class(Class::Bytes(class)) => {
            text.extend(class.ranges().first().map(|it| char::from(it.start())));
        }
        HirKind::Repetition(repetition) => {
            // One of `.*`, so that a label is never empty: an empty label is a missing one.
            let times = repetition.min.max(u32::from(repetition.max != Some(0)));
            (0..times).for_each(|_| walk(&repetition.sub, text));
        }
        HirKind::Capture(capture) => walk(&capture.sub, text),
        HirKind::Concat(parts) => parts.iter().for_each(|it| walk(it, text)),
        HirKind::Alternation(ways) => ways.iter().take(1).for_each(|it| walk(it, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Selector {
        sla_spec::promql::selector(text).unwrap()
    }

    #[track_caller]
    fn selects(selector: &str, expected: &str) {
        assert_eq!(selected(&parsed(selector)).to_string(), expected);
    }

    #[test]
    fn a_series_is_found_for_every_comparison() {
        selects("up", "up");
        selects(r#"x{route=~"/api/.*"}"#, r#"x{route="/api/a"}"#);
        selects(r#"x{code=~"5.."}"#, r#"x{code="5aa"}"#);
        selects(r#"x{code=~"500|503"}"#, r#"x{code="500"}"#);
        selects(r#"x{code!="500"}"#, r#"x{code="other"}"#);
        selects(r#"x{code!~"5.."}"#, r#"x{code="other"}"#);
        selects(r#"x{code=~"5[0-9]{2}"}"#, r#"x{code="500"}"#);
    }

    #[test]
    fn a_good_series_is_no_bad_one() {
        let outside = |total, part| outside(&parsed(total), &parsed(part), &["region"]);
        let good = outside("p_total", r#"p_total{status="failed"}"#).unwrap();
        assert_eq!(good.to_string(), r#"p_total{status="other"}"#);
        let good = outside(r#"p_total{a="1"}"#, r#"p_total{a="1",code!~"2.."}"#).unwrap();
        assert_eq!(good.to_string(), r#"p_total{a="1",code="2aa"}"#);
        let good = outside("p_total", r#"p_total{code="500",region!~""}"#).unwrap();
        assert_eq!(good.to_string(), r#"p_total{code="other"}"#);
        assert!(outside("p_total", "p_total").is_none());
    }
}
