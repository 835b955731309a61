//! Users and their passwords. A bcrypt hash is dear on purpose, so who floods us with passwords must not get our
//! processor: hashes are computed one at a time with a rest after each, and a user who was let in once is remembered.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use tokio::{sync::Semaphore, task::spawn_blocking, time::sleep};

use crate::state::lock;

/// After a hash the hashing rests this many times as long: at most a sixth of one core is spent, 17 %.
const REST: u32 = 5;

/// The longest rest; a hash that needs more than 24 s is a cost of 18 or so, and the user's own wish.
const REST_MAX: Duration = Duration::from_mins(2);

/// Logins that wait for their hash; further ones are told to come back.
const WAITING_MAX: usize = 32;

/// The same from one address, so that one guesser does not keep everybody else waiting.
const WAITING_PER_PEER_MAX: usize = 4;

/// Remembered logins. Every one of them is right, so there are no more than users, and old hashes of theirs.
const REMEMBERED_MAX: usize = 1000;

/// The hash of a random password that nobody kept, cost 10: an unknown user takes as long as a known one.
const NOBODY: &str = "$2b$10$XFHpKmLIF7b5KfEQq8GOHe8Z916cYbSflIToz3HXq/J.LdilfZIo2";

/// Names with the bcrypt hashes of their passwords.
#[derive(Default)]
pub struct Users(BTreeMap<String, String>);

impl Users {
    /// Takes users; returns the name of the first whose hash is none.
    pub fn new(users: BTreeMap<String, String>) -> Result<Self, String> {
        match users.iter().find(|it| it.1.parse::<bcrypt::HashParts>().is_err()) {
            Some((name, _)) => Err(name.clone()),
            None => Ok(Self(users)),
        }
    }

    /// Returns whether anybody may do everything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What somebody says they are.
pub struct Login {
    user: String,
    password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(<secret>)")
    }
}

/// Reads the `Authorization` header of RFC 7617.
pub fn login(headers: &HeaderMap) -> Option<Login> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded =
        scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(encoded.trim()))?.ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some(Login { user: user.to_owned(), password: password.to_owned() })
}

/// What came of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is who it says.
    Right,
    /// It is not.
    Wrong,
    /// Too many wait already.
    Busy,
}

/// Checks logins.
pub struct Checker {
    /// Keys the checksums of what is remembered, so that memory holds nothing that could be tried elsewhere.
    salt: [u8; 32],
    right: Mutex<HashSet<[u8; 32]>>,
    waiting: Arc<Mutex<HashMap<IpAddr, usize>>>,
    one: Arc<Semaphore>,
}

impl Default for Checker {
    fn default() -> Self {
        use std::hash::{BuildHasher, RandomState};
        let random = RandomState::new();
        let mut salt = [0; 32];
        for (number, part) in salt.chunks_mut(8).enumerate() {
            part.copy_from_slice(&random.hash_one(number).to_le_bytes());
        }
        Self { salt, right: Mutex::default(), waiting: Arc::default(), one: Arc::new(Semaphore::new(1)) }
    }
}

/// A place among those who wait.
struct Waiting {
    all: Arc<Mutex<HashMap<IpAddr, usize>>>,
    peer: IpAddr,
}

impl Waiting {
    fn begin(all: &Arc<Mutex<HashMap<IpAddr, usize>>>, peer: IpAddr) -> Option<Self> {
        let mut waiting = lock(all);
        let own = waiting.get(&peer).copied().unwrap_or(0);
        let sum: usize = waiting.values().sum();
        if own >= WAITING_PER_PEER_MAX || sum >= WAITING_MAX {
            return None;
        }
        waiting.insert(peer, own + 1);
        Some(Self { all: Arc::clone(all), peer })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut waiting = lock(&self.all);
        if let Some(own) = waiting.get_mut(&self.peer) {
            *own -= 1;
            if *own == 0 {
                waiting.remove(&self.peer);
            }
        }
    }
}

impl Checker {
    /// Forgets everybody, because hashes may have changed.
    pub fn forget(&self) {
        lock(&self.right).clear();
    }

    /// Checks a login that came from `peer`.
    pub async fn check(self: &Arc<Self>, users: &Users, login: &Login, peer: IpAddr) -> Checked {
        let known = users.0.get(&login.user);
        let hash = known.map_or(NOBODY, String::as_str);
        let key = self.key(login, hash);
        if known.is_some() && lock(&self.right).contains(&key) {
            return Checked::Right;
        }
        let Some(waiting) = Waiting::begin(&self.waiting, peer) else {
            return Checked::Busy;
        };
        let Ok(turn) = Arc::clone(&self.one).acquire_owned().await else {
            return Checked::Busy;
        };
        let (password, hash) = (login.password.clone(), hash.to_owned());
        let (checker, known) = (Arc::clone(self), known.is_some());
        // A task of its own: who hangs up ends neither the rest, which would free the processor for the next, nor
        // the remembering, without which a dear hash would never be done within a scrape.
        let hashing = tokio::spawn(async move {
            let began = Instant::now();
            let right = spawn_blocking(move || bcrypt::verify(password, &hash).unwrap_or(false)).await;
            let took = began.elapsed();
            drop(waiting);
            tokio::spawn(async move {
                sleep(took.saturating_mul(REST).min(REST_MAX)).await;
                drop(turn);
            });
            let right = known && right.unwrap_or(false);
            if right {
                checker.remember(key);
            }
            right
        });
        if hashing.await.unwrap_or(false) { Checked::Right } else { Checked::Wrong }
    }

    fn remember(&self, key: [u8; 32]) {
        let mut right = lock(&self.right);
        if right.len() >= REMEMBERED_MAX {
            right.clear();
        }
        right.insert(key);
    }

    fn key(&self, login: &Login, hash: &str) -> [u8; 32] {
        let mut sum = Sha256::new();
        sum.update(self.salt);
        for part in [&login.user, hash, &login.password] {
            sum.update(part.len().to_le_bytes());
            sum.update(part);
        }
        sum.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn users() -> Users {
        // The lowest cost that bcrypt knows, because tests have better things to do.
        Users::new([("alice".to_owned(), bcrypt::hash("wonder:land", 4).unwrap())].into()).unwrap()
    }

    fn given(text: &str) -> Option<Login> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        login(&headers)
    }

    fn basic(text: &str) -> Login {
        given(&format!("basic {}", BASE64_STANDARD.encode(text))).unwrap()
    }

    #[test]
    fn headers_are_read() {
        assert_eq!(basic("alice:wonder:land").password, "wonder:land");
        for wrong in ["Bearer x", "Basic", "Basic !", "Basic YWxpY2U="] {
            assert!(given(wrong).is_none(), "{wrong}");
        }
        assert_eq!(Users::new([("bob".into(), "secret".into())].into()).err().as_deref(), Some("bob"));
        assert!(NOBODY.parse::<bcrypt::HashParts>().is_ok());
    }

    #[tokio::test]
    async fn the_right_password_is_remembered() {
        let (checker, users) = (Arc::new(Checker::default()), users());
        let peer = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(checker.check(&users, &basic("alice:wonder"), peer).await, Checked::Wrong);
        assert_eq!(checker.check(&users, &basic("bob:wonder:land"), peer).await, Checked::Wrong);
        assert_eq!(checker.check(&users, &basic("alice:wonder:land"), peer).await, Checked::Right);
        let held = checker.one.acquire().await.unwrap();
        // Nothing is hashed any more, and yet:
        assert_eq!(checker.check(&users, &basic("alice:wonder:land"), peer).await, Checked::Right);
        let login = basic("alice:x");
        let mut waiting: Vec<_> =
            (0..WAITING_PER_PEER_MAX).map(|_| Box::pin(checker.check(&users, &login, peer))).collect();
        for it in &mut waiting {
            assert!(futures_util::FutureExt::now_or_never(it.as_mut()).is_none());
        }
        assert_eq!(checker.check(&users, &login, peer).await, Checked::Busy);
        drop(waiting);
        drop(held);
        assert_eq!(checker.check(&users, &login, peer).await, Checked::Wrong);
        checker.forget();
        assert!(lock(&checker.right).is_empty() && lock(&checker.waiting).is_empty());
    }
}
