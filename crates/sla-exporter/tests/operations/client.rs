//! A small HTTP client that can also behave badly.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
};

/// How long an answer may take; far more than it does.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|it| it.split_once(':'));
        lines.filter(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1.trim()).next()
    }
}

/// Connects with a time limit on everything.
pub fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends a request with further header lines and reads the answer to its end.
pub fn request(address: SocketAddr, method: &str, path: &str, headers: &str) -> io::Result<Answer> {
    exchange(connect(address)?, method, path, headers)
}

/// The same over TLS.
pub fn secure(
    address: SocketAddr,
    config: &Arc<ClientConfig>,
    path: &str,
    headers: &str,
) -> io::Result<Answer> {
    let name = ServerName::try_from("localhost").expect("a name");
    let session = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
    exchange(StreamOwned::new(session, connect(address)?), "GET", path, headers)
}

fn exchange(mut stream: impl Read + Write, method: &str, path: &str, headers: &str) -> io::Result<Answer> {
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")?;
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        // Servers that hang up without a last word of TLS are common, and ours has told all.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        _ => {}
    }
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
    let end = end.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "no answer"))?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no status in {head}")))?;
    Ok(Answer { status, body: bytes.split_off(end + 4), head })
}

/// A client that trusts certificates and shows a chain of its own.
pub fn trusting(
    trusted: &[CertificateDer<'static>],
    own: Option<&(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for it in trusted {
        roots.add(it.clone()).unwrap();
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    match own {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => builder.with_client_auth_cert(chain.clone(), key.clone_key()).unwrap(),
    }
}
