//! Modules must not need each other in a circle.

use std::collections::BTreeMap;

use super::Dependency;
use crate::{
    decode::context::Context,
    diagnostic::{Code, Diagnostic},
};

/// Reports one dependency of each circle: the one that closes it.
pub fn check(cx: &Context<'_>) -> Vec<Diagnostic> {
    let mut edges: BTreeMap<&str, Vec<&Dependency>> = BTreeMap::new();
    for dependency in &cx.collected.dependencies {
        edges.entry(&dependency.from).or_default().push(dependency);
    }
    let mut walk = Walk { edges: &edges, state: BTreeMap::new(), problems: Vec::new() };
    for module in edges.keys() {
        walk.from(module);
    }
    walk.problems
}

/// A depth-first walk with a stack of its own, so that a long chain cannot overflow the thread's.
struct Walk<'c> {
    edges: &'c BTreeMap<&'c str, Vec<&'c Dependency>>,
    /// `false` while the module is on the path, `true` when everything behind it was walked.
    state: BTreeMap<&'c str, bool>,
    problems: Vec<Diagnostic>,
}

impl<'c> Walk<'c> {
    fn from(&mut self, start: &'c str) {
        if self.state.contains_key(start) {
            return;
        }
        self.state.insert(start, false);
        let mut path: Vec<(&'c str, usize)> = vec![(start, 0)];
        while let Some((module, next)) = path.last_mut() {
            let edges = self.edges;
            let Some(dependency) = edges.get(module).and_then(|it| it.get(*next)) else {
                self.state.insert(module, true);
                path.pop();
                continue;
            };
            *next += 1;
            match self.state.get(dependency.to.as_str()) {
                Some(true) => {}
                Some(false) => self.close(&path, dependency),
                None => {
                    self.state.insert(&dependency.to, false);
                    path.push((&dependency.to, 0));
                }
            }
        }
    }

    fn close(&mut self, path: &[(&str, usize)], last: &Dependency) {
        let circle = path.iter().map(|it| it.0).skip_while(|it| *it != last.to);
        let names: Vec<String> = circle.chain([last.to.as_str()]).map(|it| format!("`{it}`")).collect();
        let message = format!("modules need each other in a circle: {}", names.join(" → "));
        let problem = Diagnostic::error(Code::Cycle, last.span, message);
        self.problems.push(problem.hint("remove the dependency that is not needed for the module to work"));
    }
}
