-- Open denominations: the buyer chooses the amount. Such a product's prices, and its offers' costs, are
-- fees that come on top of it; nothing is sold at one alone.
ALTER TABLE catalogue.products
    ADD COLUMN amount_least bigint,             -- what may be chosen, whole rupiah
    ADD COLUMN amount_most  bigint,
    ADD COLUMN amount_step  bigint,             -- in multiples of this
    ADD COLUMN by_amount    boolean GENERATED ALWAYS AS (amount_least IS NOT NULL) STORED,
    ADD CONSTRAINT amounts_are_whole CHECK (num_nulls(amount_least, amount_most, amount_step) IN (0, 3)),
    ADD CONSTRAINT amounts_are_sane CHECK (
        amount_least > 0 AND amount_least <= amount_most AND amount_step > 0),
    ADD CONSTRAINT products_by_kind UNIQUE (id, by_amount);

-- A fee is no price: an offer is of its product's kind, and the database itself says so.
ALTER TABLE catalogue.offers
    ADD COLUMN by_amount boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT offers_product_id_fkey,
    ADD CONSTRAINT offers_of_their_kind
        FOREIGN KEY (product_id, by_amount) REFERENCES catalogue.products (id, by_amount);
