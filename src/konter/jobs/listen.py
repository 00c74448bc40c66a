"""Hints between processes by LISTEN and NOTIFY; losing one costs a poll, never an order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import LiteralString

import psycopg
import structlog
from psycopg import sql

from konter.db.pool import Database

log = structlog.get_logger("konter.listen")

SEND_HINT = "SELECT pg_notify(%(channel)s, %(payload)s)"


async def notify(db: Database, channel: LiteralString, payload: str = "") -> None:
    """Send one hint, outside any transaction (inside a money transaction it costs throughput)."""
    try:
        async with db.read() as tx:
            await tx.run(SEND_HINT, {"channel": channel, "payload": payload})
    except psycopg.Error as error:
        log.warning("listen.hint_lost", channel=channel, problem=type(error).__name__)


async def listen(conninfo: str, channels: Mapping[str, Callable[[str], None]]) -> None:
    """Hear hints until cancelled; a broken connection is made again after a second."""
    while True:
        try:
            await _hear(conninfo, channels)
        except psycopg.Error as error:
            log.warning("listen.reconnecting", problem=type(error).__name__)
        await asyncio.sleep(1)


async def _hear(conninfo: str, channels: Mapping[str, Callable[[str], None]]) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        for channel in channels:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        async for hint in connection.notifies():
            channels[hint.channel](hint.payload)
