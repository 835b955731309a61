//! The table of problems: each kind has a stable code, a title and a page that explains it.
//!
//! Numbers are never reused: people search for them and mute them.

use std::fmt;

macro_rules! codes {
    ($($number:literal $name:ident $title:literal $page:literal)*) => {
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

            /// Returns the paragraph that explains why it is a problem and what to do.
            pub fn page(self) -> &'static str {
                match self { $( Self::$name => $page, )* }
            }
        }
    };
}

codes! {
    1 Syntax "the text is not YAML"
        "The file could not be read as YAML from this place on, so nothing else in it was checked. The usual \
         causes are a tab instead of spaces, a line that is indented differently from its neighbours, a \
         bracket or quote that is never closed, and text with `: `, `{` or a leading `>` that needs quotes."
    2 Encoding "the text is not UTF-8"
        "A specification is UTF-8 text. An editor that saves in GBK, Big5 or Latin-1 produces bytes that \
         mean something else; save the file again as UTF-8."
    3 EmptyFile "the file says nothing"
        "The file is empty or holds only comments. Start with `version: sla/v1` and `name: my-shop`, or \
         remove the file from the directory."
    4 TooLarge "the specification is too large"
        "Size, nesting and the number of values are bounded, aliases counted with everything that they \
         repeat. A few lines of aliases can stand for billions of values, so a text is refused before it \
         is expanded. Repeat less, or split the specification."
    5 Kind "another kind of value is expected"
        "A value is one text (`30s`), a list (`[a, b]` or one `- item` per line) or a mapping (`{key: \
         value}` or one `key: value` per line). Here one kind was written where another is needed, or no \
         value at all."
    6 UnknownKey "there is no such key"
        "The key is not part of `sla/v1`. A key that nobody reads would be a promise that nobody keeps, so \
         it is refused. Top-level keys that begin with `x-` are free, for example to hold anchors."
    7 MissingKey "a key is missing"
        "The block cannot be understood without this key. The hint shows the line to add."
    8 DuplicateKey "the same key stands twice"
        "YAML keys are unique. Which of the two was meant cannot be known; keep one. The names in a block \
         are also unique over all files of a directory."
    9 Name "this cannot be a name"
        "Names become label values, file names and parts of URLs, so they start with a letter and go on \
         with letters, digits, `-` and `_`, at most 63 bytes. Use `title` for words in any language."
    10 Version "the version of the specification language is unknown"
        "Each file says `version: sla/v1`, so that a later language can never be mistaken for this one."
    11 Choice "this is not one of the possible values"
        "Only the listed words have a meaning here."
    12 Target "a target leaves no error budget, or nothing to promise"
        "A target lies strictly between 0 % and 100 %. At 100 % the error budget is zero: one lost request \
         breaks the promise forever, and burn rates divide by zero. Three nines are written `99.9%`."
    13 Duration "this is not a duration"
        "Durations are whole numbers with a unit, largest unit first, as in Prometheus: `250ms`, `30s`, \
         `10m`, `1h30m`, `30d`."
    14 Share "this is not a share"
        "A share is a decimal number with a percent sign: `99.9%`. Without the sign `0.999` and `99.9` could \
         each mean two things."
    15 Bound "this is not a bound"
        "A colour of a limit is crossed when the signal is above a value: `\"> 3s\"`. The quotes are needed \
         because a leading `>` means something else in YAML."
    16 Allowance "this is not an allowance"
        "An allowance is a duration in each calendar month: `4h per month`."
    17 Timezone "this timezone does not exist"
        "Zones are named as in the IANA database, for example `Asia/Shanghai` or `UTC`. Abbreviations such \
         as `CST` stand for several zones and are refused."
    18 Url "this is not a URL"
        "A URL begins with `http://` or `https://` and names a host: `http://shop:8080/health`."
    19 Address "this is not `host:port`"
        "An address is a host and a port, without a scheme and a path: `shop:8080`, `10.0.0.7:9100`, \
         `[::1]:9100`."
    20 Header "this header cannot be sent"
        "The name of a header is made of letters, digits and `-`; its value is printable ASCII on one line."
    21 JsonPath "this is not a JSON path"
        "A place in a JSON document is written `$.data.items[0].id`."
    22 Status "this is not an HTTP status"
        "A status code is a whole number from 100 to 599."
    23 Method "a call has exactly one method"
        "The method is the key and the URL its value: `get: http://shop/`. Without a method, or with two, \
         it is unclear what to send."
    24 Dangling "the name refers to nothing"
        "Modules, tiers, owners, sources and journeys are used by name; the name must be defined in the \
         same specification. Look for a typing error first."
    25 Cycle "modules need each other in a circle"
        "Dependencies decide which alert is the cause and which is a symptom. In a circle every module is \
         the cause of every other, so all of them would silence each other."
    26 Variable "this variable is not defined"
        "`${name}` is replaced by the value of `vars: {name: …}`. Values of variables are plain text: they \
         cannot use other variables."
    27 Override "`--var` names a variable that is not defined"
        "`--var` replaces the value of a variable that the specification defines, so a typing error in a \
         deployment script is found at once."
    28 Unsaved "a value is used before a step saves it"
        "`{{name}}` takes a value that an earlier step of the same journey keeps with `save: {name: \
         $.path}`. A later step, another journey, or a single probe cannot provide it."
    29 Selector "this is not a plain selector"
        "A metric is selected by name and labels: `shop_payments_total{status=\"failed\"}`. Functions, \
         ranges and offsets are added by the generator."
    30 UnknownMetric "nobody exposes this metric"
        "A rule over a metric that does not exist never fires and never complains. Declare the metric \
         under `metrics:` or under the `metrics:` of a scrape, or correct its name."
    31 MetricKind "the metric is of another kind"
        "A latency and a mean need a histogram, named without `_bucket`, `_sum` and `_count`; a ratio needs \
         counters, slices need a gauge."
    32 UnknownLabel "the metric has no such label"
        "A comparison with a label that the metric does not carry selects nothing (or everything). Declare \
         the label or correct its name."
    33 LabelValue "the label never has this value"
        "The business counter lists the values of its label; another value selects nothing."
    34 NeverFires "an alert can never fire"
        "A burn alert fires when errors exceed factor × error budget. Errors cannot exceed 100 %, so with a \
         large budget the alert is dead: at 14.4 times, a target below 93.06 % never pages."
    35 Window "this window cannot be served"
        "A rolling window has whole days, from 7 to 365: shorter ones leave the burn alerts without meaning. A \
         calendar window is `month`, `quarter` or `year`, in the zone of `timezone:`."
    36 Interval "this interval is out of range"
        "Intervals and timeouts are bounded, so that rules always see enough samples and a mistyped unit is \
         found: a target is scraped at least every minute, a probe runs between every second and every \
         hour."
    37 Deadlines "confirming takes as long as restoring"
        "A tier promises that somebody confirms an alert before service is restored, so `confirm` is \
         shorter than `restore`."
    38 ReleaseAfter "an alert would be released too soon"
        "A rate over five minutes remembers a bad event for five minutes; an alert cannot be released \
         sooner, so `release_after` is at least `5m`."
    39 EmptyList "at least one item is needed"
        "An empty list here would be a promise without content: a journey without steps, a tier that wakes \
         nobody."
    40 Repeated "an item stands twice"
        "The items of this list are names and each is listed once."
    41 Reserved "this name is reserved"
        "The generator uses the name itself, for a label, a file or a word with a meaning of its own; a \
         second meaning would overwrite the first."
    42 MetricName "this cannot be the name of a counter"
        "Business numbers are counters, so their names end in `_total` as Prometheus demands, and differ \
         from every name that the exporter or a scraped target exposes."
    43 Colours "a colour and its alert do not match"
        "Each colour of a limit has a bound and a tier: `red: \"> 3s\"` with `alert: {red: P2}`. One without \
         the other would never tell anybody, or never be crossed."
    44 ColourOrder "yellow is not below red"
        "Yellow warns before red: its bound must be crossed first."
    45 Query "the query is not one SELECT"
        "Sources are only read. A query is a single statement that begins with SELECT or WITH."
    46 Indicator "an objective has exactly one indicator"
        "An indicator is exactly one of `journey`, `probe`, `page`, `ratio`, `latency`, `mean`, `slices` and \
         `composite`, and what it consists of is said once: `bad` or `good`, `at_most` or `at_least`, `worst` \
         or `weighted`."
    47 Number "this is not such a number"
        "A decimal number, or `true` or `false`, is expected here."
    48 Moment "this is not a date and time"
        "Moments are written `2026-12-01 02:00`, in the zone of `timezone:`; a day is written `2026-11-29`."
    49 WindowOrder "a maintenance window ends before it begins"
        "`to` is the first moment after the window, so it must be later than `from`."
    50 SameName "a probe and a journey share a name"
        "Probes and journeys are told apart by the `probe` label alone, so their names must differ."
    51 EmptyText "the text is empty"
        "People will read this text, or a system will be given it; it must say something."
    52 Merge "`<<` needs a mapping"
        "A merge key takes a mapping or a list of mappings, usually by alias: `<<: *defaults`."
    53 Unused "nobody uses this"
        "It has no effect. It may be left over, or a name that should refer to it is written differently."
    54 NotAPart "the bad events are no part of all events"
        "A ratio divides the bad events by all events, so `bad` must select some of what `total` selects: with \
         the same metric, everything that `total` asks of a label `bad` must ask too, and something more. Else \
         failures are counted that no total holds, and the ratio can exceed 100 %."
    55 Promql "this is not a query that can be used"
        "A counter of a ratio is a plain selector, or PromQL that gives events per second, with `$window` for \
         every range. The generator puts the windows of its rules there, so an expression must be right \
         whatever the window is, and give a vector."
    56 QueryWindow "a query does not read `$window`"
        "Events are counted over five minutes and added up from there. A query with a range of its own counts \
         each event several times, one without any range counts nothing."
    57 By "an objective cannot be split so"
        "`by` gives each combination of label values a budget, a ratio and alerts of its own. What is counted \
         must carry the labels, they should stay the same over the whole window, and there are few of them. \
         Journeys, probes, pages and composites have one label set by their nature."
    58 NotABound "the limit is no bucket bound"
        "A classic histogram only knows how many observations were below each of its bounds. A limit between \
         two bounds would have to be guessed; Prometheus interpolates, which can be wrong by the whole bucket."
    59 Spend "this is not a share of the budget in a time"
        "A burn alert fires when a share of the budget is spent in a time: `2% in 1h`. The time is whole hours, \
         from an hour to a week; the short window that ends the alert is a twelfth of it."
    60 TooSlow "a burn alert would fire while the promise is kept"
        "If the share of the budget is smaller than the share of the window, the alert fires although the \
         budget lasts: 1 % of a 30-day budget in a day is a third of what is allowed."
    61 Component "a composite is made of composites"
        "A composite is made of objectives that count something themselves. Composites of composites would \
         weigh the same failures twice, and a circle would never end."
    62 Include "this file cannot be included"
        "`include` names files and directories relative to the file that names them. Each is read once, \
         however often it is named."
    63 Retention "the window is longer than the data are kept"
        "With less data than the window the budget silently becomes that of less time: Prometheus keeps 15 \
         days unless `--storage.tsdb.retention.time` says otherwise."
    64 OneRun "one lost run is enough to page"
        "A probe that runs rarely counts few events. When one lost run of the fastest window is more than the \
         threshold, only the minimum of three lost runs keeps the pager silent, and the smallest failure that \
         can be told from none is larger than the promise."
    65 Contact "nobody would be reached"
        "An owner has a webhook, a mail address, or both; a webhook has one URL; mail needs a server."
    66 Secret "a secret has no single place"
        "A secret stands in a file or in a variable of the environment, never in the specification and never \
         in what is generated."
    67 NotUnderstood "a query could not be checked"
        "The query uses words or a notation that is newer than the parser in this tool. It is passed on as it \
         is; the server that runs it must understand it, and unknown metrics in it were not looked for."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SLA{:03}", *self as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_gaps() {
        let numbers: Vec<u16> = Code::ALL.iter().map(|it| *it as u16).collect();
        assert_eq!(numbers, (1..=67).collect::<Vec<u16>>());
        assert_eq!(Code::Target.to_string(), "SLA012");
    }
}
