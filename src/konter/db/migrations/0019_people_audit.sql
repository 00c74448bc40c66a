-- What staff did: who, when, what, to what. It is only ever added to.
CREATE TABLE people.audit (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor_id bigint,              -- people.users; null: by command
    actor    text NOT NULL,       -- their e-mail address, or the operator's name at the terminal
    act      text NOT NULL,       -- order.resolve, price.change, ...
    subject  text NOT NULL,       -- order:123, member:R001, ...
    detail   jsonb NOT NULL,      -- what was said and what changed; no secret, ever
    remote   text                 -- the address the request came from
);
CREATE INDEX audit_by_subject ON people.audit (subject, id);
CREATE INDEX audit_by_act ON people.audit (act, id);
CREATE INDEX audit_by_actor ON people.audit (actor, id);
GRANT SELECT, INSERT ON people.audit TO konter_app;
