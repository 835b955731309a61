//! `slaforge fmt`

use std::{
    fs,
    io::{Write as _, stdout},
    path::PathBuf,
};

use anyhow::Context as _;
use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions};

use super::path;
use crate::{exit::Verdict, io};

/// Lays out the files of a specification: indentation, blanks and lines of at most 120 columns
///
/// Comments stay where they are, and so does the order of keys. No value ever changes: what would is not written.
#[derive(clap::Args)]
pub struct Arguments {
    /// The specification: a file, or a folder whose *.yaml files belong together; `sla.yaml`, if it is left out
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,

    /// Writes nothing; names the files that would change, and fails if there are any
    #[arg(long)]
    check: bool,
}

/// The longest line, unless something cannot be broken.
const COLUMNS: usize = 120;

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let set = sla_spec::read(path(arguments.path.as_deref())?)?;
    // All are laid out before one is written.
    let mut changed = Vec::new();
    for source in set.sources() {
        let text = laid_out(&source.text).with_context(|| format!("`{}` stays as it is", source.path))?;
        if text != *source.text {
            changed.push((&*source.path, text));
        }
    }
    for (path, text) in &changed {
        if arguments.check {
            writeln!(stdout(), "would change {path}")?;
        } else {
            // A link stays a link.
            let path = fs::canonicalize(path).with_context(|| format!("`{path}` cannot be read"))?;
            io::replace(&path, text)?;
        }
    }
    if arguments.check && !changed.is_empty() {
        return Ok(Verdict::Bad);
    }
    writeln!(stdout(), "{} files, {} changed", set.sources().len(), changed.len())?;
    Ok(Verdict::Good)
}

/// Lays out one text; nothing of it changes but blanks and quotes.
pub fn laid_out(text: &str) -> anyhow::Result<String> {
    let options = FormatOptions {
        layout: LayoutOptions { print_width: COLUMNS, ..LayoutOptions::default() },
        language: LanguageOptions {
            brace_spacing: false,
            trailing_comma: false,
            ..LanguageOptions::default()
        },
    };
    let advice = "`slaforge check` says what is wrong with it";
    let new = pretty_yaml::format_text(text, &options).ok().context(advice)?;
    // A formatter that misreads a text must not destroy it.
    anyhow::ensure!(sla_spec::same(text, &new), "{advice}");
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(text: &str, expected: &str) {
        assert_eq!(laid_out(text).unwrap(), expected);
        assert_eq!(laid_out(expected).unwrap(), expected, "a second time");
    }

    #[test]
    fn comments_stay_and_blanks_go() {
        becomes(
            "# head\na:   { b: 1,c: 2 }   # end\n\n\n\nlist:\n    # first\n    - x\n    - \"> 3s\"\n# tail\n",
            "# head\na: {b: 1, c: 2} # end\n\nlist:\n  # first\n  - x\n  - \"> 3s\"\n# tail\n",
        );
        becomes("a: &x {b: '药'}\nc: {<<: *x}\n", "a: &x {b: \"药\"}\nc: {<<: *x}\n");
    }

    #[test]
    fn what_is_no_yaml_is_refused() {
        for text in ["a: [", "a: 1\na: 'x", "- a\nb: 1\n"] {
            assert!(laid_out(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_starter_is_laid_out_already() {
        let starter = include_str!("init/starter.yaml").replace('«', "x").replace('»', "x");
        assert_eq!(laid_out(&starter).unwrap(), starter);
    }
}
