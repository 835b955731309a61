//! Which rule file holds whose rules.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use sla_model::{Model, id::ObjectiveId, indicator::Indicator};

use crate::compile::{PLATFORM, Plan, Unit};

/// Up to so many objectives have a file each: that is what people like to read. More are sharded.
pub const OBJECTIVES_MAX: usize = 500;

/// How many shards there are, whatever the number of objectives: were it to grow with them, every objective would
/// move now and then. An objective costs 4.5 to 7.5 ms of every 30 s (`docs/scale.md`), so of 10,000 a shard is
/// 4 % of a core, and one core takes about twenty.
const SHARDS: u8 = 64;

/// A rule file to be written.
pub struct RuleSet<'m> {
    /// The file name without its ending.
    pub name: String,
    /// Whose rules stand in it.
    pub units: Vec<Unit<'m>>,
}

/// Returns a rule file for each of some units.
pub fn apart(units: Vec<Unit<'_>>) -> Vec<RuleSet<'_>> {
    units.into_iter().map(|it| RuleSet { name: it.name().to_owned(), units: vec![it] }).collect()
}

/// Returns whether the objectives are so many that they are sharded.
pub fn is_sharded(model: &Model) -> bool {
    model.objectives.len() > OBJECTIVES_MAX
}

/// Returns the rule files of a specification: one per objective, or shards of many.
///
/// The shard of an objective follows from its name, so that an objective more or less touches one file. Only a
/// composite moves others: it reads what its components record, so all of them stand in one shard.
pub fn sets<'m>(model: &'m Model, plan: Plan<'m>) -> Vec<RuleSet<'m>> {
    if !is_sharded(model) {
        return apart(plan.units());
    }
    let leaders = leaders(model);
    let mut sets: BTreeMap<String, Vec<Unit<'m>>> = BTreeMap::new();
    for unit in plan.units() {
        let name = match unit {
            Unit::Objective(objective) => shard(leaders[&objective.id]),
            Unit::Platform => PLATFORM.to_owned(),
        };
        sets.entry(name).or_default().push(unit);
    }
    sets.into_iter().map(|(name, units)| RuleSet { name, units }).collect()
}

fn shard(objective: &ObjectiveId) -> String {
    // 64 divides 256, so that one byte of a checksum chooses every shard equally often.
    let byte = Sha256::digest(objective.as_str())[0];
    format!("shard-{:03}", byte % SHARDS)
}

/// Returns for each objective the first, by name, of all that composites tie together.
fn leaders(model: &Model) -> BTreeMap<&ObjectiveId, &ObjectiveId> {
    let mut above: BTreeMap<&ObjectiveId, &ObjectiveId> =
        model.objectives.keys().map(|it| (it, it)).collect();
    for objective in model.objectives.values() {
        let Indicator::Composite(composite) = &objective.indicator else { continue };
        for component in composite.components() {
            let (one, other) = (top(&above, &objective.id), top(&above, component));
            above.insert(one.max(other), one.min(other));
        }
    }
    model.objectives.keys().map(|it| (it, top(&above, it))).collect()
}

fn top<'m>(above: &BTreeMap<&'m ObjectiveId, &'m ObjectiveId>, of: &'m ObjectiveId) -> &'m ObjectiveId {
    let mut at = of;
    while let Some(next) = above.get(at).filter(|it| **it != at) {
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn kinds() -> Model {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/kinds/sla.yaml");
        sla_spec::open(&path, &BTreeMap::new()).unwrap().model
    }

    /// The example with copies of one objective under numbered names.
    fn many(numbers: std::ops::Range<usize>) -> Model {
        let mut model = kinds();
        let pattern = model.objectives.values().next().unwrap().clone();
        for number in numbers {
            let id: ObjectiveId = format!("copy-{number}").parse().unwrap();
            model.objectives.insert(id.clone(), sla_model::objective::Objective { id, ..pattern.clone() });
        }
        model
    }

    fn homes(model: &Model) -> BTreeMap<String, String> {
        let sets = sets(model, crate::compile::plan(model));
        let names = sets.iter().flat_map(|set| set.units.iter().map(|it| (it.name(), &set.name)));
        names.map(|(unit, set)| (unit.to_owned(), set.clone())).collect()
    }

    #[test]
    fn an_objective_more_moves_no_other() {
        let (before, after) = (homes(&many(0..1000)), homes(&many(0..1001)));
        let added: Vec<_> = after.iter().filter(|(name, _)| !before.contains_key(*name)).collect();
        assert_eq!(added.len(), 1);
        assert!(before.iter().all(|(name, home)| after[name] == *home));
    }

    #[test]
    fn shards_are_of_one_size() {
        let model = many(0..10_000);
        let sets = sets(&model, crate::compile::plan(&model));
        let sizes: Vec<usize> =
            sets.iter().filter(|it| it.name != PLATFORM).map(|it| it.units.len()).collect();
        assert_eq!(sizes.len(), usize::from(SHARDS));
        assert!(sizes.iter().all(|it| (110..=210).contains(it)), "{sizes:?}");
    }

    #[test]
    fn a_composite_stands_with_its_components() {
        let homes = homes(&many(0..600));
        // `by-worst` and `by-weight` share a component, so all five stand together.
        for name in ["by-journey", "by-bad-events", "by-worst", "by-latency", "by-gauge"] {
            assert_eq!(homes[name], homes["by-weight"], "{name}");
        }
        assert_ne!(homes["by-probe"], homes["by-weight"]);
    }

    #[test]
    fn few_objectives_have_a_file_each() {
        let homes = homes(&kinds());
        assert!(homes.iter().all(|(unit, home)| unit == home));
    }
}
