//! From a server's name to a stream of bytes.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use super::target::Server;
use crate::{
    deadline::Deadline,
    host::Host,
    outcome::Failure,
    phase::{Phase, Stopwatch},
    reason::Reason,
    tls,
};

/// TCP or TLS, which are the same from here on.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Connects to a server, with TLS if it wants that.
pub(crate) async fn connect(
    server: &Server,
    host: &Host,
    deadline: Deadline,
    stopwatch: &mut Stopwatch,
) -> Result<Box<dyn Stream>, Failure> {
    let addresses = if let Some(known) = Host::known_addresses(&server.host) {
        known
    } else {
        stopwatch.enter(Phase::Resolve);
        host.resolve(&server.host).await?
    };
    stopwatch.enter(Phase::Connect);
    let stream = any(&addresses, server.port, deadline).await?;
    if !server.secure {
        return Ok(Box::new(stream));
    }
    stopwatch.enter(Phase::Tls);
    let name = ServerName::try_from(server.host.clone());
    let name = name.map_err(|_| Failure::new(Reason::Config, "TLS needs the name or address of a host"))?;
    let connector = TlsConnector::from(host.tls());
    let stream = connector.connect(name, stream).await.map_err(|it| tls::failure(&it))?;
    Ok(Box::new(stream))
}

/// Tries every address in turn. Each gets an equal part of what is left, so that a silent first address does
/// not take the time of a second one that works.
async fn any(addresses: &[IpAddr], port: u16, deadline: Deadline) -> Result<TcpStream, Failure> {
    let mut failures = Vec::new();
    for (place, address) in addresses.iter().enumerate() {
        let address = SocketAddr::new(*address, port);
        let waiting = u32::try_from(addresses.len() - place).unwrap_or(u32::MAX);
        match Deadline::after(deadline.left() / waiting).bound(one(address)).await {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => failures.push((reason(&error), format!("{address}: {error}"))),
            None => failures.push((Reason::Timeout, format!("{address}: no answer"))),
        }
    }
    // The most telling one: what failed here says nothing of them, and a refusal proves that a machine is there.
    let by_telling = [Reason::Internal, Reason::ConnectRefused, Reason::Timeout];
    let telling = by_telling.into_iter().find(|it| failures.iter().any(|found| found.0 == *it));
    let details: Vec<_> = failures.into_iter().map(|it| it.1).collect();
    Err(Failure::new(
        telling.unwrap_or(Reason::Unreachable),
        format!("cannot connect: {}", details.join(", ")),
    ))
}

async fn one(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // Without it a small request waits for the delayed acknowledgement of the one before: 40 ms.
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn reason(error: &io::Error) -> Reason {
    if is_ours(error) {
        return Reason::Internal;
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Reason::ConnectRefused,
        io::ErrorKind::TimedOut => Reason::Timeout,
        _ => Reason::Unreachable,
    }
}

/// Returns whether no socket could be opened because this process, or the whole machine, has too many files open: no
/// fault of whom it should have led to. The numbers are those of Linux, `EMFILE` and `ENFILE`.
pub(crate) fn is_ours(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(24 | 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_open_files_are_no_fault_of_the_target() {
        let of = |number| reason(&io::Error::from_raw_os_error(number));
        assert_eq!((of(24), of(23)), (Reason::Internal, Reason::Internal));
        // ECONNREFUSED, ETIMEDOUT, ENETUNREACH.
        assert_eq!(
            (of(111), of(110), of(101)),
            (Reason::ConnectRefused, Reason::Timeout, Reason::Unreachable)
        );
    }
}
