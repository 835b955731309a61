//! "Did you mean": the known word that is nearest to what was written.

/// Words longer than this are not compared: the work grows with the square.
const WORD_CHARS_MAX: usize = 80;

/// Returns the nearest of the known words, if one is near enough to be a typing error.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let written: Vec<char> = written.to_lowercase().chars().collect();
    if written.len() > WORD_CHARS_MAX {
        return None;
    }
    let allowed = (written.len() / 3).max(1);
    let close = known.into_iter().filter_map(|word| {
        let letters: Vec<char> = word.to_lowercase().chars().take(WORD_CHARS_MAX).collect();
        let near = letters.len().abs_diff(written.len()) <= allowed;
        let distance = if near { distance(&written, &letters) } else { usize::MAX };
        (distance <= allowed).then_some((distance, word))
    });
    close.min().map(|it| it.1)
}

/// Returns a hint: the nearest word, or else the words that exist.
pub fn hint<'k>(written: &str, known: impl IntoIterator<Item = &'k str>, none: &str) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(word) = nearest(written, known.iter().copied()) {
        return format!("did you mean `{word}`?");
    }
    match known.as_slice() {
        [] => none.to_owned(),
        // More than a line of names helps nobody.
        [..] if known.len() > 24 => format!("there are {} others, none of them similar", known.len()),
        [only] => format!("there is only `{only}`"),
        [..] => format!("there are {}", listed(&known)),
    }
}

/// Lists words in backticks: `a`, `b` and `c`.
pub fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// Counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut cost = (above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn meant(written: &str, expected: Option<&str>) {
        assert_eq!(nearest(written, ["target", "title", "window", "P1"]), expected);
    }

    #[test]
    fn typing_errors_are_recognised() {
        meant("taregt", Some("target"));
        meant("targets", Some("target"));
        meant("Window", Some("window"));
        meant("p1", Some("P1"));
        meant("P2", Some("P1"));
        meant("colour", None);
        meant("", None);
    }

    #[test]
    fn hints_list_what_exists() {
        assert_eq!(hint("x9", ["a", "b", "cd"], ""), "there are `a`, `b` and `cd`");
        assert_eq!(hint("x9", [], "nothing is there"), "nothing is there");
    }
}
