//! The one printer: parentheses by precedence, long chains of set operators on lines of their own.

use std::fmt::{self, Write as _};

use sla_model::duration;

use super::expr::{Expr, Matching};

/// An expression longer than this is broken into lines.
const LINE_CHARS_MAX: usize = 100;

/// Binds tighter than any operator: calls, selectors, numbers.
const ATOM: u8 = 7;

/// The binding strength of an operator, as in Prometheus' grammar.
fn precedence(op: &str) -> u8 {
    match op {
        "or" => 1,
        "and" | "unless" => 2,
        "==" | "!=" | "<" | "<=" | ">" | ">=" => 3,
        "+" | "-" => 4,
        "*" | "/" | "%" => 5,
        _ => 6,
    }
}

fn is_set_operator(op: &str) -> bool {
    matches!(op, "and" | "or" | "unless")
}

impl Expr {
    fn binding(&self) -> u8 {
        match self {
            Self::Binary { op, .. } => precedence(op),
            _ => ATOM,
        }
    }

    /// Writes an operand; the right one of equal strength needs parentheses, because all operators that we
    /// write bind to the left.
    fn operand(&self, f: &mut fmt::Formatter<'_>, weakest: u8) -> fmt::Result {
        if self.binding() < weakest { write!(f, "({self})") } else { write!(f, "{self}") }
    }

    /// Returns the expression over several lines where one line would be too long: each operand of a set
    /// operator on its own line, and what is aggregated indented.
    pub fn lines(&self) -> String {
        let mut line = Line::default();
        if write!(line, "{self}").is_ok() {
            return line.text;
        }
        match self {
            Self::Binary { left, op, matching, right } if is_set_operator(op) => {
                let parent = precedence(op);
                let left = if left.binding() < parent { format!("({left})") } else { left.lines() };
                format!("{left}\n{op}{matching} {}", right.right_of(parent))
            }
            Self::Binary { left, op, matching, right }
                if right.binding() == ATOM && left.binding() == ATOM =>
            {
                format!("{} {op}{matching} {}", left.lines(), right.lines())
            }
            Self::Aggregate { op, by, of } => {
                let by = if by.is_empty() { String::new() } else { format!(" by ({}) ", by.join(", ")) };
                format!("{op}{by}(\n  {}\n)", of.lines().replace('\n', "\n  "))
            }
            _ => self.to_string(),
        }
    }

    /// Writes the right operand of a set operator.
    fn right_of(&self, parent: u8) -> String {
        let weak = self.binding() <= parent;
        let is_set = matches!(self, Self::Binary { op, .. } if is_set_operator(op));
        let lines = if is_set { self.lines() } else { self.to_string() };
        let indented = lines.replace('\n', "\n  ");
        match (weak, lines.contains('\n')) {
            (true, true) => format!("(\n  {indented}\n)"),
            (true, false) => format!("({lines})"),
            (false, _) => indented,
        }
    }
}

/// A line that refuses what does not fit on it. A long expression is asked at each of its levels whether it fits, so
/// the answer must not take the whole of its text.
#[derive(Default)]
struct Line {
    text: String,
    chars: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.chars += part.chars().count();
        if self.chars > LINE_CHARS_MAX {
            return Err(fmt::Error);
        }
        self.text.push_str(part);
        Ok(())
    }
}

impl fmt::Display for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Bool => f.write_str(" bool"),
            Self::On(labels) => write!(f, " on ({})", labels.join(", ")),
            Self::GroupLeft { on, carry } => {
                write!(f, " on ({}) group_left ({})", on.join(", "), carry.join(", "))
            }
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{}", number.normalize()),
            Self::Lowest => f.write_str("-Inf"),
            Self::Seconds(seconds) => write!(f, "{}", duration::seconds(*seconds)),
            Self::Text(text) => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Instant { of, offset } if offset.is_zero() => write!(f, "{of}"),
            Self::Instant { of, offset } => write!(f, "{of} offset {}", duration::text(*offset)),
            Self::Range { of, range } => write!(f, "{of}[{}]", duration::text(*range)),
            Self::Subquery { of, range, step } => {
                write!(f, "({of})[{}:{}]", duration::text(*range), duration::text(*step))
            }
            Self::CountValues { label, of } => write!(f, "count_values(\"{label}\", {of})"),
            Self::Written { query, window } => write!(f, "({})", query.at(*window)),
            Self::Call(name, arguments) => {
                write!(f, "{name}(")?;
                for (index, argument) in arguments.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    write!(f, "{argument}")?;
                }
                f.write_char(')')
            }
            Self::Aggregate { op, by, of } if by.is_empty() => write!(f, "{op}({of})"),
            Self::Aggregate { op, by, of } => write!(f, "{op} by ({}) ({of})", by.join(", ")),
            Self::Binary { left, op, matching, right } => {
                left.operand(f, precedence(op))?;
                write!(f, " {op}{matching} ")?;
                right.operand(f, precedence(op) + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sla_model::selector::Selector;
    use std::time::Duration;

    use super::*;
    use crate::promql::build::{number, seconds, select, sum};

    fn up() -> Expr {
        select(&Selector::all("up".parse().unwrap()))
    }

    #[track_caller]
    fn prints(expr: &Expr, expected: &str) {
        assert_eq!(expr.to_string(), expected);
    }

    #[test]
    fn parentheses_follow_precedence() {
        prints(&up().minus(up()).times(number(2)), "(up - up) * 2");
        prints(&up().minus(up().times(number(2))), "up - up * 2");
        prints(&up().minus(up().minus(up())), "up - (up - up)");
        prints(&up().or(up().and(up())), "up or up and up");
        prints(&up().or(up()).and_on(&[], up()), "(up or up) and on () up");
        prints(&sum(up()).over(up().above(number(0))), "sum(up) / (up > 0)");
        prints(&seconds(Duration::from_mins(5)).times(up()), "300 * up");
        let (range, step) = (Duration::from_hours(1), Duration::from_secs(30));
        prints(&Expr::Subquery { of: Box::new(up().minus(up())), range, step }, "(up - up)[1h:30s]");
    }

    fn any_expr() -> impl Strategy<Value = Expr> {
        let leaf = prop_oneof![
            Just(up()),
            (0..9000_u64).prop_map(|it| Expr::Instant {
                of: Selector::all("x:y".parse().unwrap()),
                offset: Duration::from_millis(it)
            }),
        ];
        leaf.prop_recursive(5, 40, 2, |inner| {
            let ops = prop_oneof![
                Just("or"),
                Just("and"),
                Just("unless"),
                Just("+"),
                Just("-"),
                Just("*"),
                Just("/"),
                Just("%"),
                Just(">"),
                Just("<=")
            ];
            prop_oneof![
                inner.clone().prop_map(sum),
                (inner.clone(), ops, inner).prop_map(|(left, op, right)| Expr::Binary {
                    left: Box::new(left),
                    op,
                    matching: Matching::All,
                    right: Box::new(right),
                }),
            ]
        })
    }

    /// Rebuilds our tree's shape from the parser's, fully parenthesised.
    fn shape(expr: &promql_parser::parser::Expr) -> String {
        use promql_parser::parser::Expr as Parsed;
        match expr {
            Parsed::Binary(it) => format!("[{} {} {}]", shape(&it.lhs), it.op, shape(&it.rhs)),
            Parsed::Paren(it) => shape(&it.expr),
            Parsed::Aggregate(it) => format!("sum[{}]", shape(&it.expr)),
            other => other.to_string(),
        }
    }

    fn our_shape(expr: &Expr) -> String {
        match expr {
            Expr::Binary { left, op, right, .. } => {
                format!("[{} {op} {}]", our_shape(left), our_shape(right))
            }
            Expr::Aggregate { of, .. } => format!("sum[{}]", our_shape(of)),
            leaf => promql_parser::parser::parse(&leaf.to_string()).unwrap().to_string(),
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_to_the_same_tree(expr in any_expr()) {
            let one_line = promql_parser::parser::parse(&expr.to_string()).unwrap();
            prop_assert_eq!(shape(&one_line), our_shape(&expr));
            let lines = promql_parser::parser::parse(&expr.lines()).unwrap();
            prop_assert_eq!(shape(&lines), our_shape(&expr));
        }
    }
}
