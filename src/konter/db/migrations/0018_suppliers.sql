-- An account has two lists, of goods and of bills; each is asked for and kept by itself.
ALTER TABLE suppliers.price_lists
    ADD COLUMN kind text NOT NULL DEFAULT 'goods' CHECK (kind IN ('goods', 'bills'));
ALTER TABLE suppliers.price_lists DROP CONSTRAINT price_lists_pkey, ADD PRIMARY KEY (account, kind);
ALTER TABLE suppliers.price_lists ALTER COLUMN kind DROP DEFAULT;

-- Whose electricity meter a number is, as PLN said not long ago.
CREATE TABLE suppliers.meters (
    customer_no   text PRIMARY KEY,
    meter_no      text NOT NULL,
    subscriber_id text NOT NULL,
    name          text,                    -- NULL: nobody's
    segment_power text NOT NULL,
    told_at       timestamptz NOT NULL
);
CREATE INDEX meters_by_time ON suppliers.meters (told_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON suppliers.meters TO konter_app;
