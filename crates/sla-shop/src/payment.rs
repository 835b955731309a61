//! Payments: one row per attempt, whatever comes of it. A gateway that hangs leaves a row pending, which
//! is settled when the gateway answers again.

use std::sync::Arc;

use crate::{
    fault::{self, Gateway},
    journal::{Entry, Event},
    lifecycle,
    order::{self, Order, Status},
    refusal::Refusal,
    shop::Shop,
    store::{Change, Store, User},
};

/// Most pending payments that are settled before the list is read again.
const BATCH: i64 = 500;

/// Pays an order and returns what the payment gateway said.
pub async fn pay(store: &Store, user: &User, id: i64) -> Result<Gateway, Refusal> {
    let mut change = store.change().await?;
    let order = order::lock(&mut change, user, id).await?;
    if !matches!(order.status, Status::Created | Status::Failed) {
        return Err(Refusal::conflict(format!("order {id} is already {}", order.status.name())));
    }
    // Asked here, while the order is locked: who asks also writes.
    let gateway = store.faults().gateway(order.synthetic);
    let payment = insert(&mut change, &order).await?;
    if gateway != Gateway::Hangs {
        write_outcome(&mut change, store, &order, payment, gateway).await?;
        change.commit().await?;
        return Ok(gateway);
    }
    let sql = "UPDATE payments SET pending_at_ms = ? WHERE id = ?";
    let at_ms = change.at_ms();
    change.handle().execute(sql, &[at_ms.into(), payment.into()]).await?;
    order::set_status(&mut change, order.id, Status::Pending, None).await?;
    change.append(Entry::of_payment(Event::PaymentPending, &order, payment)).await?;
    change.commit().await?;
    // The row is there: now the gateway does not answer until it is healed, or the wait is over.
    store.faults().delay(fault::PAYMENT_HANGS).await;
    settle(store, payment).await.map_err(Refusal::from)
}

/// Settles what is pending whenever the gateway answers: at the start, and each time it is healed.
pub async fn settle_after_healing(shop: Arc<Shop>) {
    loop {
        shop.faults.until_off(fault::PAYMENT_HANGS).await;
        if let Err(error) = settle_all(&shop.store).await {
            tracing::warn!(%error, "cannot settle pending payments");
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            continue;
        }
        shop.faults.until_on(fault::PAYMENT_HANGS).await;
    }
}

async fn settle_all(store: &Store) -> sqlx::Result<()> {
    let sql = "SELECT id FROM payments
        WHERE pending_at_ms IS NOT NULL AND paid_at_ms IS NULL AND failed_at_ms IS NULL LIMIT ?";
    while !store.faults().is_on(fault::PAYMENT_HANGS) {
        let pending: Vec<(i64,)> = store.read().await?.handle().all(sql, &[BATCH.into()]).await?;
        if pending.is_empty() {
            return Ok(());
        }
        for (payment,) in pending {
            settle(store, payment).await?;
        }
    }
    Ok(())
}

/// Asks the gateway about a pending payment, unless somebody else has settled it.
async fn settle(store: &Store, payment: i64) -> sqlx::Result<Gateway> {
    let mut change = store.change().await?;
    let sql = "SELECT order_id FROM payments WHERE id = ?";
    let Some((order,)) = change.handle().optional::<(i64,)>(sql, &[payment.into()]).await? else {
        return Err(sqlx::Error::RowNotFound);
    };
    let order = order::lock_any(&mut change, order).await?;
    let sql = "SELECT paid_at_ms, failed_at_ms FROM payments WHERE id = ?";
    let row: Option<(Option<i64>, Option<i64>)> = change.handle().optional(sql, &[payment.into()]).await?;
    match row {
        Some((Some(_), _)) => return Ok(Gateway::Paid),
        Some((_, Some(_))) => return Ok(Gateway::Declined),
        _ => {}
    }
    let gateway = store.faults().gateway(order.synthetic);
    if gateway != Gateway::Hangs {
        write_outcome(&mut change, store, &order, payment, gateway).await?;
        change.commit().await?;
    }
    Ok(gateway)
}

/// Writes that a payment went through or failed.
async fn write_outcome(
    change: &mut Change,
    store: &Store,
    order: &Order,
    payment: i64,
    gateway: Gateway,
) -> sqlx::Result<()> {
    let at_ms = change.at_ms();
    let paid = gateway == Gateway::Paid;
    let sql = if paid {
        "UPDATE payments SET paid_at_ms = ? WHERE id = ?"
    } else {
        "UPDATE payments SET failed_at_ms = ? WHERE id = ?"
    };
    change.handle().execute(sql, &[at_ms.into(), payment.into()]).await?;
    let (status, event) =
        if paid { (Status::Paid, Event::PaymentPaid) } else { (Status::Failed, Event::PaymentFailed) };
    // What nobody bought is never shipped.
    let ships = paid && !order.synthetic;
    let next_at_ms = ships.then(|| lifecycle::after_payment(order.id, at_ms, store.pace()));
    order::set_status(change, order.id, status, next_at_ms).await?;
    change.append(Entry::of_payment(event, order, payment)).await
}

async fn insert(change: &mut Change, order: &Order) -> sqlx::Result<i64> {
    let sql = "INSERT INTO payments (order_id, amount_cents, synthetic, created_at_ms) VALUES (?, ?, ?, ?)";
    let at_ms = change.at_ms();
    let values = [order.id.into(), order.amount_cents.into(), order.synthetic.into(), at_ms.into()];
    change.handle().insert(sql, &values).await
}
