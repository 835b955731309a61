//! Work that is spread over the cores, with results in the order of the work.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Returns on how many cores work can go on side by side.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Applies a function to every item. Each core takes the next item as soon as it is free, so that one big item
/// keeps nobody waiting.
///
/// # Panics
///
/// Where the function does.
pub fn map<T: Sync, R: Send>(items: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = cores().min(items.len());
    if cores <= 1 {
        return items.iter().map(of).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((index, item)) = next_of(items, &next) {
            done.push((index, of(item)));
        }
        done
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|it| it.join().expect("a panic goes on")).collect()
    });
    done.sort_by_key(|it| it.0);
    done.into_iter().map(|it| it.1).collect()
}

/// Does something with every item, in no order.
///
/// # Panics
///
/// Where it does.
pub fn each<T: Sync>(items: &[T], act: impl Fn(&T) + Sync) {
    map(items, act);
}

fn next_of<'i, T>(items: &'i [T], next: &AtomicUsize) -> Option<(usize, &'i T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|it| (index, it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work() {
        let items: Vec<u64> = (0..1000).collect();
        assert_eq!(map(&items, |it| it * 2), items.iter().map(|it| it * 2).collect::<Vec<_>>());
        assert_eq!(map(&[0_u8; 0], |it| *it), [0; 0]);
    }
}
