-- What the office looks for. None of these columns ever changes after its row is written (a serial
-- comes with the attempt's end, which leaves another index anyway), so no update becomes dearer.
-- On a shop with millions of orders, CREATE INDEX CONCURRENTLY under the same names beforehand:
-- what is there already is not built again, and nobody waits.
CREATE INDEX IF NOT EXISTS orders_by_time ON orders.orders (created_at, id);
CREATE INDEX IF NOT EXISTS orders_by_target ON orders.orders (target_id text_pattern_ops);
CREATE INDEX IF NOT EXISTS orders_by_ref ON orders.orders (ref_id text_pattern_ops);
CREATE INDEX IF NOT EXISTS attempts_by_serial ON orders.attempts (left(serial, 64) text_pattern_ops)
    WHERE serial IS NOT NULL;
CREATE INDEX IF NOT EXISTS inbox_by_time ON hooks.inbox (received_at, id);
CREATE INDEX IF NOT EXISTS inbox_by_reference ON hooks.inbox (reference) WHERE reference IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_by_time ON hooks.outbox (created_at, id);
CREATE INDEX IF NOT EXISTS refunds_still_due ON funding.refunds (created_at) WHERE state = 'due';

-- Past hours, counted: what the first page of the office adds up, whatever the number of orders.
-- Recent days are counted again and again, older ones once a day: late news moves them a little.
CREATE TABLE orders.hours (
    hour       timestamptz PRIMARY KEY,    -- its beginning
    orders     integer NOT NULL,
    delivered  integer NOT NULL,
    failed     integer NOT NULL,
    sales      bigint NOT NULL,            -- whole rupiah, prices that became ours
    cost       bigint NOT NULL,            -- whole rupiah, of what suppliers delivered
    counted_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON orders.hours TO konter_app;

-- What a gateway's list and our books said of one day, as they were compared last, and the days
-- that somebody wants compared.
CREATE TABLE funding.reconcile_asks (
    day      date PRIMARY KEY,             -- WIB
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL
);
CREATE TABLE funding.reconciliations (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway        text NOT NULL,
    day            date NOT NULL,          -- WIB
    paid_there     integer NOT NULL,
    confirmed_here integer NOT NULL,
    noted          integer NOT NULL,       -- missing payments that are asked about
    differences    jsonb NOT NULL,
    ours           bigint,                 -- whole rupiah that the gateway owes by our books; today's
    theirs         bigint,                 -- and by its own word
    problem        text,
    asked_by       text NOT NULL,
    made_at        timestamptz NOT NULL
);
CREATE INDEX reconciliations_by_time ON funding.reconciliations (made_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON funding.reconcile_asks TO konter_app;
GRANT SELECT, INSERT ON funding.reconciliations TO konter_app;
