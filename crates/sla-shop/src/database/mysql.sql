-- The shop's tables in MariaDB, as in sqlite.sql. It has no indexes over a part of the rows, so these
-- cover all. Other programs read `payments` while the shop runs: keep its column names.

CREATE TABLE IF NOT EXISTS users (
    id            BIGINT AUTO_INCREMENT PRIMARY KEY,
    name          VARCHAR(190) NOT NULL UNIQUE,
    salt          VARBINARY(64) NOT NULL,
    password_hash VARBINARY(64) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS goods (
    id          BIGINT AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(190)    NOT NULL,
    price_cents BIGINT NOT NULL CHECK (price_cents > 0),
    stock       BIGINT NOT NULL CHECK (stock >= 0)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS orders (
    id              BIGINT AUTO_INCREMENT PRIMARY KEY,
    user_id         BIGINT NOT NULL REFERENCES users (id),
    goods           BIGINT NOT NULL REFERENCES goods (id),
    quantity        BIGINT NOT NULL CHECK (quantity > 0),
    amount_cents    BIGINT NOT NULL,
    status          VARCHAR(190)    NOT NULL CHECK (status IN (
        'created', 'pending', 'failed', 'paid', 'shipped', 'signed', 'refunded', 'cancelled')),
    synthetic       BIGINT NOT NULL CHECK (synthetic IN (0, 1)),
    created_at_ms   BIGINT NOT NULL,
    cancelled_at_ms BIGINT,
    next_at_ms      BIGINT
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Finds the orders whose next step is due.
CREATE INDEX IF NOT EXISTS orders_due ON orders (next_at_ms);

-- One row per attempt; pending while it is neither paid nor failed. `paid_at_ms` and `failed_at_ms` are
-- set once and never cleared: a refund adds `refunded_at_ms`, so a count of paid payments never falls.
CREATE TABLE IF NOT EXISTS payments (
    id             BIGINT AUTO_INCREMENT PRIMARY KEY,
    order_id       BIGINT NOT NULL REFERENCES orders (id),
    amount_cents   BIGINT NOT NULL,
    synthetic      BIGINT NOT NULL CHECK (synthetic IN (0, 1)),
    created_at_ms  BIGINT NOT NULL,
    pending_at_ms  BIGINT,
    paid_at_ms     BIGINT,
    failed_at_ms   BIGINT,
    refunded_at_ms BIGINT
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Finds the payment of an order, and checks the foreign key.
CREATE INDEX IF NOT EXISTS payments_of_order ON payments (order_id);

-- Answers `count(paid_at_ms)` and `count(failed_at_ms)` of real customers from the index alone.
CREATE INDEX IF NOT EXISTS payments_outcomes ON payments (synthetic, paid_at_ms, failed_at_ms);

-- Finds the payments that wait for the gateway.
CREATE INDEX IF NOT EXISTS payments_pending ON payments (paid_at_ms, failed_at_ms, pending_at_ms);

-- One row per parcel; `signed_at_ms` is the sign-off, which some parcels never get.
CREATE TABLE IF NOT EXISTS shipments (
    id            BIGINT AUTO_INCREMENT PRIMARY KEY,
    order_id      BIGINT NOT NULL UNIQUE REFERENCES orders (id),
    amount_cents  BIGINT NOT NULL,
    shipped_at_ms BIGINT NOT NULL,
    signed_at_ms  BIGINT
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What happened, in order. Everything else here can be recomputed from it.
CREATE TABLE IF NOT EXISTS journal (
    id           BIGINT AUTO_INCREMENT PRIMARY KEY,
    at_ms        BIGINT NOT NULL,
    event        VARCHAR(190)    NOT NULL CHECK (event IN (
        'order_created', 'order_cancelled', 'order_shipped', 'order_signed', 'payment_pending',
        'payment_paid', 'payment_failed', 'payment_refunded', 'stock_deducted', 'stock_returned',
        'goods_stocked')),
    order_id     BIGINT,
    payment_id   BIGINT,
    goods        BIGINT,
    quantity     BIGINT,
    amount_cents BIGINT,
    synthetic    BIGINT NOT NULL CHECK (synthetic IN (0, 1))
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- TRUNCATE fires no trigger here: do not give it to whoever only reads.
CREATE TRIGGER IF NOT EXISTS journal_refuses_update BEFORE UPDATE ON journal
FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the journal is append-only';

CREATE TRIGGER IF NOT EXISTS journal_refuses_delete BEFORE DELETE ON journal
FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the journal is append-only';
