//! TLS with certificates of the shop's own: a CA that a probe can trust, a certificate that is good, and one
//! that has expired, shown while [`CERTIFICATE_EXPIRED`](fault::CERTIFICATE_EXPIRED) is on.

use std::{fmt, fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path, sync::Arc};

use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, NoServerSessionStorage, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio_rustls::TlsAcceptor;

use crate::fault::{self, Faults};

/// What a probe trusts.
const CA: &str = "ca.pem";
const VALID: &str = "server.pem";
const EXPIRED: &str = "expired.pem";
const KEY: &str = "server-key.pem";

/// By which the shop is reached from its own machine, and from its neighbours under compose.
const NAMES: [&str; 4] = ["localhost", "shop", "127.0.0.1", "::1"];

/// Returns what accepts TLS connections, with the certificates in that folder; they are made if one is
/// missing, and kept if not, so that who trusts the CA still does after a restart.
pub fn acceptor(folder: &Path, faults: Arc<Faults>) -> anyhow::Result<TlsAcceptor> {
    if ![CA, VALID, EXPIRED, KEY].iter().all(|file| folder.join(file).is_file()) {
        issue(folder).with_context(|| format!("cannot make certificates in `{}`", folder.display()))?;
    }
    let provider = Arc::new(ring::default_provider());
    let key = folder.join(KEY);
    let key =
        PrivateKeyDer::from_pem_file(&key).with_context(|| format!("cannot read `{}`", key.display()))?;
    let key = provider.key_provider.load_private_key(key).context("the private key does not fit")?;
    let certificate = |file: &str| {
        let file = folder.join(file);
        let read = || CertificateDer::pem_file_iter(&file)?.collect::<Result<Vec<_>, _>>();
        let chain = read().with_context(|| format!("cannot read `{}`", file.display()))?;
        anyhow::Ok(Arc::new(CertifiedKey::new(chain, Arc::clone(&key))))
    };
    let shown = Shown { valid: certificate(VALID)?, expired: certificate(EXPIRED)?, faults };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("no TLS version fits")?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session is shown no certificate: the fault would not be seen.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

struct Shown {
    valid: Arc<CertifiedKey>,
    expired: Arc<CertifiedKey>,
    faults: Arc<Faults>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let expired = self.faults.is_on(fault::CERTIFICATE_EXPIRED);
        Some(Arc::clone(if expired { &self.expired } else { &self.valid }))
    }
}

/// Makes a CA and lets it sign both certificates; its key is forgotten.
fn issue(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.distinguished_name.push(DnType::CommonName, "sla-shop test CA");
    let authority_key = KeyPair::generate()?;
    let ca = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let certificate = |from_year, to_year| -> anyhow::Result<String> {
        let mut params = CertificateParams::new(NAMES.map(String::from))?;
        params.distinguished_name.push(DnType::CommonName, "sla-shop");
        params.not_before = date_time_ymd(from_year, 1, 1);
        params.not_after = date_time_ymd(to_year, 1, 1);
        Ok(params.signed_by(&key, &issuer)?.pem())
    };
    fs::write(folder.join(CA), ca.pem())?;
    fs::write(folder.join(VALID), certificate(2020, 2050)?)?;
    fs::write(folder.join(EXPIRED), certificate(2020, 2021)?)?;
    let mut secret = fs::OpenOptions::new();
    secret.write(true).create(true).truncate(true).mode(0o600);
    secret.open(folder.join(KEY))?.write_all(key.serialize_pem().as_bytes())?;
    Ok(())
}
