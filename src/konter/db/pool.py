"""The pool, and one transaction per act.

COMMIT is a critical section: it is shielded from cancellation, and an error out of it means
*unknown* (CommitUnknown), because the server may have committed before the line broke.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import TupleRow, class_row, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from konter.db.arrays import adapters
from konter.kernel.errors import CommitUnknown, Unavailable

DATABASE_NAME = "SELECT current_database()"

CommitObserver = Callable[[str], None]
"""Told ``before`` and ``after`` each COMMIT; crash tests kill the process in it."""

ADAPTERS = adapters()

Record = TypeVar("Record")
Params = Mapping[str, Any] | Sequence[Any] | None


class Tx:
    """One open transaction (or, from ``Database.read``, one autocommit connection)."""

    def __init__(self, connection: psycopg.AsyncConnection[TupleRow]) -> None:
        self.connection = connection

    async def run(self, sql: LiteralString, params: Params = None) -> int:
        """Execute; answers the number of rows touched."""
        cursor = await self.connection.execute(sql, params)
        return cursor.rowcount

    async def rows(self, sql: LiteralString, params: Params = None) -> list[TupleRow]:
        """All rows as tuples."""
        cursor = await self.connection.execute(sql, params)
        return await cursor.fetchall()

    async def row(self, sql: LiteralString, params: Params = None) -> TupleRow | None:
        """The first row or None."""
        cursor = await self.connection.execute(sql, params)
        return await cursor.fetchone()

    async def dicts(self, sql: LiteralString, params: Params = None) -> list[dict[str, Any]]:
        """All rows by column name; for reports and the wire's edge, not for decisions."""
        async with self.connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(sql, params)
            return await cursor.fetchall()

    async def records(
        self, kind: type[Record], sql: LiteralString, params: Params = None
    ) -> list[Record]:
        """All rows as ``kind``, by column name; a column it does not know is an error."""
        async with self.connection.cursor(row_factory=class_row(kind)) as cursor:
            await cursor.execute(sql, params)
            return await cursor.fetchall()


class Database:
    """A pool that runs as the lesser role ``konter_app`` and hands out transactions."""

    def __init__(
        self,
        conninfo: str,
        *,
        min_size: int = 1,
        max_size: int = 8,
        observer: CommitObserver | None = None,
    ) -> None:
        self._pool = AsyncConnectionPool(
            conninfo,
            min_size=min_size,
            max_size=max_size,
            open=False,
            timeout=10,
            kwargs={
                "autocommit": True,
                "options": "-c role=konter_app -c timezone=UTC",
                "context": ADAPTERS,
            },
        )
        self._observer = observer
        self.conninfo = conninfo

    async def name(self) -> str:
        """The database's own name."""
        async with self.read() as tx:
            row = await tx.row(DATABASE_NAME)
        return str(row[0]) if row else ""

    async def open(self) -> None:
        """Connect; raises Unavailable if the server cannot be reached in 10 s."""
        try:
            await self._pool.open(wait=True, timeout=10)
        except PoolTimeout as error:
            raise Unavailable("Database tidak dapat dihubungi") from error

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A connection without a transaction: each statement stands by itself."""
        async with self._connection() as connection:
            yield Tx(connection)

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[Tx]:
        """For one statement that is a transaction by itself, such as a claim: one way to the server
        and back instead of three. An error out of it means that it may have been committed."""
        async with self._connection() as connection:
            self._observe("before")
            yield Tx(connection)
            self._observe("after")

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Tx]:
        """Read-only, REPEATABLE READ: all statements see one moment."""
        async with self._connection() as connection:
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield Tx(connection)
            finally:
                await connection.execute("ROLLBACK")

    @asynccontextmanager
    async def trial(self) -> AsyncIterator[Tx]:
        """What an act would do, seen and undone: one moment, always rolled back."""
        async with self._connection() as connection:
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            try:
                yield Tx(connection)
            finally:
                await _roll_back(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One act, one commit. An error inside rolls back; CommitUnknown if COMMIT itself fails."""
        async with self._connection() as connection:
            await connection.execute("BEGIN")
            finished = False
            try:
                yield Tx(connection)
                finished = True
            finally:
                if not finished:
                    await _roll_back(connection)
            await _shielded(self._commit(connection))

    async def _commit(self, connection: psycopg.AsyncConnection[TupleRow]) -> None:
        self._observe("before")
        try:
            cursor = await connection.execute("COMMIT")
        except psycopg.Error as error:
            await connection.close()
            raise CommitUnknown from error
        if cursor.statusmessage != "COMMIT":
            raise CommitUnknown("COMMIT answered " + str(cursor.statusmessage))
        self._observe("after")

    def _observe(self, when: str) -> None:
        if self._observer:
            self._observer(when)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[TupleRow]]:
        try:
            connection = await self._pool.getconn()
        except PoolTimeout as error:
            raise Unavailable("Database sedang penuh, coba lagi") from error
        try:
            yield connection
        finally:
            await self._pool.putconn(connection)


async def _roll_back(connection: psycopg.AsyncConnection[TupleRow]) -> None:
    """Leave nothing open; a connection that cannot even roll back is thrown away."""
    try:
        await _shielded(_execute_rollback(connection))
    except psycopg.Error:
        await connection.close()


async def _execute_rollback(connection: psycopg.AsyncConnection[TupleRow]) -> None:
    await connection.execute("ROLLBACK")


async def _shielded(work: Coroutine[Any, Any, None]) -> None:
    """Finish ``work`` even if the caller is cancelled meanwhile; then let the cancellation out."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled:
        raise cancelled
