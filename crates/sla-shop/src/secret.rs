//! Random tokens and password hashes.
//!
//! This is a shop to break, not a bank: a password is hashed once with salted SHA-256, which is fast
//! on purpose, because every visit logs in and the shop runs beside what measures it. A real shop
//! takes a slow password hash.

use std::{
    fs::File,
    io::Read,
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::Context;
use sha2::{Digest, Sha256};

/// Length of tokens and salts: 128 bits cannot be guessed.
const BYTES: usize = 16;

/// A source of unguessable bytes: a counter hashed with a key that the system gave at start.
pub struct Random {
    key: [u8; 32],
    counter: AtomicU64,
}

impl Random {
    /// Takes the key from the operating system.
    pub fn from_system() -> anyhow::Result<Self> {
        let mut key = [0; 32];
        File::open("/dev/urandom")
            .and_then(|mut file| file.read_exact(&mut key))
            .context("cannot read random bytes from `/dev/urandom`")?;
        Ok(Self { key, counter: AtomicU64::new(0) })
    }

    /// Returns fresh bytes, for a salt.
    pub fn bytes(&self) -> [u8; BYTES] {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        let digest = Sha256::new().chain_update(self.key).chain_update(count.to_le_bytes()).finalize();
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(&digest[..BYTES]);
        bytes
    }

    /// Returns fresh bytes in hexadecimal, for a token.
    pub fn token(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.bytes()))
    }
}

/// Returns the hash of a password, as stored.
pub fn password_hash(salt: &[u8], password: &str) -> Vec<u8> {
    Sha256::new().chain_update(salt).chain_update(password).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn tokens_differ_and_have_one_length() {
        let random = Random::from_system().unwrap();
        let tokens: BTreeSet<_> = (0..1000).map(|_| random.token()).collect();
        assert_eq!(tokens.len(), 1000);
        assert!(tokens.iter().all(|token| token.len() == 2 * BYTES));
    }

    #[test]
    fn the_salt_changes_the_hash() {
        assert_ne!(password_hash(b"a", "secret"), password_hash(b"b", "secret"));
        assert_eq!(password_hash(b"a", "secret"), password_hash(b"a", "secret"));
    }
}
