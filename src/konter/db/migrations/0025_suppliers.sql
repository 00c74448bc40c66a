-- Connections that a person wants tested: asked for on a page, done by a worker, shown with their
-- time. One at a time of each; what was found stays, newest last.
CREATE TABLE suppliers.probes (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject     text NOT NULL,             -- gateway:ipaymu, supplier:digiflazz-main
    asked_at    timestamptz NOT NULL,
    asked_by    text NOT NULL,
    lease_until timestamptz,
    fence       bigint NOT NULL DEFAULT 0,
    done_at     timestamptz,
    findings    jsonb                      -- scrubbed: what was learnt, a line each
);
CREATE UNIQUE INDEX probes_open ON suppliers.probes (subject) WHERE done_at IS NULL;
CREATE INDEX probes_by_subject ON suppliers.probes (subject, id);

GRANT SELECT, INSERT, UPDATE ON suppliers.probes TO konter_app;
