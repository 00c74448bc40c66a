"""A person has a breaker close again, and with it the task that asked for a look."""

from __future__ import annotations

from datetime import datetime

from konter.db.pool import Tx
from konter.hooks import tasks
from konter.suppliers import override
from konter.suppliers.breaker import ACCOUNT, subject_of


async def close_breaker(tx: Tx, account: str, sku: str = ACCOUNT, *, by: str, at: datetime) -> bool:
    """Buy there again, with nothing counted; True if it was open or counted something.

    A repeat closes nothing more; it opens again by itself if it goes on failing. Whoever waits for
    work is hinted at by the caller, after the commit. Raises NoSuchAccount.
    """
    was_open = await override.close(tx, account, sku)
    subjects = [subject_of((account, sku))]
    await tasks.close_many(tx, subjects, at=at, by=by, kind="breaker_open")
    return was_open
