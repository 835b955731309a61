//! The reference of `sla/v1` as Markdown, from the same tables that the decoder reads.

use std::fmt::Write;

use crate::{block, code::Code, decode::field::Group};

/// Says where a page comes from.
const MADE: &str = "<!-- Made of the tables in crates/sla-spec by `SLA_BLESS=1 cargo test -p sla-spec`. -->";

/// Returns the page of all keys, with a section for each block.
pub fn keys() -> String {
    let mut page = format!(
        "{MADE}\n\n# The keys of `sla/v1`\n\nA value is one text (`30s`), a list (`[a, b]`) or a mapping (`{{key: value}}`). \
         Wherever one text is expected, `${{name}}` takes the value of a variable. Top-level keys that begin with \
         `x-` are free, for example to hold anchors. [sla-v1.schema.json](sla-v1.schema.json) says the same to \
         editors, and [problems.md](problems.md) what can be wrong.\n\n"
    );
    for table in block::TABLES {
        // Writing to a String cannot fail.
        let _ = write!(page, "## {}\n\n| key | value | example | |\n|---|---|---|---|\n", table.name());
        for field in table.fields {
            let need = match field.group {
                Group::None if field.required => " **Required.**",
                Group::None => "",
                Group::ExactlyOne => " **One of these, exactly.**",
                Group::AtLeastOne => " **One of these, at least.**",
            };
            let kind = field.kind.to_string();
            let (kind, example) = (cell(&kind), cell(field.example));
            let _ =
                writeln!(page, "| `{}` | {kind} | `{example}` | {}{need} |", field.key, cell(field.about));
        }
        page.push('\n');
    }
    page.trim_end().to_owned() + "\n"
}

/// Returns a text as it stands in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Returns the page of all problems, with a section for each code.
pub fn problems() -> String {
    let mut pages = format!(
        "{MADE}\n\n# What can be wrong in a specification\n\n`slaforge check` reports each problem with a code, \
         and `slaforge explain CODE` prints its section. Codes are never reused.\n"
    );
    for code in Code::ALL {
        let _ = write!(pages, "\n## {code}: {}\n\n{}", code.title(), page(*code));
    }
    pages
}

/// Returns the explanation of a code as Markdown, without its title.
pub fn page(code: Code) -> String {
    let page = code.page();
    format!("{}\n\nWrong:\n\n```yaml{}```\n\nRight:\n\n```yaml{}```\n", page.why, page.bad, page.good)
}

/// Returns the same as plain text.
pub fn plain(code: Code) -> String {
    let page = code.page();
    format!("{}\n\nWrong:\n{}\nRight:\n{}", page.why, page.bad, page.good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_and_problem_has_a_section() {
        let keys = keys();
        assert!(keys.contains("## objective\n"), "{keys}");
        assert!(keys.contains(
            "| `target` | share | `99.9%` | The share of good events that is promised. **Required.** |"
        ));
        assert!(keys.contains("The URL of a GET request. **One of these, exactly.** |"), "{keys}");
        assert_eq!(problems().matches("## SLA").count(), Code::ALL.len());
    }
}
