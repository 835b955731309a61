//! `tls_server_config`: the server's side of TLS, from keys that Go's TLS was named after.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    RootCertStore, ServerConfig, SupportedProtocolVersion,
    crypto::{CryptoProvider, SupportedKxGroup, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::{TLS12, TLS13},
};

use super::{
    client::{ClientAuth, Clients},
    file::{Tls, Wrong},
    look::Tried,
    p521,
};

/// Go's names of cipher suites that rustls leaves out, because CBC has had its day. Who lists them beside others gets
/// the others.
const CBC: &str = "_CBC_";

/// Returns the configuration, or nothing if no key asks for TLS; notes what was read in `tried`.
pub fn config(tls: &Tls, directory: &Path, tried: &mut Tried) -> Result<Option<Arc<ServerConfig>>, Wrong> {
    let texts = [&tls.cert, &tls.key, &tls.client_ca, &tls.client_auth_type];
    let paths = [&tls.cert_file, &tls.key_file, &tls.client_ca_file];
    if texts.iter().all(|it| it.is_none()) && paths.iter().all(|it| it.is_none()) {
        return Ok(None);
    }
    let mut text = |inline: &Option<String>, file: &Option<PathBuf>| -> Result<Option<String>, Wrong> {
        match file.as_ref().filter(|it| !it.as_os_str().is_empty()) {
            Some(file) => tried.read(&directory.join(file)).map(Some),
            None => Ok(inline.clone().filter(|it| !it.is_empty())),
        }
    };
    let chain = text(&tls.cert, &tls.cert_file)?;
    let chain = chain.ok_or_else(|| Wrong::key("cert_file", "is missing, or `cert`"))?;
    let chain = certificates("cert", &chain)?;
    let key = text(&tls.key, &tls.key_file)?;
    let key = key.ok_or_else(|| Wrong::key("key_file", "is missing, or `key`"))?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes());
    let key = key.map_err(|_| Wrong::key("key", "holds no private key"))?;
    let authorities = text(&tls.client_ca, &tls.client_ca_file)?;
    let provider = Arc::new(provider(tls)?);
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&versions(tls)?)
        .map_err(|it| Wrong::key("tls_server_config", it))?;
    let builder = match clients(tls, authorities.as_deref(), &provider)? {
        None => builder.with_no_client_auth(),
        Some(clients) => builder.with_client_cert_verifier(Arc::new(clients)),
    };
    let config = builder.with_single_cert(chain, key);
    // What rustls says of a key that does not fit names no part of it.
    let mut config = config.map_err(|it| Wrong::key("key", format_args!("cannot be used: {it}")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(Arc::new(config)))
}

fn certificates(key: &'static str, pem: &str) -> Result<Vec<CertificateDer<'static>>, Wrong> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    found.ok().filter(|it| !it.is_empty()).ok_or_else(|| Wrong::key(key, "holds no certificate"))
}

fn clients(
    tls: &Tls,
    authorities: Option<&str>,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Clients>, Wrong> {
    let auth = match tls.client_auth_type.as_deref() {
        None | Some("" | "NoClientCert") => None,
        Some("RequestClientCert") => Some(ClientAuth { required: false, verified: false }),
        Some("RequireAnyClientCert" | "RequireClientCert") => {
            Some(ClientAuth { required: true, verified: false })
        }
        Some("VerifyClientCertIfGiven") => Some(ClientAuth { required: false, verified: true }),
        Some("RequireAndVerifyClientCert") => Some(ClientAuth { required: true, verified: true }),
        Some(other) => return Err(Wrong::key("client_auth_type", format_args!("is unknown: `{other}`"))),
    };
    let Some(auth) = auth else {
        return match authorities {
            None => Ok(None),
            Some(_) => Err(Wrong::key("client_ca_file", "has no effect without `client_auth_type`")),
        };
    };
    let trusted = match authorities {
        Some(pem) => certificates("client_ca", pem)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted.iter().cloned());
    let clients = Clients::new(auth, trusted, roots, tls.client_allowed_sans.clone(), provider);
    clients.map(Some).map_err(|it| Wrong::key("client_ca", it))
}

fn versions(tls: &Tls) -> Result<Vec<&'static SupportedProtocolVersion>, Wrong> {
    let number = |key, name: &Option<String>, default: u8| match name.as_deref() {
        None => Ok(default),
        Some("TLS13") => Ok(13),
        Some("TLS12") => Ok(12),
        // Older ones would be accepted as the least, and nothing else is ever spoken than 1.2 and 1.3.
        Some("TLS11") => Ok(11),
        Some("TLS10") => Ok(10),
        Some(_) => Err(Wrong::key(key, "is none of TLS10, TLS11, TLS12, TLS13")),
    };
    let least = number("min_version", &tls.min_version, 12)?;
    let most = number("max_version", &tls.max_version, 13)?;
    let spoken = [(12, &TLS12), (13, &TLS13)];
    let versions: Vec<_> =
        spoken.into_iter().filter(|it| (least..=most).contains(&it.0)).map(|it| it.1).collect();
    if versions.is_empty() {
        return Err(Wrong::key("max_version", "leaves nothing: TLS 1.2 and TLS 1.3 are spoken"));
    }
    Ok(versions)
}

fn provider(tls: &Tls) -> Result<CryptoProvider, Wrong> {
    let mut provider = ring::default_provider();
    if let Some(wanted) = tls.cipher_suites.as_ref().filter(|it| !it.is_empty()) {
        for name in wanted {
            let known = provider.cipher_suites.iter().any(|it| suite_name(it) == *name);
            if !known && !name.contains(CBC) {
                return Err(Wrong::key("cipher_suites", format_args!("name one that is unknown: `{name}`")));
            }
        }
        // As in Go, the list is of TLS 1.2; the suites of 1.3 are always there.
        provider
            .cipher_suites
            .retain(|it| it.version() == &TLS13 || wanted.iter().any(|name| suite_name(it) == *name));
        let old = provider.cipher_suites.iter().any(|it| it.version() == &TLS12);
        if !old && tls.max_version.as_deref() == Some("TLS12") {
            return Err(Wrong::key("cipher_suites", "name none that is still spoken"));
        }
    }
    if let Some(wanted) = tls.curve_preferences.as_ref().filter(|it| !it.is_empty()) {
        provider.kx_groups = curves(wanted)?;
    }
    Ok(provider)
}

/// Returns Go's name of a cipher suite.
fn suite_name(suite: &rustls::SupportedCipherSuite) -> String {
    format!("{:?}", suite.suite()).replace("TLS13_", "TLS_")
}

fn curves(wanted: &[String]) -> Result<Vec<&'static dyn SupportedKxGroup>, Wrong> {
    let mut groups: Vec<&'static dyn SupportedKxGroup> = Vec::new();
    for name in wanted {
        match name.as_str() {
            "X25519" => groups.push(ring::kx_group::X25519),
            "CurveP256" => groups.push(ring::kx_group::SECP256R1),
            "CurveP384" => groups.push(ring::kx_group::SECP384R1),
            "CurveP521" => groups.push(p521::SECP521R1),
            // Known to Go, but not to the library that we compute with.
            "X25519MLKEM768" => {}
            _ => {
                return Err(Wrong::key(
                    "curve_preferences",
                    format_args!("name one that is unknown: `{name}`"),
                ));
            }
        }
    }
    if groups.is_empty() {
        return Err(Wrong::key(
            "curve_preferences",
            "leave nothing: X25519, CurveP256, CurveP384 and CurveP521 are spoken",
        ));
    }
    Ok(groups)
}
