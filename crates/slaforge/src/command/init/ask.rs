//! Questions on a terminal: one line each, asked again until the answer is good.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Write},
};

use sla_spec::SourceSet;

/// Returns an answer that may stand behind a top-level key of a specification, or says why it may not: the
/// reader of specifications itself judges.
pub fn accepted(key: &str, answer: &str) -> Result<String, String> {
    let name = if key == "name" { "" } else { "name: x\n" };
    let value = serde_json::Value::from(answer);
    let set = SourceSet::of_text("answer", format!("version: sla/v1\n{name}{key}: {value}\n"));
    match sla_spec::load(&set, &BTreeMap::new()) {
        Ok(_) => Ok(answer.to_owned()),
        Err(problems) => {
            let parts = problems.iter().take(1).flat_map(|it| [Some(&it.message), it.hint.as_ref()]);
            Err(parts.flatten().cloned().collect::<Vec<_>>().join("; "))
        }
    }
}

/// Asks until the answer may stand behind a key. An empty line, or the end of the input, is the default.
pub fn ask(
    question: &str,
    default: &str,
    key: &str,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> io::Result<String> {
    loop {
        write!(output, "{question} [{default}] ")?;
        output.flush()?;
        let mut line = String::new();
        let ended = input.read_line(&mut line)? == 0;
        match line.trim() {
            "" => {
                if ended {
                    writeln!(output)?;
                }
                return Ok(default.to_owned());
            }
            answer => match accepted(key, answer) {
                Ok(answer) => return Ok(answer),
                Err(why) => writeln!(output, "  {why}")?,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn asked(key: &str, typed: &str, expected: &str, said: &str) {
        let mut output = Vec::new();
        let answer = ask("Which?", "default", key, &mut typed.as_bytes(), &mut output).unwrap();
        assert_eq!((answer.as_str(), String::from_utf8(output).unwrap().as_str()), (expected, said));
    }

    #[test]
    fn a_question_is_asked_until_the_answer_is_good() {
        asked("name", "shop\n", "shop", "Which? [default] ");
        asked("name", "\n", "default", "Which? [default] ");
        asked("name", "", "default", "Which? [default] \n");
        asked(
            "timezone",
            "Asia/Shangai\n  Asia/Shanghai \n",
            "Asia/Shanghai",
            "Which? [default]   there is no timezone `Asia/Shangai`; did you mean `Asia/Shanghai`?\nWhich? [default] ",
        );
    }

    #[test]
    fn the_reader_of_specifications_judges() {
        for (key, answer) in
            [("name", "my shop"), ("grafana", "shop:8080"), ("grafana", "${x}"), ("timezone", "CST")]
        {
            assert!(accepted(key, answer).is_err(), "{key}: {answer}");
        }
        assert_eq!(accepted("grafana", "http://shop/?a={b}"), Ok("http://shop/?a={b}".to_owned()));
        assert_eq!(accepted("name", "true"), Ok("true".to_owned()));
    }
}
