-- The life of a purchase.
CREATE SCHEMA orders;

-- What a client asked, by its own reference; unique for ever, refusals under lock included.
CREATE TABLE orders.requests (
    user_id     bigint NOT NULL,
    ref_id      text NOT NULL,
    fingerprint bytea NOT NULL,             -- of what was asked, without the price
    order_id    bigint,
    refusal     jsonb,                      -- the stored answer of a request refused under lock
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, ref_id)
);

-- How many orders each buyer has: their list's total and its page boundaries, without counting.
CREATE TABLE orders.buyers (
    user_id bigint PRIMARY KEY,
    orders  bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE orders.orders (
    id             bigint PRIMARY KEY,
    code           text NOT NULL UNIQUE,    -- TRX-YYYYMMDD-XXXXXXXX
    user_id        bigint NOT NULL,
    user_line      bigint NOT NULL,         -- the buyer's n-th order
    ref_id         text NOT NULL,
    product_id     bigint NOT NULL,
    product_code   text NOT NULL,           -- as it was called when it was bought
    product_name   text NOT NULL,
    product_note   text NOT NULL,
    product_brand  text NOT NULL,
    target_id      text NOT NULL,
    server_id      text,
    payment_method text NOT NULL,
    price          bigint NOT NULL CHECK (price > 0),
    price_at       text NOT NULL CHECK (price_at IN ('buyer', 'escrow', 'sales')),
    state          text NOT NULL,
    tries          smallint NOT NULL DEFAULT 1,
    moves          smallint NOT NULL DEFAULT 1,
    disputes       smallint NOT NULL DEFAULT 0,
    serial         text,
    reason         text,                    -- why it failed, for the buyer
    last_words     text,                    -- the upstream's, with everything cut that is ours
    last_words_at  timestamptz,
    business_date  date NOT NULL,           -- WIB
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CHECK ((state IN ('held', 'sent')) = (price_at = 'escrow')),
    CHECK (state IN ('awaiting_payment', 'held', 'sent', 'delivered', 'failed', 'disputed',
                     'refunded', 'expired', 'cancelled'))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX orders_by_user ON orders.orders (user_id, user_line);
CREATE INDEX orders_by_day ON orders.orders (business_date, product_id, target_id);

-- The history of an order; the database itself knows the legal moves.
CREATE TABLE orders.moves (
    order_id   bigint NOT NULL,
    seq        smallint NOT NULL,
    from_state text NOT NULL,
    to_state   text NOT NULL,
    because    text NOT NULL,
    moved_at   timestamptz NOT NULL,
    PRIMARY KEY (order_id, seq),
    CONSTRAINT legal_move CHECK ((from_state, to_state) IN (
        ('new', 'held'), ('new', 'awaiting_payment'),
        ('awaiting_payment', 'held'), ('awaiting_payment', 'expired'), ('awaiting_payment', 'cancelled'),
        ('expired', 'held'), ('cancelled', 'held'),
        ('held', 'sent'), ('held', 'failed'), ('held', 'cancelled'), ('held', 'disputed'),
        ('held', 'delivered'),
        ('sent', 'held'), ('sent', 'delivered'), ('sent', 'failed'), ('sent', 'disputed'),
        ('delivered', 'disputed'), ('failed', 'disputed'), ('cancelled', 'disputed'),
        ('refunded', 'disputed'),
        ('disputed', 'delivered'), ('disputed', 'refunded'), ('disputed', 'failed')))
);

-- One try at one supplier account, and the queue itself: a row with next_action_at is due work.
CREATE TABLE orders.attempts (
    id             bigint PRIMARY KEY,
    order_id       bigint NOT NULL,
    number         smallint NOT NULL,
    is_current     boolean NOT NULL,
    reference      text NOT NULL UNIQUE,
    account        text NOT NULL,
    sku            text NOT NULL,
    customer_no    text NOT NULL,           -- the parts joined the upstream's way
    expected_cost  bigint NOT NULL,
    max_price      bigint NOT NULL,
    state          text NOT NULL,
    next_action_at timestamptz,
    lease_until    timestamptz,
    fence          bigint NOT NULL DEFAULT 0,
    sends          integer NOT NULL DEFAULT 0, -- purchase calls that may have left
    enquiries      integer NOT NULL DEFAULT 0, -- answers to enquiries
    not_sent       integer NOT NULL DEFAULT 0, -- calls that certainly did not leave, in a row
    first_sent_at  timestamptz,
    last_call_at   timestamptz,             -- when the last purchase-capable call ended
    refused_at     timestamptz,             -- first of two agreeing refusals (rc 01, 70, 85)
    parked_news    jsonb,                   -- news that came while a call was in flight
    cost           bigint,                  -- booked, whole rupiah
    serial         text,
    code           text,                    -- the upstream's response code
    message        text,
    created_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    UNIQUE (order_id, number),
    CONSTRAINT attempt_states CHECK (state IN
        ('due', 'sending', 'open', 'delivered', 'rejected', 'reversed')),
    CONSTRAINT live_attempts_have_a_next_action CHECK (
        (state IN ('due', 'sending', 'open')) = (next_action_at IS NOT NULL))
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX attempts_current ON orders.attempts (order_id) WHERE is_current;
CREATE INDEX attempts_due ON orders.attempts (next_action_at) WHERE next_action_at IS NOT NULL;
CREATE INDEX attempts_by_number ON orders.attempts (customer_no, sku);

GRANT USAGE ON SCHEMA orders TO konter_app;
GRANT DELETE ON orders.requests TO konter_app; -- only of refusals that are not remembered
GRANT SELECT, INSERT, UPDATE ON orders.requests, orders.buyers, orders.orders, orders.attempts TO konter_app;
GRANT SELECT, INSERT ON orders.moves TO konter_app;
