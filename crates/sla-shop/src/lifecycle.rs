//! What becomes of a paid order: shipped, then signed for, or paid back. When, and which of it, follows
//! from the order's id alone, so that two runs of the same orders tell the same story.
//!
//! | what | which orders | when, at pace 1 |
//! |---|---|---|
//! | refunded by the shop | 1 in 50 | 4 to 28 h after the payment |
//! | shipped | all others | 4 to 28 h after the payment |
//! | signed | 47 in 50 of those | 24 to 72 h after shipping; 1 in 20 five days later than that |
//! | never signed | 3 in 50 of those | |
//!
//! Every second order waits for the carrier, who comes each full hour: those of one round are one
//! transaction and bear the same millisecond. A pace divides every time in the table. The test payer's
//! orders never ship.

use std::{sync::Arc, time::Duration};

use crate::{
    clock,
    journal::{Entry, Event},
    order::{self, Status},
    shop::Shop,
    store::{Change, Store},
};

/// How often the shop looks what is due.
const TICK: Duration = Duration::from_millis(500);

/// Most orders of one round; the next round takes the rest.
const ROUND: i64 = 500;

const HOUR_MS: i64 = 3_600_000;

/// Questions to an order's id; each gets numbers of its own.
#[derive(Clone, Copy)]
enum Question {
    Refund = 1,
    Ship,
    Carrier,
    Sign,
    Late,
    Never,
}

/// Returns when a paid order is shipped or refunded.
pub fn after_payment(order: i64, paid_at_ms: i64, pace: u32) -> i64 {
    let hours = HOUR_MS * 4;
    due(order, paid_at_ms, hours + draw(order, Question::Ship, HOUR_MS * 24), pace)
}

/// Returns when a shipped order is signed for, if ever.
pub fn after_shipping(order: i64, shipped_at_ms: i64, pace: u32) -> Option<i64> {
    if draw(order, Question::Never, 50) < 3 {
        return None;
    }
    let late = if draw(order, Question::Late, 20) == 0 { HOUR_MS * 24 * 5 } else { 0 };
    let delay = HOUR_MS * 24 + draw(order, Question::Sign, HOUR_MS * 48) + late;
    Some(due(order, shipped_at_ms, delay, pace))
}

fn is_refunded(order: i64) -> bool {
    draw(order, Question::Refund, 50) == 0
}

fn due(order: i64, from_ms: i64, delay_ms: i64, pace: u32) -> i64 {
    let pace = i64::from(pace.max(1));
    let at_ms = from_ms + delay_ms / pace;
    if draw(order, Question::Carrier, 2) == 0 {
        return at_ms;
    }
    let round = (HOUR_MS / pace).max(1);
    at_ms + (round - at_ms % round) % round
}

/// Returns a number from 0 to `below`, evenly spread over ids (the finisher of splitmix64).
fn draw(order: i64, question: Question, below: i64) -> i64 {
    let seed = order.cast_unsigned().wrapping_mul(8).wrapping_add(question as u64);
    let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    (mixed >> 1).cast_signed().checked_rem(below).unwrap_or(0)
}

/// Takes due orders further until the shop closes.
pub async fn run(shop: Arc<Shop>) {
    loop {
        match advance(&shop.store, clock::now_ms()).await {
            Ok(steps) if steps == ROUND => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "orders cannot be taken further"),
        }
        tokio::time::sleep(TICK).await;
    }
}

/// Takes the orders further whose next step is due by then, at most a round of them; returns how many.
pub async fn advance(store: &Store, until_ms: i64) -> sqlx::Result<i64> {
    let sql = "SELECT id, next_at_ms FROM orders WHERE next_at_ms <= ? ORDER BY next_at_ms, id LIMIT ?";
    let due: Vec<(i64, i64)> =
        store.read().await?.handle().all(sql, &[until_ms.into(), ROUND.into()]).await?;
    // Refunds move stock, so each is a change of its own: a round that locked orders and goods by turns
    // could wait for a customer who waits for the round.
    let (alone, together): (Vec<_>, Vec<_>) = due.iter().partition(|(order, _)| is_refunded(*order));
    for round in together.chunk_by(|(_, a), (_, b)| a == b) {
        let mut change = store.change().await?;
        for (order, _) in round {
            step(&mut change, store.pace(), *order).await?;
        }
        change.commit().await?;
    }
    for (order, _) in alone {
        let mut change = store.change().await?;
        step(&mut change, store.pace(), order).await?;
        change.commit().await?;
    }
    Ok(i64::try_from(due.len()).unwrap_or(ROUND))
}

async fn step(change: &mut Change, pace: u32, order: i64) -> sqlx::Result<()> {
    let order = order::lock_any(change, order).await?;
    let at_ms = change.at_ms();
    match order.status {
        Status::Paid if is_refunded(order.id) => {
            order::refund(change, &order).await?;
            order::set_status(change, order.id, Status::Refunded, None).await?;
            order::return_stock(change, &order).await
        }
        Status::Paid => {
            let sql = "INSERT INTO shipments (order_id, amount_cents, shipped_at_ms) VALUES (?, ?, ?)";
            let values = [order.id.into(), order.amount_cents.into(), at_ms.into()];
            change.handle().execute(sql, &values).await?;
            let next_at_ms = after_shipping(order.id, at_ms, pace);
            order::set_status(change, order.id, Status::Shipped, next_at_ms).await?;
            change.append(Entry::of_order(Event::OrderShipped, &order)).await
        }
        Status::Shipped => {
            let sql = "UPDATE shipments SET signed_at_ms = ? WHERE order_id = ?";
            change.handle().execute(sql, &[at_ms.into(), order.id.into()]).await?;
            order::set_status(change, order.id, Status::Signed, None).await?;
            change.append(Entry::of_order(Event::OrderSigned, &order)).await
        }
        // The customer was faster.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_times_are_as_documented() {
        let orders = 1..=50_000;
        let (mut refunded, mut never, mut late, mut waiting) = (0, 0, 0, 0);
        for order in orders.clone() {
            refunded += i32::from(is_refunded(order));
            let shipped = after_payment(order, 0, 1);
            assert!((HOUR_MS * 4..=HOUR_MS * 29).contains(&shipped), "{order} ships after {shipped} ms");
            waiting += i32::from(shipped % HOUR_MS == 0);
            match after_shipping(order, 0, 1) {
                None => never += 1,
                Some(signed) => {
                    assert!((HOUR_MS * 24..=HOUR_MS * 193).contains(&signed), "{order}: {signed}");
                    late += i32::from(signed > HOUR_MS * 73);
                }
            }
        }
        assert!((900..1_100).contains(&refunded), "{refunded}");
        assert!((2_800..3_200).contains(&never), "{never}");
        assert!((2_150..2_550).contains(&late), "{late}");
        assert!((24_000..26_000).contains(&waiting), "{waiting}");
    }

    #[test]
    fn a_pace_divides_and_the_same_id_gets_the_same_times() {
        for order in 1..100 {
            let (slow, fast) = (after_payment(order, 0, 1), after_payment(order, 0, 60));
            assert!((slow / 60 - fast).abs() <= HOUR_MS / 60, "{order}");
            assert_eq!(fast, after_payment(order, 0, 60));
        }
    }
}
