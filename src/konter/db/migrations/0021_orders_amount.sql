-- What the buyer of an open denomination chose. It stands once, on the order: whatever attempt buys
-- it, buys this amount.
ALTER TABLE orders.orders
    ADD COLUMN chosen_amount bigint,            -- whole rupiah; the fee is the rest of the price
    ADD CONSTRAINT more_is_paid_than_chosen CHECK (
        chosen_amount IS NULL OR (chosen_amount > 0 AND price > chosen_amount));
