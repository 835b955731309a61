//! A measurement with many figures and limits.

use serde::Serialize;

/// What anyone can repeat.
#[derive(Serialize)]
pub struct Report {
    /// What is claimed.
    pub claim: &'static str,
    /// The command that repeats it.
    pub command: String,
    /// Where: cores and processor.
    pub machine: String,
    /// Versions of everything that took part.
    pub versions: Vec<String>,
    /// What was done inside.
    pub inside: Vec<String>,
    /// Every figure of all sides, from the same run.
    pub figures: Vec<Figure>,
    /// What the claim says in figures.
    pub limits: Vec<Limit>,
    /// Whether every limit holds.
    pub holds: bool,
}

/// One figure.
#[derive(Serialize)]
pub struct Figure {
    /// Whose.
    pub of: String,
    /// Of what.
    pub what: String,
    /// How much; nothing where there was no answer.
    pub value: Option<f64>,
    /// In which unit.
    pub unit: &'static str,
}

/// A bound, and what was measured against it.
#[derive(Serialize)]
pub struct Limit {
    /// What is bounded.
    pub what: String,
    /// Which side of the bound is good.
    pub must: Must,
    /// The bound.
    pub bound: f64,
    /// What was measured; nothing where there was no answer, which breaks the limit.
    pub measured: Option<f64>,
    /// In which unit.
    pub unit: &'static str,
    /// Whether it holds.
    pub holds: bool,
}

/// Which side of a bound is good.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Must {
    /// Up to the bound.
    AtMost,
    /// From the bound on.
    AtLeast,
}

/// Figures and limits while they are collected.
#[derive(Default)]
pub struct Findings {
    /// The figures.
    pub figures: Vec<Figure>,
    /// The limits.
    pub limits: Vec<Limit>,
}

impl Findings {
    /// Adds a figure.
    pub fn figure(&mut self, of: &str, what: &str, value: Option<f64>, unit: &'static str) {
        self.figures.push(Figure { of: of.to_owned(), what: what.to_owned(), value, unit });
    }

    /// Adds a limit.
    pub fn limit(&mut self, what: &str, must: Must, bound: f64, measured: Option<f64>, unit: &'static str) {
        let holds = measured.is_some_and(|it| match must {
            Must::AtMost => it <= bound,
            Must::AtLeast => bound <= it,
        });
        self.limits.push(Limit { what: what.to_owned(), must, bound, measured, unit, holds });
    }

    /// Returns the value of a figure.
    pub fn value(&self, of: &str, what: &str) -> Option<f64> {
        self.figures.iter().find(|it| it.of == of && it.what == what).and_then(|it| it.value)
    }

    /// Prints the limits, at most 100 columns wide.
    pub fn print_limits(&self) {
        println!("\n{:<52} {:>8} {:>12} {:>12}  {:<9}", "limit", "", "bound", "measured", "");
        for it in &self.limits {
            let must = match it.must {
                Must::AtMost => "at most",
                Must::AtLeast => "at least",
            };
            let measured = it.measured.map_or_else(|| "-".to_owned(), number);
            let verdict = if it.holds { "holds" } else { "BROKEN" };
            println!(
                "{:<52} {must:>8} {:>12} {measured:>12}  {verdict:<6} {}",
                it.what,
                number(it.bound),
                it.unit
            );
        }
    }
}

/// Writes a number with as many digits as a person wants to see.
pub fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        it if it >= 100.0 => format!("{value:.0}"),
        it if it >= 1.0 => format!("{value:.2}"),
        it if it >= 0.001 => format!("{value:.5}"),
        _ => format!("{value:.2e}"),
    }
}
