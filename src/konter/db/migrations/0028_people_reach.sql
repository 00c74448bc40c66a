-- In which language somebody is told things, and where else than here.
ALTER TABLE people.users ADD COLUMN lang text NOT NULL DEFAULT 'id' CHECK (lang IN ('id', 'en'));

-- What somebody chose. Without a row: e-mail for retail buyers, nothing for everybody else.
CREATE TABLE people.reach (
    user_id  bigint PRIMARY KEY REFERENCES people.users,
    by_email boolean NOT NULL,
    whatsapp text CHECK (whatsapp ~ '^[1-9][0-9]{7,14}$'),          -- international, digits only
    telegram text CHECK (telegram ~ '^(-?[0-9]{3,20}|@[A-Za-z0-9_]{4,40})$')
);
GRANT SELECT, INSERT, UPDATE ON people.reach TO konter_app;
