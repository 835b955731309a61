//! `slaforge init`

mod ask;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, IsTerminal as _, Write as _, stdin, stdout},
    path::{Path, PathBuf},
};

use sla_spec::{OpenError, SourceSet, report::Report, schema};

use super::DEFAULT;
use crate::{exit::Verdict, io::create};

/// Writes a first specification with comments, which `check`, `generate` and `test` accept as it is
///
/// On a terminal it asks for what no option says; elsewhere it takes the defaults. Nothing that is there is
/// written over. The JSON Schema is written beside it, for editors.
#[derive(clap::Args)]
pub struct Arguments {
    /// The folder, made if it does not exist
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,

    /// The name of the whole; the name of the folder, if it is left out
    #[arg(long, value_parser = |it: &str| ask::accepted("name", it))]
    name: Option<String>,

    /// The part of the system that the promise is about; `shop`, if it is left out
    #[arg(long, value_parser = |it: &str| ask::accepted("name", it))]
    module: Option<String>,

    /// The URL that must answer; `http://localhost:8080/`, if it is left out
    #[arg(long, value_parser = |it: &str| ask::accepted("grafana", it))]
    url: Option<String>,

    /// Who is told when it does not; `on-call`, if it is left out
    #[arg(long, value_parser = |it: &str| ask::accepted("name", it))]
    owner: Option<String>,

    /// The URL that alerts are posted to; `http://localhost:8090/alerts`, if it is left out
    #[arg(long, value_parser = |it: &str| ask::accepted("grafana", it))]
    webhook: Option<String>,

    /// The time zone of dates; `UTC`, if it is left out
    #[arg(long, value_parser = |it: &str| ask::accepted("timezone", it))]
    timezone: Option<String>,

    /// Asks nothing, also on a terminal
    #[arg(short, long)]
    yes: bool,
}

/// The specification with `«name»` where answers go.
const STARTER: &str = include_str!("starter.yaml");

/// The file that the first line of the specification names.
const SCHEMA: &str = "sla-v1.schema.json";

/// What is said when nothing better is known.
const NAME: &str = "my-shop";

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let path = arguments.folder.join(DEFAULT);
    let refused = || format!("`{}` is there already and stays as it is", path.display());
    anyhow::ensure!(!path.exists(), refused());
    let terminal = stdin().is_terminal() && stdout().is_terminal() && !arguments.yes;
    let answers = answers(arguments, terminal)?;
    let text = filled(&answers);
    // The parts are sound, but names may clash.
    let set = SourceSet::of_text(DEFAULT, text.clone());
    if let Err(diagnostics) = sla_spec::load(&set, &BTreeMap::new()) {
        return Err(OpenError::Spec(Report { diagnostics, set }).into());
    }
    anyhow::ensure!(create(&path, &text)?, refused());
    let schema = arguments.folder.join(SCHEMA);
    let new = create(&schema, &schema::text())?;
    write!(stdout(), "{}", epilogue(&arguments.folder, new))?;
    Ok(Verdict::Good)
}

/// Returns what stands for each placeholder.
fn answers(arguments: &Arguments, terminal: bool) -> io::Result<Vec<(&'static str, String)>> {
    let name = named_like(&arguments.folder);
    let questions = [
        ("name", &arguments.name, "name", &*name, "What is its name?"),
        ("module", &arguments.module, "name", "shop", "Which part of the system is the promise about?"),
        ("url", &arguments.url, "grafana", "http://localhost:8080/", "Which URL must answer?"),
        ("owner", &arguments.owner, "name", "on-call", "Who is told when it does not?"),
        (
            "webhook",
            &arguments.webhook,
            "grafana",
            "http://localhost:8090/alerts",
            "To which URL are alerts posted?",
        ),
        ("timezone", &arguments.timezone, "timezone", "UTC", "In which time zone are dates?"),
    ];
    let mut answers = vec![("schema", SCHEMA.to_owned())];
    for (placeholder, given, key, default, question) in questions {
        let answer = match given {
            Some(given) => given.clone(),
            None if terminal => ask::ask(question, default, key, &mut stdin().lock(), &mut stdout())?,
            None => default.to_owned(),
        };
        answers.push((placeholder, answer));
    }
    Ok(answers)
}

/// Returns the name of a folder as far as it can name a specification.
fn named_like(folder: &Path) -> String {
    let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let name = whole.file_name().unwrap_or_default().to_string_lossy();
    let kept = |it: char| if it.is_ascii_alphanumeric() || it == '_' { it } else { '-' };
    let name: String = name.chars().map(kept).collect();
    let name = name.trim_matches(|it: char| !it.is_ascii_alphanumeric()).to_owned();
    ask::accepted("name", &name).unwrap_or_else(|_| NAME.to_owned())
}

fn filled(answers: &[(&str, String)]) -> String {
    let fill = |text: String, (placeholder, answer): &(&str, String)| {
        // URLs may hold what YAML reads as something else.
        let quoted = matches!(*placeholder, "url" | "webhook");
        let answer =
            if quoted { serde_json::Value::from(answer.as_str()).to_string() } else { answer.clone() };
        text.replace(&format!("«{placeholder}»"), &answer)
    };
    answers.iter().fold(STARTER.to_owned(), fill)
}

fn epilogue(folder: &Path, schema_is_new: bool) -> String {
    let shown = |file: &str| folder.strip_prefix(".").unwrap_or(folder).join(file).display().to_string();
    let schema = if schema_is_new {
        format!("wrote {}, which tells editors the keys", shown(SCHEMA))
    } else {
        format!("left {} as it was; `slaforge schema` prints the newest", shown(SCHEMA))
    };
    let path = if folder == Path::new(".") { String::new() } else { format!(" {}", shown(DEFAULT)) };
    format!(
        "wrote {}, the promise\n{schema}\n\nnext:\n  slaforge check{path}       says whether it is sound\n  \
         slaforge generate{path}    writes rules/ and dashboards/\n  \
         slaforge test{path}        proves them with promtool and amtool\n",
        shown(DEFAULT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_names_the_promise_if_it_can() {
        for (folder, expected) in [
            ("/none/shop", "shop"),
            ("/none/My shop!", "My-shop"),
            ("/none/药店", NAME),
            ("/none/7", NAME),
            ("/", NAME),
        ] {
            assert_eq!(named_like(Path::new(folder)), expected);
        }
    }

    #[test]
    fn every_placeholder_has_an_answer() {
        let answers = ["schema", "name", "timezone", "url", "webhook", "module", "owner"];
        let answers: Vec<_> = answers.map(|it| (it, "x".to_owned())).into();
        let text = filled(&answers);
        assert!(!text.contains(['«', '»']), "{text}");
        assert!(text.contains("  url: \"x\"\n"), "{text}");
    }
}
