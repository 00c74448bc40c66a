-- What the first page of the office counts, and nothing else is in it.
CREATE INDEX IF NOT EXISTS refunds_still_due ON funding.refunds (created_at) WHERE state = 'due';

-- What a gateway's list and our books said of one day, as they were compared last, and the days
-- that somebody wants compared.
CREATE TABLE funding.reconcile_asks (
    day      date PRIMARY KEY,             -- WIB
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL
);
CREATE TABLE funding.reconciliations (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway        text NOT NULL,
    day            date NOT NULL,          -- WIB
    paid_there     integer NOT NULL,
    confirmed_here integer NOT NULL,
    noted          integer NOT NULL,       -- missing payments that are asked about
    differences    jsonb NOT NULL,
    ours           bigint,                 -- whole rupiah that the gateway owes by our books; today's
    theirs         bigint,                 -- and by its own word
    problem        text,
    asked_by       text NOT NULL,
    made_at        timestamptz NOT NULL
);
CREATE INDEX reconciliations_by_time ON funding.reconciliations (made_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON funding.reconcile_asks TO konter_app;
GRANT SELECT, INSERT ON funding.reconciliations TO konter_app;
