//! YAML as JSON: the type of a scalar by YAML 1.2's core rules, for JSON bodies and examples.

use serde_json::{Number, Value};

use super::{
    node::{Kind, Node, Scalar, Style},
    parse,
};

/// Reads a text as JSON. `None`: it is no YAML, or holds a number that JSON cannot hold.
pub fn document(text: &str) -> Option<Value> {
    value(&*parse::parse(0, text, &mut Vec::new())?)
}

fn value(node: &Node) -> Option<Value> {
    match &node.kind {
        Kind::Scalar(it) => scalar(it),
        Kind::List(items) => items.iter().map(|it| value(it)).collect::<Option<_>>().map(Value::Array),
        Kind::Map(entries) => {
            let pairs = entries.iter().map(|it| Some((it.key.to_string(), value(&it.value)?)));
            pairs.collect::<Option<_>>().map(Value::Object)
        }
    }
}

/// Returns the JSON value that a text stands for: quoted text is text, plain text may be a number, a truth
/// value or null. `None`: a number that JSON cannot hold.
pub fn scalar(scalar: &Scalar) -> Option<Value> {
    if scalar.style != Style::Plain {
        return Some(Value::String(scalar.text.clone()));
    }
    let text = scalar.text.as_str();
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_special_float(text) => return None,
        _ => match integer(text) {
            Some(number) => Value::Number(number),
            None if is_decimal(text) => Value::Number(Number::from_f64(text.parse().ok()?)?),
            None => Value::String(text.to_owned()),
        },
    })
}

fn is_special_float(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['+', '-']);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn integer(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok()
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_decimal(text: &str) -> bool {
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent = exponent.is_none_or(|it| {
        let unsigned = it.strip_prefix(['+', '-']).unwrap_or(it);
        !unsigned.is_empty() && digits(unsigned)
    });
    mantissa && exponent
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn plain(text: &str, expected: impl Into<Option<Value>>) {
        let expected = expected.into();
        assert_eq!(scalar(&Scalar { text: text.into(), style: Style::Plain }), expected, "{text}");
    }

    #[test]
    fn plain_text_follows_the_core_rules() {
        plain("", json!(null));
        plain("~", json!(null));
        plain("true", json!(true));
        plain("yes", json!("yes"));
        plain("no", json!("no"));
        plain("12", json!(12));
        plain("-7", json!(-7));
        plain("18446744073709551615", json!(18_446_744_073_709_551_615_u64));
        plain("0x1F", json!(31));
        plain("0o17", json!(15));
        plain("1.5", json!(1.5));
        plain(".5", json!(0.5));
        plain("1e3", json!(1000.0));
        plain("1.2.3", json!("1.2.3"));
        plain("12:30", json!("12:30"));
        plain("2026-12-01", json!("2026-12-01"));
        plain("e3", json!("e3"));
        plain(".", json!("."));
        plain(".inf", None);
        plain("1e999", None);
    }

    #[test]
    fn quoted_text_is_text() {
        assert_eq!(scalar(&Scalar { text: "12".into(), style: Style::Quoted }), Some(json!("12")));
    }
}
