-- The circuit breaker: what failed in a row at an account, and of one SKU there.
CREATE TABLE suppliers.breakers (
    account   text NOT NULL,
    sku       text NOT NULL,               -- '': the account as a whole
    failures  jsonb NOT NULL DEFAULT '[]', -- since the last delivery, the oldest first: [[at, sku], …]
    opened_at timestamptz,                 -- NULL: closed, purchases pass
    probe_at  timestamptz,                 -- from then on one purchase may try; NULL: none may
    opened_by text,                        -- an operator, and only an operator closes it again
    PRIMARY KEY (account, sku),
    CHECK (opened_at IS NOT NULL OR (probe_at IS NULL AND opened_by IS NULL))
) WITH (fillfactor = 50);
CREATE INDEX breakers_open ON suppliers.breakers (account, sku) WHERE opened_at IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON suppliers.breakers TO konter_app;
