//! The table of problems: each kind has a stable code, a title and a page that explains it.
//!
//! Numbers are never reused: people search for them and mute them. The pages stand in one file per family.

use std::{fmt, str::FromStr};

use crate::suggest;

mod metric;
mod name;
mod promise;
mod text;
mod value;

/// What is to be said about a kind of problem, beyond its title. The snippets are parts of a specification; a
/// test proves that the bad one has the problem and the good one has not.
#[derive(Debug)]
pub struct Page {
    /// Why it is a problem, and what to do: a paragraph with Markdown's backticks.
    pub why: &'static str,
    /// YAML that has the problem.
    pub bad: &'static str,
    /// The same without it.
    pub good: &'static str,
}

macro_rules! codes {
    ($($number:literal $name:ident $family:ident::$page:ident $title:literal)*) => {
        /// The kind of a problem, printed as `SLA012`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code { $( #[doc = $title] $name = $number, )* }

        impl Code {
            /// Every code, in the order of its number.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// Returns the problem in a few words.
            pub fn title(self) -> &'static str {
                match self { $( Self::$name => $title, )* }
            }

            /// Returns what is to be said about it.
            pub fn page(self) -> &'static Page {
                match self { $( Self::$name => &$family::$page, )* }
            }
        }
    };
}

codes! {
    1 Syntax text::SYNTAX "the text is not YAML"
    2 Encoding text::ENCODING "the text is not UTF-8"
    3 EmptyFile text::EMPTY_FILE "the file says nothing"
    4 TooLarge text::TOO_LARGE "the specification is too large"
    5 Kind text::KIND "another kind of value is expected"
    6 UnknownKey text::UNKNOWN_KEY "there is no such key"
    7 MissingKey text::MISSING_KEY "a key is missing"
    8 DuplicateKey text::DUPLICATE_KEY "the same key stands twice"
    9 Name text::NAME "this cannot be a name"
    10 Version text::VERSION "the version of the specification language is unknown"
    11 Choice value::CHOICE "this is not one of the possible values"
    12 Target promise::TARGET "a target leaves no error budget, or nothing to promise"
    13 Duration value::DURATION "this is not a duration"
    14 Share value::SHARE "this is not a share"
    15 Bound value::BOUND "this is not a bound"
    16 Allowance value::ALLOWANCE "this is not an allowance"
    17 Timezone value::TIMEZONE "this timezone does not exist"
    18 Url value::URL "this is not a URL"
    19 Address value::ADDRESS "this is not `host:port`"
    20 Header value::HEADER "this header cannot be sent"
    21 JsonPath value::JSON_PATH "this is not a JSON path"
    22 Status value::STATUS "this is not an HTTP status"
    23 Method metric::METHOD "a call has exactly one method"
    24 Dangling name::DANGLING "the name refers to nothing"
    25 Cycle name::CYCLE "modules need each other in a circle"
    26 Variable name::VARIABLE "this variable is not defined"
    27 Override name::OVERRIDE "`--var` names a variable that is not defined"
    28 Unsaved name::UNSAVED "a value is used before a step saves it"
    29 Selector metric::SELECTOR "this is not a plain selector"
    30 UnknownMetric metric::UNKNOWN_METRIC "nobody exposes this metric"
    31 MetricKind metric::METRIC_KIND "the metric is of another kind"
    32 UnknownLabel metric::UNKNOWN_LABEL "the metric has no such label"
    33 LabelValue metric::LABEL_VALUE "the label never has this value"
    34 NeverFires promise::NEVER_FIRES "an alert can never fire"
    35 Window promise::WINDOW "this window cannot be served"
    36 Interval value::INTERVAL "this interval is out of range"
    37 Deadlines promise::DEADLINES "confirming takes as long as restoring"
    38 ReleaseAfter promise::RELEASE_AFTER "an alert would be released too soon"
    39 EmptyList value::EMPTY_LIST "at least one item is needed"
    40 Repeated name::REPEATED "an item stands twice"
    41 Reserved name::RESERVED "this name is reserved"
    42 MetricName metric::METRIC_NAME "this cannot be the name of a counter"
    43 Colours promise::COLOURS "a colour and its alert do not match"
    44 ColourOrder promise::COLOUR_ORDER "yellow is not below red"
    45 Query metric::QUERY "the query is not one SELECT"
    46 Indicator promise::INDICATOR "an objective has exactly one indicator"
    47 Number value::NUMBER "this is not such a number"
    48 Moment value::MOMENT "this is not a date and time"
    49 WindowOrder promise::WINDOW_ORDER "a maintenance window ends before it begins"
    50 SameName name::SAME_NAME "a probe and a journey share a name"
    51 EmptyText value::EMPTY_TEXT "the text is empty"
    52 Merge text::MERGE "`<<` needs a mapping"
    53 Unused name::UNUSED "nobody uses this"
    54 NotAPart metric::NOT_A_PART "the bad events are no part of all events"
    55 Promql metric::PROMQL "this is not a query that can be used"
    56 QueryWindow metric::QUERY_WINDOW "a query does not read `$window`"
    57 By promise::BY "an objective cannot be split so"
    58 NotABound metric::NOT_A_BOUND "the limit is no bucket bound"
    59 Spend promise::SPEND "this is not a share of the budget in a time"
    60 TooSlow promise::TOO_SLOW "a burn alert would fire while the promise is kept"
    61 Component promise::COMPONENT "a composite is made of composites"
    62 Include text::INCLUDE "this file cannot be included"
    63 Retention promise::RETENTION "the window is longer than the data are kept"
    64 OneRun promise::ONE_RUN "one lost run is enough to page"
    65 Contact promise::CONTACT "nobody would be reached"
    66 Secret name::SECRET "a secret has no single place"
    67 NotUnderstood metric::NOT_UNDERSTOOD "a query could not be checked"
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SLA{:03}", *self as u16)
    }
}

/// Why a text is no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no code `{written}`; {hint}")]
pub struct CodeError {
    written: String,
    hint: String,
}

impl FromStr for Code {
    type Err = CodeError;

    /// Reads `SLA012`, also as `sla12` and `12`.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let digits = digits(text).unwrap_or(text);
        let number: Option<u16> = digits.parse().ok();
        if let Some(code) = Self::ALL.iter().find(|it| Some(**it as u16) == number) {
            return Ok(*code);
        }
        let names: Vec<String> = Self::ALL.iter().map(Self::to_string).collect();
        // A number that does not exist is near to many that do; only letters can be mistyped.
        let near =
            if number.is_none() { suggest::nearest(text, names.iter().map(String::as_str)) } else { None };
        let hint = match (near, names.as_slice()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, [first, .., last]) => format!("they go from `{first}` to `{last}`"),
            (None, _) => String::new(),
        };
        Err(CodeError { written: text.to_owned(), hint })
    }
}

/// Returns whether somebody who writes this means a code: `SLA012`, `sla12`, `12`.
pub fn is_code(text: &str) -> bool {
    digits(text).is_some()
}

fn digits(text: &str) -> Option<&str> {
    let head = text.get(..3).filter(|it| it.eq_ignore_ascii_case("sla"));
    let digits = head.map_or(text, |it| &text[it.len()..]);
    (!digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests;
