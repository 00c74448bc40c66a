"""A database that is lent again holds what its template holds, whatever was done to its rows."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.landlord import cloned, lent

TABLES = """
SELECT n.nspname, c.relname, c.relkind = 'S'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'S') AND n.nspname !~ '^(pg_|information_schema$|spare$)'
ORDER BY 1, 2
"""

DEEDS = {
    "a row where there was none": "INSERT INTO suppliers.shop_pause (paused_at, paused_by)"
    " VALUES (now(), 'x')",
    "a row more": "INSERT INTO db.migrations (name, digest, applied_at) VALUES ('9', '', now())",
    "a row less": "DELETE FROM db.migrations WHERE name LIKE '0003%'",
    "another row": "UPDATE db.migrations SET digest = 'x' WHERE name LIKE '0003%'",
    "another row in the place of one": "DELETE FROM db.migrations WHERE name LIKE '0003%';"
    " INSERT INTO db.migrations (name, digest, applied_at) VALUES ('9', '', now())",
    "a number taken": "SELECT nextval('db.id_blocks')",
    "a table more": "CREATE TABLE hooks.inbox_of_a_day (LIKE hooks.inbox INCLUDING ALL)",
    "a row that was taken back": "BEGIN; UPDATE db.migrations SET digest = 'x'; ROLLBACK",
}


def contents(conninfo: str) -> dict[str, list[str]]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return {
            f"{schema}.{name}": sorted(
                str(row) for row in connection.execute(_all(schema, name, n))
            )
            for schema, name, n in connection.execute(TABLES).fetchall()
        }


def _all(schema: str, name: str, is_sequence: bool) -> sql.Composed:
    """Of a sequence what it gives next; what it keeps of its log is its own."""
    what = sql.SQL("last_value, is_called" if is_sequence else "*")
    return sql.SQL("SELECT {} FROM {}").format(what, sql.Identifier(schema, name))


@pytest.fixture
def fresh(server_conninfo: str, template: str) -> dict[str, list[str]]:
    with cloned(server_conninfo, template) as conninfo:
        return contents(conninfo)


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_done_is_undone_for_the_next_one(
    server_conninfo: str, template: str, fresh: dict[str, list[str]], deed: str
) -> None:
    with lent(server_conninfo, template) as first:
        assert contents(first) == fresh
        with psycopg.connect(first, autocommit=True) as connection:
            connection.execute(DEEDS[deed].encode())
        if "taken back" not in deed:
            assert contents(first) != fresh
    with lent(server_conninfo, template) as second:
        assert second == first
        assert contents(second) == fresh


def test_where_somebody_still_works_nobody_else_is_sent(
    server_conninfo: str, template: str
) -> None:
    with lent(server_conninfo, template) as first:
        worker = psycopg.connect(first)
        worker.execute("UPDATE db.migrations SET digest = 'x'")
    with lent(server_conninfo, template) as second:
        assert second != first
    with pytest.raises(psycopg.OperationalError):
        worker.execute("SELECT 1")
    worker.close()
