"""Passwords are slow to check on purpose: in threads, few at a time, never on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from konter.kernel.errors import Unavailable


class TooManyWaiting(Unavailable):
    """More passwords are waiting to be checked than we care to keep waiting."""

    code = "too_many_waiting"


class Hasher:
    """Argon2id. ``lanes`` hashes run at once (each holds ``memory_kib``); ``most_waiting`` more
    may queue, the rest are told to come back (TooManyWaiting)."""

    def __init__(
        self,
        *,
        time_cost: int = 2,
        memory_kib: int = 19_456,
        lanes: int = 2,
        most_waiting: int = 100,
    ) -> None:
        self._argon = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._free = asyncio.Semaphore(lanes)
        self._most = lanes + most_waiting
        self._inside = 0

    async def hash(self, password: str) -> str:
        """The text to store: salted, with its parameters."""
        async with self._lane():
            return await asyncio.to_thread(self._argon.hash, _bytes(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether it is the password. None (nobody there) takes as long and is always False."""
        async with self._lane():
            matches = await asyncio.to_thread(self._matches, stored, password)
        return matches

    def is_stale(self, stored: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._argon.check_needs_rehash(stored)

    def _matches(self, stored: str | None, password: str) -> bool:
        if stored is None:
            self._argon.hash(_bytes(password))  # as much work as looking at somebody's
            return False
        try:
            return self._argon.verify(stored, _bytes(password))
        except VerifyMismatchError:
            return False

    @asynccontextmanager
    async def _lane(self) -> AsyncIterator[None]:
        if self._inside >= self._most:
            raise TooManyWaiting
        self._inside += 1
        try:
            async with self._free:
                yield
        finally:
            self._inside -= 1


def _bytes(password: str) -> bytes:
    """Never fails: a log-in may bring any text, and is then simply wrong."""
    return password.encode("utf-8", "surrogatepass")
