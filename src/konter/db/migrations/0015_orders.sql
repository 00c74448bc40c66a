-- What a status call has said of a purchase, where asking buys nothing.
ALTER TABLE orders.attempts
    ADD COLUMN is_known   boolean NOT NULL DEFAULT false, -- the upstream has said that it has it
    ADD COLUMN for_review boolean NOT NULL DEFAULT false, -- only a person ends it
    ADD COLUMN absences   smallint NOT NULL DEFAULT 0,    -- answers in a row that it has no record
    ADD COLUMN absent_at  timestamptz;                    -- the first of them
