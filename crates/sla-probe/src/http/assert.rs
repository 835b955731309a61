//! What an answer must look like.

use serde_json::Value;
use sla_model::probe::Expect;

use super::link::Answer;
use crate::{outcome::Failure, reason::Reason};

/// Holds an answer against what is expected: status first, because a wrong status explains a wrong body.
pub(crate) fn check(expect: &Expect, answer: &Answer) -> Result<(), Failure> {
    if !expect.allows(answer.status) {
        let detail = format!("the status is {}", answer.status);
        return Err(Failure::new(Reason::HttpStatus, detail));
    }
    let failed = |detail: String| Err(Failure::new(Reason::Assertion, detail));
    if let Some(wanted) = &expect.contains
        && !contains(&answer.body, wanted.as_bytes())
    {
        return failed(format!("the body does not contain `{wanted}`"));
    }
    if expect.json.is_empty() {
        return Ok(());
    }
    let Some(document) = answer.json() else {
        return failed("the body is not JSON".to_owned());
    };
    for (path, wanted) in &expect.json {
        match path.find(&document) {
            Some(found) if same(found, wanted) => {}
            // What was found is not told: bodies may hold secrets.
            Some(_) => return failed(format!("`{path}` is not {wanted}")),
            None => return failed(format!("`{path}` is missing")),
        }
    }
    Ok(())
}

fn contains(body: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || body.windows(wanted.len()).any(|it| it == wanted)
}

/// Compares values; `1` and `1.0` are the same number, which `serde_json` does not think.
fn same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Number(found), Value::Number(wanted)) => {
            found == wanted || (found.is_f64() || wanted.is_f64()) && found.as_f64() == wanted.as_f64()
        }
        _ => found == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expect(json: &[(&str, Value)], contains: Option<&str>) -> Expect {
        let json = json.iter().map(|(path, value)| (path.parse().unwrap(), value.clone()));
        Expect { status: vec![], json: json.collect(), contains: contains.map(str::to_owned) }
    }

    #[track_caller]
    fn checked(expect: &Expect, status: u16, body: &str, expected: Result<(), (Reason, &str)>) {
        let answer = Answer { status, body: body.to_owned().into() };
        let found = check(expect, &answer).map_err(|it| (it.reason, it.detail));
        assert_eq!(found, expected.map_err(|it| (it.0, it.1.to_owned())));
    }

    #[test]
    fn answers_are_held_against_expectations() {
        let paid = expect(&[("$.status", json!("paid")), ("$.sum", json!(1))], Some("pai"));
        checked(&paid, 200, r#"{"status": "paid", "sum": 1.0}"#, Ok(()));
        checked(&paid, 302, "", Err((Reason::HttpStatus, "the status is 302")));
        checked(&paid, 200, "{}", Err((Reason::Assertion, "the body does not contain `pai`")));
        checked(&paid, 200, "paid", Err((Reason::Assertion, "the body is not JSON")));
        checked(
            &paid,
            200,
            r#"{"status": "unpaid"}"#,
            Err((Reason::Assertion, "`$.status` is not \"paid\"")),
        );
        checked(&paid, 200, r#"{"status": "paid"}"#, Err((Reason::Assertion, "`$.sum` is missing")));
        checked(&expect(&[], Some("药")), 204, "买药", Ok(()));
    }
}
