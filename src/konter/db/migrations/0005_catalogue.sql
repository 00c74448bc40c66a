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
    last_synced_at  timestamptz NOT NULL,
    CHECK (is_active = (closed_because IS NULL))
);
CREATE INDEX products_by_category ON catalogue.products (category_id, brand, retail_price);

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
    last_synced_at timestamptz NOT NULL,
    PRIMARY KEY (account, sku)
);
CREATE INDEX offers_by_product ON catalogue.offers (product_id);

CREATE TABLE catalogue.price_history (
    product_id     bigint NOT NULL REFERENCES catalogue.products,
    at             timestamptz NOT NULL,
    base_price     bigint NOT NULL,
    retail_price   bigint NOT NULL,
    reseller_price bigint NOT NULL,
    because        text NOT NULL,           -- created, cost, rule
    PRIMARY KEY (product_id, at)
);

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
GRANT SELECT, INSERT, UPDATE ON catalogue.categories, catalogue.products, catalogue.offers TO konter_app;
GRANT SELECT, INSERT ON catalogue.price_history TO konter_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalogue.markup_rules TO konter_app;
