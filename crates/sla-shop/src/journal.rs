//! The journal: what happened, append-only. Whoever counts payments from elsewhere is compared with
//! it. The schema's triggers refuse to change or remove a row.

use crate::{
    database::{Handle, Reader},
    order::Order,
};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// An order was placed.
    OrderCreated,
    /// An order was cancelled.
    OrderCancelled,
    /// An order was handed to the carrier.
    OrderShipped,
    /// The customer signed for the parcel.
    OrderSigned,
    /// The payment gateway was asked and did not answer.
    PaymentPending,
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
    /// All events.
    pub const ALL: [Self; 11] = [
        Self::OrderCreated,
        Self::OrderCancelled,
        Self::OrderShipped,
        Self::OrderSigned,
        Self::PaymentPending,
        Self::PaymentPaid,
        Self::PaymentFailed,
        Self::PaymentRefunded,
        Self::StockDeducted,
        Self::StockReturned,
        Self::GoodsStocked,
    ];

    /// Returns the name in the `event` column.
    pub fn name(self) -> &'static str {
        match self {
            Self::OrderCreated => "order_created",
            Self::OrderCancelled => "order_cancelled",
            Self::OrderShipped => "order_shipped",
            Self::OrderSigned => "order_signed",
            Self::PaymentPending => "payment_pending",
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
pub async fn append(transaction: Handle<'_>, at_ms: i64, entry: Entry) -> sqlx::Result<()> {
    let sql = "INSERT INTO journal
        (at_ms, event, order_id, payment_id, goods, quantity, amount_cents, synthetic)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let values = [
        at_ms.into(),
        entry.event.name().into(),
        entry.order.into(),
        entry.payment.into(),
        entry.goods.into(),
        entry.quantity.into(),
        entry.amount_cents.into(),
        entry.synthetic.into(),
    ];
    transaction.execute(sql, &values).await?;
    Ok(())
}

/// Returns how often each event happened to customers (false) and to the test payer (true).
pub async fn counts(reader: &mut Reader) -> sqlx::Result<Vec<(Event, bool, u64)>> {
    let sql = "SELECT event, synthetic, count(*) FROM journal GROUP BY event, synthetic";
    let rows: Vec<(String, i64, i64)> = reader.handle().all(sql, &[]).await?;
    let known = |name: &str| Event::ALL.into_iter().find(|event| event.name() == name);
    Ok(rows
        .into_iter()
        .filter_map(|(name, synthetic, count)| Some((known(&name)?, synthetic == 1, count.try_into().ok()?)))
        .collect())
}
