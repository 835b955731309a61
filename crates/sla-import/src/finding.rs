//! What an import says about itself: what was lost, what became different, what a person must fill in.

use sla_spec::diagnostic::Span;

use crate::tree::{At, cut};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It has no counterpart, and is left out.
    Lost,
    /// It was carried over, but does not mean exactly the same.
    Changed,
    /// Nothing is missing, but it works in another way.
    Note,
    /// The foreign text does not say it: somebody must fill it in.
    ToDo,
}

/// One finding. Its place is computed when it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where in the foreign text; `None` for what it does not say.
    pub span: Option<Span>,
    /// How much it matters.
    pub kind: Kind,
    /// The way from the document to the value that it is about, with everything in it: `slos[0].labels`; for
    /// what is to do, the way in our specification.
    pub path: String,
    /// The value in one line, cut; empty if the path says enough.
    pub value: String,
    /// Why it could not be carried over, or what is different.
    pub why: String,
    /// What to do instead.
    pub instead: String,
}

/// Everything that was found so far.
#[derive(Clone, Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// A value has no counterpart.
    pub fn lost(&mut self, at: At<'_>, why: impl Into<String>, instead: impl Into<String>) {
        self.add(Kind::Lost, at, why.into(), instead.into());
    }

    /// A value was carried over, but means something else.
    pub fn changed(&mut self, at: At<'_>, why: impl Into<String>, instead: impl Into<String>) {
        self.add(Kind::Changed, at, why.into(), instead.into());
    }

    /// A value is not needed here.
    pub fn note(&mut self, at: At<'_>, why: impl Into<String>, instead: impl Into<String>) {
        self.add(Kind::Note, at, why.into(), instead.into());
    }

    /// A whole promise is left out because of one value in it.
    pub fn dropped(
        &mut self,
        whole: At<'_>,
        cause: At<'_>,
        why: impl Into<String>,
        instead: impl Into<String>,
    ) {
        whole.take();
        self.0.push(Finding {
            span: Some(cause.span()),
            kind: Kind::Lost,
            path: whole.path(),
            value: cause.shown(),
            why: why.into(),
            instead: instead.into(),
        });
    }

    /// Something that was carried over means something else; what stands in it is not what is reported.
    pub fn observe(&mut self, at: At<'_>, why: impl Into<String>, instead: impl Into<String>) {
        self.observed(at.span(), &at.path(), &why.into(), &instead.into());
    }

    /// Something that was carried over means something else.
    pub fn observed(&mut self, span: Span, path: &str, why: &str, instead: &str) {
        let (path, why, instead) = (path.to_owned(), why.to_owned(), instead.to_owned());
        let value = String::new();
        self.0.push(Finding { span: Some(span), kind: Kind::Changed, path, value, why, instead });
    }

    /// A promise that was understood does not pass our own check.
    pub fn left_out(&mut self, span: Span, path: &str, why: &str, instead: &str) {
        let (path, why, instead) = (path.to_owned(), why.to_owned(), instead.to_owned());
        let value = String::new();
        self.0.push(Finding { span: Some(span), kind: Kind::Lost, path, value, why, instead });
    }

    /// Something that the foreign text does not say stands in our specification as a placeholder.
    pub fn to_do(&mut self, path: &str, value: &str, why: impl Into<String>, instead: impl Into<String>) {
        self.0.push(Finding {
            span: None,
            kind: Kind::ToDo,
            path: cut(path, 120),
            value: cut(value, 120),
            why: why.into(),
            instead: instead.into(),
        });
    }

    /// Everything in a mapping or list that nobody used has no counterpart; together, if that is all of it.
    pub fn lost_rest(&mut self, at: At<'_>, why: &str, instead: &str) {
        let entries = at.entries();
        if entries.iter().all(|it| !it.1.is_read()) {
            if !entries.is_empty() {
                self.lost(at, why, instead);
            }
            return;
        }
        for (_, entry) in entries.into_iter().filter(|it| !it.1.is_read()) {
            self.lost(entry, why, instead);
        }
    }

    /// Returns the findings in the order of the text, and after them what is to do.
    pub fn sorted(mut self) -> Vec<Finding> {
        self.0.sort_by(|one, other| {
            let key = |it: &Finding| (it.span.is_none(), it.span, it.kind);
            let words = |it: &Finding| (it.path.clone(), it.why.clone());
            key(one).cmp(&key(other)).then_with(|| words(one).cmp(&words(other)))
        });
        // What several promises share is read by each of them.
        self.0.dedup();
        self.0
    }

    fn add(&mut self, kind: Kind, at: At<'_>, why: String, instead: String) {
        at.take();
        let (span, path, value) = (Some(at.span()), at.path(), at.shown());
        self.0.push(Finding { span, kind, path, value, why, instead });
    }
}
