//! A parser that runs ahead on another core, because half the time of reading a large specification is the parser's.

use std::{sync::mpsc, thread};

/// From how many bytes of text on: for less, a thread costs more than it saves.
const WORTH_BYTES: usize = 64 * 1024;

/// How many items are handed over at once; one by one the handing over would cost more than the parser.
const BATCH: usize = 1024;

/// How many batches may wait, so that a parser that is faster than its user keeps little in memory.
const WAITING_MAX: usize = 8;

/// Gives every item of a parser of so many bytes to a user, in order, until the user refuses one.
///
/// # Panics
///
/// Where the parser or its user does.
pub fn ahead<I: Iterator<Item: Send> + Send, E>(
    mut items: I,
    bytes: usize,
    mut user: impl FnMut(I::Item) -> Result<(), E>,
) -> Result<(), E> {
    if bytes < WORTH_BYTES {
        return items.try_for_each(user);
    }
    thread::scope(|scope| {
        let (sender, batches) = mpsc::sync_channel(WAITING_MAX);
        scope.spawn(move || {
            loop {
                let mut batch = Vec::with_capacity(BATCH);
                batch.extend(items.by_ref().take(BATCH));
                // Nobody listens any more once the user has refused an item.
                if batch.is_empty() || sender.send(batch).is_err() {
                    return;
                }
            }
        });
        batches.into_iter().flatten().try_for_each(&mut user)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_comes_in_order_until_one_is_refused() {
        for bytes in [0, WORTH_BYTES] {
            for last in [0, BATCH - 1, BATCH, BATCH * (WAITING_MAX + 3)] {
                let mut seen = Vec::new();
                let refused = ahead(0.., bytes, |it| {
                    seen.push(it);
                    if it == last { Err(it) } else { Ok(()) }
                });
                assert_eq!(refused, Err(last));
                assert_eq!(seen, (0..=last).collect::<Vec<_>>());
            }
            let mut sum = 0;
            let all = ahead(1..=5000, bytes, |it| {
                sum += it;
                Ok::<_, ()>(())
            });
            assert_eq!((all, sum), (Ok(()), 5000 * 5001 / 2));
        }
    }
}
