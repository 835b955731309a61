//! The journal: what happened, append-only. Whoever counts payments from elsewhere is compared with
//! it. The schema's triggers refuse to change or remove a row.

use sqlx::SqliteConnection;

use crate::order::Order;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An order was placed.
    OrderCreated,
    /// An order was cancelled.
    OrderCancelled,
    /// A payment went through.
    PaymentPaid,
    /// A payment was tried and failed.
    PaymentFailed,
    /// A payment was given back.
    PaymentRefunded,
    /// An order took articles from stock.
    StockDeducted,
    /// A cancelled order gave articles back.
    StockReturned,
    /// Articles arrived.
    GoodsStocked,
}

impl Event {
    /// Returns the name in the `event` column.
    pub fn name(self) -> &'static str {
        match self {
            Self::OrderCreated => "order_created",
            Self::OrderCancelled => "order_cancelled",
            Self::PaymentPaid => "payment_paid",
            Self::PaymentFailed => "payment_failed",
            Self::PaymentRefunded => "payment_refunded",
            Self::StockDeducted => "stock_deducted",
            Self::StockReturned => "stock_returned",
            Self::GoodsStocked => "goods_stocked",
        }
    }
}

/// One row of the journal, without its time.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What happened.
    pub event: Event,
    /// The order it happened to.
    pub order: Option<i64>,
    /// The payment it happened to.
    pub payment: Option<i64>,
    /// The article.
    pub goods: i64,
    /// How many of it.
    pub quantity: i64,
    /// The money that the order is about.
    pub amount_cents: Option<i64>,
    /// Whether the test payer did it.
    pub synthetic: bool,
}

impl Entry {
    /// Returns the row of an event of an order.
    pub fn of_order(event: Event, order: &Order) -> Self {
        Self {
            event,
            order: Some(order.id),
            payment: None,
            goods: order.goods,
            quantity: order.quantity,
            amount_cents: Some(order.amount_cents),
            synthetic: order.synthetic,
        }
    }

    /// Returns the row of an event of a payment of an order.
    pub fn of_payment(event: Event, order: &Order, payment: i64) -> Self {
        Self { payment: Some(payment), ..Self::of_order(event, order) }
    }
}

/// Writes one row. The caller's transaction is the one that makes the event true.
pub async fn append(transaction: &mut SqliteConnection, at_ms: i64, entry: Entry) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO journal (at_ms, event, order_id, payment_id, goods, quantity, amount_cents, synthetic)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(at_ms)
    .bind(entry.event.name())
    .bind(entry.order)
    .bind(entry.payment)
    .bind(entry.goods)
    .bind(entry.quantity)
    .bind(entry.amount_cents)
    .bind(entry.synthetic)
    .execute(transaction)
    .await?;
    Ok(())
}
