"""``konter migrate``: bring the database to this version's schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import typer

from konter.db import migrate as migrations
from konter.db.embedded import EmbeddedServer
from konter.kernel.errors import Unavailable
from konter.settings import Settings, load_settings


def migrate() -> None:
    """Apply the migrations that the database lacks. Repeating it does nothing."""
    with owner_conninfo(load_settings()) as conninfo:
        try:
            applied = migrations.migrate(conninfo)
        except psycopg.OperationalError as error:
            # Their text names the server and the user, never the password.
            said = " ".join(str(error).split())
            raise Unavailable(f"The database cannot be reached: {said}") from error
    for name in applied:
        typer.echo(f"applied {name}")
    typer.echo("The database is up to date.")


def register(app: typer.Typer) -> None:
    app.command("migrate")(migrate)


@contextmanager
def owner_conninfo(settings: Settings) -> Iterator[str]:
    """The owner's way into the database; an embedded server is started for as long as needed."""
    if settings.database_url:
        yield settings.database_url.reveal()
        return
    with EmbeddedServer(settings.home) as server:
        yield server.database()
