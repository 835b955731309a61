//! Whose password is looked at next. One at a time, users in turn, and of one user's guessers the addresses in turn:
//! who floods us waits behind whoever asks rarely. At one address, the login that was sent away most often comes
//! first: whoever guesses has a new password each time, and whoever knows it comes again with the same.

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

/// So many logins that were sent away are remembered: at 170 a second, those of 24 seconds.
const SENT_AWAY_MAX: usize = 4096;

/// Who wants a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Claim {
    user: String,
    peer: IpAddr,
}

struct Waiter {
    claim: Claim,
    /// What stands for the login.
    mark: u64,
    /// How often it was sent away before.
    before: u32,
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
    /// Logins that were sent away, and how often; latest last.
    sent_away: VecDeque<(u64, u32)>,
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

    /// Returns where the turn will come, unless too many wait already. The mark stands for the login.
    pub fn claim(&self, user: &str, peer: IpAddr, mark: u64) -> Option<oneshot::Receiver<Turn>> {
        let claim = Claim { user: user.to_owned(), peer: neighbourhood(peer) };
        let (turn, receiver) = oneshot::channel();
        // Dropped behind the lock: whoever is pushed out is told by it.
        let pushed_out = {
            let mut state = lock(&self.0);
            state.let_go();
            let before = state.times_sent_away(mark);
            let waiter = Waiter { claim, mark, before, turn };
            match state.room(&waiter) {
                Room::There => {
                    state.waiting.push(waiter);
                    None
                }
                Room::InPlaceOf(place) => {
                    let last = state.waiting.remove(place);
                    state.send_away(&last);
                    state.waiting.push(waiter);
                    Some(last)
                }
                Room::None => {
                    state.send_away(&waiter);
                    return None;
                }
            }
        };
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
            state.let_go();
            let next = (0..state.waiting.len()).min_by_key(|it| state.rank(&state.waiting[*it]));
            let next = next.map(|it| state.waiting.remove(it));
            state.taken = next.is_some();
            if let Some(Waiter { claim, mark, .. }) = &next {
                state.sent_away.retain(|it| it.0 != *mark);
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
    /// Ranks who waits; the smallest is next: users that had no turn for longest, then their addresses, then the logins
    /// that were sent away most often.
    fn rank(&self, waiter: &Waiter) -> (Reverse<usize>, Reverse<usize>, Reverse<u32>) {
        let turns = || self.history.iter().rev();
        let same_user = turns().position(|it| it.user == waiter.claim.user);
        let same_claim = turns().position(|it| *it == waiter.claim);
        // Never is longer ago than anything.
        let ago = |it: Option<usize>| Reverse(it.unwrap_or(usize::MAX));
        (ago(same_user), ago(same_claim), Reverse(waiter.before))
    }

    /// Says where somebody new may wait.
    fn room(&self, new: &Waiter) -> Room {
        let same = || (0..self.waiting.len()).filter(|it| self.waiting[*it].claim == new.claim);
        if same().count() >= WAITING_PER_PEER_MAX {
            // Of those sent away equally often the oldest: it may have been given up at the other end.
            let least = same().min_by_key(|it| self.waiting[*it].before);
            let least = least.filter(|it| self.waiting[*it].before <= new.before);
            return least.map_or(Room::None, Room::InPlaceOf);
        }
        if self.waiting.len() < WAITING_MAX {
            return Room::There;
        }
        let last = (0..self.waiting.len()).max_by_key(|it| self.rank(&self.waiting[*it]));
        let last = last.filter(|it| self.rank(new) < self.rank(&self.waiting[*it]));
        last.map_or(Room::None, Room::InPlaceOf)
    }

    /// Lets those go who hung up; they may come again.
    fn let_go(&mut self) {
        let gone: Vec<_> = self.waiting.extract_if(.., |it| it.turn.is_closed()).collect();
        for it in &gone {
            self.send_away(it);
        }
    }

    fn times_sent_away(&self, mark: u64) -> u32 {
        self.sent_away.iter().find(|it| it.0 == mark).map_or(0, |it| it.1)
    }

    fn send_away(&mut self, waiter: &Waiter) {
        let times = self.times_sent_away(waiter.mark) + 1;
        self.sent_away.retain(|it| it.0 != waiter.mark);
        if self.sent_away.len() == SENT_AWAY_MAX {
            self.sent_away.pop_front();
        }
        self.sent_away.push_back((waiter.mark, times));
    }
}

/// Where somebody new may wait.
enum Room {
    There,
    InPlaceOf(usize),
    None,
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
    use tokio::sync::oneshot::error::TryRecvError;

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
            waiting.push((name, turns.claim(user, peer(number), 0).unwrap()));
        }
        assert_eq!(served(&turns, held, waiting), ["a1", "b1", "c9", "a2", "a1 again"]);
    }

    #[test]
    fn at_one_address_who_was_sent_away_comes_first() {
        let turns = Turns::default();
        let claim = |mark: u64| turns.claim("alice", peer(1), mark);
        let is_gone = |it: &mut oneshot::Receiver<Turn>| matches!(it.try_recv(), Err(TryRecvError::Closed));
        let held = turns.free().unwrap();
        let mut first = claim(1).unwrap();
        let mut second = claim(2).unwrap();
        let mut third = claim(3).unwrap();
        assert!(is_gone(&mut first) && !is_gone(&mut second), "the oldest made room");
        let mut again = claim(1).unwrap();
        assert!(is_gone(&mut second) && !is_gone(&mut third));
        let mut fourth = claim(4).unwrap();
        assert!(is_gone(&mut third) && !is_gone(&mut again), "who was sent away stays");
        // Who hung up comes again too.
        drop(again);
        let again = claim(1).unwrap();
        let second = claim(2).unwrap();
        assert!(is_gone(&mut fourth));
        assert!(claim(5).is_none(), "everybody was sent away more often");
        assert_eq!(served(&turns, held, vec![("second", second), ("again", again)]), ["again", "second"]);
        assert_eq!(lock(&turns.0).times_sent_away(1), 0, "it had its turn");
        for mark in 0..u64::try_from(2 * SENT_AWAY_MAX).unwrap() {
            let held = turns.free().unwrap();
            drop(claim(mark).unwrap());
            drop(held);
        }
        assert!(lock(&turns.0).sent_away.len() <= SENT_AWAY_MAX);
    }

    #[test]
    fn a_crowd_makes_room_for_whoever_is_new() {
        let turns = Turns::default();
        // Everybody of the crowd had a turn before.
        let crowd = u8::try_from(WAITING_MAX).unwrap();
        for number in 0..crowd {
            drop(turns.claim("alice", peer(number), 0).unwrap());
        }
        let held = turns.free().unwrap();
        let mut waiting: Vec<_> =
            (0..crowd).map(|it| ("alice", turns.claim("alice", peer(it), 0).unwrap())).collect();
        assert!(turns.claim("alice", peer(crowd - 1), 0).is_none(), "nobody had a turn later");
        waiting.push(("new", turns.claim("alice", peer(200), 0).unwrap()));
        waiting.push(("bob", turns.claim("bob", peer(0), 0).unwrap()));
        let served = served(&turns, held, waiting);
        assert_eq!(served.len(), WAITING_MAX);
        assert_eq!(served[..2], ["bob", "new"]);
    }

    #[test]
    fn whoever_hangs_up_keeps_nobody_waiting() {
        let turns = Turns::default();
        let held = turns.free().unwrap();
        let gone = turns.claim("alice", peer(1), 0).unwrap();
        let mut stays = turns.claim("alice", peer(2), 0).unwrap();
        drop(gone);
        drop(held);
        let turn = stays.try_recv().unwrap();
        assert!(turns.free().is_none());
        // Given and never taken.
        let unread = turns.claim("alice", peer(1), 0).unwrap();
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
