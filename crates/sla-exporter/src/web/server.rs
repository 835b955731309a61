//! Accepting connections and ending them.

use std::{convert::Infallible, io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use anyhow::Context;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    Site,
    crowd::Place,
    line::{Line, Progress},
};

/// How long a connection may be idle, take to send a request's head, or to agree on TLS. Prometheus opens a new
/// connection where the old one was closed.
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
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            accepted = accept(&listener) => accepted,
        };
        let Some((stream, peer)) = accepted else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        // Further ones wait in the listener's backlog.
        let place = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            place = site.crowd.enter() => place,
        };
        connections.spawn(begin(stream, peer, place, Arc::clone(&site), stop.clone()));
    }
    drop(listener);
    let draining = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAIN_MAX, draining).await.is_err() {
        tracing::warn!("answers in the making were cut");
        connections.shutdown().await;
    }
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, IpAddr)> {
    let accepted = listener.accept().await.and_then(|(stream, peer)| {
        // Without it a small answer waits for the client's delayed acknowledgement: 40 ms.
        stream.set_nodelay(true)?;
        Ok((stream, peer.ip()))
    });
    accepted.inspect_err(|error| tracing::warn!(%error, "cannot accept a connection")).ok()
}

async fn begin(
    stream: TcpStream,
    peer: IpAddr,
    place: Arc<Place>,
    site: Arc<Site>,
    stop: watch::Receiver<bool>,
) {
    let progress = Progress::new(Arc::clone(&place));
    let stream = Line::new(stream, progress.clone());
    let Some(tls) = site.gate.rules().tls() else {
        return converse(stream, peer, &place, progress, site, stop).await;
    };
    let agreeing = timeout(HEAD_TIME_MAX, TlsAcceptor::from(tls).accept(stream));
    let agreed = tokio::select! {
        agreed = agreeing => agreed,
        () = place.asked_to_leave() => return,
    };
    match agreed {
        Ok(Ok(stream)) => converse(stream, peer, &place, progress, site, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, %peer, "no TLS"),
        Err(_) => tracing::debug!(%peer, "TLS took too long"),
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    peer: IpAddr,
    place: &Place,
    progress: Progress,
    site: Arc<Site>,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| {
        let (site, progress) = (Arc::clone(&site), progress.clone());
        progress.asked();
        async move {
            let answer = site.respond(&request, peer).await;
            Ok::<_, Infallible>(answer.map(|it| progress.answering(it)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = stop.wait_for(|stop| *stop) => None,
        () = place.asked_to_leave() => None,
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
