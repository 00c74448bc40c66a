-- What a supplier's own report of some days said beside our attempts. Kept once for each report; the
-- same one again is the same row.
CREATE TABLE orders.supplier_reports (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account       text NOT NULL,
    since         date NOT NULL,             -- WIB, both included
    until         date NOT NULL,
    digest        bytea NOT NULL,            -- of the report's text and of the columns that were read
    rows          integer NOT NULL,          -- theirs
    known         integer NOT NULL,          -- of them, under a reference of ours
    ours          integer NOT NULL,          -- our attempts of these days that they should have
    compares_cost boolean NOT NULL,
    counts        jsonb NOT NULL,            -- differences by kind, all of them
    differences   jsonb NOT NULL,            -- the gravest, in full
    findings      bytea NOT NULL,            -- a digest of all differences
    asked_by      text NOT NULL,
    made_at       timestamptz NOT NULL,
    UNIQUE (account, since, until, digest),
    CHECK (since <= until)
);
CREATE INDEX supplier_reports_by_time ON orders.supplier_reports (made_at);
GRANT SELECT, INSERT, UPDATE ON orders.supplier_reports TO konter_app;

-- Attempts are written in the order of time and this column never changes: a few pages, and nothing
-- to do when an attempt moves. On a shop with millions of orders, create it beforehand under this
-- name, CONCURRENTLY.
CREATE INDEX IF NOT EXISTS attempts_by_time ON orders.attempts USING brin (created_at);
