//! Texts of units that are alike are written once, with holes for the names.

use std::collections::HashMap;

use sla_spec::parallel;

use super::Input;
use crate::compile::{Cast, StandIn, Unit, kinds};

/// Of fewer units a mold, for which two of them are written, saves nothing.
const MEMBERS_MIN: usize = 4;

/// How the text of one unit is written.
pub type Write = fn(&Input<'_>, Unit<'_>) -> String;

/// Writes the text of any unit.
pub struct Molds<'i> {
    input: &'i Input<'i>,
    write: Write,
    /// Which mold a unit is of, by its name, and its own names.
    members: HashMap<&'i str, (usize, Vec<&'i str>)>,
    known: Vec<Option<Mold>>,
}

impl<'i> Molds<'i> {
    /// Makes the molds of everything that there is to write.
    pub fn new(input: &'i Input<'i>, write: Write) -> Self {
        let units = input.plan.units();
        let mut members = HashMap::new();
        let mut patterns = Vec::new();
        for kind in kinds(&units).into_iter().filter(|it| it.members.len() >= MEMBERS_MIN) {
            patterns.push(units[kind.members[0].0]);
            for (place, own) in kind.members {
                members.insert(units[place].name(), (patterns.len() - 1, own));
            }
        }
        let known = parallel::map(&patterns, |it| Mold::of(*it, |unit| write(input, unit)));
        Self { input, write, members, known }
    }

    /// Adds the texts of some units.
    pub fn write(&self, units: &[Unit<'_>], text: &mut String) {
        let filled = units.iter().filter_map(|it| self.mold(*it)).map(|(mold, own)| mold.length(own));
        text.reserve(filled.sum());
        for unit in units {
            match self.mold(*unit) {
                Some((mold, own)) => mold.fill(own, text),
                None => *text += &(self.write)(self.input, *unit),
            }
        }
    }

    fn mold(&self, unit: Unit<'_>) -> Option<(&Mold, &[&str])> {
        let (mold, own) = self.members.get(unit.name())?;
        Some((self.known[*mold].as_ref()?, own))
    }
}

/// A text with holes.
#[derive(Debug, PartialEq, Eq)]
struct Mold {
    /// What stands before a hole, and the number of the name that fills it.
    parts: Vec<(String, usize)>,
    /// What stands behind the last one.
    rest: String,
}

impl Mold {
    /// Writes a unit twice, under different names. What is the same in both texts belongs to all units that are
    /// alike; if the names cannot be told from the rest, there is no mold.
    fn of(unit: Unit<'_>, write: impl Fn(Unit<'_>) -> String) -> Option<Self> {
        let Unit::Objective(objective) = unit else { return None };
        let mold = |cast: Cast| {
            let it = StandIn::of(objective, cast);
            Self::cut(&write(Unit::Objective(&it.objective)), &it.names)
        };
        let first = mold(Cast::First);
        (first == mold(Cast::Second)).then_some(first)
    }

    fn cut(text: &str, names: &[String]) -> Self {
        let mut parts = Vec::new();
        let mut begin = 0;
        let mut at = 0;
        while at < text.len() {
            let rest = &text.as_bytes()[at..];
            match names.iter().position(|it| rest.starts_with(it.as_bytes())) {
                None => at += 1,
                Some(number) => {
                    parts.push((text[begin..at].to_owned(), number));
                    at += names[number].len();
                    begin = at;
                }
            }
        }
        Self { parts, rest: text[begin..].to_owned() }
    }

    fn length(&self, names: &[&str]) -> usize {
        let parts = self.parts.iter().map(|(part, number)| part.len() + names[*number].len());
        parts.sum::<usize>() + self.rest.len()
    }

    fn fill(&self, names: &[&str], text: &mut String) {
        for (part, number) in &self.parts {
            text.push_str(part);
            text.push_str(names[*number]);
        }
        text.push_str(&self.rest);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use proptest::prelude::*;
    use sla_model::{
        Model, Pace,
        counter::Counter,
        id::ObjectiveId,
        indicator::{Indicator, Part},
        objective::Objective,
        selector::Selector,
        text::Text,
    };

    use super::*;
    use crate::{compile, target::prometheus};

    fn kinds() -> Model {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/kinds/sla.yaml");
        sla_spec::open(&path, &BTreeMap::new()).unwrap().model
    }

    fn selectors(indicator: &mut Indicator) -> Vec<&mut Selector> {
        match indicator {
            Indicator::Ratio { total, part: Part::Good(part) | Part::Bad(part) } => [total, part]
                .into_iter()
                .filter_map(|it| match it {
                    Counter::Selector(it) => Some(it),
                    Counter::Query(_) => None,
                })
                .collect(),
            Indicator::Latency { histogram, .. } | Indicator::Mean { histogram, .. } => {
                vec![&mut histogram.selector]
            }
            Indicator::Slices { gauge, .. } => vec![gauge],
            _ => Vec::new(),
        }
    }

    /// A copy of an objective under other names.
    fn copy(pattern: &Objective, id: &str, title: &str, value: &str) -> Objective {
        let mut copy = Objective { id: id.parse().unwrap(), title: Text::new(title, id), ..pattern.clone() };
        for selector in selectors(&mut copy.indicator) {
            selector.matchers.push(crate::promql::build::equal("place", value));
        }
        copy
    }

    /// Every unit is written as if it were the only one; returns how many were filled in.
    fn alone_and_together(model: &Model) -> usize {
        let plan = compile::plan(model);
        let input = Input { model, plan, sets: Vec::new(), pace: Pace::REAL };
        let molds = Molds::new(&input, prometheus::unit);
        for unit in plan.units() {
            let mut together = String::new();
            molds.write(&[unit], &mut together);
            assert_eq!(together, prometheus::unit(&input, unit), "{}", unit.name());
        }
        plan.units().into_iter().filter(|it| molds.mold(*it).is_some()).count()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_is_filled_in_is_what_would_be_written(
            names in proptest::collection::btree_map(
                "(x|Q0qqqq|X1xxxx|null-|true|1?[a-z][a-zQX0-9_-]{3,14})[a-z0-9]{2}|nan|NaN|inf|yes|off|null|Null|FALSE|Q0q|X0x|[a-zA-Z][a-z0-9]{2,4}",
                (
                    "(null|true|no|YES|nan|y|支付成功|支付 成功|pay in|Payments|1e5|a: b|#a|- a|a{2}|'a|\"a|  a|a  b|[a-z支 -]{1,12})",
                    "(/api/v1|a\\\\b|a: b|a #|http://a:80/|支付|[a-z0-9.:/_-]{0,12})",
                ),
                20..40,
            )
        ) {
            let mut model = kinds();
            let patterns: Vec<Objective> = model.objectives.values().cloned().collect();
            for (number, (id, (title, value))) in names.iter().enumerate() {
                let Ok(key) = id.parse::<ObjectiveId>() else { continue };
                let copy = copy(&patterns[number % 3], id, title, value);
                model.objectives.insert(key, copy);
            }
            alone_and_together(&model);
        }
    }

    #[test]
    fn alike_objectives_of_every_kind_are_filled_in() {
        let mut model = kinds();
        let patterns: Vec<Objective> = model.objectives.values().cloned().collect();
        for pattern in &patterns {
            for number in 0..MEMBERS_MIN {
                let copy = copy(pattern, &format!("{}-no-{number}", pattern.id), "支付 成功率", "somewhere");
                model.objectives.insert(copy.id.clone(), copy);
            }
        }
        let copies = patterns.len() * MEMBERS_MIN;
        assert_eq!(alone_and_together(&model), copies);
    }
}
