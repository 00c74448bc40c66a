-- Which product a SKU is bought for, where an operator said so. Only one account's list makes
-- products; what the others sell becomes an offer of one of them by a row here.
CREATE TABLE catalogue.mappings (
    account    text NOT NULL,
    sku        text NOT NULL,
    product_id bigint NOT NULL REFERENCES catalogue.products,
    was_of     bigint REFERENCES catalogue.products, -- the product that it made before it was mapped
    mapped_at  timestamptz NOT NULL,
    mapped_by  text NOT NULL,
    PRIMARY KEY (account, sku)
);
CREATE INDEX mappings_by_product ON catalogue.mappings (product_id);

-- Which of a product's offers is tried first: of the product, else of its category, else of all.
CREATE TABLE catalogue.routes (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id  bigint REFERENCES catalogue.products,
    category_id bigint REFERENCES catalogue.categories,
    kind        text NOT NULL CHECK (kind IN ('fixed', 'cheapest')),
    CHECK (product_id IS NULL OR category_id IS NULL),
    UNIQUE NULLS NOT DISTINCT (product_id, category_id)
);
INSERT INTO catalogue.routes (kind) VALUES ('fixed');

GRANT SELECT, INSERT, UPDATE, DELETE ON catalogue.mappings, catalogue.routes TO konter_app;
GRANT DELETE ON catalogue.offers TO konter_app; -- of a SKU that is not mapped any more
