//! Journeys: values that are passed on, clean-up, and the time that it gets.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sla_model::{
    journey::{Journey, Step, Synthetic},
    probe::{Expect, HttpCall, Method},
    text::Text,
};
use sla_probe::{Deadline, Host, Outcome, Reason, journey};

use crate::server::{Reply, Server};

const PATIENCE: Duration = Duration::from_secs(20);

fn step(id: &str, method: Method, url: String) -> Step {
    let authorization = ("authorization".into(), "Bearer {{token}}".into());
    let headers = if id == "login" { vec![] } else { vec![authorization] };
    let call = HttpCall { method, url, headers, json: None, expect: Expect::default(), within: None };
    Step { id: id.parse().unwrap(), call, save: vec![], always: false }
}

fn saving(step: Step, name: &str, path: &str) -> Step {
    Step { save: vec![(name.parse().unwrap(), path.parse().unwrap())], ..step }
}

/// Log in, order, pay, cancel.
fn checkout(server: &Server) -> Journey {
    let login = step("login", Method::Post, server.url("/login"));
    let order = step("order", Method::Post, server.url("/orders"));
    let payment = step("payment", Method::Post, server.url("/orders/{{order}}/payment"));
    let cancel = step("cancel", Method::Delete, server.url("/orders/{{order}}"));
    let mut steps = vec![
        saving(login, "token", "$.token"),
        saving(order, "order", "$.id"),
        payment,
        Step { always: true, ..cancel },
    ];
    steps[0].call.json = Some(json!({"user": "probe"}));
    Journey {
        id: "checkout".parse().unwrap(),
        title: Text::same("checkout"),
        module: "trade".parse().unwrap(),
        every: Duration::from_secs(15),
        timeout: Duration::from_secs(10),
        synthetic: Some(Synthetic { header: ("x-synthetic".into(), "probe".into()), excluded_by: None }),
        steps,
        down: None,
    }
}

fn shop(line: &str) -> Reply {
    Reply::new(200, shop_body(line).to_string())
}

fn shop_body(line: &str) -> Value {
    match line {
        "POST /login" => json!({"token": "t/1"}),
        "POST /orders" => json!({"id": 7}),
        _ => json!({}),
    }
}

async fn run(journey: &Journey, time: Duration) -> Outcome {
    journey::run(journey, &Host::new().unwrap(), Deadline::after(time)).await
}

fn steps(outcome: &Outcome) -> Vec<(&str, Option<Reason>)> {
    let reason = |it: &Result<(), sla_probe::Failure>| it.as_ref().err().map(|it| it.reason);
    outcome.steps.iter().map(|it| (it.step.as_str(), reason(&it.verdict))).collect()
}

#[track_caller]
fn failed(outcome: &Outcome, step: &str, reason: Reason, detail: &str) {
    let failure = outcome.verdict.as_ref().unwrap_err();
    assert_eq!(failure.step.as_ref().unwrap().as_str(), step);
    assert_eq!(failure.reason, reason);
    assert!(failure.detail.contains(detail), "{}", failure.detail);
}

#[tokio::test]
async fn values_are_passed_on_over_one_connection() {
    let server = Server::start(shop).await;
    let outcome = run(&checkout(&server), PATIENCE).await;
    assert_eq!(outcome.verdict, Ok(()));
    assert_eq!(steps(&outcome), [("login", None), ("order", None), ("payment", None), ("cancel", None)]);
    assert!(outcome.phases.is_empty());
    assert_eq!(server.lines(), ["POST /login", "POST /orders", "POST /orders/7/payment", "DELETE /orders/7"]);
    let seen = server.seen();
    assert!(seen.iter().all(|it| it.headers["x-synthetic"] == "probe" && it.connection == 0));
    assert!(seen[1..].iter().all(|it| it.headers["authorization"] == "Bearer t/1"));
    assert_eq!(seen[0].body, r#"{"user":"probe"}"#);
}

#[tokio::test]
async fn a_server_may_hang_up_after_each_answer() {
    let server = Server::start(|line| Reply { close: true, ..shop(line) }).await;
    assert_eq!(run(&checkout(&server), PATIENCE).await.verdict, Ok(()));
    let connections: Vec<_> = server.seen().iter().map(|it| it.connection).collect();
    assert_eq!(connections, [0, 1, 2, 3]);
}

#[tokio::test]
async fn after_a_failure_only_clean_up_runs() {
    let server = Server::start(|line| Reply {
        status: if line.ends_with("payment") { 503 } else { 200 },
        ..shop(line)
    })
    .await;
    let mut journey = checkout(&server);
    journey.steps.insert(3, step("look", Method::Get, server.url("/orders/{{order}}")));
    let outcome = run(&journey, PATIENCE).await;
    failed(&outcome, "payment", Reason::HttpStatus, "/orders/{{order}}/payment: the status is 503");
    assert_eq!(
        steps(&outcome),
        [("login", None), ("order", None), ("payment", Some(Reason::HttpStatus)), ("cancel", None)]
    );
}

#[tokio::test]
async fn clean_up_without_its_value_is_left_out() {
    let server = Server::start(|line| Reply {
        status: if line == "POST /orders" { 500 } else { 200 },
        ..Reply::new(200, r#"{"token":"t"}"#)
    })
    .await;
    let outcome = run(&checkout(&server), PATIENCE).await;
    failed(&outcome, "order", Reason::HttpStatus, "500");
    assert_eq!(server.lines(), ["POST /login", "POST /orders"]);
}

#[tokio::test]
async fn a_value_that_is_missing_fails_the_step() {
    let server = Server::start(|_| Reply::new(200, r#"{"token": {}}"#)).await;
    let outcome = run(&checkout(&server), PATIENCE).await;
    failed(&outcome, "login", Reason::Assertion, "`$.token` is neither text nor a number");
    let server = Server::start(|_| Reply::new(200, r#"{"token": ""}"#)).await;
    failed(&run(&checkout(&server), PATIENCE).await, "login", Reason::Assertion, "`$.token` is empty");
    let server = Server::start(|_| Reply::new(200, "no JSON")).await;
    failed(&run(&checkout(&server), PATIENCE).await, "login", Reason::Assertion, "`$.token` is missing");
}

#[tokio::test]
async fn an_order_that_came_too_late_is_cancelled() {
    let server = Server::start(|line| {
        let late = if line == "POST /orders" { 60 } else { 0 };
        shop(line).after(late)
    })
    .await;
    let mut journey = checkout(&server);
    journey.steps[1].call.within = Some(Duration::from_millis(50));
    failed(&run(&journey, PATIENCE).await, "order", Reason::Slow, "");
    assert_eq!(server.lines(), ["POST /login", "POST /orders", "DELETE /orders/7"]);
}

#[tokio::test]
async fn a_failed_clean_up_fails_the_run() {
    let server = Server::start(|line| Reply {
        status: if line.starts_with("DELETE") { 500 } else { 200 },
        ..shop(line)
    })
    .await;
    failed(&run(&checkout(&server), PATIENCE).await, "cancel", Reason::HttpStatus, "");
}

#[tokio::test]
async fn clean_up_has_time_of_its_own() {
    let server =
        Server::start(|line| if line.ends_with("payment") { Reply::never() } else { shop(line) }).await;
    let time = Duration::from_millis(400);
    let started = Instant::now();
    let outcome = run(&checkout(&server), time).await;
    assert!(started.elapsed() < time, "the clean-up is quick, so the run ends before its deadline");
    failed(&outcome, "payment", Reason::Timeout, "`first_byte` was running");
    assert_eq!(outcome.steps.last().unwrap().verdict, Ok(()));
    assert_eq!(server.lines().last().unwrap(), "DELETE /orders/7");
}

#[tokio::test]
async fn the_whole_run_ends_by_its_deadline() {
    let server = Server::start(|line| if line == "POST /login" { shop(line) } else { Reply::never() }).await;
    let mut journey = checkout(&server);
    for name in ["tidy", "leave"] {
        let tidy = step(name, Method::Post, server.url("/tidy"));
        journey.steps.push(Step { always: true, ..tidy });
    }
    let time = Duration::from_millis(400);
    let started = Instant::now();
    let outcome = run(&journey, time).await;
    let took = started.elapsed();
    assert!(took >= time && took < time + Duration::from_secs(1), "{took:?}");
    failed(&outcome, "order", Reason::Timeout, "");
    let timeout = Some(Reason::Timeout);
    assert_eq!(steps(&outcome), [("login", None), ("order", timeout), ("tidy", timeout), ("leave", timeout)]);
}

#[tokio::test]
async fn a_variable_that_nobody_saves_is_a_fault_of_the_specification() {
    let server = Server::start(shop).await;
    let mut journey = checkout(&server);
    journey.steps[2].call.url = server.url("/{{nothing}}");
    let outcome = run(&journey, PATIENCE).await;
    failed(&outcome, "payment", Reason::Config, "no earlier step saves `nothing`");
    assert_eq!(server.lines().last().unwrap(), "DELETE /orders/7");
}
