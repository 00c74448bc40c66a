"""Ids handed out from blocks taken ahead of time; unique, not gapless, in no promised order."""

from __future__ import annotations

from konter.db.pool import Tx

BLOCK = 100
"""Ids per step of the sequence: block n holds (n-1)*100+1 to n*100."""

MOST_AHEAD = 32
"""Blocks taken at once by a process that needs many."""

TAKE_BLOCKS = "SELECT nextval('db.id_blocks') FROM generate_series(1, %(blocks)s)"


class IdBlocks:
    """A process's own store of ids. A crash loses the rest of its blocks, which is fine.

    It takes one block at first and twice as many each time it runs out, so that a command wastes
    little and a busy server seldom asks.
    """

    def __init__(self) -> None:
        self._free: list[int] = []
        self._ahead = 1

    async def take(self, tx: Tx, count: int) -> list[int]:
        """``count`` fresh ids."""
        # Others take from the same store while this one waits for a block.
        while (missing := count - len(self._free)) > 0:
            blocks = max(-(-missing // BLOCK), self._ahead)
            self._ahead = min(2 * self._ahead, MOST_AHEAD)
            for (block,) in await tx.rows(TAKE_BLOCKS, {"blocks": blocks}):
                self._free.extend(range((block - 1) * BLOCK + 1, block * BLOCK + 1))
        taken, self._free = self._free[:count], self._free[count:]
        return taken
