"""The bench's own PostgreSQL: embedded, durable, a fresh database for each row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from konter.db.embedded import EmbeddedServer
from konter.db.migrate import migrate

HOME = Path(__file__).parent.parent / "build" / "bench-server"

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
"""Settings that must be on: otherwise a commit is not one."""


@contextmanager
def running_server() -> Iterator[str]:
    """The owner's conninfo. Default settings, but for the commit times that row 5 reads."""
    with EmbeddedServer(HOME) as server:
        conninfo = server.database("postgres")
        if _setting(conninfo, "track_commit_timestamp") == "on":
            assert_durable(conninfo)
            yield conninfo
            return
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    with EmbeddedServer(HOME) as server:
        conninfo = server.database("postgres")
        assert_durable(conninfo)
        yield conninfo


@contextmanager
def fresh_database(server: str, name: str) -> Iterator[str]:
    """The owner's conninfo of a migrated, empty database; dropped afterwards."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    conninfo = make_conninfo(server, dbname=name)
    migrate(conninfo)
    try:
        yield conninfo
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(drop)


def assert_durable(conninfo: str) -> None:
    """Stop a bench of a server that might lose a commit."""
    for name in DURABLE:
        if (found := _setting(conninfo, name)) != "on":
            raise SystemExit(f"PostgreSQL runs with {name} = {found}: not an honest bench")


def settle_down(conninfo: str) -> None:
    """Write out what earlier work left behind, so that it does not disturb the next one."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _setting(conninfo: str, name: str) -> str:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""
