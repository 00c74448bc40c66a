"""Numbered SQL files, applied once each in order, in one transaction each.

The schema's owner migrates; the program runs as ``konter_app``, a lesser role that may not
change the schema nor rewrite the journal.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources

import psycopg

from konter.kernel.errors import Broken

LOCK = 7_362_511
"""Transaction-level advisory lock: two migrating processes take turns."""


class MigrationChanged(Broken):
    """A file that was applied has been edited since: write a new one instead."""

    code = "migration_changed"
    message = "Berkas migrasi yang sudah dijalankan telah diubah"


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.sql).hexdigest()


def migrate(conninfo: str) -> list[str]:
    """Apply what is missing; answers the names applied. Repeating it does nothing."""
    applied: list[str] = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for migration in _missing(connection):
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                if migration in _missing(connection):  # nobody else was quicker
                    connection.execute(migration.sql)
                    connection.execute(
                        "INSERT INTO db.migrations (name, digest) VALUES (%s, %s)",
                        [migration.name, migration.digest],
                    )
                    applied.append(migration.name)
    return applied


def pending(conninfo: str) -> list[str]:
    """The names of migrations that this database lacks."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return [migration.name for migration in _missing(connection)]


def migrations() -> list[Migration]:
    """All files of this version, in order."""
    folder = resources.files("konter.db") / "migrations"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [Migration(file.name, file.read_bytes()) for file in files]


def _missing(connection: psycopg.Connection[tuple[object, ...]]) -> list[Migration]:
    ours = migrations()
    there = connection.execute("SELECT to_regclass('db.migrations')").fetchone()
    if there is None or there[0] is None:
        return ours
    rows = connection.execute("SELECT name, digest FROM db.migrations").fetchall()
    applied = {str(name): str(digest) for name, digest in rows}
    for migration in ours:
        if applied.get(migration.name, migration.digest) != migration.digest:
            raise MigrationChanged(migration=migration.name)
    return [migration for migration in ours if migration.name not in applied]
