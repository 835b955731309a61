//! A place in a JSON document: `$.data.items[0].id`.

use std::{fmt, str::FromStr};

use serde_json::Value;

/// A validated path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Key(String),
    Index(usize),
}

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a JSON path; write `$.name`, `$.list[0].name`")]
pub struct JsonPathError(String);

impl JsonPath {
    /// Returns the value at this place, if there is one.
    pub fn find<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(document, |value, segment| match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => value.get(index),
        })
    }
}

impl FromStr for JsonPath {
    type Err = JsonPathError;

    fn from_str(text: &str) -> Result<Self, JsonPathError> {
        let wrong = || JsonPathError(text.to_owned());
        let mut rest = text.strip_prefix('$').ok_or_else(wrong)?;
        let mut segments = Vec::new();
        while !rest.is_empty() {
            if let Some(tail) = rest.strip_prefix('.') {
                let end = tail.find(['.', '[']).unwrap_or(tail.len());
                if end == 0 {
                    return Err(wrong());
                }
                segments.push(Segment::Key(tail[..end].to_owned()));
                rest = &tail[end..];
            } else {
                let tail = rest.strip_prefix('[').ok_or_else(wrong)?;
                let (index, tail) = tail.split_once(']').ok_or_else(wrong)?;
                segments.push(Segment::Index(index.parse().map_err(|_| wrong())?));
                rest = tail;
            }
        }
        Ok(Self(segments))
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        self.0.iter().try_for_each(|it| match it {
            Segment::Key(key) => write!(f, ".{key}"),
            Segment::Index(index) => write!(f, "[{index}]"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_value() {
        let document = serde_json::json!({"data": {"items": [{"id": 7}]}});
        let path: JsonPath = "$.data.items[0].id".parse().unwrap();
        assert_eq!(path.find(&document), Some(&Value::from(7)));
        assert_eq!(path.to_string(), "$.data.items[0].id");
        assert_eq!("$.data.none".parse::<JsonPath>().unwrap().find(&document), None);
        for wrong in ["", "data", "$data", "$.", "$..a", "$[x]", "$[0"] {
            assert!(wrong.parse::<JsonPath>().is_err(), "{wrong}");
        }
    }
}
