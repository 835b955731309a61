//! The parts of the system, and which of them need which.

use std::collections::BTreeSet;

use crate::{
    id::{ModuleId, OwnerId},
    model::Model,
    text::Text,
};

/// A part of the system that can fail and be owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The name, the `module` label.
    pub id: ModuleId,
    /// What people call it, for example 支付.
    pub title: Text,
    /// Whether it belongs to the core trade (核心交易模块).
    pub core: bool,
    /// Who answers for it.
    pub owner: OwnerId,
    /// The modules that it cannot work without.
    pub depends_on: Vec<ModuleId>,
}

impl Model {
    /// Returns every module that directly or indirectly needs `module`, without itself: those whose troubles
    /// may be mere symptoms when `module` is down.
    pub fn dependents_of(&self, module: &ModuleId) -> BTreeSet<&ModuleId> {
        let mut found = BTreeSet::new();
        let mut open = vec![module];
        while let Some(cause) = open.pop() {
            for it in self.modules.values().filter(|it| it.depends_on.contains(cause)) {
                if it.id != *module && found.insert(&it.id) {
                    open.push(&it.id);
                }
            }
        }
        found
    }
}
