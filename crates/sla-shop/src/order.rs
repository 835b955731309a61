//! Orders: placing, finding and cancelling them.

use serde::Serialize;
use sqlx::SqliteConnection;

use crate::{
    journal::{Entry, Event},
    refusal::Refusal,
    store::{Store, User},
};

/// Most articles in one order; with it no amount can overflow.
pub const QUANTITY_MAX: i64 = 1_000;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Placed, not paid; a failed payment may be tried again.
    Created,
    /// Paid.
    Paid,
    /// Cancelled, for good.
    Cancelled,
}

impl Status {
    /// Returns the text in the `status` column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "created" => Self::Created,
            "paid" => Self::Paid,
            // The column's check leaves nothing else.
            _ => Self::Cancelled,
        }
    }
}

/// An order.
#[derive(Clone, Debug, Serialize)]
pub struct Order {
    /// Row in `orders`.
    pub id: i64,
    /// The article.
    pub goods: i64,
    /// How many of it.
    pub quantity: i64,
    /// What it costs.
    pub amount_cents: i64,
    /// Where it stands.
    pub status: Status,
    /// Whether the test payer placed it.
    pub synthetic: bool,
    /// When it was placed.
    pub created_at_ms: i64,
    /// When it was cancelled.
    pub cancelled_at_ms: Option<i64>,
}

/// Places an order and takes its articles from stock; both happen or neither.
pub async fn place(store: &Store, user: &User, goods: i64, quantity: i64) -> Result<Order, Refusal> {
    let synthetic = user.is_probe();
    let mut change = store.change().await?;
    let price_cents = if synthetic {
        reserve_nothing(change.connection(), goods, quantity).await?
    } else {
        deduct(change.connection(), goods, quantity).await?
    };
    let Some(price_cents) = price_cents else {
        return Err(refuse_goods(change.connection(), goods).await?);
    };
    let mut order = Order {
        id: 0,
        goods,
        quantity,
        amount_cents: price_cents.saturating_mul(quantity),
        status: Status::Created,
        synthetic,
        created_at_ms: change.at_ms(),
        cancelled_at_ms: None,
    };
    order.id = insert(change.connection(), user, &order).await?;
    change.append(Entry::of_order(Event::OrderCreated, &order)).await?;
    if !synthetic {
        change.append(Entry::of_order(Event::StockDeducted, &order)).await?;
    }
    change.commit().await?;
    Ok(order)
}

/// Cancels an order: gives its articles back to stock and a payment back to the customer.
pub async fn cancel(store: &Store, user: &User, id: i64) -> Result<Order, Refusal> {
    let mut change = store.change().await?;
    let mut order = find(change.connection(), user, id).await?;
    if order.status == Status::Cancelled {
        return Err(Refusal::conflict(format!("order {id} is already cancelled")));
    }
    let at_ms = change.at_ms();
    if order.status == Status::Paid {
        let payment = refund(change.connection(), &order, at_ms).await?;
        change.append(Entry::of_payment(Event::PaymentRefunded, &order, payment)).await?;
    }
    order.status = Status::Cancelled;
    order.cancelled_at_ms = Some(at_ms);
    sqlx::query("UPDATE orders SET status = ?, cancelled_at_ms = ? WHERE id = ?")
        .bind(order.status.name())
        .bind(at_ms)
        .bind(id)
        .execute(change.connection())
        .await?;
    change.append(Entry::of_order(Event::OrderCancelled, &order)).await?;
    if !order.synthetic {
        sqlx::query("UPDATE goods SET stock = stock + ? WHERE id = ?")
            .bind(order.quantity)
            .bind(order.goods)
            .execute(change.connection())
            .await?;
        change.append(Entry::of_order(Event::StockReturned, &order)).await?;
    }
    change.commit().await?;
    Ok(order)
}

type OrderRow = (i64, i64, i64, i64, String, bool, i64, Option<i64>);

/// Returns an order of that user. Another user's order is refused like one that does not exist.
pub async fn find(connection: &mut SqliteConnection, user: &User, id: i64) -> Result<Order, Refusal> {
    let row: Option<OrderRow> = sqlx::query_as(
        "SELECT id, goods, quantity, amount_cents, status, synthetic, created_at_ms, cancelled_at_ms
         FROM orders WHERE id = ? AND user = ?",
    )
    .bind(id)
    .bind(user.id)
    .fetch_optional(connection)
    .await?;
    let Some((id, goods, quantity, amount_cents, status, synthetic, created_at_ms, cancelled_at_ms)) = row
    else {
        return Err(Refusal::missing("you have no such order"));
    };
    Ok(Order {
        id,
        goods,
        quantity,
        amount_cents,
        status: Status::from_name(&status),
        synthetic,
        created_at_ms,
        cancelled_at_ms,
    })
}

/// Takes articles from stock if there are enough, in one statement: two buyers cannot both get the last.
async fn deduct(connection: &mut SqliteConnection, goods: i64, quantity: i64) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(
        "UPDATE goods SET stock = stock - ?1 WHERE id = ?2 AND stock >= ?1 RETURNING price_cents",
    )
    .bind(quantity)
    .bind(goods)
    .fetch_optional(connection)
    .await
}

/// Looks whether there are enough, for the test payer: it meets a sold-out article as a customer
/// does, but takes nothing away from customers.
async fn reserve_nothing(
    connection: &mut SqliteConnection,
    goods: i64,
    quantity: i64,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("SELECT price_cents FROM goods WHERE id = ?2 AND stock >= ?1")
        .bind(quantity)
        .bind(goods)
        .fetch_optional(connection)
        .await
}

/// Says why there was nothing to sell.
async fn refuse_goods(connection: &mut SqliteConnection, goods: i64) -> sqlx::Result<Refusal> {
    let name: Option<String> = sqlx::query_scalar("SELECT name FROM goods WHERE id = ?")
        .bind(goods)
        .fetch_optional(connection)
        .await?;
    Ok(match name {
        Some(name) => Refusal::conflict(format!("`{name}` is out of stock")),
        None => Refusal::missing(format!("there are no goods with id {goods}")),
    })
}

async fn insert(connection: &mut SqliteConnection, user: &User, order: &Order) -> sqlx::Result<i64> {
    Ok(sqlx::query(
        "INSERT INTO orders (user, goods, quantity, amount_cents, status, synthetic, created_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(user.id)
    .bind(order.goods)
    .bind(order.quantity)
    .bind(order.amount_cents)
    .bind(order.status.name())
    .bind(order.synthetic)
    .bind(order.created_at_ms)
    .execute(connection)
    .await?
    .last_insert_rowid())
}

/// Marks the payment of a paid order as refunded; `paid_at_ms` stays, so no count of payments falls.
async fn refund(connection: &mut SqliteConnection, order: &Order, at_ms: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "UPDATE payments SET refunded_at_ms = ? WHERE order_id = ? AND paid_at_ms IS NOT NULL
         RETURNING id",
    )
    .bind(at_ms)
    .bind(order.id)
    .fetch_one(connection)
    .await
}
