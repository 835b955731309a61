//! How many connections there are, and who leaves when another comes.
//!
//! A connection that is between two requests has nothing to lose: its client opens another when it has something to
//! ask. So whoever holds connections open, and asks now and then to keep them, keeps no scrape out.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};

use crate::state::lock;

/// Most connections at a time, of all addresses that we listen on: some Prometheis and the people who look.
const CONNECTIONS_MAX: usize = 512;

/// So long a connection may take to leave before the next is asked to.
const LEAVING_MAX: Duration = Duration::from_millis(100);

/// Every connection of the process.
#[derive(Debug)]
pub struct Crowd {
    places: usize,
    state: Mutex<State>,
    /// Somebody left, or can be asked to.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    /// Numbers those who become idle.
    last: u64,
    /// How to tell those who wait for a request that they shall leave, longest idle first.
    idle: BTreeMap<u64, Arc<Notify>>,
}

/// The place of a connection. It begins idle; dropping it frees the place.
#[derive(Debug)]
pub struct Place {
    crowd: Arc<Crowd>,
    leave: Arc<Notify>,
    /// Its number among the idle; 0 while it is busy.
    number: AtomicU64,
}

impl Default for Crowd {
    fn default() -> Self {
        Self::new(CONNECTIONS_MAX)
    }
}

impl Crowd {
    fn new(places: usize) -> Self {
        Self { places, state: Mutex::default(), changed: Notify::new() }
    }

    /// Returns a place. If there is none, the connection that is idle for longest is asked to leave; if every one is
    /// busy, this waits.
    pub async fn enter(self: &Arc<Self>) -> Arc<Place> {
        loop {
            let changed = self.changed.notified();
            if let Some(place) = self.free() {
                return place;
            }
            // Whether it changed or took too long: look again.
            let _ = timeout(LEAVING_MAX, changed).await;
        }
    }

    /// Returns a place if one is free; else asks somebody to leave.
    fn free(self: &Arc<Self>) -> Option<Arc<Place>> {
        let mut state = lock(&self.state);
        if state.taken < self.places {
            state.taken += 1;
            drop(state);
            let place = Arc::new(Place { crowd: Arc::clone(self), leave: Arc::default(), number: 0.into() });
            place.idle();
            return Some(place);
        }
        if let Some((_, leave)) = state.idle.pop_first() {
            leave.notify_one();
        }
        None
    }
}

impl Place {
    /// Notes that a request has begun to come.
    pub fn busy(&self) {
        // Without the lock in the middle of a request.
        if self.number.load(Ordering::Relaxed) != 0 {
            let number = self.number.swap(0, Ordering::Relaxed);
            lock(&self.crowd.state).idle.remove(&number);
        }
    }

    /// Notes that every request was answered to its end.
    pub fn idle(&self) {
        self.busy();
        let mut state = lock(&self.crowd.state);
        state.last += 1;
        let number = state.last;
        self.number.store(number, Ordering::Relaxed);
        let only = state.idle.insert(number, Arc::clone(&self.leave)).is_none() && state.idle.len() == 1;
        drop(state);
        if only {
            self.crowd.changed.notify_waiters();
        }
    }

    /// Waits until the connection shall leave, for another.
    pub async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.busy();
        lock(&self.crowd.state).taken -= 1;
        self.crowd.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn is_asked(place: &Place) -> bool {
        place.asked_to_leave().now_or_never().is_some()
    }

    #[tokio::test]
    async fn whoever_is_idle_for_longest_leaves() {
        let crowd = Arc::new(Crowd::new(3));
        let [a, b, c] = [crowd.enter().await, crowd.enter().await, crowd.enter().await];
        a.busy();
        b.busy();
        b.idle();
        // `a` is busy, `c` has never asked anything, `b` has just been answered.
        let mut entering = Box::pin(crowd.enter());
        assert!(entering.as_mut().now_or_never().is_none());
        assert_eq!([&a, &b, &c].map(|it| is_asked(it)), [false, false, true]);
        drop(c);
        let d = entering.await;
        d.busy();
        b.busy();
        // Nobody can be asked.
        let mut entering = Box::pin(crowd.enter());
        assert!(entering.as_mut().now_or_never().is_none());
        assert_eq!([&a, &b, &d].map(|it| is_asked(it)), [false; 3]);
        a.idle();
        assert!(entering.as_mut().now_or_never().is_none());
        assert!(is_asked(&a));
        drop(a);
        entering.await;
        assert_eq!(lock(&crowd.state).taken, 2, "who entered has left");
    }

    #[tokio::test]
    async fn one_that_does_not_leave_is_not_waited_for() {
        let crowd = Arc::new(Crowd::new(2));
        let (a, b) = (crowd.enter().await, crowd.enter().await);
        let entering = tokio::spawn(async move { drop(crowd.enter().await) });
        a.asked_to_leave().await;
        b.asked_to_leave().await;
        drop(b);
        entering.await.unwrap();
        drop(a);
    }
}
