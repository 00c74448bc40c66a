-- The only writer of balances. Double entry, whole rupiah, one immutable row a transfer.
CREATE SCHEMA ledger;

-- A running balance only where a floor must hold: wallets. System accounts are summed when asked.
CREATE TABLE ledger.wallets (
    user_id    bigint PRIMARY KEY,
    balance    bigint NOT NULL DEFAULT 0,
    floor      bigint NOT NULL DEFAULT 0 CHECK (floor <= 0), -- minus a credit limit
    lines      bigint NOT NULL DEFAULT 0,                    -- statement lines so far
    blocked    boolean NOT NULL DEFAULT false,
    opened_at  timestamptz NOT NULL
) WITH (fillfactor = 50);

-- debit and credit name accounts: wallet:<user>, escrow, unapplied, sales, cost, fees, losses,
-- provider:<account>, gateway:<code>, bank:<code>, equity, refunds_due, adjustments.
CREATE TABLE ledger.transfers (
    key          text PRIMARY KEY,
    kind         text NOT NULL,
    debit        text NOT NULL,
    credit       text NOT NULL,
    amount       bigint NOT NULL CHECK (amount > 0),
    wallet_id    bigint,           -- the wallet it touches, if any
    wallet_line  bigint,           -- its line number on that wallet's statement
    wallet_after bigint,           -- that wallet's balance after it
    order_id     bigint,
    reference    text,             -- what a person calls it: the order's code
    note         text,             -- a person's reason, never personal data
    actor        text,             -- who, where a person did it
    happened_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    CHECK (debit <> credit),
    CHECK ((wallet_id IS NULL) = (wallet_line IS NULL) AND (wallet_id IS NULL) = (wallet_after IS NULL)),
    CHECK (wallet_id IS NOT DISTINCT FROM CASE
        WHEN debit LIKE 'wallet:%' THEN substr(debit, 8)::bigint
        WHEN credit LIKE 'wallet:%' THEN substr(credit, 8)::bigint END)
);
CREATE UNIQUE INDEX transfers_by_wallet ON ledger.transfers (wallet_id, wallet_line)
    WHERE wallet_id IS NOT NULL;
CREATE INDEX transfers_by_order ON ledger.transfers (order_id) WHERE order_id IS NOT NULL;

CREATE FUNCTION ledger.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is never altered (% on ledger.transfers)', TG_OP
        USING HINT = 'Post a correcting transfer instead.';
END
$$;
CREATE TRIGGER transfers_are_immutable BEFORE UPDATE OR DELETE ON ledger.transfers
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_rewriting();
CREATE TRIGGER transfers_are_not_truncated BEFORE TRUNCATE ON ledger.transfers
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_rewriting();

CREATE VIEW ledger.legs AS
    SELECT key, debit AS account, -amount AS change, order_id, happened_at FROM ledger.transfers
    UNION ALL
    SELECT key, credit, amount, order_id, happened_at FROM ledger.transfers;

-- The accounts of the house, by the shape of their names.
CREATE FUNCTION ledger.is_account(name text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN name ~ '^(wallet:[0-9]+|(provider|gateway|bank):[A-Za-z0-9_.-]+)$'
    OR name IN ('escrow', 'unapplied', 'sales', 'cost', 'fees', 'losses', 'equity', 'refunds_due',
                'adjustments');

GRANT USAGE ON SCHEMA ledger TO konter_app;
GRANT SELECT, INSERT ON ledger.transfers TO konter_app;
GRANT SELECT, INSERT, UPDATE ON ledger.wallets TO konter_app;
GRANT SELECT ON ledger.legs TO konter_app;
