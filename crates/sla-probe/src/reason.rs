//! Why a run failed, as a closed set: the label can never hold free text.

use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $label:literal,)*) => {
        /// Why a run or a step failed; the `reason` label.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the label value.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }
        }
    };
}

reasons! {
    /// The name has no address, or the name servers do not answer.
    Dns = "dns",
    /// A machine answered that nothing listens there.
    ConnectRefused = "connect_refused",
    /// No machine could be reached.
    Unreachable = "unreachable",
    /// The certificate has expired.
    TlsExpired = "tls_expired",
    /// The certificate is not valid yet.
    TlsNotYetValid = "tls_not_yet_valid",
    /// Nobody in the trust store vouches for the certificate.
    TlsUntrusted = "tls_untrusted",
    /// The certificate belongs to another name.
    TlsWrongHost = "tls_wrong_host",
    /// The handshake failed for another reason: no common version, not TLS at all.
    TlsHandshake = "tls_handshake",
    /// No whole answer by the deadline.
    Timeout = "timeout",
    /// The status code is not among the expected ones.
    HttpStatus = "http_status",
    /// The answer does not say what it should.
    Assertion = "assertion",
    /// The answer is right, but came after `within`.
    Slow = "slow",
    /// What came back is not HTTP, or it broke off.
    Protocol = "protocol",
    /// The body is larger than a probe reads.
    BodyLimit = "body_limit",
    /// The specification asks for something that cannot be done.
    Config = "config",
    /// A fault of the exporter itself.
    Internal = "internal",
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn labels_are_snake_case_and_unique() {
        let labels: BTreeSet<_> = Reason::ALL.iter().map(|it| it.label()).collect();
        assert_eq!(labels.len(), Reason::ALL.len());
        assert!(labels.iter().all(|it| it.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase())));
    }
}
