//! Objectives that differ in nothing but names. Their rules differ in those names only, so whatever follows from
//! the rules of one follows for all: of ten thousand objectives there are often only a few kinds.

use std::{collections::HashMap, str::FromStr};

use sla_model::{
    counter::Counter,
    indicator::{Histogram, Indicator, Part},
    objective::Objective,
    selector::{MatchOp, Matcher, Selector},
    text::Text,
};
use sla_spec::parallel;

use super::{Plan, Unit};
use crate::plan::RuleFile;

/// A stand-in begins with a letter and a digit, and a third letter tells it from most other words. If it is one of
/// them all the same, the two casts tell (`target/mold.rs`), and nothing is filled in.
const NAME_BYTES_MIN: usize = 3;

/// How long what stands in for a title is, before its ending.
const TITLE_BYTES: usize = 6;

/// Every number of a name is one digit.
const NAMES_MAX: usize = 10;

/// Which stand-ins: two that share no letter tell what of a text is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// One of the two.
    First,
    /// The other.
    Second,
}

impl Cast {
    /// Returns the letter that every stand-in begins with, and the one that fills it up. `QqXx` are rare in words.
    fn letters(self) -> (char, char) {
        match self {
            Self::First => ('Q', 'q'),
            Self::Second => ('X', 'x'),
        }
    }
}

/// Units that are alike, by their places in [`Plan::units`], each with its own names.
#[derive(Debug)]
pub struct Kind<'m> {
    /// Where, and its own names in the order of their numbers.
    pub members: Vec<(usize, Vec<&'m str>)>,
}

/// Sorts units into kinds, in the order in which they first come. The platform is a kind of its own.
pub fn kinds<'m>(units: &[Unit<'m>]) -> Vec<Kind<'m>> {
    let stand_in = |unit: &Unit<'m>| match unit {
        Unit::Platform => None,
        Unit::Objective(objective) => Some(StandIn::of(objective, Cast::First)),
    };
    let mut known: HashMap<Objective, usize> = HashMap::new();
    let mut kinds: Vec<Kind<'m>> = Vec::new();
    for (place, stand_in) in parallel::map(units, stand_in).into_iter().enumerate() {
        let (kind, own) = match stand_in {
            None => (kinds.len(), Vec::new()),
            Some(it) => (*known.entry(it.objective).or_insert(kinds.len()), it.own),
        };
        if kind == kinds.len() {
            kinds.push(Kind { members: Vec::new() });
        }
        kinds[kind].members.push((place, own));
    }
    kinds
}

impl Plan<'_> {
    /// Applies a function to the rules of one unit of each kind, and tells how many units are of it.
    pub fn of_kinds<R: Send>(self, of: impl Fn(&RuleFile) -> R + Sync) -> Vec<(R, usize)> {
        let units = self.units();
        parallel::map(&kinds(&units), |it| (of(&self.rules(units[it.members[0].0])), it.members.len()))
    }
}

/// An objective with other names in the place of its own. What stands in for a name in an expression is as long as
/// the name, so that lines break where they broke.
pub struct StandIn<'m> {
    /// The objective under other names.
    pub objective: Objective,
    /// Its own names, by number.
    pub own: Vec<&'m str>,
    /// What stands in for each.
    pub names: Vec<String>,
}

impl<'m> StandIn<'m> {
    /// Replaces the names of an objective.
    pub fn of(objective: &'m Objective, cast: Cast) -> Self {
        let mut names = Names { cast, own: Vec::new(), replaced: Vec::new() };
        let id = names.id(&objective.id, objective.id.as_str());
        let title = names.title(&objective.title);
        let indicator = names.indicator(&objective.indicator);
        let Objective { module, target, window, by, every, page, ticket, idle, spends, .. } = objective;
        let objective = Objective {
            id,
            title,
            module: module.clone(),
            target: *target,
            window: *window,
            by: by.clone(),
            indicator,
            every: *every,
            page: page.clone(),
            ticket: ticket.clone(),
            idle: idle.clone(),
            spends: spends.clone(),
        };
        Self { objective, own: names.own, names: names.replaced }
    }
}

struct Names<'m> {
    cast: Cast,
    own: Vec<&'m str>,
    replaced: Vec<String>,
}

impl<'m> Names<'m> {
    /// The stand-in of a name; the same name has the same one everywhere. `None`: it stays as it is.
    fn replace(&mut self, text: &'m str) -> Option<String> {
        if is_word(text) { self.stand_in(text, text.len(), "") } else { None }
    }

    /// The same for a value that a selector asks for: it only ever stands between quotes.
    fn replace_value(&mut self, text: &'m str) -> Option<String> {
        if is_plain(text) { self.stand_in(text, text.len(), "") } else { None }
    }

    /// The same for what people call it: no line of an expression holds that, so its length does not matter.
    fn replace_title(&mut self, title: &'m str) -> Option<String> {
        let end = match (title.is_ascii(), title.contains(' ')) {
            _ if is_word(title) => return self.replace(title),
            (true, _) => " a",
            (false, true) => "字 字",
            (false, false) => "字",
        };
        if are_words(title) { self.stand_in(title, TITLE_BYTES, end) } else { None }
    }

    fn stand_in(&mut self, text: &'m str, length: usize, end: &str) -> Option<String> {
        if let Some(number) = self.own.iter().position(|it| *it == text) {
            return Some(self.replaced[number].clone());
        }
        if self.own.len() == NAMES_MAX || length < NAME_BYTES_MIN {
            return None;
        }
        let (first, rest) = self.cast.letters();
        let fill: String = std::iter::repeat_n(rest, length - 2).collect();
        let name = format!("{first}{}{fill}{end}", self.own.len());
        self.own.push(text);
        self.replaced.push(name.clone());
        Some(name)
    }

    fn id<T: Clone + FromStr>(&mut self, id: &T, text: &'m str) -> T {
        self.replace(text).and_then(|it| it.parse().ok()).unwrap_or_else(|| id.clone())
    }

    fn title(&mut self, title: &'m Text) -> Text {
        let mut side = |it: &'m String| self.replace_title(it).unwrap_or_else(|| it.clone());
        Text { zh: side(&title.zh), en: side(&title.en) }
    }

    fn indicator(&mut self, indicator: &'m Indicator) -> Indicator {
        match indicator {
            Indicator::Journey(id) => Indicator::Journey(self.id(id, id.as_str())),
            Indicator::Probe(id) => Indicator::Probe(self.id(id, id.as_str())),
            Indicator::Page { probe, within } => {
                Indicator::Page { probe: self.id(probe, probe.as_str()), within: *within }
            }
            Indicator::Ratio { total, part } => Indicator::Ratio {
                total: self.counter(total),
                part: match part {
                    Part::Bad(it) => Part::Bad(self.counter(it)),
                    Part::Good(it) => Part::Good(self.counter(it)),
                },
            },
            Indicator::Latency { histogram, within } => {
                Indicator::Latency { histogram: self.histogram(histogram), within: *within }
            }
            Indicator::Mean { histogram, at_most } => {
                Indicator::Mean { histogram: self.histogram(histogram), at_most: *at_most }
            }
            Indicator::Slices { gauge, good } => {
                Indicator::Slices { gauge: self.selector(gauge), good: *good }
            }
            // Names of other objectives.
            Indicator::Composite(_) => indicator.clone(),
        }
    }

    fn counter(&mut self, counter: &'m Counter) -> Counter {
        match counter {
            Counter::Selector(it) => Counter::Selector(self.selector(it)),
            Counter::Query(it) => Counter::Query(it.clone()),
        }
    }

    fn histogram(&mut self, histogram: &'m Histogram) -> Histogram {
        Histogram { selector: self.selector(&histogram.selector), form: histogram.form }
    }

    fn selector(&mut self, selector: &'m Selector) -> Selector {
        let mut matcher = |it: &'m Matcher| {
            let name = if it.op == MatchOp::Equal { self.replace_value(&it.value) } else { None };
            Matcher { value: name.unwrap_or_else(|| it.value.clone()), ..it.clone() }
        };
        Selector {
            metric: selector.metric.clone(),
            matchers: selector.matchers.iter().map(&mut matcher).collect(),
        }
    }
}

/// Words that YAML 1.1 or 1.2 takes for something else, so that they are quoted.
const QUOTED: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "nan", "inf"];

/// Whether a text is one plain word. Like its stand-in it is written as it stands in YAML, `PromQL` and templates.
fn is_word(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_')
        && !QUOTED.iter().any(|it| it.eq_ignore_ascii_case(text))
}

/// Whether a text is written between quotes as it is, in `PromQL` and in YAML.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_/.:".contains(&it))
}

/// Whether a text is several such words, also of other scripts. Two spaces together are something else in YAML.
fn are_words(text: &str) -> bool {
    let is_in_word = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    text.starts_with(char::is_alphabetic)
        && text.split(' ').all(|word| !word.is_empty() && word.chars().all(is_in_word))
}
