-- One event is told to one user once. Notices of earlier versions have no key.
ALTER TABLE hooks.notices ADD COLUMN about text;
CREATE UNIQUE INDEX notices_once ON hooks.notices (user_id, about) WHERE about IS NOT NULL;

-- Ways out of the house, as the worker last found them configured. Their addresses hold secrets and
-- stand in the settings alone.
CREATE TABLE hooks.channels (
    name  text PRIMARY KEY,     -- email, whatsapp, telegram, staff:1, staff:2, ...
    lang  text NOT NULL,        -- of staff's; users have their own
    is_on boolean NOT NULL
);

-- The shop's own words instead of ours.
CREATE TABLE hooks.notice_templates (
    event      text NOT NULL,
    lang       text NOT NULL CHECK (lang IN ('id', 'en')),
    title      text NOT NULL,
    message    text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (event, lang)
);

-- What goes out, one row for each message, channel and recipient; each is due by itself. Born in the
-- commit of what it tells of; sent at least once; given up after a day.
CREATE TABLE hooks.dispatches (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel        text NOT NULL,
    recipient      text NOT NULL,           -- empty where the channel names it
    event          text NOT NULL,
    about          text NOT NULL,           -- what happened; told once by one channel
    type           text NOT NULL,
    title          text NOT NULL,
    message        text NOT NULL,
    state          text NOT NULL CHECK (state IN ('waiting', 'sent', 'given_up')),
    tries          integer NOT NULL DEFAULT 0,
    last_problem   text,
    created_at     timestamptz NOT NULL,
    sent_at        timestamptz,
    next_action_at timestamptz,
    lease_until    timestamptz,
    fence          bigint NOT NULL DEFAULT 0,
    CHECK ((state = 'waiting') = (next_action_at IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX dispatches_once ON hooks.dispatches (about, channel, recipient);
CREATE INDEX dispatches_due ON hooks.dispatches (channel, next_action_at)
    WHERE next_action_at IS NOT NULL;
CREATE INDEX dispatches_by_age ON hooks.dispatches (created_at);

GRANT SELECT, INSERT, UPDATE ON hooks.channels TO konter_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON hooks.notice_templates, hooks.dispatches TO konter_app;
