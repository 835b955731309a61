//! What a failed handshake means.

use std::io;

use rustls::CertificateError;

use crate::{outcome::Failure, reason::Reason};

/// Classifies the error of a handshake.
pub(crate) fn failure(error: &io::Error) -> Failure {
    let tls = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
    let reason = tls.map_or(Reason::TlsHandshake, reason);
    Failure::new(reason, error.to_string())
}

fn reason(error: &rustls::Error) -> Reason {
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return Reason::TlsHandshake;
    };
    match certificate {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Reason::TlsExpired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Reason::TlsNotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Reason::TlsWrongHost
        }
        _ => Reason::TlsUntrusted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: rustls::Error, expected: Reason) {
        assert_eq!(failure(&io::Error::new(io::ErrorKind::InvalidData, error)).reason, expected);
    }

    #[test]
    fn certificates_tell_what_is_wrong() {
        let of = rustls::Error::InvalidCertificate;
        check(of(CertificateError::Expired), Reason::TlsExpired);
        check(of(CertificateError::NotValidYet), Reason::TlsNotYetValid);
        check(of(CertificateError::NotValidForName), Reason::TlsWrongHost);
        check(of(CertificateError::UnknownIssuer), Reason::TlsUntrusted);
        check(of(CertificateError::Revoked), Reason::TlsUntrusted);
        check(rustls::Error::HandshakeNotComplete, Reason::TlsHandshake);
        assert_eq!(failure(&io::Error::from(io::ErrorKind::UnexpectedEof)).reason, Reason::TlsHandshake);
    }
}
