//! What kind of value belongs to a key: written once in the tables of keys, read by the JSON Schema and by the
//! reference pages. The decoding functions stay the judges; a type never refuses what they accept.

use std::fmt;

use super::field::Table;

/// What may stand behind a key. Wherever one text is expected, `${name}` may stand in it.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// Anything, also nested: a JSON body.
    Any,
    /// Words that say something.
    Text,
    /// One text, whatever it looks like, also an empty one.
    Scalar,
    /// Exactly this text.
    Constant(&'static str),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A name as most things have: a letter, then letters, digits, `-` and `_`.
    Name,
    /// The name of a series.
    Metric,
    /// The name of a counter: it ends in `_total`.
    Counter,
    /// The name of a label.
    Label,
    /// The name of a header.
    Header,
    /// What a header says: printable ASCII on one line.
    HeaderValue,
    /// The IANA name of a time zone.
    Zone,
    /// `true` or `false`.
    Bool,
    /// A decimal number above zero.
    Number,
    /// The status code of HTTP.
    Status,
    /// `30s`, `1h30m`.
    Duration,
    /// `99.9%`.
    Share,
    /// What a gauge is compared with: a number, a duration or a share.
    Amount,
    /// A share of the budget in a time: `2% in 1h`.
    Spend,
    /// A bound above which a colour is crossed: `> 3s`.
    Bound,
    /// A duration in each calendar month: `4h per month`.
    Allowance,
    /// A date, with or without a time.
    Moment,
    /// A URL with `http` or `https`.
    Url,
    /// A mail address.
    Mail,
    /// The name of an environment variable.
    Variable,
    /// `host:port`.
    Address,
    /// A place in a JSON document: `$.data[0].id`.
    JsonPath,
    /// One SQL statement that reads.
    Query,
    /// A mapping with the keys of a table.
    Block(&'static Table),
    /// A mapping with free keys: the type of the keys, and of the values.
    Map(&'static Type, &'static Type),
    /// A mapping with exactly one free key.
    Single(&'static Type, &'static Type),
    /// A list, which may be empty.
    List(&'static Type),
    /// A list with at least one item.
    Filled(&'static Type),
    /// A list with at least one item in which nothing stands twice.
    Distinct(&'static Type),
    /// Any of these.
    OneOf(&'static [Type]),
}

impl fmt::Display for Type {
    /// Writes the type in words, for the reference. Blocks are links to their section.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Any => "anything",
            Self::Text | Self::Scalar => "text",
            Self::Constant(text) => return write!(f, "`{text}`"),
            Self::Choice(words) => return listed(f, words, |f, it| write!(f, "`{it}`")),
            Self::Name => "name",
            Self::Metric => "name of a metric",
            Self::Counter => "name of a counter",
            Self::Label => "name of a label",
            Self::Header => "name of a header",
            Self::HeaderValue => "text in ASCII",
            Self::Zone => "time zone",
            Self::Bool => "`true` or `false`",
            Self::Number => "number",
            Self::Status => "HTTP status",
            Self::Duration => "duration",
            Self::Share => "share",
            Self::Amount => "number, duration or share",
            Self::Spend => "share of the budget in a time",
            Self::Bound => "bound",
            Self::Allowance => "allowance",
            Self::Moment => "date and time",
            Self::Url => "URL",
            Self::Mail => "mail address",
            Self::Variable => "name of an environment variable",
            Self::Address => "`host:port`",
            Self::JsonPath => "JSON path",
            Self::Query => "SQL query",
            Self::Block(table) => return write!(f, "[{}](#{})", table.name(), table.anchor()),
            Self::Map(key, value) => return write!(f, "mapping: {key} → {value}"),
            Self::Single(key, value) => return write!(f, "one pair: {key} → {value}"),
            Self::List(item) => return write!(f, "list: {item}"),
            Self::Filled(item) | Self::Distinct(item) => return write!(f, "list, not empty: {item}"),
            Self::OneOf(types) => return listed(f, types, |f, it| write!(f, "{it}")),
        };
        f.write_str(words)
    }
}

/// Writes alternatives: "a, b or c".
fn listed<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    write: fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (position, item) in items.iter().enumerate() {
        match position {
            0 => {}
            _ if position + 1 == items.len() => f.write_str(" or ")?,
            _ => f.write_str(", ")?,
        }
        write(f, item)?;
    }
    Ok(())
}
