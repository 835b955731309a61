//! Whose password is looked at next. One at a time, users in turn, and of one user's guessers the addresses in turn:
//! who floods us waits behind whoever asks rarely.

use std::{
    cmp::Reverse,
    collections::VecDeque,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::state::lock;

/// Logins that wait at a time.
const WAITING_MAX: usize = 64;

/// The same of one user from one address.
const WAITING_PER_PEER_MAX: usize = 2;

/// So many turns are remembered to know who had one lately.
const HISTORY_MAX: usize = 256;

/// Who wants a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Claim {
    user: String,
    peer: IpAddr,
}

struct Waiter {
    claim: Claim,
    turn: oneshot::Sender<Turn>,
}

#[derive(Default)]
struct State {
    /// Whether somebody has the turn.
    taken: bool,
    /// When whoever has it is expected to give it back.
    until: Option<Instant>,
    waiting: Vec<Waiter>,
    /// Who had a turn, latest last.
    history: VecDeque<Claim>,
}

/// The turns.
#[derive(Clone, Default)]
pub struct Turns(Arc<Mutex<State>>);

/// The right to compute. Dropping it gives it to the next.
pub struct Turn(Turns);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

impl Turn {
    /// Says when it will be given back.
    pub fn lasts_until(&self, until: Instant) {
        lock(&self.0.0).until = Some(until);
    }
}

impl Turns {
    /// Returns the turn, if nobody has it or waits for it.
    pub fn free(&self) -> Option<Turn> {
        let mut state = lock(&self.0);
        if state.taken {
            return None;
        }
        state.taken = true;
        Some(Turn(self.clone()))
    }

    /// Returns where the turn will come, unless too many wait already.
    pub fn claim(&self, user: &str, peer: IpAddr) -> Option<oneshot::Receiver<Turn>> {
        let claim = Claim { user: user.to_owned(), peer: neighbourhood(peer) };
        let (turn, receiver) = oneshot::channel();
        // Dropped behind the lock: whoever is pushed out is told by it.
        let mut pushed_out = None;
        {
            let mut state = lock(&self.0);
            // Who hung up waits no more.
            state.waiting.retain(|it| !it.turn.is_closed());
            if state.waiting.iter().filter(|it| it.claim == claim).count() >= WAITING_PER_PEER_MAX {
                return None;
            }
            if state.waiting.len() >= WAITING_MAX {
                let last = (0..state.waiting.len()).max_by_key(|it| state.rank(&state.waiting[*it].claim))?;
                if state.rank(&state.waiting[last].claim) <= state.rank(&claim) {
                    return None;
                }
                pushed_out = Some(state.waiting.remove(last));
            }
            state.waiting.push(Waiter { claim, turn });
        }
        drop(pushed_out);
        if let Some(turn) = self.free() {
            drop(turn);
        }
        Some(receiver)
    }

    /// Returns how long the turn is taken by whoever has it.
    pub fn taken_for(&self) -> Duration {
        let until = lock(&self.0).until;
        until.map_or(Duration::ZERO, |it| it.saturating_duration_since(Instant::now()))
    }

    fn pass_on(&self) {
        let next = {
            let mut state = lock(&self.0);
            state.until = None;
            let next = (0..state.waiting.len()).min_by_key(|it| state.rank(&state.waiting[*it].claim));
            let next = next.map(|it| state.waiting.remove(it));
            state.taken = next.is_some();
            if let Some(Waiter { claim, .. }) = &next {
                if state.history.len() == HISTORY_MAX {
                    state.history.pop_front();
                }
                let claim = claim.clone();
                state.history.push_back(claim);
            }
            next
        };
        if let Some(waiter) = next {
            // To somebody who hung up: it comes back, is dropped, and goes to the one after.
            drop(waiter.turn.send(Turn(self.clone())));
        }
    }
}

impl State {
    /// Ranks a claim; the smallest is next: users that had no turn for longest, then their addresses.
    fn rank(&self, claim: &Claim) -> (Reverse<usize>, Reverse<usize>) {
        let turns = || self.history.iter().rev();
        let same_user = turns().position(|it| it.user == claim.user);
        let same_claim = turns().position(|it| it == claim);
        // Never is longer ago than anything.
        let ago = |it: Option<usize>| Reverse(it.unwrap_or(usize::MAX));
        (ago(same_user), ago(same_claim))
    }
}

/// Returns what stands for everybody who can choose between such addresses: of IPv6, a network.
fn neighbourhood(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(it) => {
            let network = it.to_bits() & !u128::from(u64::MAX);
            Ipv6Addr::from_bits(network).into()
        }
        it @ IpAddr::V4(_) => it,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: u8) -> IpAddr {
        [10, 0, 0, number].into()
    }

    /// Gives all turns and returns who had them.
    fn served(turns: &Turns, held: Turn, mut waiting: Vec<(&str, oneshot::Receiver<Turn>)>) -> Vec<String> {
        drop(held);
        let mut served = Vec::new();
        while let Some(place) = waiting.iter_mut().position(|it| it.1.try_recv().is_ok()) {
            served.push(waiting.remove(place).0.to_owned());
        }
        assert!(turns.free().is_some());
        served
    }

    #[test]
    fn users_come_in_turn_and_then_addresses() {
        let turns = Turns::default();
        let held = turns.free().unwrap();
        let mut waiting = Vec::new();
        for (name, user, number) in [
            ("a1", "alice", 1),
            ("a1 again", "alice", 1),
            ("a2", "alice", 2),
            ("b1", "bob", 1),
            ("c9", "carol", 9),
        ] {
            waiting.push((name, turns.claim(user, peer(number)).unwrap()));
        }
        assert!(turns.claim("alice", peer(1)).is_none(), "two wait already");
        assert_eq!(served(&turns, held, waiting), ["a1", "b1", "c9", "a2", "a1 again"]);
    }

    #[test]
    fn a_crowd_makes_room_for_whoever_is_new() {
        let turns = Turns::default();
        // Everybody of the crowd had a turn before.
        let crowd = u8::try_from(WAITING_MAX).unwrap();
        for number in 0..crowd {
            drop(turns.claim("alice", peer(number)).unwrap());
        }
        let held = turns.free().unwrap();
        let mut waiting: Vec<_> =
            (0..crowd).map(|it| ("alice", turns.claim("alice", peer(it)).unwrap())).collect();
        assert!(turns.claim("alice", peer(crowd - 1)).is_none(), "nobody had a turn later");
        waiting.push(("new", turns.claim("alice", peer(200)).unwrap()));
        waiting.push(("bob", turns.claim("bob", peer(0)).unwrap()));
        let served = served(&turns, held, waiting);
        assert_eq!(served.len(), WAITING_MAX);
        assert_eq!(served[..2], ["bob", "new"]);
    }

    #[test]
    fn whoever_hangs_up_keeps_nobody_waiting() {
        let turns = Turns::default();
        let held = turns.free().unwrap();
        let gone = turns.claim("alice", peer(1)).unwrap();
        let mut stays = turns.claim("alice", peer(2)).unwrap();
        drop(gone);
        drop(held);
        let turn = stays.try_recv().unwrap();
        assert!(turns.free().is_none());
        // Given and never taken.
        let unread = turns.claim("alice", peer(1)).unwrap();
        drop(turn);
        drop(unread);
        assert!(turns.free().is_some());
    }

    #[test]
    fn a_network_is_one_guesser() {
        let same = |a: &str, b: &str| neighbourhood(a.parse().unwrap()) == neighbourhood(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
    }
}
