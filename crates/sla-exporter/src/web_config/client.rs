//! Certificates of clients: asked for, wanted, or verified.

use std::{fmt, net::IpAddr, sync::Arc};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, UnixTime},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use x509_parser::{extensions::GeneralName, prelude::parse_x509_certificate};

/// What is asked of clients.
#[derive(Clone, Copy, Debug)]
pub struct ClientAuth {
    /// Whether they must show a certificate.
    pub required: bool,
    /// Whether somebody must vouch for it.
    pub verified: bool,
}

/// Judges the certificates of clients.
pub struct Clients {
    auth: ClientAuth,
    /// A certificate that stands here by itself is trusted, even if it is an authority's own. Go does the same, and
    /// many a self-signed client relies on it.
    trusted: Vec<CertificateDer<'static>>,
    chains: Option<Arc<dyn ClientCertVerifier>>,
    names: Option<Vec<String>>,
    provider: Arc<CryptoProvider>,
}

impl Clients {
    /// Trusts what `trusted` and `roots` hold; `names` are those of which a certificate must have one.
    pub fn new(
        auth: ClientAuth,
        trusted: Vec<CertificateDer<'static>>,
        roots: RootCertStore,
        names: Option<Vec<String>>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, impl fmt::Display + use<>> {
        let provider = Arc::clone(provider);
        let chains = if roots.is_empty() {
            Ok(None)
        } else {
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map(Some)
        };
        chains.map(|chains| Self { auth, trusted, chains, names, provider })
    }

    fn is_trusted(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.trusted.iter().any(|it| it == leaf) {
            let bad = |it| Error::InvalidCertificate(it);
            let (_, parsed) = parse_x509_certificate(leaf).map_err(|_| bad(CertificateError::BadEncoding))?;
            let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
            return match parsed.validity() {
                it if now < it.not_before.timestamp() => Err(bad(CertificateError::NotValidYet)),
                it if it.not_after.timestamp() < now => Err(bad(CertificateError::Expired)),
                _ => Ok(()),
            };
        }
        match &self.chains {
            Some(chains) => chains.verify_client_cert(leaf, between, now).map(|_| ()),
            None => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
        }
    }

    fn has_allowed_name(&self, leaf: &CertificateDer<'_>) -> bool {
        let Some(allowed) = &self.names else {
            return true;
        };
        let parsed = parse_x509_certificate(leaf);
        let names = parsed.as_ref().ok().and_then(|it| it.1.subject_alternative_name().ok().flatten());
        let names = names.map(|it| it.value.general_names.as_slice()).unwrap_or_default();
        names.iter().filter_map(text).any(|it| allowed.contains(&it))
    }
}

/// Returns a name as Go writes it.
fn text(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(it) | GeneralName::RFC822Name(it) | GeneralName::URI(it) => {
            Some((*it).to_owned())
        }
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|it| IpAddr::from(it).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|it| IpAddr::from(it).to_string()),
            _ => None,
        },
        _ => None,
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients").field("auth", &self.auth).finish_non_exhaustive()
    }
}

impl ClientCertVerifier for Clients {
    fn client_auth_mandatory(&self) -> bool {
        self.auth.required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if self.auth.verified {
            self.is_trusted(leaf, between, now)?;
        }
        if self.has_allowed_name(leaf) {
            return Ok(ClientCertVerified::assertion());
        }
        Err(Error::InvalidCertificate(CertificateError::NotValidForName))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
