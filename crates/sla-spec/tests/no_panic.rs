//! No text makes the reader panic: neither random ones, nor the example with random changes.

use proptest::prelude::*;
use sla_spec::promql;

/// The property that fuzzing holds texts against.
#[path = "../../../fuzz/src/spec.rs"]
mod spec;

use spec::survives;

const EXAMPLE: &str = include_str!("../../../examples/pharmacy/sla.yaml");

/// What specifications are made of, so that changes reach further than the scanner.
fn fragment() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "",
        " ",
        "\n",
        "\t",
        "  ",
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "#",
        "&a ",
        "*a",
        "<<: *a",
        "!!str ",
        "|",
        ">",
        "> 3s",
        "%",
        "100%",
        "0%",
        "30",
        "30d",
        "1h",
        "-1",
        "~",
        "null",
        "true",
        "${shop}",
        "${",
        "{{token}}",
        "{{",
        "$.a",
        "$",
        "药",
        "\u{feff}",
        "\r\n",
        "---\n",
        "...\n",
        "x-a: &a {b: c}\n",
        "=~\"(\"",
        "P9",
        "99999999999999999999",
    ]);
    prop_oneof![4 => words.prop_map(str::to_owned), 1 => ".{0,8}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_text_is_survived(text in ".{0,200}") {
        survives(&text.into_bytes());
    }

    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }

    #[test]
    fn changed_examples_are_survived(
        changes in prop::collection::vec((0..EXAMPLE.len(), 0..12_usize, fragment()), 1..6),
    ) {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        for (at, removed, added) in changes {
            let at = at.min(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, added.chars());
        }
        survives(&text.into_iter().collect::<String>().into_bytes());
    }

    #[test]
    fn changed_lines_are_survived(lines in prop::collection::vec(0..EXAMPLE.lines().count(), 1..8), words in prop::collection::vec(fragment(), 8)) {
        let mut text: Vec<String> = EXAMPLE.lines().map(str::to_owned).collect();
        for (line, word) in lines.into_iter().zip(words) {
            let line = line.min(text.len() - 1);
            let key = text[line].split_once(": ").map(|it| it.0.to_owned());
            text[line] = key.map_or_else(|| word.clone(), |it| format!("{it}: {word}"));
        }
        survives(&text.join("\n").into_bytes());
    }

    #[test]
    fn a_selector_prints_and_parses(text in "[a-z]{1,5}(\\{[a-z]{1,3}(=|!=|=~|!~)\"[a-z.*\\\\\"(]{0,4}\"\\})?.{0,3}") {
        if let Ok(selector) = promql::selector(&text) {
            prop_assert_eq!(promql::selector(&selector.to_string()), Ok(selector.clone()));
            prop_assert_eq!(promql::selectors(&text), Ok(vec![selector]));
        }
    }
}

#[test]
fn deep_and_long_texts_are_survived() {
    survives(&"[".repeat(100_000).into_bytes());
    survives(&"a: ".repeat(100_000).into_bytes());
    survives(&"- ".repeat(100_000).into_bytes());
    survives(&"{a: ".repeat(100_000).into_bytes());
    survives(&"? ".repeat(100_000).into_bytes());
    survives(
        &format!(
            "version: sla/v1\nname: a\nvars: {{v: {}}}\ngrafana: \"{}\"\n",
            "x".repeat(100_000),
            "${v}".repeat(100_000)
        )
        .into_bytes(),
    );
    for long in ["(", "-", "1+", "a{", "sum(", "a offset ", "a[", "rate(a[5m]) or "] {
        let _ = promql::selectors(&long.repeat(10_000));
        let _ = promql::selectors(&format!("{}a", long.repeat(3_000)));
        let _ = promql::selector(&long.repeat(10_000));
    }
    let nested = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
    let _ = promql::selectors(&nested);
    let _ = promql::selectors(&format!("a{}", "+a".repeat(30_000)));
}
