//! What stands behind the `?` of a page for people.

use std::fmt::Write;

/// The wishes of a reader.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// A part of the names that are shown.
    pub filter: String,
    /// Which page, from 0.
    pub page: usize,
    /// The language.
    pub lang: Option<String>,
}

impl Query {
    /// Reads the wishes; what is not known is left out.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for (key, value) in text.split('&').filter_map(|it| it.split_once('=')) {
            match key {
                "q" => query.filter = decode(value),
                "page" => query.page = value.parse().unwrap_or(0),
                "lang" => query.lang = Some(decode(value)),
                _ => {}
            }
        }
        query
    }

    /// Returns the same in another language.
    pub fn with_lang(&self, lang: &str) -> String {
        format!("?lang={lang}&q={}&page={}", encode(&self.filter), self.page)
    }

    /// Returns another page of the same.
    pub fn with_page(&self, lang: &str, page: usize) -> String {
        format!("?lang={lang}&q={}&page={page}", encode(&self.filter))
    }
}

/// Undoes percent encoding and the `+` of forms.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        let digits = rest.as_slice().get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let digits = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
        match (byte, digits) {
            (b'%', Some(decoded)) => {
                bytes.push(decoded);
                rest.nth(1);
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Encodes all but RFC 3986's unreserved characters.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_read_and_written_back() {
        let query = Query::parse("q=a%20%2Bb+药&page=3&lang=zh&x=y&page2=");
        assert_eq!((query.filter.as_str(), query.page, query.lang.as_deref()), ("a +b 药", 3, Some("zh")));
        assert_eq!(query.with_lang("en"), "?lang=en&q=a%20%2Bb%20%E8%8D%AF&page=3");
        assert_eq!(Query::parse(""), Query::default());
        assert_eq!(decode("100%, %zz%"), "100%, %zz%");
    }
}
