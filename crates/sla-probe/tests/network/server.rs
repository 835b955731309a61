//! A small HTTP server whose answers a test chooses, and which remembers what it was asked.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task::JoinSet};

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The number of the connection that it came on.
    pub connection: usize,
    /// Method and path with query.
    pub line: String,
    pub headers: HeaderMap,
    pub body: String,
}

/// What a request is answered with.
pub struct Reply {
    pub status: u16,
    pub body: Bytes,
    pub after: Duration,
    /// Whether the server hangs up behind the answer.
    pub close: bool,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, body: body.into(), after: Duration::ZERO, close: false }
    }

    pub fn after(self, millis: u64) -> Self {
        Self { after: Duration::from_millis(millis), ..self }
    }

    /// Never answers.
    pub fn never() -> Self {
        Self::new(200, "").after(3_600_000)
    }
}

/// A running server; it ends with the value.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    pub async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::new(answer), Arc::clone(&seen)));
        Self { address, seen, _tasks: tasks }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The lines of all requests, in order.
    pub fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|it| it.line).collect()
    }
}

async fn accept(
    listener: TcpListener,
    answer: Arc<impl Fn(&str) -> Reply + Send + Sync + 'static>,
    seen: Arc<Mutex<Vec<Seen>>>,
) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let number = connections.len();
        let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
        connections.spawn(async move {
            let service = service_fn(|request| respond(number, request, &*answer, &seen));
            // A client that hangs up is part of some tests.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn respond(
    connection: usize,
    request: Request<Incoming>,
    answer: &(impl Fn(&str) -> Reply + Send + Sync),
    seen: &Mutex<Vec<Seen>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let line = format!("{} {}", request.method(), request.uri());
    let headers = request.headers().clone();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    seen.lock().unwrap().push(Seen { connection, line: line.clone(), headers, body });
    let reply = answer(&line);
    tokio::time::sleep(reply.after).await;
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = http::StatusCode::from_u16(reply.status).unwrap();
    if reply.close {
        response.headers_mut().insert("connection", "close".parse().unwrap());
    }
    Ok(response)
}
