//! `slaforge explain`

use std::io::{Write as _, stdout};

use clap::ValueEnum;
use serde_json::json;
use sla_model::{Model, Pace, id::ObjectiveId, objective::Objective};
use sla_spec::code::{Code, is_code};

use super::Specification;
use crate::{exit::Verdict, explain};

/// Explains an objective (every formula with its numbers, how fast it tells, what it costs) or the code of a problem
#[derive(clap::Args)]
pub struct Arguments {
    /// An objective's name, or a code as `slaforge check` prints it: `SLA012`, also `sla12` or `12`; if there are both,
    /// the objective is explained
    #[arg(value_name = "OBJECTIVE or CODE")]
    subject: String,

    #[command(flatten)]
    specification: Specification,

    /// How the explanation is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
}

/// The forms of an explanation.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: one object; of a code with code, title, why, bad and good
    Json,
}

/// Text for people is at most so wide.
const COLUMNS: usize = 100;

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let Arguments { subject, specification, format } = arguments;
    let explanation = if is_code(subject) {
        // A specification that has problems has no objectives yet, and its problems are what is asked about.
        match specification.read() {
            Ok(opened) if named(&opened.model, subject).is_some() => of_objective(arguments)?,
            _ => of_code(subject.parse()?, *format),
        }
    } else if specification.is_there() {
        of_objective(arguments)?
    } else {
        // Nobody can say whether a code was mistyped or an objective is meant.
        let missing = super::path(None).err().map_or_else(String::new, |it| it.to_string());
        let code = subject.parse::<Code>().err().map_or_else(String::new, |it| it.to_string());
        anyhow::bail!("nothing is known of `{subject}`\n  as an objective: {missing}\n  as a code: {code}");
    };
    stdout().write_all(explanation.as_bytes())?;
    Ok(Verdict::Good)
}

fn named<'m>(model: &'m Model, name: &str) -> Option<&'m Objective> {
    model.objectives.values().find(|it| it.id.as_str() == name)
}

fn of_objective(arguments: &Arguments) -> anyhow::Result<String> {
    let pace = arguments.specification.pace;
    anyhow::ensure!(pace == Pace::REAL, "what is explained is real time; leave `--pace` out");
    let model = arguments.specification.open()?;
    let name = &arguments.subject;
    let Some(objective) = named(&model, name) else {
        let names: Vec<&str> = model.objectives.keys().map(ObjectiveId::as_str).collect();
        anyhow::bail!(
            "there is no objective and no code `{name}`; {}",
            sla_spec::suggest::hint(name, names, "")
        );
    };
    Ok(match arguments.format {
        Format::Text => explain::text(&model, objective),
        Format::Json => explain::json(&model, objective)?,
    })
}

fn of_code(code: Code, format: Format) -> String {
    let page = code.page();
    match format {
        Format::Text => format!(
            "{code}: {}\n\n{}\n\nWrong:\n{}\nRight:\n{}",
            code.title(),
            wrapped(page.why),
            indented(page.bad),
            indented(page.good),
        ),
        Format::Json => {
            let explanation = json!({
                "code": code.to_string(),
                "title": code.title(),
                "why": page.why,
                "bad": page.bad.trim(),
                "good": page.good.trim(),
            });
            format!("{explanation:#}\n")
        }
    }
}

/// Breaks a paragraph between words.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    let mut width = 0;
    for word in text.split_whitespace() {
        let letters = word.chars().count();
        if width > 0 && width + 1 + letters > COLUMNS {
            lines.push(String::new());
            width = 0;
        }
        if let Some(line) = lines.last_mut() {
            let blank = if width > 0 { " " } else { "" };
            line.push_str(blank);
            line.push_str(word);
            width += blank.len() + letters;
        }
    }
    lines.join("\n")
}

fn indented(snippet: &str) -> String {
    let line = |it: &str| if it.is_empty() { "\n".to_owned() } else { format!("    {it}\n") };
    snippet.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_fit_into_a_hundred_columns() {
        for code in Code::ALL {
            let text = wrapped(code.page().why);
            assert!(text.lines().all(|it| it.chars().count() <= COLUMNS), "{text}");
            assert!(text.split_whitespace().eq(code.page().why.split_whitespace()), "{text}");
        }
        assert_eq!(wrapped("a b"), "a b");
    }
}
