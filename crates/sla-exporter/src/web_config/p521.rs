//! The curve P-521 for key exchange: exporter-toolkit lets operators ask for it, and ring has none.
//!
//! The arithmetic is that of `RustCrypto`'s `p521`; here it only meets rustls. Shapes: RFC 8446, sections 4.2.8.2 and
//! 7.4.2; RFC 8422 says the same for TLS 1.2.

use p521::{PublicKey, Sec1Point, ecdh::EphemeralSecret, elliptic_curve::Generate};
use rustls::{
    Error, NamedGroup, PeerMisbehaved,
    crypto::{ActiveKeyExchange, SharedSecret, SupportedKxGroup},
};

/// The group, to be listed beside those of ring.
pub static SECP521R1: &dyn SupportedKxGroup = &Group;

#[derive(Debug)]
struct Group;

impl SupportedKxGroup for Group {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let secret = EphemeralSecret::try_generate().map_err(|_| Error::FailedToGetRandomBytes)?;
        let public = Sec1Point::from(secret.public_key());
        Ok(Box::new(Exchange { secret, public }))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

struct Exchange {
    secret: EphemeralSecret,
    /// Uncompressed, the only form that TLS knows.
    public: Sec1Point,
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, theirs: &[u8]) -> Result<SharedSecret, Error> {
        let misbehaved = || Error::from(PeerMisbehaved::InvalidKeyShare);
        // 4 is the tag of an uncompressed point; that it lies on the curve is checked when it is read.
        let uncompressed = theirs.first() == Some(&4);
        let theirs = uncompressed.then(|| PublicKey::from_sec1_bytes(theirs).ok()).flatten();
        let shared = self.secret.diffie_hellman(&theirs.ok_or_else(misbehaved)?);
        Ok(SharedSecret::from(shared.raw_secret_bytes().as_slice()))
    }

    fn pub_key(&self) -> &[u8] {
        self.public.as_bytes()
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sides_agree() {
        let (one, other) = (Group.start().unwrap(), Group.start().unwrap());
        let (one_key, other_key) = (one.pub_key().to_vec(), other.pub_key().to_vec());
        assert_eq!(one_key.len(), 133);
        let shared = one.complete(&other_key).unwrap();
        assert_eq!(shared.secret_bytes(), other.complete(&one_key).unwrap().secret_bytes());
        assert_eq!(shared.secret_bytes().len(), 66);
    }

    #[test]
    fn what_is_no_point_is_refused() {
        let good = Group.start().unwrap().pub_key().to_vec();
        let mut off = good.clone();
        *off.last_mut().unwrap() ^= 1;
        let compressed = [&[2 + (good[132] & 1)], &good[1..67]].concat();
        for theirs in [&[][..], &[0], &good[..132], &off, &compressed] {
            let error = Group.start().unwrap().complete(theirs).err().unwrap();
            assert_eq!(error, Error::from(PeerMisbehaved::InvalidKeyShare));
        }
    }
}
