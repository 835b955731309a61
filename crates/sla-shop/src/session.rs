//! Who is logged in: bearer tokens in memory. They end with the process, as customers of a
//! restarted shop log in again.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::store::User;

/// How long a token is good for; a visit takes seconds.
pub const SESSION_TTL: Duration = Duration::from_mins(30);

/// Most tokens kept, about 15 MB. A load of 1,000 logins a second fills it in 100 s, longer than any
/// visit; the oldest token makes room.
pub const SESSIONS_MAX: usize = 100_000;

/// The tokens that were given out.
pub struct Sessions {
    open: Mutex<Open>,
    max: usize,
}

#[derive(Default)]
struct Open {
    users: HashMap<String, User>,
    // All tokens live equally long, so the order of login is the order of expiry.
    ends: VecDeque<(Instant, String)>,
}

impl Sessions {
    /// Returns an empty set that holds at most `max` tokens.
    pub fn new(max: usize) -> Self {
        Self { open: Mutex::default(), max }
    }

    /// Remembers a token until it expires.
    pub fn insert(&self, token: String, user: User, now: Instant) {
        let mut open = self.lock();
        while let Some((end, _)) = open.ends.front() {
            if *end > now && open.ends.len() < self.max {
                break;
            }
            if let Some((_, oldest)) = open.ends.pop_front() {
                open.users.remove(&oldest);
            }
        }
        open.ends.push_back((now + SESSION_TTL, token.clone()));
        open.users.insert(token, user);
    }

    /// Returns the user of a token that has not expired.
    pub fn user(&self, token: &str, now: Instant) -> Option<User> {
        let mut open = self.lock();
        while open.ends.front().is_some_and(|(end, _)| *end <= now) {
            if let Some((_, oldest)) = open.ends.pop_front() {
                open.users.remove(&oldest);
            }
        }
        open.users.get(token).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        // No code panics between two changes of the map, so a poisoned lock guards sound data.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: i64) -> User {
        User { id, name: format!("customer-{id}").into() }
    }

    #[test]
    fn a_token_expires() {
        let (sessions, start) = (Sessions::new(10), Instant::now());
        sessions.insert("a".to_owned(), user(1), start);
        let end = start + SESSION_TTL;
        let before = end.checked_sub(Duration::from_secs(1)).unwrap();
        assert_eq!(sessions.user("a", before).map(|user| user.id), Some(1));
        assert!(sessions.user("a", end).is_none());
        assert!(sessions.user("a", start).is_none(), "it is forgotten");
    }

    #[test]
    fn the_oldest_token_makes_room() {
        let (sessions, now) = (Sessions::new(2), Instant::now());
        for (token, id) in [("a", 1), ("b", 2), ("c", 3)] {
            sessions.insert(token.to_owned(), user(id), now);
        }
        assert!(sessions.user("a", now).is_none());
        assert!(sessions.user("b", now).is_some() && sessions.user("c", now).is_some());
    }
}
