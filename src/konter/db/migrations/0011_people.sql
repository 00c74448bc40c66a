-- Members: resellers whose machines order from us. What their protocols must read back is sealed
-- (AES-256-GCM under a key of KONTER_SECRET: its id, nonce, ciphertext), never plain.
CREATE TABLE people.members (
    user_id              bigint PRIMARY KEY REFERENCES people.users,
    member_id            text NOT NULL UNIQUE CHECK (member_id ~ '^[A-Z0-9]{3,20}$'),
    is_active            boolean NOT NULL DEFAULT true,
    secret               bytea NOT NULL,
    pin                  bytea NOT NULL,
    password             bytea NOT NULL,
    allow_nosign         boolean NOT NULL DEFAULT false, -- Otomax calls: pin and password, no sign
    require_hmac         boolean NOT NULL DEFAULT false, -- nothing but X-Konter-Signature
    ip_allow             text[] NOT NULL DEFAULT '{}',   -- networks; none: from anywhere
    callback_url         text,
    callback_style       text NOT NULL DEFAULT 'json' CHECK (callback_style IN ('json', 'otomax')),
    callback_disabled_at timestamptz,             -- it failed for too long
    requests_per_minute  integer CHECK (requests_per_minute > 0), -- NULL here and below:
    orders_per_day       integer CHECK (orders_per_day > 0),      -- as the settings say
    amount_per_day       bigint CHECK (amount_per_day > 0),
    products             text[],                  -- product codes or category slugs; NULL: all
    created_at           timestamptz NOT NULL
);

-- A member's bearer keys for the JSON door, stored hashed (SHA-256 of 256 random bits).
CREATE TABLE people.api_keys (
    digest       bytea PRIMARY KEY,
    user_id      bigint NOT NULL REFERENCES people.members,
    name         text NOT NULL,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,                     -- to the minute or so
    revoked_at   timestamptz
);
CREATE UNIQUE INDEX api_keys_by_name ON people.api_keys (user_id, name) WHERE revoked_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON people.members, people.api_keys TO konter_app;
