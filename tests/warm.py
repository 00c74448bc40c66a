"""Connections that outlive a test: the first plan of a statement costs a connection ten times what
the statement does, and most tests of a room use its statements once or twice.

Only for databases that several tests use, and only in the loop of the whole session.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg

from konter.db.pool import CommitObserver, Database

MOST = 8
FEW = 3
"""So many databases' connections are kept at a time: the server has a hundred for all processes."""


@dataclass
class Kept:
    """To one database. ``users``: who works with it now."""

    conninfo: str
    db: Database
    users: int = 0
    _owner: psycopg.AsyncConnection | None = None

    async def owner(self) -> psycopg.AsyncConnection:
        if self._owner is None:
            self._owner = await psycopg.AsyncConnection.connect(self.conninfo, autocommit=True)
        return self._owner

    async def close(self) -> None:
        if self._owner is not None:
            await self._owner.close()
        await self.db.close()


class Warmth:
    """What this process keeps, the last used at the end; nothing before ``begin`` and after
    ``end``, and nothing for other loops."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._kept: dict[str, Kept] = {}

    def begin(self) -> None:
        self._loop = asyncio.get_running_loop()

    async def end(self) -> None:
        self._loop = None
        while self._kept:
            await self._kept.popitem()[1].close()

    def is_here(self) -> bool:
        return asyncio.get_running_loop() is self._loop

    def kept(self, conninfo: str) -> Kept | None:
        return self._kept.get(conninfo) if self.is_here() else None

    @asynccontextmanager
    async def at(self, conninfo: str, most: int) -> AsyncIterator[Database]:
        """Connections to this database, which stay; whoever comes first says how many at most."""
        kept = self._kept.pop(conninfo, None)
        if kept is None:
            await self._make_room()
            kept = Kept(conninfo, Database(conninfo, max_size=most))
            await kept.db.open()
        self._kept[conninfo] = kept
        kept.users += 1
        try:
            yield kept.db
        finally:
            kept.users -= 1

    async def cool(self, conninfo: str) -> None:
        """Nobody is connected any longer."""
        if kept := self._kept.pop(conninfo, None):
            await kept.close()

    async def _make_room(self) -> None:
        too_many = max(0, len(self._kept) + 1 - FEW)
        for idle in [one for one in self._kept.values() if not one.users][:too_many]:
            await self.cool(idle.conninfo)


WARMTH = Warmth()


@asynccontextmanager
async def database(
    conninfo: str, *, most: int = MOST, observer: CommitObserver | None = None
) -> AsyncIterator[Database]:
    """Warm if it can be; one whose commits are observed is its test's own."""
    if observer is None and WARMTH.is_here():
        async with WARMTH.at(conninfo, most) as warm:
            yield warm
        return
    own = Database(conninfo, max_size=most, observer=observer)
    await own.open()
    try:
        yield own
    finally:
        await own.close()


async def by_owner(conninfo: str, statement: str) -> None:
    """What the program's own role may not do."""
    kept = WARMTH.kept(conninfo)
    if kept is not None:
        owner = await kept.owner()
        await owner.execute(statement.encode())
        await owner.execute("RESET ALL")
        return
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as own:
        await own.execute(statement.encode())
