//! Accepting connections and ending them: the same for the shop's port and the admin port.

use std::{error::Error, future::Future, net::IpAddr, sync::Arc, time::Duration};

use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tokio_rustls::TlsAcceptor;

use crate::answer::Answer;

/// Most connections at a time, per port: a load of 10,000 users and what watches it. Further ones
/// wait in the listener's backlog.
const CONNECTIONS_MAX: usize = 12_000;

/// How long a connection may be idle, or take to send a request's head.
const HEAD_TIME_MAX: Duration = Duration::from_mins(3);

/// How long requests in flight may take after the shop was told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(2);

/// Pause after a failed accept: most likely the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long a client may take for its side of a TLS handshake.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// Serves until `stop` changes, then lets requests in flight finish. An error of the handler ends the
/// connection without an answer.
pub async fn serve<H, F, E>(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    handler: H,
    mut stop: watch::Receiver<bool>,
) where
    H: Fn(IpAddr, Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Answer, E>> + Send + 'static,
    E: Error + Send + Sync + 'static,
{
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, remote, place)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (watcher, tls) = (graceful.watcher(), tls.clone());
        let handler = handler.clone();
        let handler = move |request| handler(remote, request);
        tokio::spawn(async move {
            match tls {
                None => speak(stream, handler, watcher).await,
                Some(tls) => match tokio::time::timeout(HANDSHAKE_MAX, tls.accept(stream)).await {
                    Ok(Ok(stream)) => speak(stream, handler, watcher).await,
                    Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
                    Err(_) => tracing::debug!("TLS handshake took too long"),
                },
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests in flight were cut");
    }
}

/// Answers the requests of one connection.
async fn speak<S, H, F, E>(stream: S, handler: H, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Incoming>) -> F + Send + 'static,
    F: Future<Output = Result<Answer, E>> + Send + 'static,
    E: Error + Send + Sync + 'static,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .serve_connection(TokioIo::new(stream), service_fn(handler));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "connection ended");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let accepted = listener.accept().await.and_then(|(stream, remote)| {
        // Without it a small answer waits for the client's delayed acknowledgement: 40 ms.
        stream.set_nodelay(true)?;
        Ok((stream, remote.ip()))
    });
    match accepted {
        Ok((stream, remote)) => Some((stream, remote, place)),
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            None
        }
    }
}
