//! `{{name}}` in URLs, header values and JSON strings, filled with what earlier steps saved.

use std::collections::BTreeMap;

use serde_json::Value;
use sla_model::{id::VariableId, probe::HttpCall};

/// What the steps of one run have saved so far.
pub(crate) type Variables = BTreeMap<VariableId, String>;

/// Returns the call with every variable filled in, or the first variable that was never saved.
pub(crate) fn fill(call: &HttpCall, variables: &Variables) -> Result<HttpCall, VariableId> {
    let header =
        |(name, value): &(String, String)| Ok((name.clone(), text(value, variables, str::to_owned)?));
    Ok(HttpCall {
        url: text(&call.url, variables, path_segment)?,
        headers: call.headers.iter().map(header).collect::<Result<_, _>>()?,
        json: call.json.as_ref().map(|it| json(it, variables)).transpose()?,
        ..call.clone()
    })
}

fn json(value: &Value, variables: &Variables) -> Result<Value, VariableId> {
    Ok(match value {
        Value::String(it) => Value::String(text(it, variables, str::to_owned)?),
        Value::Array(items) => {
            Value::Array(items.iter().map(|it| json(it, variables)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| Ok((key.clone(), json(value, variables)?));
            Value::Object(members.iter().map(member).collect::<Result<_, _>>()?)
        }
        other => other.clone(),
    })
}

/// Fills one text. Braces that hold no name stay as they are.
fn text(template: &str, variables: &Variables, encode: fn(&str) -> String) -> Result<String, VariableId> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let name = after.split_once("}}").and_then(|(name, tail)| Some((name.trim().parse().ok()?, tail)));
        if let Some((name, tail)) = name {
            filled.push_str(&encode(variables.get(&name).ok_or(name)?));
            rest = tail;
        } else {
            filled.push_str("{{");
            rest = after;
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Encodes all but RFC 3986's unreserved characters, so that a saved value can never leave its place in the
/// path, begin a query or name another host.
fn path_segment(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(b"0123456789ABCDEF"[usize::from(byte >> 4)]));
            encoded.push(char::from(b"0123456789ABCDEF"[usize::from(byte & 15)]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sla_model::probe::{Expect, Method};

    use super::*;

    fn call() -> HttpCall {
        HttpCall {
            method: Method::Post,
            url: "http://shop/orders/{{order}}/payment".into(),
            headers: vec![("authorization".into(), "Bearer {{ token }}".into())],
            json: Some(json!({"of": ["{{order}}", 7], "{{order}}": "{{not a name}} {{"})),
            expect: Expect::default(),
            within: None,
        }
    }

    fn saved(values: &[(&str, &str)]) -> Variables {
        values.iter().map(|(name, value)| (name.parse().unwrap(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_place_is_filled() {
        let filled = fill(&call(), &saved(&[("order", "a/b?ü"), ("token", "t k")])).unwrap();
        assert_eq!(filled.url, "http://shop/orders/a%2Fb%3F%C3%BC/payment");
        assert_eq!(filled.headers[0].1, "Bearer t k");
        assert_eq!(filled.json, Some(json!({"of": ["a/b?ü", 7], "{{order}}": "{{not a name}} {{"})));
    }

    #[test]
    fn a_missing_variable_is_named() {
        assert_eq!(fill(&call(), &saved(&[("order", "1")])).unwrap_err().as_str(), "token");
    }
}
