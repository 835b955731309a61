//! The object `SLO`: one promise for each of its objectives, and one over all of them, if it is a composite.

use rust_decimal::Decimal;
use sla_model::window::Window;

use super::{
    Version, alert,
    indicator::{self, Asked},
    labels, module, referred, window,
};
use crate::{
    draft::{Indicator, Objective},
    session::Session,
    tree::At,
};

/// What all objectives of one object share.
struct Shared<'t> {
    document: At<'t>,
    spec: At<'t>,
    version: Version,
    name: String,
    name_at: At<'t>,
    title: Option<&'t str>,
    description: Option<&'t str>,
    module: String,
    window: Window,
    by_time: bool,
    alerts: alert::Alerts,
}

/// Reads an object.
pub fn read<'t>(document: At<'t>, version: Version, session: &mut Session<'t>) -> Option<()> {
    let (metadata, spec) = (document.get("metadata"), document.get("spec"));
    let name = metadata.and_then(|it| it.get("name"));
    let (Some(metadata), Some(spec), Some(name_at)) = (metadata, spec, name) else {
        let why = "the promise has no `metadata.name` or no `spec`";
        session.findings.dropped(document, document, why, "add what is missing");
        return None;
    };
    let Some(service) = spec.get("service") else {
        session.findings.dropped(document, spec, "the promise names no service", "add `service: NAME`");
        return None;
    };
    let window = window::read(document, spec, version, session)?;
    let module = module(service, session);
    labels(metadata, session);
    let shared = Shared {
        document,
        spec,
        version,
        name: name_at.text().unwrap_or_default().to_owned(),
        name_at,
        title: metadata.string("displayName").filter(|it| !it.trim().is_empty()),
        description: spec.string("description"),
        module,
        window,
        by_time: method(spec, session),
        alerts: alert::read(spec, window, session),
    };
    let objectives = spec.get("objectives").map(At::items).unwrap_or_default();
    if objectives.is_empty() {
        let why = "the promise has no objective";
        session.findings.dropped(document, spec, why, "add one to `objectives`");
        return None;
    }
    let has_own = |it: &At<'_>| it.look("indicator").is_some() || it.look("indicatorRef").is_some();
    let is_common = spec.look("indicator").is_some() || spec.look("indicatorRef").is_some();
    if !is_common && objectives.len() > 1 && objectives.iter().all(has_own) {
        composite(&shared, &objectives, session);
        return Some(());
    }
    let several = objectives.len() > 1;
    for (index, objective) in objectives.into_iter().enumerate() {
        let whole = if several { objective } else { document };
        if let Some(mut promise) = one(&shared, whole, objective, several.then_some(index), session) {
            shared.alerts.tell(&mut promise);
            session.add(promise, objective);
        }
    }
    Some(())
}

/// Reads how the budget is counted: `true`, if in slices of time.
fn method(spec: At<'_>, session: &mut Session<'_>) -> bool {
    match spec.get("budgetingMethod").map(|it| (it, it.text().unwrap_or_default())) {
        None | Some((_, "Occurrences")) => false,
        Some((_, "Timeslices" | "RatioTimeslices")) => true,
        Some((at, _)) => {
            let why = "this is no method of counting a budget; events are counted";
            session.findings.changed(at, why, "write `Occurrences` or `Timeslices`");
            false
        }
    }
}

/// Reads one objective.
fn one<'t>(
    shared: &Shared<'t>,
    whole: At<'t>,
    objective: At<'t>,
    index: Option<usize>,
    session: &mut Session<'t>,
) -> Option<Objective> {
    let sli = sli(shared, whole, objective, session)?;
    let target = target(whole, objective, session)?;
    let asked = Asked { whole, objective, sli: sli.spec, by_time: shared.by_time };
    let (indicator, by) = indicator::read(&asked, shared.version, session)?;
    slices(shared, objective, &indicator, session);
    let words = objective.string("displayName").filter(|it| !it.trim().is_empty());
    let id = match index {
        None => session.objective_id(&shared.name, shared.name_at),
        Some(index) => {
            let ending = words.map_or_else(|| (index + 1).to_string(), str::to_lowercase);
            let wanted = crate::name::identifier(&format!("{}-{ending}", shared.name));
            session.objective_id(&wanted, objective)
        }
    };
    let mut promise = Session::objective(whole, id, &shared.module, target, shared.window, indicator);
    promise.by = by;
    promise.title = match (shared.title, words) {
        (Some(title), Some(words)) if index.is_some() => Some(format!("{title}: {words}")),
        (Some(title), _) => Some(title.to_owned()),
        (None, _) => Session::title_of(shared.description).0,
    };
    // What did not become the title stays readable.
    let rest = |it: &&str| promise.title.as_deref().is_none_or(|title| !title.contains(*it));
    let words = [shared.description, sli.title, sli.description, words];
    promise.comment = words.into_iter().flatten().filter(rest).collect::<Vec<_>>().join(" ");
    Some(promise)
}

/// An indicator with the words about it.
struct Sli<'t> {
    spec: At<'t>,
    title: Option<&'t str>,
    description: Option<&'t str>,
}

/// Finds the indicator of an objective: its own, or the one of the promise, inline or by reference.
fn sli<'t>(
    shared: &Shared<'t>,
    whole: At<'t>,
    objective: At<'t>,
    session: &mut Session<'t>,
) -> Option<Sli<'t>> {
    for from in [objective, shared.spec] {
        if let Some(inline) = from.get("indicator") {
            if shared.version == Version::V1Alpha {
                return Some(Sli { spec: inline, title: None, description: None });
            }
            let metadata = inline.get("metadata");
            if let Some(metadata) = metadata {
                if let Some(name) = metadata.get("name") {
                    let why = "an indicator stands in its promise and has no name of its own";
                    session.findings.note(name, why, "nothing is to be done");
                }
                labels(metadata, session);
            }
            let title = metadata.and_then(|it| it.string("displayName"));
            let spec = inline.get("spec").unwrap_or(inline);
            return Some(Sli { spec, title, description: spec.string("description") });
        }
        let Some(at) = from.get("indicatorRef") else { continue };
        let name = at.text().unwrap_or_default();
        let Some(found) = referred("SLI", name, session) else {
            let why = "no given file has an SLI of this name";
            session.findings.dropped(whole, at, why, "give all files in one call");
            return None;
        };
        let title = found.get("metadata").and_then(|it| it.string("displayName"));
        let spec = found.get("spec").unwrap_or(found);
        return Some(Sli { spec, title, description: spec.string("description") });
    }
    if shared.version == Version::V1Alpha {
        return Some(Sli { spec: objective, title: None, description: None });
    }
    let why = "the promise has no indicator";
    session.findings.dropped(whole, objective, why, "add `indicator` or `indicatorRef`");
    None
}

fn target(whole: At<'_>, objective: At<'_>, session: &mut Session<'_>) -> Option<Decimal> {
    if let Some(at) = objective.get("target") {
        return session.target(whole, at, false);
    }
    if let Some(at) = objective.get("targetPercent") {
        return session.target(whole, at, true);
    }
    session.findings.dropped(whole, objective, "the objective has no target", "add `target: 0.999`");
    None
}

/// Says what of the slices is different: ours are five minutes long, and good or bad as a whole.
fn slices(shared: &Shared<'_>, objective: At<'_>, indicator: &Indicator, session: &mut Session<'_>) {
    let sliced = matches!(indicator, Indicator::Slices { .. });
    if let Some(at) = objective.get("timeSliceWindow") {
        let text = at.text().unwrap_or_default().trim();
        if !(sliced && shared.by_time && matches!(text, "5m" | "5")) {
            let why = "slices are five minutes long";
            session.findings.changed(at, why, "look whether the target still is what you promise");
        }
    }
    if let Some(at) = objective.get("timeSliceTarget") {
        let why = "a slice is good or bad by its mean, and not by a share of good values in it";
        session.findings.changed(at, why, "look whether the target still is what you promise");
    }
}

/// Makes a promise of each part, and one over all of them, which alone is alerted on.
fn composite<'t>(shared: &Shared<'t>, objectives: &[At<'t>], session: &mut Session<'t>) {
    let mut parts: Vec<(String, Decimal, Decimal)> = Vec::new();
    for (index, objective) in objectives.iter().enumerate() {
        let weight = objective.get("compositeWeight").map(|it| (it, it.text().unwrap_or_default()));
        let number = weight.map_or(Some(Decimal::ONE), |it| Decimal::from_str_exact(it.1).ok());
        let Some(number) = number.filter(|it| *it > Decimal::ZERO) else {
            let why = "the weight is not a number above zero";
            session.findings.dropped(*objective, *objective, why, "write for example `compositeWeight: 2`");
            continue;
        };
        if let Some(mut promise) = one(shared, *objective, *objective, Some(index), session) {
            (promise.page, promise.ticket) = (None, None);
            parts.push((promise.id.clone(), number, promise.target));
            session.add(promise, *objective);
        }
    }
    if parts.len() < objectives.len() {
        let why = "a part of the composite could not be carried over, so there is none";
        session.findings.lost(shared.name_at, why, "mend the part, or write the composite by hand");
        return;
    }
    let Some(target) = common_target(&parts, shared.by_time) else { return };
    let worst = shared.by_time;
    let why = if worst {
        "a slice of the composite is as bad as its worst part, and its target is the lowest of theirs"
    } else {
        "the composite is the weighted mean of its parts' ratios, and its target that of their targets; OpenSLO weighs burn rates"
    };
    session.findings.observe(shared.document, why, "look whether the target is what you promise");
    let weight = |it: Decimal| (!worst).then_some(it);
    let parts = parts.into_iter().map(|it| (it.0, weight(it.1))).collect();
    let id = session.objective_id(&shared.name, shared.name_at);
    let indicator = Indicator::Composite { parts };
    let mut promise =
        Session::objective(shared.document, id, &shared.module, target, shared.window, indicator);
    promise.title = shared.title.map(str::to_owned);
    shared.description.unwrap_or_default().clone_into(&mut promise.comment);
    shared.alerts.tell(&mut promise);
    session.add(promise, shared.document);
}

/// Returns the target of the whole: the lowest, or the weighted mean, with at most six digits behind the point.
fn common_target(parts: &[(String, Decimal, Decimal)], lowest: bool) -> Option<Decimal> {
    if lowest {
        return parts.iter().map(|it| it.2).min();
    }
    let zero = Some(Decimal::ZERO);
    let weights = parts.iter().fold(zero, |sum, it| sum?.checked_add(it.1))?;
    let weighted = parts.iter().fold(zero, |sum, it| sum?.checked_add(it.1.checked_mul(it.2)?))?;
    Some(weighted.checked_div(weights)?.round_dp(6).normalize())
}
