//! Text that people read, in the two languages of the product.

/// The same words in Chinese and in English.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// Simplified Chinese (zh-CN).
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Makes a pair from both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// Makes a pair whose two sides are the same, for names that are not translated.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { zh: text.clone(), en: text }
    }
}

/// Which languages the generated texts carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese only.
    Zh,
    /// English only.
    En,
    /// Chinese first, then English.
    Both,
}

impl Language {
    /// Returns the text in the chosen language; both are separated by `between`.
    pub fn pick(self, text: &Text, between: &str) -> String {
        match self {
            Self::Zh => text.zh.clone(),
            Self::En => text.en.clone(),
            Self::Both if text.zh == text.en => text.en.clone(),
            Self::Both => format!("{}{between}{}", text.zh, text.en),
        }
    }
}
