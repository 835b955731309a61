//! Single calls: what is sent, what is measured, and each way to fail.

use std::time::{Duration, Instant};

use serde_json::json;
use sla_model::probe::{Expect, HttpCall, Method};
use sla_probe::{Deadline, Host, Outcome, Phase, Reason, http};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::server::{Reply, Server};

const PATIENCE: Duration = Duration::from_secs(20);

fn get(url: String) -> HttpCall {
    HttpCall {
        method: Method::Get,
        url,
        headers: vec![],
        json: None,
        expect: Expect::default(),
        within: None,
    }
}

async fn run(call: &HttpCall) -> Outcome {
    http::run(call, &Host::new().unwrap(), Deadline::after(PATIENCE)).await
}

#[track_caller]
fn failed(outcome: &Outcome, reason: Reason, detail: &str) {
    let failure = outcome.verdict.as_ref().unwrap_err();
    assert_eq!((failure.reason, &failure.step), (reason, &None), "{}", failure.detail);
    assert!(failure.detail.contains(detail), "{}", failure.detail);
}

fn phases(outcome: &Outcome) -> Vec<Phase> {
    outcome.phases.iter().map(|it| it.0).collect()
}

#[tokio::test]
async fn a_good_answer_is_good() {
    let server = Server::start(|_| Reply::new(201, r#"{"status": "药"}"#)).await;
    let mut call = get(server.url("/a/b?c=d"));
    call.method = Method::Post;
    call.headers = vec![("X-Test".into(), "1".into())];
    call.json = Some(json!({"goods": 1}));
    call.expect = Expect {
        status: vec![201],
        json: vec![("$.status".parse().unwrap(), json!("药"))],
        contains: Some("药".into()),
    };
    let outcome = run(&call).await;
    assert_eq!(outcome.verdict, Ok(()));
    assert_eq!(phases(&outcome), [Phase::Connect, Phase::FirstByte, Phase::Transfer]);
    assert!(outcome.phases.iter().map(|it| it.1).sum::<Duration>() <= outcome.took);

    let seen = &server.seen()[0];
    assert_eq!((seen.line.as_str(), seen.body.as_str()), ("POST /a/b?c=d", r#"{"goods":1}"#));
    let header = |name: &str| seen.headers[name].to_str().unwrap();
    assert_eq!(header("host"), server.address.to_string());
    assert_eq!(header("user-agent"), concat!("sla_exporter/", env!("CARGO_PKG_VERSION")));
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("x-test"), "1");
}

#[tokio::test]
async fn localhost_is_found_where_the_server_listens() {
    let server = Server::start(|_| Reply::new(200, "")).await;
    let outcome = run(&get(format!("http://localhost:{}/", server.address.port()))).await;
    assert_eq!(outcome.verdict, Ok(()));
}

#[tokio::test]
async fn a_closed_port_is_a_refusal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let outcome = run(&get(format!("http://{address}/"))).await;
    failed(&outcome, Reason::ConnectRefused, &address.to_string());
    assert_eq!(phases(&outcome), [Phase::Connect]);
    let outcome = run(&get(format!("http://localhost:{}/", address.port()))).await;
    failed(&outcome, Reason::ConnectRefused, "[::1]");
}

#[tokio::test]
async fn a_hanging_server_is_a_timeout_at_the_deadline() {
    let server = Server::start(|_| Reply::never()).await;
    let started = Instant::now();
    let deadline = Duration::from_millis(150);
    let call = get(server.url("/?token=secret"));
    let outcome = http::run(&call, &Host::new().unwrap(), Deadline(started + deadline)).await;
    let took = started.elapsed();
    assert!(took >= deadline && took < deadline + Duration::from_secs(1), "{took:?}");
    failed(&outcome, Reason::Timeout, "`first_byte` was running");
    assert!(!outcome.verdict.clone().unwrap_err().detail.contains("secret"));
    assert_eq!(phases(&outcome), [Phase::Connect, Phase::FirstByte]);
}

#[tokio::test]
async fn a_wrong_status_is_told() {
    let server = Server::start(|_| Reply::new(302, "")).await;
    failed(&run(&get(server.url("/moved"))).await, Reason::HttpStatus, "/moved: the status is 302");
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_wrong_body_is_told_without_its_content() {
    let server = Server::start(|_| Reply::new(200, r#"{"status": "secret"}"#)).await;
    let mut call = get(server.url("/"));
    call.expect.json = vec![("$.status".parse().unwrap(), json!("paid"))];
    let outcome = run(&call).await;
    failed(&outcome, Reason::Assertion, "`$.status` is not \"paid\"");
    assert!(!outcome.verdict.unwrap_err().detail.contains("secret"));
}

#[tokio::test]
async fn a_right_answer_can_come_too_late() {
    let server = Server::start(|_| Reply::new(200, "").after(60)).await;
    let mut call = get(server.url("/"));
    call.within = Some(Duration::from_millis(50));
    let outcome = run(&call).await;
    failed(&outcome, Reason::Slow, "allowed are 50 ms");
    assert!(outcome.took >= Duration::from_millis(60));
}

#[tokio::test]
async fn bodies_are_bounded() {
    let fits = vec![b'x'; http::BODY_BYTES_MAX];
    let server = Server::start(move |line| {
        let more = usize::from(line == "GET /more");
        Reply::new(200, [fits.clone(), vec![b'x'; more]].concat())
    })
    .await;
    assert_eq!(run(&get(server.url("/fits"))).await.verdict, Ok(()));
    failed(&run(&get(server.url("/more"))).await, Reason::BodyLimit, "larger than 1048576 bytes");
}

/// Answers every connection with these bytes and hangs up.
async fn raw(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 1024];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut head).await;
            let _ = stream.write_all(answer).await;
        }
    });
    address.to_string()
}

#[tokio::test]
async fn what_is_not_http_is_told() {
    failed(&run(&get(format!("http://{}/", raw(b"").await))).await, Reason::Protocol, "connection closed");
    failed(&run(&get(format!("http://{}/", raw(b"SSH-2.0\r\n").await))).await, Reason::Protocol, "HTTP");
    let broken_off = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
    failed(&run(&get(format!("http://{broken_off}/"))).await, Reason::Protocol, "");
}

#[tokio::test]
async fn an_endless_body_is_bounded() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while sent.is_ok() {
            sent = stream.write_all(&[b'x'; 4096]).await;
        }
    });
    failed(&run(&get(format!("http://{address}/"))).await, Reason::BodyLimit, "");
}

#[tokio::test]
async fn what_is_not_tls_is_told() {
    let outcome = run(&get(format!("https://{}/", raw(b"HTTP/1.1 400 Bad Request\r\n\r\n").await))).await;
    failed(&outcome, Reason::TlsHandshake, "");
    assert_eq!(phases(&outcome), [Phase::Connect, Phase::Tls]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_a_fault_of_the_specification() {
    failed(&run(&get("shop".into())).await, Reason::Config, "begins with");
    let mut call = get("http://127.0.0.1:1/".into());
    call.headers = vec![("authorization".into(), "sec\nret".into())];
    let outcome = run(&call).await;
    failed(&outcome, Reason::Config, "the value of header `authorization`");
    assert!(!outcome.verdict.unwrap_err().detail.contains("ret\""));
}
