-- What resellers are told of their orders, by month; kept as their log. ``body`` is what is told as
-- JSON, without time and signature (those are of the sending); ``line`` the same for Otomax.
CREATE TABLE hooks.outbox (
    id           bigint NOT NULL,
    user_id      bigint NOT NULL,
    order_id     bigint NOT NULL,
    seq          smallint NOT NULL,         -- the order's move that it tells of
    event        text NOT NULL,             -- order.success, order.failed, order.refund
    ref_id       text NOT NULL,
    status       text NOT NULL,
    price        bigint NOT NULL,
    body         json NOT NULL,
    line         text NOT NULL,
    style        text,                      -- json or otomax: as it was sent last
    state        text NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    tries        integer NOT NULL DEFAULT 0,
    last_status  integer,
    last_problem text,
    created_at   timestamptz NOT NULL,
    delivered_at timestamptz,
    CHECK ((state = 'delivered') <= (delivered_at IS NOT NULL))
) PARTITION BY RANGE (created_at);
CREATE INDEX outbox_by_id ON hooks.outbox (id);
CREATE INDEX outbox_by_order ON hooks.outbox (order_id, seq);
CREATE INDEX outbox_by_user ON hooks.outbox (user_id, created_at, id);
CREATE TABLE hooks.outbox_rest PARTITION OF hooks.outbox DEFAULT;

-- The waiting ones, and the queue itself: narrow and in one piece, so that looking for due work costs
-- the same however many months there are and however much waits for one dead server.
CREATE TABLE hooks.outbox_queue (
    id             bigint PRIMARY KEY,
    created_at     timestamptz NOT NULL,
    user_id        bigint NOT NULL,
    order_id       bigint NOT NULL,
    seq            smallint NOT NULL,
    next_action_at timestamptz NOT NULL,
    lease_until    timestamptz,
    fence          bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX outbox_due ON hooks.outbox_queue (user_id, next_action_at, id);
CREATE INDEX outbox_in_turn ON hooks.outbox_queue (order_id, seq);
CREATE INDEX outbox_leased ON hooks.outbox_queue (user_id) WHERE lease_until IS NOT NULL;

-- How a reseller's server has been doing: failed calls since the last good one.
CREATE TABLE hooks.receivers (
    user_id       bigint PRIMARY KEY,
    failed_in_row integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    CHECK ((failed_in_row = 0) = (failing_since IS NULL))
) WITH (fillfactor = 70);

-- Like hooks.add_inbox_month: early rows move out of the default partition first.
CREATE FUNCTION hooks.add_outbox_month(month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    first date := date_trunc('month', month);
    name text := 'outbox_' || to_char(first, 'YYYYMM');
    lower timestamptz := first::timestamp AT TIME ZONE 'UTC';
    upper timestamptz := (first + interval '1 month')::timestamp AT TIME ZONE 'UTC';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('hooks.add_outbox_month'));
    IF to_regclass('hooks.' || name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE hooks.%I (LIKE hooks.outbox '
        'INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name);
    LOCK TABLE hooks.outbox_rest IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH early AS (DELETE FROM hooks.outbox_rest '
        'WHERE created_at >= %L AND created_at < %L RETURNING *) '
        'INSERT INTO hooks.%I SELECT * FROM early', lower, upper, name);
    EXECUTE format('ALTER TABLE hooks.outbox ATTACH PARTITION hooks.%I '
        'FOR VALUES FROM (%L) TO (%L)', name, lower, upper);
END
$$;
REVOKE ALL ON FUNCTION hooks.add_outbox_month FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hooks.add_outbox_month TO konter_app;
SELECT hooks.add_outbox_month((now() + make_interval(months => m))::date)
    FROM generate_series(0, 1) AS m;

GRANT SELECT, INSERT, UPDATE ON hooks.outbox, hooks.receivers TO konter_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON hooks.outbox_queue TO konter_app;
