//! Single values as JSON Schema. Patterns are laxer than the decoder where it cuts blanks or reads a number in
//! several notations, never stricter.

use serde_json::{Value, json};

use crate::decode::value_type::Type;

/// Wherever one text is expected, a variable may stand for it or for a part of it.
const VARIABLE: &str = r"\$\{[A-Za-z][A-Za-z0-9_-]*\}";

/// Units fall in size; at least one is there.
const DURATION: &str = "(?=[0-9])([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?";

const SHARE: &str = r"(?=[^%]*[0-9])[-+]?[0-9_]*\.?[0-9_]*\s*%";

const NAME: &str = "[A-Za-z][A-Za-z0-9_-]*";

const JSON_PATH: &str = r"\$(\.[^.\[]+|\[\+?[0-9]+\])*";

const HEADER: &str = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";

/// Returns the schema of a text with a variable in it.
pub fn variable() -> Value {
    json!({"type": "string", "pattern": VARIABLE})
}

/// Returns the schema of a key.
pub fn key(kind: &Type) -> Value {
    let (pattern, words) = form(kind);
    json!({"pattern": format!("^(?:{pattern})$|^<<$"), "patternErrorMessage": format!("write {words}")})
}

/// Returns the schema of one value without keys and items.
pub fn scalar(kind: &Type) -> Value {
    let (pattern, words) = form(kind);
    let mut schema = json!({
        "type": "string",
        "pattern": format!("^(?:{pattern})$|{VARIABLE}"),
        "patternErrorMessage": format!("write {words}"),
    });
    // A number or a truth value without quotes is a text too, where any text may stand.
    match kind {
        Type::Text | Type::Scalar | Type::HeaderValue => {
            schema["type"] = json!(["string", "number", "boolean"]);
        }
        // `true` is a name, too.
        Type::Name | Type::Metric | Type::Label | Type::Variable | Type::Bool => {
            schema["type"] = json!(["boolean", "string"]);
        }
        // `20261201` is a day.
        Type::Moment => schema["type"] = json!(["string", "integer"]),
        Type::Amount => schema["type"] = json!(["number", "string"]),
        Type::Number => {
            schema["type"] = json!(["number", "string"]);
            schema["exclusiveMinimum"] = json!(0);
        }
        Type::Status => {
            schema["type"] = json!(["integer", "string"]);
            schema["minimum"] = json!(100);
            schema["maximum"] = json!(599);
        }
        _ => {}
    }
    schema
}

/// Returns the pattern of a whole text, and what to write.
fn form(kind: &Type) -> (String, &'static str) {
    let (pattern, words) = match kind {
        Type::Name => (NAME, "a name: a letter, then letters, digits, `-` and `_`"),
        Type::Metric => ("[A-Za-z_][A-Za-z0-9_:]*", "the name of a metric, for example `request_seconds`"),
        Type::Counter => ("[A-Za-z_][A-Za-z0-9_]*_total", "the name of a counter, which ends in `_total`"),
        Type::Label => ("[A-Za-z_][A-Za-z0-9_]*", "the name of a label, for example `status`"),
        Type::Header => (HEADER, "the name of a header, for example `x-synthetic`"),
        Type::HeaderValue => ("(?=.*[!-~])[ -~]*", "printable ASCII on one line"),
        Type::Zone => (r"\S+", "a time zone, for example `Asia/Shanghai` or `UTC`"),
        Type::Bool => ("true|false", "`true` or `false`"),
        Type::Number => ("[0-9_.]*[1-9][0-9_.]*", "a number above zero, for example `0.25`"),
        Type::Status => (r"\+?0*[1-5][0-9][0-9]", "a number from 100 to 599"),
        Type::Duration => (DURATION, "a duration, for example `30s`, `10m`, `1h30m` or `30d`"),
        Type::Share => return (format!(r"\s*{SHARE}\s*"), "a share, for example `99.9%`"),
        Type::Amount => {
            let pattern = format!(r"\s*(?:[-+]?[0-9_]*\.?[0-9_]*|{SHARE}|{DURATION})\s*");
            return (pattern, "a number, a duration or a share, for example `100`, `50ms` or `85%`");
        }
        Type::Spend => {
            let pattern = format!(r"\s*{SHARE}\s+in\s+{DURATION}\s*");
            return (pattern, "a share of the budget in a time, for example `2% in 1h`");
        }
        Type::Bound => {
            let pattern = format!(r"\s*>\s*({DURATION}|{SHARE}|[0-9_.]+\s*([KMGT]i|[kMGT])?B(/s)?)\s*");
            return (pattern, "a bound in quotes, for example `\"> 3s\"`, `\"> 85%\"` or `\"> 4GiB\"`");
        }
        Type::Allowance => {
            return (format!(r"\s*{DURATION}\s+per\s+month\s*"), "an allowance, for example `4h per month`");
        }
        Type::Moment => (
            r"\s*[-+0-9][0-9-]+([T t].*)?",
            "a day or a day and a time in quotes, for example `\"2026-12-01 02:00\"`",
        ),
        Type::Url => ("https?://[!-~]+", "a URL, for example `http://shop:8080/health`"),
        Type::Mail => (r"[^@\s,<>][^\s,<>]*@[^\s,<>]+", "a mail address, for example `ops-lead@example.com`"),
        Type::Variable => {
            ("[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable, for example `SHOP_TOKEN`")
        }
        Type::Address => (
            r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*):[0-9]+",
            "`host:port`, for example `shop:8080`",
        ),
        Type::JsonPath => (JSON_PATH, "a place in a JSON document, for example `$.data[0].id`"),
        Type::Query => (
            r"\s*(?:[Ss][Ee][Ll][Ee][Cc][Tt]|[Ww][Ii][Tt][Hh])(?![A-Za-z])[\s\S]*",
            "one SELECT that returns a label value and its total in each row",
        ),
        Type::Scalar => (r"[\s\S]*", "one text"),
        // The others are no single values; a text stands for whatever they hold.
        _ => (r"[\s\S]*\S[\s\S]*", "a text that says something"),
    };
    (pattern.to_owned(), words)
}
