//! Selectors of known words. A plain selector is valid exactly if its parts are, so each name, label and pattern is
//! shown to the parser once; ten thousand objectives share a handful, and a pattern takes longer than all else.

use std::{cell::RefCell, collections::BTreeMap};

use promql_parser::parser::{self, Expr};
use sla_model::{
    id::{LabelName, MetricName},
    selector::{MatchOp, Matcher, Selector},
};

use super::scan::{Compared, Parts};

/// A specification has few; whoever writes more of them waits for the parser.
const WORDS_MAX: usize = 10_000;

/// Names, labels and patterns that the parser accepted.
#[derive(Default)]
struct Known {
    names: BTreeMap<String, MetricName>,
    labels: BTreeMap<String, LabelName>,
    /// By what was written; each without its quotes.
    patterns: BTreeMap<String, String>,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Returns the selector whose parts these are. `None`: the parser must say what it is, or what is wrong.
pub fn selector(text: &str, parts: &Parts) -> Option<Selector> {
    // Other blanks are none to Prometheus.
    let strange = text.contains(|it: char| it.is_whitespace() && !" \t\r\n".contains(it));
    if strange { None } else { KNOWN.with_borrow_mut(|known| known.selector(text, parts)) }
}

impl Known {
    fn selector(&mut self, text: &str, parts: &Parts) -> Option<Selector> {
        let name = &text[parts.name.clone()?];
        let metric = known(&mut self.names, name, str::to_owned, |it| it.parse().ok())?;
        let matchers = parts.matchers.iter().map(|it| self.matcher(text, it)).collect::<Option<_>>()?;
        Some(Selector { metric, matchers })
    }

    fn matcher(&mut self, text: &str, compared: &Compared) -> Option<Matcher> {
        let label = &text[compared.label.clone()];
        let quoted = &text[compared.value.clone()];
        if label == super::NAME || quoted.contains(['\\', '\n']) {
            return None;
        }
        let label = known(&mut self.labels, label, |it| format!("x{{{it}=\"\"}}"), |it| it.parse().ok())?;
        let inner = |it: &str| it[1..it.len() - 1].to_owned();
        let value = match compared.op {
            MatchOp::Equal | MatchOp::NotEqual => inner(quoted),
            MatchOp::Matches | MatchOp::NotMatches => {
                known(&mut self.patterns, quoted, |it| format!("x{{x=~{it}}}"), |it| Some(inner(it)))?
            }
        };
        Some(Matcher { label, op: compared.op, value })
    }
}

/// Returns what a word is, if a selector may hold it. If it is new, the parser is asked about a selector with it.
fn known<T: Clone>(
    words: &mut BTreeMap<String, T>,
    word: &str,
    example: impl Fn(&str) -> String,
    of: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    if let Some(known) = words.get(word) {
        return Some(known.clone());
    }
    let Ok(Expr::VectorSelector(_)) = parser::parse(&example(word)) else { return None };
    let value = of(word)?;
    if words.len() == WORDS_MAX {
        words.clear();
    }
    words.insert(word.to_owned(), value.clone());
    Some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::promql::scan;

    proptest! {
        #[test]
        fn known_words_mean_what_the_parser_says(
            name in "(sum|or|inf|by|offset|group_left|x_total|a:b|[a-z_]{1,3})",
            blank in "[ \t\n\u{b}\u{a0}]?",
            matchers in proptest::collection::vec(
                ("(by|on|bool|__name__|[a-z_0-9]{1,3})", "(=|!=|=~|!~)", "(\"[a-z药.*(\\\\]{0,4}\"|`[a\\\\(]?`|'b|c')"),
                0..4,
            ),
        ) {
            let matchers: Vec<String> = matchers.iter().map(|it| format!("{} {} {}", it.0, it.1, it.2)).collect();
            let text = format!("{name}{blank}{{{}}}", matchers.join(", "));
            if let Some(known) = scan::selector(&text).ok().and_then(|parts| selector(&text, &parts)) {
                let Ok(Expr::VectorSelector(parsed)) = parser::parse(&text) else {
                    panic!("{text} is no selector");
                };
                prop_assert_eq!(super::super::converted(&parsed).unwrap(), known);
            }
        }
    }
}
