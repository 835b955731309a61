//! One probe with everything that is known of its last failure.

use std::{
    collections::VecDeque,
    fmt::{self, Write},
};

use sla_model::id::ProbeId;
use sla_probe::{Failure, Reason};

use super::{Escaped, Millis, Page};
use crate::state::{ProbeState, Record, RunNote, Shared, lock};

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
        if recent.is_empty() {
            writeln!(self.html, "<p>{}</p>", words.waiting)?;
        } else {
            self.runs(&recent)?;
        }
        writeln!(
            self.html,
            "<p><a class=\"leaf\" href=\"/?lang={}\">{}</a></p></body></html>",
            words.code, words.back
        )
    }

    fn runs(&mut self, recent: &VecDeque<RunNote>) -> fmt::Result {
        let words = self.words;
        self.begin_table(&[words.ended, words.state, words.reason, words.took])?;
        for run in recent.iter().rev() {
            self.html.push_str("<tr>");
            let ended = self.moment(run.ended);
            self.short(words.ended, ended)?;
            let verdict = self.verdict(run.reason.is_none());
            self.short(words.state, verdict)?;
            self.reason(run.reason)?;
            self.short(words.took, Millis(run.took))?;
            self.html.push_str("</tr>\n");
        }
        self.end_table();
        Ok(())
    }

    fn record(&mut self, record: &Record) -> fmt::Result {
        let words = self.words;
        let outcome = &record.outcome;
        self.begin_table(&[words.ended, words.took, words.step, words.reason, words.detail, words.trace])?;
        self.html.push_str("<tr>");
        let ended = self.moment(record.ended);
        self.short(words.ended, ended)?;
        self.short(words.took, Millis(outcome.took))?;
        let failure = outcome.verdict.as_ref().err();
        let step = failure.and_then(|it| it.step.as_ref()).map_or("", |it| it.as_str());
        self.cell(words.step, Escaped(step))?;
        self.failure(failure)?;
        self.cell(words.trace, record.trace.map(|it| it.to_string()).unwrap_or_default())?;
        self.html.push_str("</tr>\n");
        self.end_table();
        if !outcome.phases.is_empty() {
            self.begin_table(&[words.phase, words.took])?;
            for (phase, took) in &outcome.phases {
                self.html.push_str("<tr>");
                self.cell(words.phase, phase)?;
                self.short(words.took, Millis(*took))?;
                self.html.push_str("</tr>\n");
            }
            self.end_table();
        }
        if !outcome.steps.is_empty() {
            self.begin_table(&[words.step, words.state, words.took, words.reason, words.detail])?;
            for step in &outcome.steps {
                self.html.push_str("<tr>");
                self.cell(words.step, Escaped(step.step.as_str()))?;
                let verdict = self.verdict(step.verdict.is_ok());
                self.short(words.state, verdict)?;
                self.short(words.took, Millis(step.took))?;
                self.failure(step.verdict.as_ref().err())?;
                self.html.push_str("</tr>\n");
            }
            self.end_table();
        }
        Ok(())
    }

    fn reason(&mut self, reason: Option<Reason>) -> fmt::Result {
        match reason {
            Some(reason) => self.short(self.words.reason, reason.label()),
            None => self.cell(self.words.reason, ""),
        }
    }

    /// Writes the cells of a failure, or of none.
    fn failure(&mut self, failure: Option<&Failure>) -> fmt::Result {
        let words = self.words;
        self.reason(failure.map(|it| it.reason))?;
        self.cell(words.detail, Escaped(failure.map_or("", |it| it.detail.as_str())))
    }
}
