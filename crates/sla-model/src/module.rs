//! The parts of the system, and which of them need which.

use crate::{
    id::{ModuleId, OwnerId},
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
