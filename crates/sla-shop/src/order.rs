//! Orders: placing, finding and cancelling them.

use serde::Serialize;

use crate::{
    fault,
    journal::{Entry, Event},
    refusal::Refusal,
    store::{Change, Store, User},
};

/// Most articles in one order; with it no amount can overflow.
pub const QUANTITY_MAX: i64 = 1_000;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Placed, not paid.
    Created,
    /// The payment gateway was asked and has not answered.
    Pending,
    /// The last payment failed; it may be tried again.
    Failed,
    /// Paid.
    Paid,
    /// Handed to the carrier.
    Shipped,
    /// Signed for, for good.
    Signed,
    /// Given up by the shop and paid back, for good.
    Refunded,
    /// Cancelled by the customer, for good.
    Cancelled,
}

impl Status {
    const ALL: [Self; 8] = [
        Self::Created,
        Self::Pending,
        Self::Failed,
        Self::Paid,
        Self::Shipped,
        Self::Signed,
        Self::Refunded,
        Self::Cancelled,
    ];

    /// Returns the text in the `status` column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Paid => "paid",
            Self::Shipped => "shipped",
            Self::Signed => "signed",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
        }
    }

    /// Returns the status of that name; the column's check leaves no other names.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|status| status.name() == name).unwrap_or(Self::Cancelled)
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
    let there = !store.faults().is_on(fault::STOCK_STUCK)
        && if synthetic {
            are_there(&mut change, goods, quantity).await?
        } else {
            deduct(&mut change, goods, quantity).await?
        };
    let article: Option<(String, i64)> =
        change.handle().optional("SELECT name, price_cents FROM goods WHERE id = ?", &[goods.into()]).await?;
    let Some((name, price_cents)) = article else {
        return Err(Refusal::missing(format!("there are no goods with id {goods}")));
    };
    if !there {
        return Err(Refusal::conflict(format!("`{name}` is out of stock")));
    }
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
    order.id = insert(&mut change, user, &order).await?;
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
    let mut order = lock(&mut change, user, id).await?;
    if !matches!(order.status, Status::Created | Status::Failed | Status::Paid) {
        return Err(Refusal::conflict(format!("order {id} is already {}", order.status.name())));
    }
    if order.status == Status::Paid {
        refund(&mut change, &order).await?;
    }
    order.status = Status::Cancelled;
    order.cancelled_at_ms = Some(change.at_ms());
    let sql = "UPDATE orders SET status = ?, cancelled_at_ms = ?, next_at_ms = NULL WHERE id = ?";
    let values = [order.status.name().into(), change.at_ms().into(), id.into()];
    change.handle().execute(sql, &values).await?;
    change.append(Entry::of_order(Event::OrderCancelled, &order)).await?;
    return_stock(&mut change, &order).await?;
    change.commit().await?;
    Ok(order)
}

/// Marks the payment of a paid order as refunded; `paid_at_ms` stays, so no count of payments falls.
pub async fn refund(change: &mut Change, order: &Order) -> sqlx::Result<()> {
    let sql = "SELECT id FROM payments WHERE order_id = ? AND paid_at_ms IS NOT NULL";
    let Some((payment,)) = change.handle().optional::<(i64,)>(sql, &[order.id.into()]).await? else {
        return Err(sqlx::Error::RowNotFound);
    };
    let at_ms = change.at_ms();
    let sql = "UPDATE payments SET refunded_at_ms = ? WHERE id = ?";
    change.handle().execute(sql, &[at_ms.into(), payment.into()]).await?;
    change.append(Entry::of_payment(Event::PaymentRefunded, order, payment)).await
}

/// Puts the articles of an order back on the shelf; the test payer took none.
pub async fn return_stock(change: &mut Change, order: &Order) -> sqlx::Result<()> {
    if order.synthetic {
        return Ok(());
    }
    let sql = "UPDATE goods SET stock = stock + ? WHERE id = ?";
    change.handle().execute(sql, &[order.quantity.into(), order.goods.into()]).await?;
    change.append(Entry::of_order(Event::StockReturned, order)).await
}

type OrderRow = (i64, i64, i64, i64, String, i64, i64, Option<i64>);

impl Order {
    fn from_row(row: OrderRow) -> Self {
        let (id, goods, quantity, amount_cents, status, synthetic, created_at_ms, cancelled_at_ms) = row;
        Self {
            id,
            goods,
            quantity,
            amount_cents,
            status: Status::from_name(&status),
            synthetic: synthetic == 1,
            created_at_ms,
            cancelled_at_ms,
        }
    }
}

const OF_USER: &str = "SELECT id, goods, quantity, amount_cents, status, synthetic, created_at_ms,
    cancelled_at_ms FROM orders WHERE id = ? AND user_id = ?";
const OF_ANYBODY: &str = "SELECT id, goods, quantity, amount_cents, status, synthetic, created_at_ms,
    cancelled_at_ms FROM orders WHERE id = ?";

/// Returns an order of that user. Another user's order is refused like one that does not exist.
pub async fn find(store: &Store, user: &User, id: i64) -> Result<Order, Refusal> {
    let mut reader = store.read().await?;
    let row: Option<OrderRow> = reader.handle().optional(OF_USER, &[id.into(), user.id.into()]).await?;
    row.map(Order::from_row).ok_or_else(|| Refusal::missing("you have no such order"))
}

/// Returns an order of that user, which nobody else can change until the change ends.
pub async fn lock(change: &mut Change, user: &User, id: i64) -> Result<Order, Refusal> {
    let row: Option<OrderRow> = change.handle().locked(OF_USER, &[id.into(), user.id.into()]).await?;
    row.map(Order::from_row).ok_or_else(|| Refusal::missing("you have no such order"))
}

/// Returns anybody's order, which nobody else can change until the change ends.
pub async fn lock_any(change: &mut Change, id: i64) -> sqlx::Result<Order> {
    let row: Option<OrderRow> = change.handle().locked(OF_ANYBODY, &[id.into()]).await?;
    row.map(Order::from_row).ok_or(sqlx::Error::RowNotFound)
}

/// Writes where an order stands now, and when its next step is due.
pub async fn set_status(
    change: &mut Change,
    id: i64,
    status: Status,
    next_at_ms: Option<i64>,
) -> sqlx::Result<()> {
    let sql = "UPDATE orders SET status = ?, next_at_ms = ? WHERE id = ?";
    change.handle().execute(sql, &[status.name().into(), next_at_ms.into(), id.into()]).await?;
    Ok(())
}

/// Takes articles from stock if there are enough, in one statement: two buyers cannot both get the last.
async fn deduct(change: &mut Change, goods: i64, quantity: i64) -> sqlx::Result<bool> {
    let sql = "UPDATE goods SET stock = stock - ? WHERE id = ? AND stock >= ?";
    let changed = change.handle().execute(sql, &[quantity.into(), goods.into(), quantity.into()]).await?;
    Ok(changed == 1)
}

/// Looks whether there are enough, for the test payer: it meets a sold-out article as a customer
/// does, but takes nothing away from customers.
async fn are_there(change: &mut Change, goods: i64, quantity: i64) -> sqlx::Result<bool> {
    let sql = "SELECT id FROM goods WHERE id = ? AND stock >= ?";
    let row: Option<(i64,)> = change.handle().optional(sql, &[goods.into(), quantity.into()]).await?;
    Ok(row.is_some())
}

async fn insert(change: &mut Change, user: &User, order: &Order) -> sqlx::Result<i64> {
    let sql = "INSERT INTO orders
        (user_id, goods, quantity, amount_cents, status, synthetic, created_at_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?)";
    let values = [
        user.id.into(),
        order.goods.into(),
        order.quantity.into(),
        order.amount_cents.into(),
        order.status.name().into(),
        order.synthetic.into(),
        order.created_at_ms.into(),
    ];
    change.handle().insert(sql, &values).await
}
