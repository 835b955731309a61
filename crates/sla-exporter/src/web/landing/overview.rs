//! All probes on one page, those that fail first.

use std::fmt::{self, Write};

use sla_model::{Model, id::ProbeId};

use super::{Escaped, Millis, PROBES, Page, query::encode};
use crate::{
    reload::World,
    state::{ProbeState, Record, RunNote, Shared, State, lock},
};

/// Rows of one page: more would be a megabyte for a phone.
const ROWS_MAX: usize = 200;

/// A row in the making.
struct Row {
    name: ProbeId,
    last: Option<RunNote>,
    recent: Vec<RunNote>,
    next: String,
    failure: Option<std::sync::Arc<Record>>,
}

impl Page<'_> {
    /// Writes the page.
    pub(super) fn overview(&mut self, world: &World) -> fmt::Result {
        self.head(world.model.name.as_str())?;
        self.reloaded()?;
        let words = self.words;
        let count = Count::of(&world.state);
        writeln!(
            self.html,
            "<h2>{}</h2>\n<p><span class=\"{}\">{} {}</span> · {} {} · {} {}</p>\n<form><input type=\"hidden\" name=\"lang\" value=\"{}\">\
             <input name=\"q\" value=\"{}\" aria-label=\"{filter}\"><button>{filter}</button></form>",
            words.probes,
            if count.failed > 0 { "bad" } else { "" },
            words.bad,
            count.failed,
            words.good,
            count.good,
            words.waiting,
            count.waiting,
            words.code,
            Escaped(&self.query.filter),
            filter = words.filter,
        )?;
        let mut shown: Vec<_> =
            world.state.probes.iter().filter(|it| it.0.as_str().contains(&self.query.filter)).collect();
        shown.sort_by_key(|it| !fails(it.1));
        let all = shown.len();
        let skipped = self.query.page.saturating_mul(ROWS_MAX);
        self.begin_table(&[
            words.name,
            words.state,
            words.runs,
            words.failure,
            words.took,
            words.ended,
            words.next,
        ])?;
        for (name, state) in shown.into_iter().skip(skipped).take(ROWS_MAX) {
            let row = self.row(name, state);
            self.probe(&row)?;
        }
        self.end_table();
        self.leaf(all)?;
        self.queries(&world.model, &world.state)?;
        self.html.push_str("</body></html>\n");
        Ok(())
    }

    fn row(&self, name: &ProbeId, state: &Shared<ProbeState>) -> Row {
        let state = lock(state);
        Row {
            name: name.clone(),
            last: state.stats.last,
            recent: state.recent.iter().copied().collect(),
            next: state.next.map(|it| self.moment(it)).unwrap_or_default(),
            failure: state.failure.clone(),
        }
    }

    fn probe(&mut self, row: &Row) -> fmt::Result {
        let words = self.words;
        let (name, address) = (Escaped(row.name.as_str()), encode(row.name.as_str()));
        self.html.push_str("<tr>");
        let link = format!("<a href=\"{PROBES}{address}?lang={}\">{name}</a>", words.code);
        self.cell(words.name, link)?;
        let Some(last) = row.last else {
            self.cell(words.state, format_args!("<span class=\"muted\">{}</span>", words.waiting))?;
            for name in [words.runs, words.failure, words.took, words.ended] {
                self.cell(name, "")?;
            }
            self.short(words.next, &row.next)?;
            return writeln!(self.html, "</tr>");
        };
        let verdict = self.verdict(last.reason.is_none());
        self.short(words.state, verdict)?;
        self.cell(words.runs, Dots(&row.recent))?;
        let failure = row.failure.as_ref().filter(|_| last.reason.is_some());
        self.cell(words.failure, failure.map(|it| told(it)).unwrap_or_default())?;
        self.short(words.took, Millis(last.took))?;
        let ended = self.moment(last.ended);
        self.short(words.ended, ended)?;
        self.short(words.next, &row.next)?;
        writeln!(self.html, "</tr>")
    }

    fn leaf(&mut self, all: usize) -> fmt::Result {
        let (code, page) = (self.words.code, self.query.page);
        if page > 0 {
            let address = self.query.with_page(code, page - 1);
            write!(
                self.html,
                "<a class=\"leaf\" href=\"{}\">{}</a> ",
                Escaped(&address),
                self.words.earlier
            )?;
        }
        let next = page.saturating_add(1);
        if next.saturating_mul(ROWS_MAX) < all {
            let address = self.query.with_page(code, next);
            writeln!(self.html, "<a class=\"leaf\" href=\"{}\">{}</a>", Escaped(&address), self.words.later)?;
        }
        Ok(())
    }

    fn queries(&mut self, model: &Model, state: &State) -> fmt::Result {
        if state.queries.is_empty() {
            return Ok(());
        }
        let words = self.words;
        writeln!(self.html, "<h2>{}</h2>", words.queries)?;
        self.begin_table(&[words.name, words.state, words.detail, words.read_at])?;
        for metric in model.metrics.values() {
            let Some(query) = state.queries.get(&metric.name).map(|it| lock(it).clone()) else {
                continue;
            };
            let verdict = match (&query.error, query.passes) {
                (_, 0) => words.waiting.to_owned(),
                (error, _) => self.verdict(error.is_none()),
            };
            self.html.push_str("<tr>");
            self.cell(words.name, Escaped(metric.name.as_str()))?;
            self.short(words.state, verdict)?;
            self.cell(words.detail, Escaped(query.error.as_deref().unwrap_or_default()))?;
            match query.last_good.map(|it| self.moment(it)) {
                Some(read) => self.short(words.read_at, read)?,
                None => self.cell(words.read_at, "")?,
            }
            self.html.push_str("</tr>\n");
        }
        self.end_table();
        Ok(())
    }
}

/// How many probes are how.
#[derive(Default)]
struct Count {
    failed: usize,
    good: usize,
    waiting: usize,
}

impl Count {
    fn of(state: &State) -> Self {
        let mut count = Self::default();
        for state in state.probes.values() {
            match lock(state).stats.last {
                Some(it) if it.reason.is_some() => count.failed += 1,
                Some(_) => count.good += 1,
                None => count.waiting += 1,
            }
        }
        count
    }
}

fn fails(state: &Shared<ProbeState>) -> bool {
    lock(state).stats.last.is_some_and(|it| it.reason.is_some())
}

fn told(record: &Record) -> String {
    let Err(failure) = &record.outcome.verdict else {
        return String::new();
    };
    let step = failure.step.as_ref().map(|it| format!("{} · ", Escaped(it.as_str()))).unwrap_or_default();
    format!("{step}<b>{}</b> {}", failure.reason, Escaped(&failure.detail))
}

/// The last runs as one dot each, oldest first.
struct Dots<'r>(&'r [RunNote]);

impl fmt::Display for Dots<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<span class=\"dots\">")?;
        for run in self.0 {
            let took = Millis(run.took);
            match run.reason {
                None => write!(f, "<span class=\"good\" title=\"{took}\">●</span>")?,
                Some(reason) => write!(f, "<span class=\"bad\" title=\"{reason}, {took}\">○</span>")?,
            }
        }
        f.write_str("</span>")
    }
}
