//! Clients that mean no good.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::{
    client::{connect, request},
    exporter::{Exporter, specification},
    users::End,
};

const PROBE: &str =
    "probes:\n  a: {http: {get: \"http://127.0.0.1:1/\"}, every: 6s, timeout: 5s, module: shop}\n";

#[test]
fn half_sent_requests_are_closed_and_keep_no_scrape_waiting() {
    let exporter = Exporter::start(&specification(PROBE), &[]);
    let began = Instant::now();
    let mut open: Vec<TcpStream> = (0..300)
        .map(|number| {
            let mut stream = connect(exporter.address).unwrap();
            let half: &[u8] =
                if number % 2 == 0 { b"GET /metrics HT" } else { b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: " };
            stream.write_all(half).unwrap();
            stream
        })
        .collect();
    let mut scrapes = Vec::new();
    while began.elapsed() < Duration::from_secs(2) {
        let scrape = Instant::now();
        assert_eq!(request(exporter.address, "GET", "/metrics", "").unwrap().status, 200);
        scrapes.push(scrape.elapsed());
        thread::sleep(Duration::from_millis(20));
    }
    scrapes.sort_unstable();
    // Not the slowest: other tests share the machine.
    let usual = scrapes[scrapes.len() * 9 / 10];
    assert!(usual < Duration::from_millis(50), "{usual:?} of {} scrapes", scrapes.len());
    for stream in &mut open {
        let mut rest = Vec::new();
        // Closed with or without a word, or reset; only a timeout would mean that it is still open.
        if let Err(error) = stream.read_to_end(&mut rest) {
            assert!(error.kind() == io::ErrorKind::ConnectionReset, "{error}");
        }
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn whoever_does_not_read_is_no_burden() {
    let exporter = Exporter::start(&specification(PROBE), &[]);
    let mut deaf = Vec::new();
    for _ in 0..50 {
        let mut stream = connect(exporter.address).unwrap();
        for _ in 0..20 {
            // Pipelined, and none of the answers is ever read.
            let sent = stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
            if sent.is_err() {
                break;
            }
        }
        deaf.push(stream);
    }
    for _ in 0..20 {
        assert_eq!(exporter.get("/metrics", "").status, 200);
    }
}

/// Asks on a connection that stays open; returns when the answer begins.
fn ask(stream: &mut TcpStream, path: &str, headers: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n").unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
}

const PROBES_OF_A_LARGE_PAGE: usize = 8000;

/// There are so many places, and so many want one.
const PLACES: usize = 512;
const KEPT: usize = 600;

/// Asks for the health and reads the answer to its end.
fn keep(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")?;
    let (mut answer, mut piece) = (Vec::new(), [0; 1024]);
    while !answer.ends_with(b"healthy\n") {
        match stream.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => answer.extend_from_slice(&piece[..read]),
        }
    }
    Ok(())
}

/// Without a password, and far more often than an idle connection is closed.
#[test]
fn connections_that_are_kept_open_keep_no_scrape_waiting() {
    let exporter = Exporter::start(&specification(PROBE), &[]);
    let open = || {
        let mut stream = connect(exporter.address).unwrap();
        keep(&mut stream).unwrap();
        stream
    };
    let mut kept: Vec<_> = (0..PLACES).map(|_| open()).collect();
    let (ended, rounds) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                // Those that had to go are gone.
                kept.retain_mut(|it| ended.load(Ordering::Relaxed) || keep(it).is_ok());
                rounds.fetch_add(1, Ordering::Relaxed);
            }
        });
        let _end = End(&ended);
        exporter.until("round", || rounds.load(Ordering::Relaxed) > 0);
        let _more: Vec<_> = (PLACES..KEPT).map(|_| open()).collect();
        assert_eq!(exporter.get("/metrics", "").status, 200);
    });
}

/// The exporter writes four pages at a time, and these take none of theirs for a minute.
#[test]
fn whoever_does_not_read_gives_its_place_back() {
    let probes: String = (0..PROBES_OF_A_LARGE_PAGE)
        .map(|it| PROBE.replace("probes:\n  a:", &format!("  {}-{it}:", "p".repeat(50))).replace("6s", "1h"))
        .collect();
    let exporter = Exporter::start(&specification(&format!("probes:\n{probes}")), &[]);
    let size = exporter.get("/metrics", "").body.len();
    assert!(size > 12_000_000, "{size} bytes may all be on the way");
    let deaf: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = connect(exporter.address).unwrap();
            ask(&mut stream, "/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 60\r\n");
            stream
        })
        .collect();
    let page = exporter.get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 30\r\n");
    assert_eq!(page.status, 200, "{}", page.text());
    drop(deaf);
}

#[test]
fn requests_that_are_none_are_refused() {
    let exporter = Exporter::start(&specification(PROBE), &[]);
    for text in ["\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /%zz%00 HTTP/1.1\r\nHost: x\r\n\r\n"] {
        let mut stream = connect(exporter.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{text:?}: {answer}");
    }
    let long = format!("X: {}\r\n", "x".repeat(1_000_000));
    // Refused in one way or another: with 431, or by closing while we still send.
    if let Ok(answer) = request(exporter.address, "GET", "/metrics", &long) {
        assert_eq!(answer.status, 431);
    }
    assert_eq!(exporter.get("/-/healthy", "").text(), "healthy\n");
}

#[test]
fn requests_need_one_host() {
    let exporter = Exporter::start(&specification(PROBE), &[]);
    // Until the end of the connection.
    let said = |request: &str| {
        let mut stream = connect(exporter.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let status = |request: &str| said(request).split(' ').nth(1).unwrap().to_owned();
    assert_eq!(status("GET /-/healthy HTTP/1.1\r\n\r\n"), "400");
    assert_eq!(status("GET /-/healthy HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), "400");
    assert_eq!(status("GET /-/healthy HTTP/1.0\r\n\r\n"), "200");
}

#[test]
fn numbers_beyond_all_bounds_are_answered() {
    let probes: String = (0..100).map(|it| PROBE.replace("probes:\n  a:", &format!("  p{it}:"))).collect();
    let exporter = Exporter::start(&specification(&format!("probes:\n{}", probes.replace("6s", "1h"))), &[]);
    // An hour is a minute at this pace: most have not run yet, and a load balancer need not read all their names.
    let waiting = exporter.get("/-/ready", "");
    assert_eq!(waiting.status, 503);
    let told = waiting.text();
    assert!(told.matches(", ").count() == 19 && told.ends_with(" more\n"), "{told}");
    for query in ["page=18446744073709551615", "page=-1", "page=x&q=%F0&lang=%00", "&&=&q"] {
        assert_eq!(exporter.get(&format!("/?{query}"), "").status, 200, "{query}");
    }
}
