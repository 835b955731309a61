//! Texts of units that are alike are written once, with holes for the names.

use std::collections::HashMap;

use super::Input;
use crate::{
    compile::{Cast, StandIn, Unit, kinds},
    parallel,
};

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
    molds: Vec<Option<Mold>>,
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
        let molds = parallel::map(&patterns, |it| Mold::of(*it, |unit| write(input, unit)));
        Self { input, write, members, molds }
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
        Some((self.molds[*mold].as_ref()?, own))
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
