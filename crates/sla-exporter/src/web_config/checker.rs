//! Checking passwords. A bcrypt hash is dear on purpose, so who floods us with passwords must not get our processor:
//! hashes are computed one at a time with a rest after each wrong one, and a user who was let in once is remembered.
//! A right password needs no rest: nobody who knows it floods us with it, because it is hashed once.
//!
//! Names that nobody has are hashed only while there is nothing else to do. In a flood their answer is held back for as
//! long as a hash would take: they cost nothing, keep no user waiting, and do not tell that they are unknown.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use tokio::{
    sync::Semaphore,
    task::spawn_blocking,
    time::{sleep, sleep_until},
};

use super::{
    turns::{Turn, Turns},
    users::{Login, Users},
};
use crate::state::lock;

/// After a wrong password hashing rests this many times as long: at most a seventh of one core is spent, 14 %.
const REST: u32 = 6;

/// The longest rest; a hash that needs more than 20 s is a cost of 18 or so, and the user's own wish.
const REST_MAX: Duration = Duration::from_mins(2);

/// Unknown names whose answers are held back at a time: a quarter of the connections of an address.
const HELD_BACK_MAX: usize = 128;

/// Remembered logins. Every one of them is right, so there are no more than users, and old hashes of theirs.
const REMEMBERED_MAX: usize = 1000;

/// The hash of a random password that nobody kept, cost 10: an unknown user takes as long as a known one.
const NOBODY: &str = "$2b$10$XFHpKmLIF7b5KfEQq8GOHe8Z916cYbSflIToz3HXq/J.LdilfZIo2";

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
    turns: Turns,
    held_back: Semaphore,
    /// How long the last hash took, in microseconds.
    took: AtomicU64,
}

impl Default for Checker {
    fn default() -> Self {
        use std::hash::{BuildHasher, RandomState};
        let random = RandomState::new();
        let mut salt = [0; 32];
        for (number, part) in salt.chunks_mut(8).enumerate() {
            part.copy_from_slice(&random.hash_one(number).to_le_bytes());
        }
        Self {
            salt,
            right: Mutex::default(),
            turns: Turns::default(),
            held_back: Semaphore::new(HELD_BACK_MAX),
            took: AtomicU64::default(),
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
        let Some(hash) = users.hash(&login.user) else {
            return self.unknown(login).await;
        };
        let key = self.key(login, hash);
        if lock(&self.right).contains(&key) {
            return Checked::Right;
        }
        let Some(turn) = self.turns.claim(&login.user, peer, mark(&key)) else {
            return Checked::Busy;
        };
        // Pushed out by whoever asked less often, or was sent away more often.
        let Ok(turn) = turn.await else {
            return Checked::Busy;
        };
        // The same login may have waited before this one.
        if lock(&self.right).contains(&key) {
            return Checked::Right;
        }
        if self.verify(turn, login, hash, Some(key)).await { Checked::Right } else { Checked::Wrong }
    }

    /// Takes as long for a name that nobody has as for one that somebody has.
    async fn unknown(self: &Arc<Self>, login: &Login) -> Checked {
        if let Some(turn) = self.turns.free() {
            self.verify(turn, login, NOBODY, None).await;
            return Checked::Wrong;
        }
        let Ok(_held) = self.held_back.try_acquire() else {
            return Checked::Busy;
        };
        let hash = Duration::from_micros(self.took.load(Ordering::Relaxed));
        sleep(self.turns.taken_for() + hash).await;
        Checked::Wrong
    }

    /// Hashes a password and compares; a right one is remembered under the key.
    async fn verify(
        self: &Arc<Self>,
        turn: Turn,
        login: &Login,
        hash: &str,
        remember: Option<[u8; 32]>,
    ) -> bool {
        let (password, hash, checker) = (login.password.clone(), hash.to_owned(), Arc::clone(self));
        // A task of its own: who hangs up ends neither the rest, which would free the processor for the next, nor
        // the remembering, without which a dear hash would never be done within a scrape.
        let hashing = tokio::spawn(async move {
            let began = Instant::now();
            let right = spawn_blocking(move || bcrypt::verify(password, &hash).unwrap_or(false)).await;
            let took = began.elapsed();
            checker.took.store(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            let right = right.unwrap_or(false);
            if let Some(key) = remember.filter(|_| right) {
                checker.remember(key);
                drop(turn);
                return true;
            }
            let until = Instant::now() + rest(took);
            turn.lasts_until(until);
            tokio::spawn(async move {
                sleep_until(until.into()).await;
                drop(turn);
            });
            right
        });
        hashing.await.unwrap_or(false)
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

/// Returns how long hashing rests after a wrong password that took so long.
fn rest(took: Duration) -> Duration {
    took.saturating_mul(REST).min(REST_MAX)
}

/// Returns what stands for a login among those that were sent away.
fn mark(key: &[u8; 32]) -> u64 {
    key.iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn users() -> Users {
        // The lowest cost that bcrypt knows, because tests have better things to do.
        Users::new([("alice".to_owned(), bcrypt::hash("wonder:land", 4).unwrap())].into()).unwrap()
    }

    fn login(user: &str, password: &str) -> Login {
        Login { user: user.to_owned(), password: password.to_owned() }
    }

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[tokio::test]
    async fn the_right_password_is_remembered() {
        let (checker, users) = (Arc::new(Checker::default()), users());
        let right = login("alice", "wonder:land");
        assert_eq!(checker.check(&users, &login("alice", "wonder"), PEER).await, Checked::Wrong);
        assert_eq!(checker.check(&users, &login("bob", "wonder:land"), PEER).await, Checked::Wrong);
        assert_eq!(checker.check(&users, &right, PEER).await, Checked::Right);
        let held = checker.turns.free().expect("a right password needs no rest");
        // Nothing is hashed any more, and yet:
        assert_eq!(checker.check(&users, &right, PEER).await, Checked::Right);
        // Names that nobody has wait for nobody.
        assert_eq!(checker.check(&users, &login("bob", "x"), PEER).await, Checked::Wrong);
        let wrong = login("alice", "x");
        let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(checker.check(&users, &wrong, PEER))).collect();
        let answered: Vec<_> = waiting.iter_mut().map(|it| it.as_mut().now_or_never()).collect();
        assert_eq!(answered, [None; 3]);
        // The third has pushed out the first.
        assert_eq!(waiting.remove(0).await, Checked::Busy);
        drop(waiting);
        drop(held);
        assert_eq!(checker.check(&users, &wrong, PEER).await, Checked::Wrong);
        checker.forget();
        assert!(lock(&checker.right).is_empty());
    }

    #[tokio::test]
    async fn guessing_costs_a_seventh_of_a_core() {
        let (checker, users) = (Arc::new(Checker::default()), users());
        let began = Instant::now();
        let mut hashing = Duration::ZERO;
        for number in 0..5 {
            let wrong = login("alice", &number.to_string());
            assert_eq!(checker.check(&users, &wrong, PEER).await, Checked::Wrong);
            hashing += Duration::from_micros(checker.took.load(Ordering::Relaxed));
        }
        // It begins when the last rest is over.
        assert_eq!(checker.check(&users, &login("alice", "wonder:land"), PEER).await, Checked::Right);
        assert!(began.elapsed() >= 7 * hashing, "{hashing:?} of {:?}", began.elapsed());
        assert_eq!(rest(Duration::from_secs(20)), REST_MAX, "the longest hash of which this holds");
    }

    #[tokio::test]
    async fn the_same_login_is_hashed_once() {
        let (checker, users) = (Arc::new(Checker::default()), users());
        let right = login("alice", "wonder:land");
        let held = checker.turns.free().unwrap();
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(checker.check(&users, &right, PEER))).collect();
        assert!(waiting.iter_mut().all(|it| it.as_mut().now_or_never().is_none()));
        drop(held);
        assert_eq!(waiting.remove(0).await, Checked::Right);
        checker.took.store(0, Ordering::Relaxed);
        assert_eq!(waiting.remove(0).await, Checked::Right);
        assert_eq!(checker.took.load(Ordering::Relaxed), 0);
    }

    /// Guessers of his password, from his address, at every moment of his.
    #[tokio::test]
    async fn whoever_comes_again_gets_in_among_guessers() {
        let (checker, users) = (Arc::new(Checker::default()), users());
        let right = login("alice", "wonder:land");
        let held = checker.turns.free().unwrap();
        let mut crowd = Vec::new();
        let mut guess = |number: u32| {
            let (checker, users) = (Arc::clone(&checker), &users);
            let mut guessing =
                Box::pin(
                    async move { checker.check(users, &login("alice", &number.to_string()), PEER).await },
                );
            assert_ne!(guessing.as_mut().now_or_never(), Some(Checked::Right));
            crowd.push(guessing);
        };
        (0..10).for_each(&mut guess);
        let mut first = Box::pin(checker.check(&users, &right, PEER));
        assert!(first.as_mut().now_or_never().is_none());
        (10..20).for_each(&mut guess);
        assert_eq!(first.await, Checked::Busy);
        let mut second = Box::pin(checker.check(&users, &right, PEER));
        assert!(second.as_mut().now_or_never().is_none());
        (20..30).for_each(&mut guess);
        drop(held);
        assert_eq!(second.await, Checked::Right);
    }

    #[tokio::test]
    async fn unknown_names_are_not_told_apart_by_their_time() {
        let (checker, users) = (Arc::new(Checker::default()), users());
        assert!(NOBODY.parse::<bcrypt::HashParts>().is_ok());
        let held = checker.turns.free().unwrap();
        let wait = Duration::from_millis(80);
        held.lasts_until(Instant::now() + wait);
        let began = Instant::now();
        assert_eq!(checker.check(&users, &login("bob", "x"), PEER).await, Checked::Wrong);
        assert!(began.elapsed() >= wait);
        let bob = login("bob", "x");
        held.lasts_until(Instant::now() + Duration::from_hours(1));
        let mut waiting: Vec<_> =
            (0..HELD_BACK_MAX).map(|_| Box::pin(checker.check(&users, &bob, PEER))).collect();
        assert!(waiting.iter_mut().all(|it| it.as_mut().now_or_never().is_none()));
        assert_eq!(checker.check(&users, &bob, PEER).await, Checked::Busy);
    }
}
