//! The blocks of `sla/v1`: one file each, with its table of keys and how it becomes a part of the model.

use crate::decode::field::Table;

pub mod call;
pub mod indicator;
pub mod journey;
pub mod limit;
pub mod maintenance;
pub mod metric;
pub mod module;
pub mod objective;
pub mod owner;
pub mod probe;
pub mod root;
pub mod scrape;
pub mod secret;
pub mod smtp;
pub mod source;
pub mod template;
pub mod tier;
pub mod title;

/// Every table of keys, outermost first.
pub const TABLES: &[&Table] = &[
    &root::TABLE,
    &title::TABLE,
    &secret::TABLE,
    &smtp::TABLE,
    &scrape::TABLE,
    &scrape::ALERT,
    &scrape::METRIC,
    &tier::TABLE,
    &owner::TABLE,
    &owner::WEBHOOK,
    &module::TABLE,
    &probe::TABLE,
    &call::TABLE,
    &call::EXPECT,
    &journey::TABLE,
    &journey::SYNTHETIC,
    &journey::STEP,
    &source::TABLE,
    &source::SQLITE,
    &metric::TABLE,
    &metric::TOTALS,
    &objective::TABLE,
    &objective::alert::TABLE,
    &objective::spend::TABLE,
    &indicator::TABLE,
    &indicator::page::TABLE,
    &indicator::ratio::TABLE,
    &indicator::latency::TABLE,
    &indicator::mean::TABLE,
    &indicator::slices::TABLE,
    &indicator::composite::TABLE,
    &limit::TABLE,
    &limit::ALERT,
    &maintenance::TABLE,
    &maintenance::POLICY,
    &maintenance::WINDOW,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_well_formed() {
        for table in TABLES {
            let mut keys: Vec<&str> = table.fields.iter().map(|it| it.key).collect();
            keys.extend(table.mistakes.iter().map(|it| it.0));
            let count = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), count, "{} has a key twice", table.what);
            for field in table.fields {
                assert!(field.about.ends_with('.'), "{}.{}: {}", table.what, field.key, field.about);
                assert!(!field.example.is_empty(), "{}.{}", table.what, field.key);
            }
        }
    }
}
