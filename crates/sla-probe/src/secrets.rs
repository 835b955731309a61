//! Values that a specification names but never holds. They go into requests and nowhere else.

use std::{collections::BTreeMap, fmt};

use sla_model::{id::VariableId, probe::HttpCall};

use crate::{
    outcome::Failure,
    reason::Reason,
    template::{self, Variables},
};

/// The secrets of a specification as far as they could be read.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    known: Variables,
    missing: BTreeMap<VariableId, String>,
}

impl Secrets {
    /// Takes each secret, or why it cannot be read.
    pub fn new(read: impl IntoIterator<Item = (VariableId, Result<String, String>)>) -> Self {
        let mut secrets = Self::default();
        for (name, value) in read {
            match value {
                Ok(value) => _ = secrets.known.insert(name, value),
                Err(why) => _ = secrets.missing.insert(name, why),
            }
        }
        secrets
    }

    /// Returns the names of those that cannot be read, with the reason.
    pub fn missing(&self) -> impl Iterator<Item = (&VariableId, &str)> {
        self.missing.iter().map(|(name, why)| (name, why.as_str()))
    }

    /// Returns what a run begins with.
    pub(crate) fn variables(&self) -> Variables {
        self.known.clone()
    }

    /// Fills a call; `variables` are the secrets and what was saved since.
    pub(crate) fn fill(&self, call: &HttpCall, variables: &Variables) -> Result<HttpCall, Failure> {
        template::fill(call, variables).map_err(|name| {
            let detail = match self.missing.get(&name) {
                Some(why) => format!("the secret `{name}` cannot be read: {why}"),
                None => format!("no earlier step saves `{name}`"),
            };
            Failure::new(Reason::Config, detail)
        })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.known.keys().collect();
        f.debug_struct("Secrets").field("known", &names).field("missing", &self.missing).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_never_shown() {
        let secrets = Secrets::new([
            ("a".parse().unwrap(), Ok("canary".to_owned())),
            ("b".parse().unwrap(), Err("no such file".to_owned())),
        ]);
        let shown = format!("{secrets:?}");
        assert!(
            shown.contains('a') && shown.contains("no such file") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
