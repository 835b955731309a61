//! Accepting connections and ending them.

use std::{convert::Infallible, io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use anyhow::Context;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::Site;

/// Most connections at a time, per address: some Prometheis and the people who look. Further ones wait in the
/// listener's backlog.
const CONNECTIONS_MAX: usize = 512;

/// How long a connection may be idle, take to send a request's head, or to agree on TLS: whoever holds connections
/// and asks nothing must not keep scrapes out. Prometheus opens a new connection where the old one was closed.
const HEAD_TIME_MAX: Duration = Duration::from_secs(5);

/// How old a connection becomes. After that it takes no further request, and is cut if its last answer is not read
/// within the longest time that a scrape may have.
const AGE_MAX: Duration = Duration::from_mins(5);
const LAST_ANSWER_MAX: Duration = Duration::from_mins(1);

/// How long answers may take after the exporter was told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(1);

/// Pause after a failed accept: most likely the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Listens on `HOST:PORT`; a missing host means every address of both families, as in Prometheus' exporters.
pub async fn bind(address: &str) -> anyhow::Result<TcpListener> {
    let listener = match address.strip_prefix(':') {
        None => TcpListener::bind(address).await,
        Some(port) => match TcpListener::bind(format!("[::]:{port}")).await {
            // A machine without IPv6.
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                TcpListener::bind(format!("0.0.0.0:{port}")).await
            }
            both => both,
        },
    };
    listener.with_context(|| {
        format!(
            "cannot listen on `{address}`; choose another address with `--web.listen-address HOST:PORT`, or \
             stop what listens there"
        )
    })
}

/// Serves until `stop` turns true, then lets answers in the making finish.
pub async fn serve(listener: TcpListener, site: Arc<Site>, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (site, stop) = (Arc::clone(&site), stop.clone());
        connections.spawn(async move {
            begin(stream, peer, site, stop).await;
            drop(place);
        });
    }
    drop(listener);
    let draining = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAIN_MAX, draining).await.is_err() {
        tracing::warn!("answers in the making were cut");
        connections.shutdown().await;
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let accepted = listener.accept().await.and_then(|(stream, peer)| {
        // Without it a small answer waits for the client's delayed acknowledgement: 40 ms.
        stream.set_nodelay(true)?;
        Ok((stream, peer.ip()))
    });
    match accepted {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            None
        }
    }
}

async fn begin(stream: TcpStream, peer: IpAddr, site: Arc<Site>, stop: watch::Receiver<bool>) {
    let Some(tls) = site.gate.rules().tls() else {
        return converse(stream, peer, site, stop).await;
    };
    match timeout(HEAD_TIME_MAX, TlsAcceptor::from(tls).accept(stream)).await {
        Ok(Ok(stream)) => converse(stream, peer, site, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, %peer, "no TLS"),
        Err(_) => tracing::debug!(%peer, "TLS took too long"),
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    peer: IpAddr,
    site: Arc<Site>,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, Infallible>(site.respond(&request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = stop.wait_for(|stop| *stop) => None,
        () = sleep(AGE_MAX) => None,
    };
    let ended = if let Some(ended) = ended {
        ended
    } else {
        connection.as_mut().graceful_shutdown();
        match timeout(LAST_ANSWER_MAX, connection).await {
            Ok(ended) => ended,
            Err(_) => return tracing::debug!(%peer, "a connection was cut"),
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %peer, "a connection broke");
    }
}
