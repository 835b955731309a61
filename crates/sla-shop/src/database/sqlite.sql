-- The shop's tables in SQLite; postgres.sql and mysql.sql say the same. Other programs read
-- `payments` while the shop runs: keep its column names.

CREATE TABLE IF NOT EXISTS users (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    salt          BLOB NOT NULL,
    password_hash BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS goods (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents > 0),
    stock       INTEGER NOT NULL CHECK (stock >= 0)
) STRICT;

CREATE TABLE IF NOT EXISTS orders (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         INTEGER NOT NULL REFERENCES users (id),
    goods           INTEGER NOT NULL REFERENCES goods (id),
    quantity        INTEGER NOT NULL CHECK (quantity > 0),
    amount_cents    INTEGER NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN (
        'created', 'pending', 'failed', 'paid', 'shipped', 'signed', 'refunded', 'cancelled')),
    synthetic       INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    created_at_ms   INTEGER NOT NULL,
    cancelled_at_ms INTEGER,
    next_at_ms      INTEGER
) STRICT;

-- Finds the orders whose next step is due.
CREATE INDEX IF NOT EXISTS orders_due ON orders (next_at_ms) WHERE next_at_ms IS NOT NULL;

-- One row per attempt; pending while it is neither paid nor failed. `paid_at_ms` and `failed_at_ms` are
-- set once and never cleared: a refund adds `refunded_at_ms`, so a count of paid payments never falls.
CREATE TABLE IF NOT EXISTS payments (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id       INTEGER NOT NULL REFERENCES orders (id),
    amount_cents   INTEGER NOT NULL,
    synthetic      INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    created_at_ms  INTEGER NOT NULL,
    pending_at_ms  INTEGER,
    paid_at_ms     INTEGER,
    failed_at_ms   INTEGER,
    refunded_at_ms INTEGER
) STRICT;

-- Finds the payment of an order, and checks the foreign key.
CREATE INDEX IF NOT EXISTS payments_of_order ON payments (order_id);

-- Answers `count(paid_at_ms)` and `count(failed_at_ms)` of real customers from the index alone.
-- `synthetic` stands in it again because the planner reads the column even where the index implies it.
CREATE INDEX IF NOT EXISTS payments_outcomes ON payments (synthetic, paid_at_ms, failed_at_ms)
    WHERE synthetic = 0;

-- Finds the payments that wait for the gateway.
CREATE INDEX IF NOT EXISTS payments_pending ON payments (id)
    WHERE pending_at_ms IS NOT NULL AND paid_at_ms IS NULL AND failed_at_ms IS NULL;

-- One row per parcel; `signed_at_ms` is the sign-off, which some parcels never get.
CREATE TABLE IF NOT EXISTS shipments (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id      INTEGER NOT NULL UNIQUE REFERENCES orders (id),
    amount_cents  INTEGER NOT NULL,
    shipped_at_ms INTEGER NOT NULL,
    signed_at_ms  INTEGER
) STRICT;

-- What happened, in order. Everything else here can be recomputed from it.
CREATE TABLE IF NOT EXISTS journal (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms        INTEGER NOT NULL,
    event        TEXT    NOT NULL CHECK (event IN (
        'order_created', 'order_cancelled', 'order_shipped', 'order_signed', 'payment_pending',
        'payment_paid', 'payment_failed', 'payment_refunded', 'stock_deducted', 'stock_returned',
        'goods_stocked')),
    order_id     INTEGER,
    payment_id   INTEGER,
    goods        INTEGER,
    quantity     INTEGER,
    amount_cents INTEGER,
    synthetic    INTEGER NOT NULL CHECK (synthetic IN (0, 1))
) STRICT;

CREATE TRIGGER IF NOT EXISTS journal_refuses_update BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE (ABORT, 'the journal is append-only');
END;

CREATE TRIGGER IF NOT EXISTS journal_refuses_delete BEFORE DELETE ON journal
BEGIN
    SELECT RAISE (ABORT, 'the journal is append-only');
END;

-- `INSERT OR REPLACE` removes the old row without firing a delete trigger.
CREATE TRIGGER IF NOT EXISTS journal_refuses_replace BEFORE INSERT ON journal
WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id)
BEGIN
    SELECT RAISE (ABORT, 'the journal is append-only');
END;
