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
CREATE INDEX tokens_by_user ON people.tokens (user_id);

-- Failed log-ins, kept as long as the limit looks back.
CREATE TABLE people.failed_logins (
    subject text NOT NULL,          -- email:<address> or remote:<ip>
    at      timestamptz NOT NULL
);
CREATE INDEX failed_logins_by_subject ON people.failed_logins (subject, at);

GRANT USAGE ON SCHEMA people TO konter_app;
GRANT SELECT, INSERT, UPDATE ON people.users TO konter_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON people.tokens, people.failed_logins TO konter_app;
