//! The last check: the text that was written is read as `slaforge check` would, and what does not pass is left
//! out and reported, so that an import never gives a text with errors.

use std::collections::{BTreeMap, BTreeSet};

use sla_spec::{SourceSet, diagnostic::Severity};

use crate::{
    Refused,
    draft::{Draft, Indicator},
    finding::Findings,
    write,
};

/// Returns the draft without what does not pass, its text, and the findings with what was left out.
pub fn prove(
    mut draft: Draft,
    format: &str,
    mut findings: Findings,
) -> Result<(Draft, String, Findings), Refused> {
    loop {
        let mut told = findings.clone();
        let written = write::write(&draft, format, &mut told);
        let set = SourceSet::of_text("imported.yaml", written.text);
        let Err(problems) = sla_spec::load(&set, &BTreeMap::new()) else {
            let text = set.sources().first().map_or(String::new(), |it| it.text.to_string());
            return Ok((draft, text, told));
        };
        let mut wrong = BTreeMap::new();
        for problem in problems.iter().filter(|it| it.severity == Severity::Error) {
            let at = problem.span.start as usize;
            if let Some(index) = written.objectives.iter().position(|it| it.contains(&at)) {
                wrong.entry(index).or_insert(problem);
            }
        }
        // Every round leaves something out, so that there is an end.
        if wrong.is_empty() {
            return Err(Refused::Unsound(sla_spec::report::Report { diagnostics: problems, set }));
        }
        let mut gone = BTreeSet::new();
        for (index, problem) in &wrong {
            let objective = &draft.objectives[*index];
            gone.insert(objective.id.clone());
            let instead = problem.hint.as_deref().unwrap_or("write this promise by hand");
            findings.left_out(objective.span, &objective.path, &problem.message, instead);
        }
        leave_out(&mut draft, &gone, &mut findings);
    }
}

/// Leaves out objectives, and what is composed of them.
fn leave_out(draft: &mut Draft, gone: &BTreeSet<String>, findings: &mut Findings) {
    draft.objectives.retain(|it| {
        if gone.contains(&it.id) {
            return false;
        }
        let Indicator::Composite { parts } = &it.indicator else { return true };
        let Some((part, _)) = parts.iter().find(|it| gone.contains(&it.0)) else { return true };
        let why = format!("its part `{part}` could not be carried over");
        findings.left_out(it.span, &it.path, &why, "mend the part, or write the composite by hand");
        false
    });
}
