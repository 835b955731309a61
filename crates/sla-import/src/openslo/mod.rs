//! OpenSLO: objects that refer to each other, over all given files.

mod alert;
mod indicator;
mod promise;
mod range;
mod window;

use crate::{name::identifier, session::Session, tree::At};

/// What a version calls things.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `openslo/v1`
    V1,
    /// `openslo/v1alpha`
    V1Alpha,
}

const LABELS_WHY: &str =
    "alerts and recorded series carry labels of their own: `sla`, `slo`, `module`, `tier`, `severity`";
const LABELS_INSTEAD: &str = "route by owner and tier";

/// Reads a document; `false`: it is none of OpenSLO's, or of a version that cannot be read.
pub fn read<'t>(document: At<'t>, session: &mut Session<'t>) -> bool {
    let version = match document.peek("apiVersion") {
        Some("openslo/v1") => Version::V1,
        Some("openslo/v1alpha") => Version::V1Alpha,
        _ => return false,
    };
    match document.peek("kind") {
        Some("SLO") => {
            head(document);
            promise::read(document, version, session);
            true
        }
        Some("Service") => {
            head(document);
            service(document, session);
            true
        }
        // These are read where a promise refers to them.
        Some("SLI" | "DataSource" | "AlertPolicy" | "AlertCondition" | "AlertNotificationTarget") => true,
        _ => false,
    }
}

/// Says which objects no promise refers to.
pub fn finish(session: &mut Session<'_>) {
    for document in session.documents {
        if document.look("kind").is_some_and(|it| !it.is_read()) {
            let why = "no promise refers to this object";
            session.findings.lost(*document, why, "refer to it, give all files in one call, or remove it");
        }
    }
}

/// Reads what every object has, as far as no promise needs it.
fn head(document: At<'_>) {
    document.string("apiVersion");
    document.string("kind");
}

/// Finds an object by its kind and name, and reads its head.
fn referred<'t>(kind: &str, name: &str, session: &mut Session<'t>) -> Option<At<'t>> {
    let found = session.named(kind, name)?;
    head(found);
    if let Some(metadata) = found.get("metadata") {
        metadata.string("name");
        labels(metadata, session);
    }
    Some(found)
}

/// Says that labels and annotations have no counterpart.
fn labels(metadata: At<'_>, session: &mut Session<'_>) {
    if let Some(labels) = metadata.get("labels") {
        session.findings.lost_rest(labels, LABELS_WHY, LABELS_INSTEAD);
    }
    if let Some(notes) = metadata.get("annotations") {
        let why = "annotations are words for one program, and none of them is known here";
        session.findings.lost_rest(notes, why, "nothing is to be done");
    }
}

fn service(document: At<'_>, session: &mut Session<'_>) {
    let metadata = document.get("metadata");
    let Some((metadata, name)) = metadata.and_then(|it| Some((it, it.get("name")?))) else {
        let why = "the service has no `metadata.name`";
        session.findings.dropped(document, document, why, "add a name");
        return;
    };
    let wanted = name.text().unwrap_or_default();
    if session.named("Service", wanted).is_some_and(|it| it.span() != document.span()) {
        let why = "another service has this name, and came first";
        session.findings.dropped(document, name, why, "keep one of them");
        return;
    }
    let module = session.module_id(wanted, name);
    if let Some(title) = metadata.string("displayName") {
        session.draft.module(&module).title = Some(title.to_owned()).filter(|it| !it.trim().is_empty());
    }
    if let Some(words) = document.get("spec").and_then(|it| it.string("description")) {
        words.clone_into(&mut session.draft.module(&module).comment);
    }
    let named = metadata.get("labels").and_then(|it| it.get("team").or_else(|| it.get("owner")));
    if let Some(at) = named {
        // A label is one text or a list of them; a module has one owner.
        match at.items().as_slice() {
            [] => session.owner(&module, at),
            [first, ..] => session.owner(&module, *first),
        }
        for other in at.items().into_iter().skip(1) {
            let why = "a module has one owner, and the first of the list is it";
            session.findings.lost(other, why, "add the other to the owners of the tiers");
        }
    }
    labels(metadata, session);
}

/// Returns the module of a service, whose own object may say more.
fn module(at: At<'_>, session: &mut Session<'_>) -> String {
    let name = at.text().unwrap_or_default();
    if session.named("Service", name).is_some() { identifier(name) } else { session.module_id(name, at) }
}
