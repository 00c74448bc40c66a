-- A bill's payment is an attempt like any other: asked by its account's biller, and never again.
ALTER TABLE orders.attempts
    ADD COLUMN is_bill boolean NOT NULL DEFAULT false,
    ADD COLUMN send_by timestamptz;             -- what has not left by then never leaves

-- What somebody owes, as it was asked about under a client's own reference; at most one order.
CREATE TABLE orders.bills (
    id              bigint PRIMARY KEY,
    user_id         bigint NOT NULL,
    ref_id          text NOT NULL,
    fingerprint     bytea NOT NULL,             -- of what was asked
    product_id      bigint NOT NULL,
    product_code    text NOT NULL,              -- as it was called when it was asked about
    product_name    text NOT NULL,
    brand           text NOT NULL,
    biller          text NOT NULL,              -- what the bill belongs to, whatever the SKU
    kind            text NOT NULL,
    account         text NOT NULL,
    sku             text NOT NULL,
    customer_no     text NOT NULL,
    chosen_amount   bigint,                     -- e-money: what the customer wants
    tax_year        smallint,
    state           text NOT NULL CHECK (state IN ('checking', 'found', 'refused', 'unclear')),
    code            text NOT NULL,              -- of this round of tries, and of the order it becomes
    tries           integer NOT NULL DEFAULT 0, -- all that ever were
    reference       text,                       -- of the try that succeeded
    lease_until     timestamptz,                -- while somebody checks
    amount          bigint,                     -- whole rupiah, as the four below
    admin_fee       bigint,
    total           bigint,                     -- what the wallet pays: amount + admin_fee
    cost            bigint,                     -- what our deposit pays
    customer_name   text,
    periods         text[] NOT NULL DEFAULT '{}',
    due_date        text,
    details         jsonb NOT NULL DEFAULT '{}',-- the upstream's own, whole
    problem         text,                       -- why there is nothing to pay
    rc              text,                       -- theirs
    message         text,
    upstream_ms     integer,                    -- of this round
    checked_at      timestamptz,
    expires_at      timestamptz,
    business_date   date NOT NULL,              -- WIB, of the last round
    order_id        bigint UNIQUE,
    pay_fingerprint bytea,
    paid_amount     bigint,
    created_at      timestamptz NOT NULL,
    UNIQUE (user_id, ref_id),
    CONSTRAINT checking_under_a_lease CHECK ((state = 'checking') = (lease_until IS NOT NULL)),
    CONSTRAINT found_is_whole CHECK (state <> 'found' OR (
        reference IS NOT NULL AND amount > 0 AND admin_fee >= 0 AND total = amount + admin_fee
        AND cost > 0 AND expires_at IS NOT NULL)),
    CONSTRAINT paid_is_found CHECK (order_id IS NULL OR (
        state = 'found' AND pay_fingerprint IS NOT NULL AND paid_amount = amount))
) WITH (fillfactor = 70);

-- Who pays, or has paid, which bill: one period of one number at one biller belongs to one order.
CREATE TABLE orders.bill_claims (
    biller      text NOT NULL,
    customer_no text NOT NULL,
    period      text NOT NULL,
    order_id    bigint NOT NULL,
    PRIMARY KEY (biller, customer_no, period)
);

-- Every try at the upstream, written down before its first byte leaves.
CREATE TABLE orders.bill_checks (
    bill_id   bigint NOT NULL,
    number    integer NOT NULL,
    reference text NOT NULL UNIQUE,
    asked_at  timestamptz NOT NULL,
    took_ms   integer,
    outcome   text,                             -- found, refused, unclear; NULL: nobody has said
    PRIMARY KEY (bill_id, number)
);
CREATE INDEX bill_checks_by_time ON orders.bill_checks (asked_at);

GRANT SELECT, INSERT, UPDATE ON orders.bills, orders.bill_claims, orders.bill_checks TO konter_app;
