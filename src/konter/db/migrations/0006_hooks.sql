-- Messages across the boundary.
CREATE SCHEMA hooks;

-- Proved callbacks, kept whole, by month; handled by the worker.
CREATE TABLE hooks.inbox (
    id             bigint NOT NULL,
    source         text NOT NULL,           -- supplier account or gateway
    headers        jsonb NOT NULL,
    body           bytea NOT NULL,
    remote         text NOT NULL,
    reference      text,
    state          text NOT NULL CHECK (state IN ('waiting', 'handled', 'not_ours', 'ping')),
    outcome        text,
    next_action_at timestamptz,
    lease_until    timestamptz,
    fence          bigint NOT NULL DEFAULT 0,
    received_at    timestamptz NOT NULL,
    handled_at     timestamptz,
    CHECK ((state = 'waiting') = (next_action_at IS NOT NULL))
) PARTITION BY RANGE (received_at);
CREATE INDEX inbox_by_id ON hooks.inbox (id);
CREATE INDEX inbox_due ON hooks.inbox (next_action_at) WHERE next_action_at IS NOT NULL;
CREATE TABLE hooks.inbox_rest PARTITION OF hooks.inbox DEFAULT;

-- Uniqueness is never partitioned: the same content from the same sender is one message.
CREATE TABLE hooks.inbox_contents (
    source   text NOT NULL,
    digest   bytea NOT NULL,
    inbox_id bigint NOT NULL,
    times    integer NOT NULL DEFAULT 1,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (source, digest)
);

-- Like suppliers.add_exchanges_month: early rows move out of the default partition first.
CREATE FUNCTION hooks.add_inbox_month(month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    first date := date_trunc('month', month);
    name text := 'inbox_' || to_char(first, 'YYYYMM');
    lower timestamptz := first::timestamp AT TIME ZONE 'UTC';
    upper timestamptz := (first + interval '1 month')::timestamp AT TIME ZONE 'UTC';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('hooks.add_inbox_month'));
    IF to_regclass('hooks.' || name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE hooks.%I (LIKE hooks.inbox '
        'INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name);
    LOCK TABLE hooks.inbox_rest IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH early AS (DELETE FROM hooks.inbox_rest '
        'WHERE received_at >= %L AND received_at < %L RETURNING *) '
        'INSERT INTO hooks.%I SELECT * FROM early', lower, upper, name);
    EXECUTE format('ALTER TABLE hooks.inbox ATTACH PARTITION hooks.%I '
        'FOR VALUES FROM (%L) TO (%L)', name, lower, upper);
END
$$;
REVOKE ALL ON FUNCTION hooks.add_inbox_month FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hooks.add_inbox_month TO konter_app;
SELECT hooks.add_inbox_month((now() + make_interval(months => m))::date)
    FROM generate_series(0, 1) AS m;

-- What a user can read about their own affairs.
CREATE TABLE hooks.notices (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id    bigint NOT NULL,
    type       text NOT NULL CHECK (type IN ('success', 'error', 'info', 'payment')),
    title      text NOT NULL,
    message    text NOT NULL,
    data       jsonb NOT NULL,
    read_at    timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX notices_by_user ON hooks.notices (user_id, id);

-- What a person of the shop must look at; one open task per kind and subject.
CREATE TABLE hooks.tasks (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,               -- dispute, stuck, gate_closed, low_deposit, unreadable_cost
    subject    text NOT NULL,               -- order:<id>, supplier:<code>
    detail     text NOT NULL,
    opened_at  timestamptz NOT NULL,
    closed_at  timestamptz,
    closed_by  text
);
CREATE UNIQUE INDEX tasks_open ON hooks.tasks (kind, subject) WHERE closed_at IS NULL;

GRANT USAGE ON SCHEMA hooks TO konter_app;
GRANT SELECT, INSERT, UPDATE ON hooks.inbox, hooks.inbox_contents, hooks.notices, hooks.tasks TO konter_app;
