//! The weighted choices of `Accept…` headers, as RFC 9110 §12.4.2 writes them.

use http::{HeaderMap, header::HeaderName};

/// One choice.
#[derive(Debug)]
pub struct Choice<'h> {
    /// What is chosen, in small letters.
    pub name: String,
    /// `key=value` behind it, without the weight.
    pub parameters: Vec<(String, &'h str)>,
    /// `q` in thousandths, as three digits are allowed.
    pub weight: u16,
}

/// Returns the choices of every header of that name, in their order.
pub fn choices<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = Choice<'h>> {
    let values = headers.get_all(name).into_iter().filter_map(|it| it.to_str().ok());
    values.flat_map(|it| it.split(',')).map(Choice::parse)
}

impl<'h> Choice<'h> {
    fn parse(text: &'h str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or("").to_ascii_lowercase();
        let mut choice = Self { name, parameters: Vec::new(), weight: 1000 };
        for (key, value) in parts.filter_map(|it| it.split_once('=')) {
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
            if key == "q" {
                choice.weight = weight(value);
            } else {
                choice.parameters.push((key, value));
            }
        }
        choice
    }
}

/// Reads a weight; what is not one counts as none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn weight(text: &str) -> u16 {
    text.parse::<f64>().map_or(0, |it| (it.clamp(0.0, 1.0) * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    #[test]
    fn every_header_is_read() {
        let mut headers = HeaderMap::new();
        for text in ["Text/Plain;Version=\"0.0.4\" ; Q=0.25;x", "a;q=2, b;q=-1", "c;q=x,d;q=0.0004"] {
            headers.append(header::ACCEPT, HeaderValue::from_static(text));
        }
        let choices: Vec<_> = choices(&headers, &header::ACCEPT).collect();
        let read: Vec<_> = choices.iter().map(|it| (it.name.as_str(), it.weight)).collect();
        assert_eq!(read, [("text/plain", 250), ("a", 1000), ("b", 0), ("c", 0), ("d", 0)]);
        assert_eq!(choices[0].parameters, [("version".to_owned(), "0.0.4")]);
    }
}
