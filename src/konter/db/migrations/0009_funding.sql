-- The life of a payment: asked for, made, confirmed, applied; and what we owe to whoever has no
-- wallet. A payment's purpose is known here as a kind and a number only.
CREATE SCHEMA funding;

-- The ways to pay as their gateways listed them last, and what the shop decided about each.
CREATE TABLE funding.channels (
    gateway          text NOT NULL,
    code             text NOT NULL,          -- the gateway's own
    name             text NOT NULL,
    kind             text NOT NULL,          -- their word for its group: Virtual Account, E-Wallet
    fee_flat         bigint NOT NULL,        -- the gateway's fee in all, whole rupiah
    fee_points       integer NOT NULL,       -- and 1/100 percent of the amount
    fee_least        bigint,
    fee_most         bigint,
    buyer_fee_flat   bigint NOT NULL,        -- the part that their own settings put on the buyer
    buyer_fee_points integer NOT NULL,
    least            bigint,                 -- what may be paid by it; NULL: no limit told
    most             bigint,
    is_open          boolean NOT NULL,       -- listed, and open there
    is_on            boolean NOT NULL DEFAULT true,   -- the shop's own switch
    fee_on           text NOT NULL DEFAULT 'shop' CHECK (fee_on IN ('shop', 'buyer')),
    seen_at          timestamptz NOT NULL,   -- the last list that had it
    PRIMARY KEY (gateway, code)
);

-- Money that a user wants to have in the wallet.
CREATE TABLE funding.deposits (
    id          bigint PRIMARY KEY,
    code        text NOT NULL UNIQUE,        -- DEP-YYYYMMDD-XXXXXXXX
    user_id     bigint NOT NULL,
    ref_id      text NOT NULL,               -- the client's own, or one of ours
    amount      bigint NOT NULL CHECK (amount > 0),
    channel     text NOT NULL,               -- gateway:code, as first asked for
    state       text NOT NULL CHECK (state IN ('awaiting_payment', 'credited', 'expired', 'cancelled')),
    pay_by      timestamptz NOT NULL,
    credited_at timestamptz,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (user_id, ref_id),
    CHECK ((state = 'credited') = (credited_at IS NOT NULL))
);
CREATE INDEX deposits_by_user ON funding.deposits (user_id, id);
CREATE INDEX deposits_unpaid ON funding.deposits (pay_by) WHERE state = 'awaiting_payment';

-- One request for money at one gateway, and the queue of what is to be made or looked for there.
-- A renewed link is a row of its own, under a reference of its own. The commit that writes the row
-- is the intent: nothing leaves before it.
CREATE TABLE funding.invoices (
    id             bigint PRIMARY KEY,
    purpose        text NOT NULL CHECK (purpose IN ('order', 'deposit')),
    purpose_id     bigint NOT NULL,
    number         smallint NOT NULL,        -- of this purpose, from 1
    reference      text NOT NULL UNIQUE,     -- PAY-YYYYMMDD-XXXXXXXXXX: random, never from a sequence
    gateway        text NOT NULL,
    channel        text,                     -- NULL: the buyer chooses on their page
    amount         bigint NOT NULL CHECK (amount > 0),  -- asked for, surcharge included
    surcharge      bigint NOT NULL DEFAULT 0 CHECK (surcharge >= 0), -- the fee that we pass on
    fee_on         text NOT NULL CHECK (fee_on IN ('shop', 'buyer')), -- theirs, where we may choose
    lasts_s        integer NOT NULL CHECK (lasts_s > 0),
    title          text NOT NULL,
    shown_as       text NOT NULL,            -- the order's or deposit's code
    buyer_name     text NOT NULL,
    buyer_email    text,
    buyer_phone    text,
    state          text NOT NULL CHECK (state IN ('due', 'creating', 'open', 'doubtful', 'refused', 'ended')),
    next_action_at timestamptz,              -- to be made, or (open, doubtful) looked for in their list
    lease_until    timestamptz,
    fence          bigint NOT NULL DEFAULT 0,
    not_sent       integer NOT NULL DEFAULT 0, -- calls that certainly did not leave
    searches       integer NOT NULL DEFAULT 0,
    last_asked_at  timestamptz,              -- when the last search ended
    session_id     text,
    url            text,
    pay_code       text,
    qr             text,
    qr_url         text,
    charged        bigint,                   -- what the buyer was told to pay, fees included
    fee            bigint,                   -- theirs in all, as told at creation
    instructions   jsonb NOT NULL DEFAULT '[]',
    problem        text,                     -- why there is no link, or what was odd
    expires_at     timestamptz NOT NULL,     -- as told, or as asked
    created_at     timestamptz NOT NULL,
    opened_at      timestamptz,
    UNIQUE (purpose, purpose_id, number),
    CHECK (surcharge < amount),
    CONSTRAINT made_once CHECK ((state IN ('due', 'creating')) <= (next_action_at IS NOT NULL)),
    CONSTRAINT ended_rests CHECK ((state IN ('refused', 'ended')) <= (next_action_at IS NULL))
) WITH (fillfactor = 60);
CREATE INDEX invoices_due ON funding.invoices (next_action_at) WHERE next_action_at IS NOT NULL;
CREATE INDEX invoices_by_session ON funding.invoices (session_id) WHERE session_id IS NOT NULL;

-- One transaction at a gateway that may be a payment of ours. Bound to an invoice by what was said
-- of it; only the gateway's own API makes it money, and that only once.
CREATE TABLE funding.payments (
    id             bigint PRIMARY KEY,
    invoice_id     bigint NOT NULL REFERENCES funding.invoices,
    gateway        text NOT NULL,
    their_id       text NOT NULL,
    purpose        text NOT NULL,
    purpose_id     bigint NOT NULL,
    state          text NOT NULL CHECK (state IN ('waiting', 'unapplied', 'review', 'applied', 'ended')),
    next_action_at timestamptz,              -- to be asked about (waiting), to be applied (unapplied)
    lease_until    timestamptz,
    fence          bigint NOT NULL DEFAULT 0,
    asks           integer NOT NULL DEFAULT 0, -- questions that were answered or lost
    last_asked_at  timestamptz,              -- when the last question ended
    said           text,                     -- their last word: paid, waiting, expired, ...
    problem        text,
    amount         bigint CHECK (amount > 0), -- what counts, once confirmed
    kept           bigint CHECK (kept >= 0), -- what the gateway keeps of it
    charged        bigint,
    on_hold        boolean NOT NULL DEFAULT false, -- they settle it later (escrow)
    applied_to     text CHECK (applied_to IN ('order', 'deposit', 'buyer')),
    paid_at        timestamptz,              -- by their clock
    confirmed_at   timestamptz,
    applied_at     timestamptz,
    refunded_at    timestamptz,              -- they say that they gave it back
    created_at     timestamptz NOT NULL,
    UNIQUE (invoice_id, their_id),
    CONSTRAINT confirmed_is_money CHECK (
        (state IN ('unapplied', 'review', 'applied')) = (confirmed_at IS NOT NULL)
        AND (confirmed_at IS NULL) = (amount IS NULL) AND (confirmed_at IS NULL) = (kept IS NULL)),
    CONSTRAINT applied_somewhere CHECK (
        (state = 'applied') = (applied_at IS NOT NULL)
        AND (applied_at IS NULL) = (applied_to IS NULL)),
    CONSTRAINT waiting_has_a_next_action CHECK (
        (state IN ('waiting', 'unapplied')) = (next_action_at IS NOT NULL))
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX payments_once ON funding.payments (gateway, their_id) WHERE confirmed_at IS NOT NULL;
CREATE INDEX payments_due ON funding.payments (next_action_at) WHERE next_action_at IS NOT NULL;
CREATE INDEX payments_by_purpose ON funding.payments (purpose, purpose_id);
CREATE INDEX payments_by_day ON funding.payments (gateway, paid_at) WHERE confirmed_at IS NOT NULL;

-- What we owe to guests, who have no wallet, until an operator has paid it out by hand.
CREATE TABLE funding.refunds (
    id         bigint PRIMARY KEY,
    key        text NOT NULL UNIQUE,         -- of the transfer that brought it to refunds_due
    purpose    text NOT NULL,
    purpose_id bigint NOT NULL,
    reference  text NOT NULL,                -- the order's code
    amount     bigint NOT NULL CHECK (amount > 0),
    because    text NOT NULL,
    state      text NOT NULL CHECK (state IN ('due', 'settled')),
    bank       text,                         -- which bank of ours paid it
    evidence   text,
    settled_by text,
    settled_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((state = 'settled') = (settled_at IS NOT NULL AND bank IS NOT NULL
           AND evidence IS NOT NULL AND settled_by IS NOT NULL))
);
CREATE INDEX refunds_by_purpose ON funding.refunds (purpose, purpose_id);

-- Where a guest wants their money: the latest word counts. Personal, so in no transfer and no key.
CREATE TABLE funding.refund_accounts (
    purpose    text NOT NULL,
    purpose_id bigint NOT NULL,
    bank       text NOT NULL,                -- BCA, DANA, ...
    number     text NOT NULL,
    holder     text NOT NULL,
    told_at    timestamptz NOT NULL,
    PRIMARY KEY (purpose, purpose_id)
);

GRANT USAGE ON SCHEMA funding TO konter_app;
GRANT SELECT, INSERT, UPDATE ON funding.channels, funding.deposits, funding.invoices,
    funding.payments, funding.refunds, funding.refund_accounts TO konter_app;
