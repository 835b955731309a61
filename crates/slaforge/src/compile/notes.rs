//! Annotations: what a person reads when woken.

use sla_model::{Model, duration, id::ModuleId, text::Text, tier::Tier};

use crate::{plan::Labels, words::literal};

/// The identity of the overview dashboard, which alerts link to.
pub const OVERVIEW: &str = "sla-overview";

/// Returns the annotations of an alert.
pub fn notes(model: &Model, tier: &Tier, module: &ModuleId, summary: &Text, description: &Text) -> Labels {
    let owner = |it: &sla_model::tier::Owner| {
        format!("{} ({})", it.id, literal(&model.language.pick(&it.title, " / ")))
    };
    let owners: Vec<_> = model.owners_of(&tier.id, module).into_iter().map(owner).collect();
    let mut notes = Labels::from([
        ("summary", model.language.pick(summary, "\n")),
        ("description", model.language.pick(description, "\n")),
        ("owners", owners.join(", ")),
        ("confirm_within", duration::text(tier.confirm)),
        ("restore_within", duration::text(tier.restore)),
    ]);
    if let Some(grafana) = &model.grafana {
        notes.insert("dashboard_url", format!("{}/d/{OVERVIEW}", literal(grafana.trim_end_matches('/'))));
    }
    notes
}
