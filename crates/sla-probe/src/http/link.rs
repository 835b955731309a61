//! One HTTP/1.1 connection, driven only while somebody waits for it: no task outlives the run.

use std::{error::Error, future::poll_fn, pin::Pin, pin::pin, task::Poll};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Body, Incoming},
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use super::connect::Stream;
use crate::{outcome::Failure, reason::Reason};

/// The largest body that is read. A page or an API's answer is far smaller; a probe is no download.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// A whole answer.
pub(crate) struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// Returns the body as JSON, if it is that.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

type Driver = Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>;

/// A connection and what drives it.
pub(crate) struct Link {
    sender: SendRequest<Full<Bytes>>,
    driver: Option<Driver>,
}

/// Why a request got no answer.
pub(crate) struct Unanswered {
    /// What happened.
    pub failure: Failure,
    /// The request, if not a byte of it was sent.
    pub unsent: Option<Request<Full<Bytes>>>,
}

impl Link {
    /// Begins HTTP on a stream.
    pub(crate) async fn begin(stream: Box<dyn Stream>) -> Result<Self, Failure> {
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|it| protocol(&it))?;
        Ok(Self { sender, driver: Some(Box::pin(connection)) })
    }

    /// Returns whether another request can be sent.
    pub(crate) async fn is_usable(&mut self) -> bool {
        alongside(&mut self.driver, self.sender.ready()).await.is_ok()
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Unanswered> {
        let sent = alongside(&mut self.driver, self.sender.try_send_request(request)).await;
        sent.map_err(|mut it| Unanswered { unsent: it.take_message(), failure: protocol(it.error()) })
    }

    /// Reads the body of an answer.
    pub(crate) async fn read(&mut self, response: Response<Incoming>) -> Result<Answer, Failure> {
        let status = response.status().as_u16();
        let body = alongside(&mut self.driver, whole(response.into_body())).await?;
        Ok(Answer { status, body })
    }
}

async fn whole(mut body: Incoming) -> Result<Bytes, Failure> {
    let limit = || Failure::new(Reason::BodyLimit, format!("the body is larger than {BODY_BYTES_MAX} bytes"));
    let mut whole = BytesMut::new();
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(limit());
    }
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|it| protocol(&it))?.into_data() else {
            continue;
        };
        if whole.len() + data.len() > BODY_BYTES_MAX {
            return Err(limit());
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// Runs `work` while the connection moves; how the connection ended is seen through `work`.
async fn alongside<T>(driver: &mut Option<Driver>, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        if let Some(moving) = driver
            && moving.as_mut().poll(context).is_ready()
        {
            *driver = None;
        }
        // What the connection has just received may be all that the work was waiting for.
        work.as_mut().poll(context)
    })
    .await
}

fn protocol(error: &hyper::Error) -> Failure {
    let mut detail = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        detail = format!("{detail}: {error}");
        cause = error.source();
    }
    Failure::new(Reason::Protocol, detail)
}
