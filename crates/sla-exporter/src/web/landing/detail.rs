//! One probe with everything that is known of its last failure.

use std::fmt::{self, Write};

use sla_model::id::ProbeId;
use sla_probe::Failure;

use super::{Escaped, Page};
use crate::state::{ProbeState, Record, Shared, lock};

impl Page<'_> {
    /// Writes the page.
    pub(super) fn detail(&mut self, name: &ProbeId, state: &Shared<ProbeState>) -> fmt::Result {
        let words = self.words;
        self.head(name.as_str())?;
        let (recent, failure, next) = {
            let state = lock(state);
            (state.recent.clone(), state.failure.clone(), state.next)
        };
        if let Some(next) = next {
            let next = self.time(next);
            writeln!(self.html, "<p>{}: {next}</p>", words.next)?;
        }
        writeln!(self.html, "<h2>{}</h2>", words.last_failure)?;
        match failure {
            None => writeln!(self.html, "<p>{}</p>", words.never_failed)?,
            Some(record) => self.record(&record)?,
        }
        writeln!(self.html, "<h2>{}</h2>", words.runs)?;
        self.begin_table(&[words.ended, words.state, words.reason, words.took])?;
        for run in recent.iter().rev() {
            self.html.push_str("<tr>");
            let ended = self.time(run.ended);
            self.cell(words.ended, ended)?;
            let verdict = self.verdict(run.reason.is_none());
            self.cell(words.state, verdict)?;
            self.cell(words.reason, run.reason.map_or("", sla_probe::Reason::label))?;
            self.cell(words.took, format_args!("{} ms", run.took.as_millis()))?;
            self.html.push_str("</tr>\n");
        }
        self.end_table();
        writeln!(self.html, "<p><a href=\"/?lang={}\">{}</a></p></body></html>", words.code, words.back)
    }

    fn record(&mut self, record: &Record) -> fmt::Result {
        let words = self.words;
        let outcome = &record.outcome;
        self.begin_table(&[words.ended, words.took, words.step, words.reason, words.detail, words.trace])?;
        self.html.push_str("<tr>");
        let ended = self.time(record.ended);
        self.cell(words.ended, ended)?;
        self.cell(words.took, format_args!("{:?}", outcome.took))?;
        self.failure(outcome.verdict.as_ref().err())?;
        self.cell(words.trace, record.trace.map(|it| it.to_string()).unwrap_or_default())?;
        self.html.push_str("</tr>\n");
        self.end_table();
        if !outcome.phases.is_empty() {
            self.begin_table(&[words.phase, words.took])?;
            for (phase, took) in &outcome.phases {
                self.html.push_str("<tr>");
                self.cell(words.phase, phase)?;
                self.cell(words.took, format_args!("{took:?}"))?;
                self.html.push_str("</tr>\n");
            }
            self.end_table();
        }
        if !outcome.steps.is_empty() {
            self.begin_table(&[words.name, words.took, words.step, words.reason, words.detail])?;
            for step in &outcome.steps {
                self.html.push_str("<tr>");
                self.cell(words.name, Escaped(step.step.as_str()))?;
                self.cell(words.took, format_args!("{:?}", step.took))?;
                self.failure(step.verdict.as_ref().err())?;
                self.html.push_str("</tr>\n");
            }
            self.end_table();
        }
        Ok(())
    }

    /// Writes the cells of a failure, or of none.
    fn failure(&mut self, failure: Option<&Failure>) -> fmt::Result {
        let words = self.words;
        let step = failure.and_then(|it| it.step.as_ref()).map_or("", |it| it.as_str());
        self.cell(words.step, Escaped(step))?;
        self.cell(words.reason, failure.map_or("", |it| it.reason.label()))?;
        self.cell(words.detail, Escaped(failure.map_or("", |it| it.detail.as_str())))
    }
}
