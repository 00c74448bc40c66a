-- What is sold, at what price, through which offers.
CREATE SCHEMA catalogue;

CREATE TABLE catalogue.categories (
    id         bigint PRIMARY KEY,
    slug       text NOT NULL UNIQUE,
    name       text NOT NULL,
    type       text NOT NULL CHECK (type IN ('game', 'pulsa', 'data', 'pln', 'emoney', 'voucher', 'other')),
    is_active  boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL
);

CREATE TABLE catalogue.products (
    id              bigint PRIMARY KEY,
    code            text NOT NULL UNIQUE,   -- kode: what a reseller orders by
    category_id     bigint NOT NULL REFERENCES catalogue.categories,
    name            text NOT NULL,
    brand           text NOT NULL,
    type            text NOT NULL,          -- its category's type
    description     text NOT NULL DEFAULT '',
    base_price      bigint NOT NULL CHECK (base_price > 0),
    retail_price    bigint NOT NULL,
    reseller_price  bigint NOT NULL,
    retail_profit   bigint GENERATED ALWAYS AS (retail_price - base_price) STORED,
    reseller_profit bigint GENERATED ALWAYS AS (reseller_price - base_price) STORED,
    is_active       boolean NOT NULL,
    closed_because  text,                   -- upstream, vanished, margin, operator
    created_at      timestamptz NOT NULL,
    CHECK (is_active = (closed_because IS NULL)),
    CHECK (closed_because IN ('upstream', 'vanished', 'margin', 'operator'))
) WITH (fillfactor = 50); -- room on each page, so that a sync that reprices all stays in place
CREATE INDEX products_by_category ON catalogue.products (category_id, brand);

-- One supplier account's SKU for a product. stock NULL: unlimited. Cut-off: minutes, WIB.
CREATE TABLE catalogue.offers (
    account       text NOT NULL,
    sku           text NOT NULL,
    product_id    bigint NOT NULL REFERENCES catalogue.products,
    cost          bigint NOT NULL CHECK (cost > 0),
    seller        text NOT NULL DEFAULT '',
    is_open       boolean NOT NULL,
    stock         bigint,
    multi         boolean NOT NULL DEFAULT true,
    cut_off_start smallint,
    cut_off_end   smallint,
    priority      integer NOT NULL DEFAULT 100,
    is_listed     boolean NOT NULL DEFAULT true, -- on its account's last list
    last_seen_at  timestamptz,             -- once it vanished: the last list that still had it
    refused_at    timestamptz,             -- an order was refused for it; a later list may reopen it
    refused_for   text,
    PRIMARY KEY (account, sku)
) WITH (fillfactor = 50);
CREATE INDEX offers_by_product ON catalogue.offers (product_id);

-- When a category of an account was last synced. It stands once here and not on ten thousand
-- rows, so that a sync that changes nothing writes almost nothing.
CREATE TABLE catalogue.synced (
    account     text NOT NULL,
    category_id bigint NOT NULL REFERENCES catalogue.categories,
    synced_at   timestamptz NOT NULL,
    PRIMARY KEY (account, category_id)
);

-- Each product's last_synced_at: the last list of an account of its that had it.
CREATE VIEW catalogue.products_synced AS
    SELECT o.product_id,
           max(CASE WHEN o.is_listed THEN s.synced_at ELSE o.last_seen_at END) AS last_synced_at
    FROM catalogue.offers o
    JOIN catalogue.products p ON p.id = o.product_id
    LEFT JOIN catalogue.synced s ON s.account = o.account AND s.category_id = p.category_id
    GROUP BY o.product_id;

-- Written only by acts that hold the product's row, and products are never deleted.
CREATE TABLE catalogue.price_history (
    product_id     bigint NOT NULL,
    at             timestamptz NOT NULL,
    base_price     bigint NOT NULL,
    retail_price   bigint NOT NULL,
    reseller_price bigint NOT NULL,
    because        text NOT NULL            -- created, cost, rule
);
CREATE INDEX price_history_by_product ON catalogue.price_history (product_id, at);

-- The most specific rule wins: brand in category, brand, category, default.
CREATE TABLE catalogue.markup_rules (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    role          text NOT NULL CHECK (role IN ('retail', 'reseller')),
    category_slug text,
    brand         text,
    kind          text NOT NULL CHECK (kind IN ('flat', 'percent')),
    amount        bigint NOT NULL CHECK (amount >= 0), -- rupiah, or basis points for percent
    UNIQUE NULLS NOT DISTINCT (role, category_slug, brand)
);
INSERT INTO catalogue.markup_rules (role, kind, amount)
    VALUES ('retail', 'flat', 3000), ('reseller', 'flat', 1500);

GRANT USAGE ON SCHEMA catalogue TO konter_app;
GRANT SELECT, INSERT, UPDATE ON
    catalogue.categories, catalogue.products, catalogue.offers, catalogue.synced TO konter_app;
GRANT SELECT ON catalogue.products_synced TO konter_app;
GRANT SELECT, INSERT ON catalogue.price_history TO konter_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalogue.markup_rules TO konter_app;
