"""Connections that outlive a test: the first plan of a statement costs a connection ten times what
the statement does, and most tests of a room use its statements once or twice.

Only for databases that a room's tests share, and only in the loop of the whole session.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg

from konter.db.pool import CommitObserver, Database

MOST = 8


@dataclass
class Kept:
    """Of the database that was used last; the next one's take its place."""

    conninfo: str
    db: Database
    owner: psycopg.AsyncConnection

    async def close(self) -> None:
        await self.owner.close()
        await self.db.close()


class Warmth:
    """What this process keeps; nothing before ``begin`` and after ``end``."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._kept: Kept | None = None

    def begin(self) -> None:
        self._loop = asyncio.get_running_loop()

    async def end(self) -> None:
        self._loop = None
        await self._let_go()

    def kept(self, conninfo: str) -> Kept | None:
        """To this database, if it is the last used one, of this loop."""
        if asyncio.get_running_loop() is not self._loop or self._kept is None:
            return None
        return self._kept if self._kept.conninfo == conninfo else None

    async def of(self, conninfo: str) -> Kept | None:
        """Connections to this database. None: this loop keeps none."""
        if asyncio.get_running_loop() is not self._loop:
            return None
        if self.kept(conninfo) is None:
            await self._let_go()
            db = Database(conninfo, max_size=MOST)
            await db.open()
            owner = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
            self._kept = Kept(conninfo, db, owner)
        return self._kept

    async def _let_go(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.close()


WARMTH = Warmth()


@asynccontextmanager
async def database(
    conninfo: str, *, observer: CommitObserver | None = None
) -> AsyncIterator[Database]:
    """Warm if it can be; one whose commits are observed is its test's own."""
    kept = None if observer else await WARMTH.of(conninfo)
    if kept is not None:
        yield kept.db
        return
    own = Database(conninfo, max_size=MOST, observer=observer)
    await own.open()
    try:
        yield own
    finally:
        await own.close()


async def by_owner(conninfo: str, statement: str) -> None:
    """What the program's own role may not do."""
    kept = WARMTH.kept(conninfo)
    if kept is not None:
        await kept.owner.execute(statement.encode())
        await kept.owner.execute("RESET ALL")
        return
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as owner:
        await owner.execute(statement.encode())
