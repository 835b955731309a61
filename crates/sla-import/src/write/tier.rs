//! The tiers that a draft needs: one for each severity and circle of people.

use crate::{
    draft::{Draft, Told},
    name::Taken,
};

/// The word for the owner of the module that an alert is about.
pub const MODULE_OWNER: &str = sla_model::tier::MODULE_OWNER;

/// The tiers, in the order in which they are needed.
pub struct Tiers(Vec<Tier>);

/// A tier.
pub struct Tier {
    /// Its name.
    pub id: String,
    /// `page` or `ticket`.
    key: &'static str,
    told: Told,
    /// The value of the `severity` label.
    pub severity: String,
    /// Who is told.
    pub owners: Vec<String>,
}

impl Tiers {
    /// Finds the tiers of a draft.
    pub fn of(draft: &Draft) -> Self {
        let mut tiers = Self(Vec::new());
        let mut taken = Taken::default();
        // The usual ones keep their short names, whatever comes first.
        for usual in [true, false] {
            for objective in &draft.objectives {
                for (key, told) in [("page", &objective.page), ("ticket", &objective.ticket)] {
                    let Some(told) = told.as_ref().filter(|it| (**it == Told::USUAL) == usual) else {
                        continue;
                    };
                    if !tiers.0.iter().any(|it| it.key == key && it.told == *told) {
                        tiers.0.push(tier(key, told, &mut taken));
                    }
                }
            }
        }
        tiers.0.sort_by(|one, other| one.key.cmp(other.key));
        tiers
    }

    /// Returns all of them.
    pub fn all(&self) -> &[Tier] {
        &self.0
    }

    /// Returns whether no alert needs one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the name of a tier.
    pub fn id(&self, key: &str, told: &Told) -> &str {
        self.0.iter().find(|it| it.key == key && it.told == *told).map_or("", |it| &it.id)
    }
}

impl Tier {
    /// Returns how fast somebody confirms and restores, until somebody says better.
    pub fn deadlines(&self) -> (&'static str, &'static str) {
        if self.key == "page" { ("10m", "1h") } else { ("30m", "2h") }
    }
}

fn tier(key: &'static str, told: &Told, taken: &mut Taken) -> Tier {
    let is_page = key == "page";
    let (short, usual) = (if is_page { "P1" } else { "P2" }, Told::usual(is_page));
    let mut parts = vec![short];
    parts.extend(told.severity.as_deref());
    parts.extend(told.owners.iter().map(String::as_str));
    let id = taken.give(&parts.join("-"));
    let owners = if told.owners.is_empty() { vec![MODULE_OWNER.to_owned()] } else { told.owners.clone() };
    let severity = told.severity.clone().unwrap_or_else(|| usual.to_owned());
    Tier { id, key, told: told.clone(), severity, owners }
}
