"""Databases for tests: made from a template in some milliseconds, or lent again as they were made.

A database of its own costs a test more than most tests do: hundreds of files, and connections that
know nothing yet. So one that was used is put back to what its template holds, whatever was written
there; what was not touched is only looked at. ``cloned`` is for tests that do more to a database
than write rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

# Everything that is needed to put the tables back is kept beside them. A row that was written since
# has a later transaction than the one that made all as it should be; a row that is gone is missed
# by counting.
REMEMBER = """
CREATE SCHEMA spare;
CREATE TABLE spare.made (at bigint NOT NULL);
CREATE TABLE spare.relations AS
SELECT c.oid, c.oid::regclass::text AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'S') AND n.nspname !~ '^(pg_|information_schema$|spare$)';

DO $make$
DECLARE
    named record; columns text; held bigint; back text := '';
BEGIN
    FOR named IN
        SELECT r.oid, r.name, c.relkind FROM spare.relations r JOIN pg_class c USING (oid)
        WHERE c.relkind IN ('r', 'S') ORDER BY r.oid
    LOOP
        IF named.relkind = 'S' THEN
            EXECUTE format('SELECT format(''PERFORM setval(%%L, %%s, %%L);'', %L, last_value,'
                ' is_called) FROM %s', named.name, named.name) INTO columns;
            back := back || columns;
            CONTINUE;
        END IF;
        EXECUTE format('SELECT count(*) FROM %s', named.name) INTO held;
        IF held = 0 THEN
            back := back || format('DELETE FROM %s;', named.name);
            CONTINUE;
        END IF;
        EXECUTE format('CREATE TABLE spare.t%s AS TABLE %s', named.oid, named.name);
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
        FROM pg_attribute
        WHERE attrelid = named.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        back := back || format(
            'IF (SELECT count(*) <> %s OR max(xmin::text::bigint) > since FROM %s) THEN'
            ' DELETE FROM %s;'
            ' INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM spare.t%s;'
            ' END IF;',
            held, named.name, named.name, named.name, columns, columns, named.oid);
    END LOOP;
    EXECUTE format($f$
        CREATE FUNCTION spare.put_back() RETURNS void LANGUAGE plpgsql AS $b$
        DECLARE
            since bigint := (SELECT at FROM spare.made); added text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
                       AND pid <> pg_backend_pid() AND xact_start IS NOT NULL) THEN
                RAISE object_in_use;
            END IF;
            FOR added IN
                SELECT c.oid::regclass::text FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$|spare$)'
                  AND NOT EXISTS (SELECT 1 FROM spare.relations r WHERE r.oid = c.oid)
            LOOP
                EXECUTE 'DROP TABLE ' || added;
            END LOOP;
            %s
            UPDATE spare.made SET at = pg_current_xact_id()::text::bigint;
        END $b$
    $f$, back);
END $make$;
INSERT INTO spare.made VALUES (pg_current_xact_id()::text::bigint);
"""


@dataclass
class Lendable:
    """A database that is lent, and the owner's connection that puts it back."""

    conninfo: str
    owner: psycopg.Connection


@dataclass
class Landlord:
    """Of one server: the owner's connection that makes databases and drops them; and of each
    template the databases that wait to be lent again."""

    server: str
    line: psycopg.Connection
    idle: dict[str, list[Lendable]] = field(default_factory=dict)

    def make(self, template: str) -> str:
        name = f"t_{uuid.uuid4().hex[:16]}"
        self.line.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return make_conninfo(self.server, dbname=name)

    def drop(self, conninfo: str) -> None:
        name = str(conninfo_to_dict(conninfo)["dbname"])
        self.line.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def lend(self, template: str) -> Lendable:
        """One that was used before, put back; or a new one."""
        waiting = self.idle.setdefault(template, [])
        while waiting:
            lendable = waiting.pop()
            try:
                lendable.owner.execute("SELECT spare.put_back()")
            except psycopg.Error:  # Somebody still works there, or it is no longer what it was.
                self._give_up(lendable)
            else:
                return lendable
        conninfo = self.make(template)
        owner = psycopg.connect(conninfo, autocommit=True)
        owner.execute(REMEMBER)
        owner.execute("SET session_replication_role = replica; SET lock_timeout = '1s'")
        return Lendable(conninfo, owner)

    def take_back(self, template: str, lendable: Lendable) -> None:
        self.idle[template].append(lendable)

    def leave(self) -> None:
        for waiting in self.idle.values():
            for lendable in waiting:
                self._give_up(lendable)
        self.line.close()

    def _give_up(self, lendable: Lendable) -> None:
        lendable.owner.close()
        self.drop(lendable.conninfo)


LANDLORDS: dict[str, Landlord] = {}


def landlord(server_conninfo: str) -> Landlord:
    known = LANDLORDS.get(server_conninfo)
    if known is None or known.line.closed:
        line = psycopg.connect(server_conninfo, autocommit=True)
        known = LANDLORDS[server_conninfo] = Landlord(server_conninfo, line)
    return known


def dismiss(server_conninfo: str) -> None:
    if known := LANDLORDS.pop(server_conninfo, None):
        known.leave()


@contextmanager
def cloned(server_conninfo: str, template: str) -> Iterator[str]:
    """The owner's conninfo of a fresh copy of this database, dropped afterwards."""
    conninfo = landlord(server_conninfo).make(template)
    try:
        yield conninfo
    finally:
        landlord(server_conninfo).drop(conninfo)


@contextmanager
def lent(server_conninfo: str, template: str) -> Iterator[str]:
    """The same, for those who only write rows: the next one gets it as this one did."""
    owner = landlord(server_conninfo)
    lendable = owner.lend(template)
    try:
        yield lendable.conninfo
    finally:
        owner.take_back(template, lendable)
