-- The timetable: what runs by the clock, once for all workers.
CREATE SCHEMA jobs;

CREATE TABLE jobs.timetable (
    name        text PRIMARY KEY,
    next_at     timestamptz NOT NULL,
    lease_until timestamptz,
    fence       bigint NOT NULL DEFAULT 0,
    last_at     timestamptz,
    last_result text
);

GRANT USAGE ON SCHEMA jobs TO konter_app;
GRANT SELECT, INSERT, UPDATE ON jobs.timetable TO konter_app;
