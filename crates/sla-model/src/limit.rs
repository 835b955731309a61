//! A bound that a signal must not cross, in two colours.

use crate::{
    amount::Amount,
    id::{LimitId, ModuleId, TierId},
    signal::Signal,
    text::Text,
};

/// A limit in one or two colours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The name, the `limit` label.
    pub id: LimitId,
    /// What people call it.
    pub title: Text,
    /// What is held against it.
    pub signal: Signal,
    /// Who answers for the machines, if they are what is limited.
    pub module: Option<ModuleId>,
    /// The colours, mildest first.
    pub bounds: Vec<Bound>,
}

/// One colour of a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Which colour.
    pub colour: Colour,
    /// Crossed when the signal is above this, in the signal's unit.
    pub above: Amount,
    /// The tier of the alert.
    pub tier: TierId,
}

/// The colours of the process: 黄色 and 红色.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    /// 黄色
    Yellow,
    /// 红色
    Red,
}

impl Colour {
    /// Every colour, mildest first.
    pub const ALL: [Self; 2] = [Self::Yellow, Self::Red];

    /// Returns the key in a specification and the `colour` label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }
}
