-- Who is asking and what they may do.
CREATE SCHEMA people;

CREATE TABLE people.users (
    id            bigint PRIMARY KEY,
    email         text NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text NOT NULL,
    role          text NOT NULL CHECK (role IN ('retail', 'reseller', 'operator', 'admin')),
    password_hash text NOT NULL,
    disabled_at   timestamptz,
    created_at    timestamptz NOT NULL
);

-- Bearer tokens, stored hashed (SHA-256 of 256 random bits needs no salt).
CREATE TABLE people.tokens (
    digest     bytea PRIMARY KEY,
    user_id    bigint NOT NULL REFERENCES people.users,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX tokens_by_user ON people.tokens (user_id, expires_at);

-- Attempts (log-ins, registrations) that may have failed, counted per subject in a window that
-- starts with the first of them. Only an attempt known to be good is taken back.
CREATE TABLE people.attempts (
    subject  text PRIMARY KEY,      -- email:<address>, remote:<address>, register:<address>
    counted  integer NOT NULL,
    ends_at  timestamptz NOT NULL   -- of the window; later the row means nothing
) WITH (fillfactor = 70);
CREATE INDEX attempts_by_end ON people.attempts (ends_at);

GRANT USAGE ON SCHEMA people TO konter_app;
GRANT SELECT, INSERT, UPDATE ON people.users TO konter_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON people.tokens, people.attempts TO konter_app;
