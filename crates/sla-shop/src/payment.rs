//! Payments: one row per attempt, whatever comes of it.

use sqlx::SqliteConnection;

use crate::{
    fault::{Faults, Gateway},
    journal::{Entry, Event},
    order::{self, Order, Status},
    refusal::Refusal,
    store::{Store, User},
};

/// Pays an order and returns what the payment gateway said.
pub async fn pay(store: &Store, faults: &Faults, user: &User, id: i64) -> Result<Gateway, Refusal> {
    let mut change = store.change().await?;
    let order = order::find(change.connection(), user, id).await?;
    if order.status != Status::Created {
        return Err(Refusal::conflict(format!("order {id} is already {}", order.status.name())));
    }
    // Asked here, where one change at a time passes: the n-th answer is the n-th row.
    let gateway = faults.gateway(order.synthetic);
    let at_ms = change.at_ms();
    let payment = insert(change.connection(), &order, gateway, at_ms).await?;
    let event = if gateway == Gateway::Paid {
        sqlx::query("UPDATE orders SET status = ? WHERE id = ?")
            .bind(Status::Paid.name())
            .bind(id)
            .execute(change.connection())
            .await?;
        Event::PaymentPaid
    } else {
        Event::PaymentFailed
    };
    change.append(Entry::of_payment(event, &order, payment)).await?;
    change.commit().await?;
    Ok(gateway)
}

async fn insert(
    connection: &mut SqliteConnection,
    order: &Order,
    gateway: Gateway,
    at_ms: i64,
) -> sqlx::Result<i64> {
    let paid_at_ms = (gateway == Gateway::Paid).then_some(at_ms);
    let failed_at_ms = (gateway != Gateway::Paid).then_some(at_ms);
    Ok(sqlx::query(
        "INSERT INTO payments (order_id, amount_cents, synthetic, created_at_ms, paid_at_ms, failed_at_ms)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(order.id)
    .bind(order.amount_cents)
    .bind(order.synthetic)
    .bind(at_ms)
    .bind(paid_at_ms)
    .bind(failed_at_ms)
    .execute(connection)
    .await?
    .last_insert_rowid())
}
