//! What probes may use of the machine: name resolution, the trust store and secrets.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use hickory_resolver::{TokioResolver, config::LookupIpStrategy, net::NetError};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::{http::connect, outcome::Failure, reason::Reason, secrets::Secrets};

/// So many addresses of a name are tried; more would leave each of them too little of the run's time.
const ADDRESSES_MAX: usize = 8;

/// Why the machine cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up")]
pub struct HostError(#[from] rustls::Error);

/// What probes may use of the machine.
#[derive(Clone)]
pub struct Host {
    /// Without a resolver configuration only addresses and `localhost` can be probed; the reason is told by
    /// each probe that needs a name.
    resolver: Result<TokioResolver, String>,
    tls: Arc<ClientConfig>,
    secrets: Arc<Secrets>,
}

impl Host {
    /// Reads the machine's name servers and its trust store.
    pub fn new() -> Result<Self, HostError> {
        Ok(Self { resolver: resolver(), tls: Arc::new(tls(native_roots())?), secrets: Arc::default() })
    }

    /// Returns the same machine with other secrets.
    pub fn with_secrets(&self, secrets: Secrets) -> Self {
        Self { secrets: Arc::new(secrets), ..self.clone() }
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(crate) fn tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }

    /// Returns whether a host name needs no resolution, and its addresses then.
    pub(crate) fn known_addresses(host: &str) -> Option<Vec<IpAddr>> {
        if let Ok(address) = host.parse() {
            return Some(vec![address]);
        }
        // RFC 6761: `localhost` never leaves the machine. Both are tried, because a server may listen on one.
        host.eq_ignore_ascii_case("localhost")
            .then(|| vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()])
    }

    /// Asks the name servers.
    pub(crate) async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Failure> {
        let failed = |detail: String| Failure::new(Reason::Dns, format!("`{host}`: {detail}"));
        let resolver = self.resolver.as_ref().map_err(|it| failed(it.clone()))?;
        let found = resolver.lookup_ip(host).await.map_err(|it| {
            let reason = if is_ours(&it) { Reason::Internal } else { Reason::Dns };
            Failure { reason, ..failed(dns_detail(&it)) }
        })?;
        let addresses: Vec<_> = found.iter().take(ADDRESSES_MAX).collect();
        if addresses.is_empty() { Err(failed("no addresses".to_owned())) } else { Ok(addresses) }
    }
}

/// Returns whether the question could not be asked because too many files are open here.
fn is_ours(error: &NetError) -> bool {
    matches!(error, NetError::Io(it) if connect::is_ours(it))
}

/// Says the two usual cases in plain words; the resolver's own text repeats its whole query.
fn dns_detail(error: &NetError) -> String {
    if error.is_nx_domain() {
        "there is no such name".to_owned()
    } else if error.is_no_records_found() {
        "the name has no address".to_owned()
    } else {
        error.to_string()
    }
}

fn resolver() -> Result<TokioResolver, String> {
    let mut builder = TokioResolver::builder_tokio().map_err(|it| it.to_string())?;
    let options = builder.options_mut();
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    // A probe must see what a new customer sees, so each run asks.
    options.cache_size = 0;
    builder.build().map_err(|it| it.to_string())
}

fn native_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // What cannot be read is left out: a server that needs it is then reported as untrusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn tls(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
