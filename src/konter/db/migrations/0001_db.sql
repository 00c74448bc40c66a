-- The room of the database itself: what was applied, and who may do what.
CREATE SCHEMA db;

CREATE TABLE db.migrations (
    name       text PRIMARY KEY,
    digest     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- Roles belong to the whole server, so another database may have made it already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'konter_app') THEN
        CREATE ROLE konter_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of this server made it in this very moment
END
$$;
GRANT konter_app TO CURRENT_USER;

GRANT USAGE ON SCHEMA db TO konter_app;
GRANT SELECT ON db.migrations TO konter_app;

-- Ids come in blocks, so that a batch knows its ids before it writes and ids have no order.
CREATE SEQUENCE db.id_blocks AS bigint START 1;
GRANT USAGE ON SEQUENCE db.id_blocks TO konter_app;
