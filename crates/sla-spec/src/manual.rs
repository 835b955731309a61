//! The reference of `sla/v1` as Markdown, from the same tables that the decoder reads.

use std::fmt::Write;

use crate::{block, code::Code};

/// Returns a section for each block with its keys.
pub fn keys() -> String {
    let mut page = String::new();
    for table in block::TABLES {
        let what = table.what.trim_start_matches("an ").trim_start_matches("a ");
        // Writing to a String cannot fail.
        let _ = write!(page, "## {what}\n\n| key | example | |\n|---|---|---|\n");
        for field in table.fields {
            let need = if field.required { " **Required.**" } else { "" };
            let example = field.example.replace('|', "\\|");
            let _ = writeln!(page, "| `{}` | `{example}` | {}{need} |", field.key, field.about);
        }
        page.push('\n');
    }
    page
}

/// Returns a section for each kind of problem.
pub fn problems() -> String {
    let section = |it: &Code| format!("## {it}: {}\n\n{}\n\n", it.title(), it.page());
    Code::ALL.iter().map(section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_and_problem_has_a_section() {
        let keys = keys();
        assert!(keys.contains("## objective\n"), "{keys}");
        assert!(
            keys.contains(
                "| `target` | `99.9%` | The share of good events that is promised. **Required.** |"
            )
        );
        assert_eq!(problems().matches("## SLA").count(), Code::ALL.len());
    }
}
