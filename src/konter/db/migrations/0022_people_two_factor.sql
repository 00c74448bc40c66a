-- The second step of a log-in: a secret that an authenticator app shares with us, sealed like
-- members' secrets, and ten codes for when the telephone is lost.
CREATE TABLE people.two_factor (
    user_id      bigint PRIMARY KEY REFERENCES people.users,
    secret       bytea NOT NULL,
    confirmed_at timestamptz,                 -- NULL: being set up, and asked of nobody yet
    last_step    bigint NOT NULL DEFAULT 0,   -- of the last code taken: none is taken twice
    created_at   timestamptz NOT NULL
);

CREATE TABLE people.recovery_codes (
    user_id bigint NOT NULL REFERENCES people.users,
    digest  bytea NOT NULL,                   -- SHA-256 of a code of 79 random bits
    used_at timestamptz,
    PRIMARY KEY (user_id, digest)
);

-- Whoever has shown the password and not yet the code. It is no session: it opens nothing else.
CREATE TABLE people.login_steps (
    digest     bytea PRIMARY KEY,
    user_id    bigint NOT NULL REFERENCES people.users,
    expires_at timestamptz NOT NULL
);
CREATE INDEX login_steps_by_user ON people.login_steps (user_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON people.two_factor, people.recovery_codes,
    people.login_steps TO konter_app;
