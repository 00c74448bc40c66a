-- What staff enter in a wallet by hand. A small amount takes effect at once (alone); a larger one is
-- asked for, and only another admin's approval makes it money. The database itself knows that
-- nobody approves their own.
CREATE TABLE funding.adjustments (
    id           bigint PRIMARY KEY,
    user_id      bigint NOT NULL,          -- whose wallet
    amount       bigint NOT NULL CHECK (amount <> 0), -- whole rupiah; below zero takes from it
    reason       text NOT NULL,
    ref_id       text NOT NULL,            -- of the form: two clicks are one adjustment
    state        text NOT NULL
        CHECK (state IN ('alone', 'asked', 'approved', 'refused', 'withdrawn')),
    asked_by     bigint NOT NULL,          -- people.users
    asked_name   text NOT NULL,
    asked_at     timestamptz NOT NULL,
    decided_by   bigint,
    decided_name text,
    decided_at   timestamptz,
    answer       text,                     -- why it was refused
    UNIQUE (asked_by, ref_id),
    CONSTRAINT decided_by_somebody CHECK (
        (state IN ('approved', 'refused', 'withdrawn')) = (decided_by IS NOT NULL)
        AND (decided_by IS NULL) = (decided_at IS NULL)
        AND (decided_by IS NULL) = (decided_name IS NULL)),
    CONSTRAINT nobody_adjusts_their_own_alone CHECK (state <> 'alone' OR asked_by <> user_id),
    CONSTRAINT a_second_pair_of_eyes CHECK (
        CASE state WHEN 'approved' THEN decided_by <> asked_by AND decided_by <> user_id
                   WHEN 'refused' THEN decided_by <> asked_by
                   WHEN 'withdrawn' THEN decided_by = asked_by
                   ELSE true END)
);
CREATE INDEX adjustments_waiting ON funding.adjustments (id) WHERE state = 'asked';
CREATE INDEX adjustments_by_user ON funding.adjustments (user_id, asked_at);
CREATE INDEX adjustments_by_time ON funding.adjustments (asked_at, id);
CREATE INDEX adjustments_alone ON funding.adjustments (asked_by, asked_at) WHERE state = 'alone';
GRANT SELECT, INSERT, UPDATE ON funding.adjustments TO konter_app;

-- The office looks for payments by the words that a buyer or a gateway has for them.
CREATE INDEX payments_by_time ON funding.payments (created_at, id);
CREATE INDEX payments_by_their_id ON funding.payments (their_id);
CREATE INDEX invoices_by_code ON funding.invoices (shown_as);
