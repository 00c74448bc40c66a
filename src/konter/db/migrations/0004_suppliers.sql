-- What we know of each upstream account.
CREATE SCHEMA suppliers;

CREATE TABLE suppliers.accounts (
    code           text PRIMARY KEY,       -- digiflazz-main
    kind           text NOT NULL,          -- the adapter: digiflazz
    gate_closed_at timestamptz,            -- closed for a fault of ours there (deposit, key, IP)
    gate_code      text,
    gate_reason    text,
    gate_needs     bigint,                 -- the deposit that would reopen it, where that helps
    paused_at      timestamptz,
    paused_by      text,
    pause_reason   text,
    deposit        bigint,                 -- last known, with its age; a page never asks upstream
    deposit_at     timestamptz,
    created_at     timestamptz NOT NULL
);

-- A pause of the whole shop: no purchase leaves while a row is here.
CREATE TABLE suppliers.shop_pause (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    paused_at timestamptz NOT NULL,
    paused_by text NOT NULL,
    reason    text
);

-- A counter that every worker also notes in a file of its own: a database that is behind the file
-- was restored from a backup, and must not buy again what was bought since.
CREATE TABLE suppliers.memory (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    beats bigint NOT NULL
);
INSERT INTO suppliers.memory (beats) VALUES (0);

-- The last price list of each account, so that limits hold across processes and restarts.
CREATE TABLE suppliers.price_lists (
    account    text PRIMARY KEY REFERENCES suppliers.accounts,
    asked_at   timestamptz NOT NULL,       -- the last time we asked, answered or not
    fetched_at timestamptz,
    body       bytea,
    digest     bytea                       -- SHA-256 of the body
);

-- Every exchange with an upstream, scrubbed of secrets, by month.
CREATE TABLE suppliers.exchanges (
    id            bigint GENERATED ALWAYS AS IDENTITY,
    account       text NOT NULL,
    purpose       text NOT NULL,
    reference     text,
    method        text NOT NULL,
    url           text NOT NULL,
    request_body  text NOT NULL,
    status        integer,
    response_body text NOT NULL,
    problem       text,
    started_at    timestamptz NOT NULL,
    ended_at      timestamptz NOT NULL
) PARTITION BY RANGE (started_at);
CREATE INDEX exchanges_by_reference ON suppliers.exchanges (reference) WHERE reference IS NOT NULL;
CREATE TABLE suppliers.exchanges_rest PARTITION OF suppliers.exchanges DEFAULT;

-- The running role may not change the schema, so it asks this function for a month's table.
-- Rows of that month that came early rest in the default partition and are moved along.
CREATE FUNCTION suppliers.add_exchanges_month(month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    first date := date_trunc('month', month);
    name text := 'exchanges_' || to_char(first, 'YYYYMM');
    lower timestamptz := first::timestamp AT TIME ZONE 'UTC';
    upper timestamptz := (first + interval '1 month')::timestamp AT TIME ZONE 'UTC';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('suppliers.add_exchanges_month'));
    IF to_regclass('suppliers.' || name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE suppliers.%I (LIKE suppliers.exchanges '
        'INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name);
    LOCK TABLE suppliers.exchanges_rest IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH early AS (DELETE FROM suppliers.exchanges_rest '
        'WHERE started_at >= %L AND started_at < %L RETURNING *) '
        'INSERT INTO suppliers.%I SELECT * FROM early', lower, upper, name);
    EXECUTE format('ALTER TABLE suppliers.exchanges ATTACH PARTITION suppliers.%I '
        'FOR VALUES FROM (%L) TO (%L)', name, lower, upper);
END
$$;
REVOKE ALL ON FUNCTION suppliers.add_exchanges_month FROM PUBLIC;
GRANT EXECUTE ON FUNCTION suppliers.add_exchanges_month TO konter_app;
SELECT suppliers.add_exchanges_month((now() + make_interval(months => m))::date)
    FROM generate_series(0, 1) AS m;

GRANT USAGE ON SCHEMA suppliers TO konter_app;
GRANT SELECT, INSERT, UPDATE ON suppliers.accounts, suppliers.price_lists TO konter_app;
GRANT SELECT, INSERT, DELETE ON suppliers.shop_pause TO konter_app;
GRANT SELECT, INSERT ON suppliers.exchanges TO konter_app;
GRANT SELECT, UPDATE ON suppliers.memory TO konter_app;
