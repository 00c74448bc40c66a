-- What an order that is paid through a gateway has beside its row: how long it waits, who pays,
-- and the offer that it was sold at. A guest's order has user 0, and a token.
CREATE TABLE orders.checkouts (
    order_id      bigint PRIMARY KEY,
    channel       text NOT NULL,           -- gateway:code, as first chosen
    waits         boolean NOT NULL,        -- still awaiting payment
    pay_by        timestamptz NOT NULL,    -- of its latest link
    paid_at       timestamptz,             -- by the gateway's clock
    account       text NOT NULL,
    sku           text NOT NULL,
    customer_no   text NOT NULL,
    expected_cost bigint NOT NULL,
    name          text NOT NULL,
    email         text,
    phone         text,
    address       text,
    city          text,
    guest_token   bytea,                   -- SHA-256
    CHECK (NOT (waits AND paid_at IS NOT NULL))
);
CREATE INDEX checkouts_waiting ON orders.checkouts (pay_by) WHERE waits;

GRANT SELECT, INSERT, UPDATE ON orders.checkouts TO konter_app;
