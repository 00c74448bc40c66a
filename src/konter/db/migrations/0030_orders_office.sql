-- What the office looks for. None of these columns changes after its row is written (a serial comes
-- with the attempt's end, which leaves another index anyway), so no update becomes dearer.
-- On a shop with millions of orders, create these under the same names beforehand, CONCURRENTLY: what
-- is there already is not built again, and nobody waits for it.
CREATE INDEX IF NOT EXISTS orders_by_time ON orders.orders (created_at, id);
CREATE INDEX IF NOT EXISTS orders_by_target ON orders.orders (target_id text_pattern_ops);
CREATE INDEX IF NOT EXISTS orders_by_ref ON orders.orders (ref_id text_pattern_ops);
CREATE INDEX IF NOT EXISTS attempts_by_serial ON orders.attempts (left(serial, 64) text_pattern_ops)
    WHERE serial IS NOT NULL;

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
