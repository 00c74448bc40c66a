-- What bills can be paid. A bill has no price of ours: it is checked, and our fee goes on top.
CREATE TABLE catalogue.bill_products (
    id            bigint PRIMARY KEY,
    code          text NOT NULL,           -- what a member calls it; compared without regard to case
    name          text NOT NULL,
    brand         text NOT NULL,
    biller        text NOT NULL,           -- whose bill it is, whatever the SKU: pln, pdam:aetra
    kind          text NOT NULL CHECK (kind IN (
        'electricity', 'water', 'internet', 'health', 'employment', 'finance', 'land_tax',
        'regional_tax', 'vehicle_tax', 'gas', 'tv', 'phone', 'emoney', 'other'
    )),
    biller_set_by text,                    -- a person said whose it is, and no sync says otherwise
    description   text NOT NULL DEFAULT '',
    account       text NOT NULL,
    sku           text NOT NULL,
    admin         bigint NOT NULL CHECK (admin >= 0), -- their fee on each bill, as listed
    commission    bigint NOT NULL,         -- what we keep of each, as listed; nothing is sold by it
    fee           bigint NOT NULL DEFAULT 0 CHECK (fee >= 0), -- ours, by the rules of bill_fees
    is_active     boolean NOT NULL DEFAULT true, -- ours
    buyer_open    boolean NOT NULL,
    seller_open   boolean NOT NULL,
    is_listed     boolean NOT NULL DEFAULT true, -- on its account's last list
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz,             -- once it vanished: the last list that still had it
    UNIQUE (account, sku)
);
CREATE UNIQUE INDEX bill_products_by_code ON catalogue.bill_products (lower(code));

-- When an account's list of bills was last synced; once here and not on every row.
CREATE TABLE catalogue.bills_synced (
    account   text PRIMARY KEY,
    synced_at timestamptz NOT NULL
);

-- Our fee on a bill, whole rupiah. The most specific rule wins: biller, kind, all.
CREATE TABLE catalogue.bill_fees (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    biller text,
    kind   text,
    fee    bigint NOT NULL CHECK (fee >= 0),
    CHECK (biller IS NULL OR kind IS NULL),
    UNIQUE NULLS NOT DISTINCT (biller, kind)
);
INSERT INTO catalogue.bill_fees (fee) VALUES (0);

GRANT SELECT, INSERT, UPDATE ON catalogue.bill_products, catalogue.bills_synced TO konter_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalogue.bill_fees TO konter_app;
