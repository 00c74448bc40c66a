"""Confirmed payments applied together, or one by one where together they cannot be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

import psycopg
from structlog.typing import FilteringBoundLogger

from konter.db.pool import Database
from konter.funding.apply import put_off
from konter.hooks import tasks
from konter.kernel.clock import Clock
from konter.kernel.errors import CommitUnknown, KonterError

TRY_AGAIN: Final = timedelta(seconds=60)


async def apply_each(
    payment_ids: Sequence[int],
    act: Callable[[Sequence[int]], Awaitable[int]],
    *,
    said: str,
    db: Database,
    clock: Clock,
    log: FilteringBoundLogger,
) -> int:
    """How many were applied by ``act``, which applies a list in one commit. One that fails is put
    off a minute, with a task for an operator that says ``said`` and why."""

    async def put_it_off(payment_id: int, error: Exception) -> None:
        now = clock.now()
        problem = (str(error).splitlines() or [type(error).__name__])[0]
        detail = f"{said}: {problem}"
        task = tasks.Task("payment_stuck", f"payment:{payment_id}", detail, now)
        async with db.transaction() as tx:
            await put_off(tx, payment_id, until=now + TRY_AGAIN, problem=problem)
            opened = await tasks.open_many(tx, [task])
        for kind, subject, told in opened:
            log.warning("alert." + kind, subject=subject, detail=told)

    try:
        return await act(payment_ids)
    except (psycopg.Error, KonterError) as error:
        # Applying goes by the states it finds, so a commit of unknown end is simply redone.
        if len(payment_ids) == 1 and not isinstance(error, CommitUnknown):
            await put_it_off(payment_ids[0], error)
            return 0
    applied = 0
    for payment_id in payment_ids:
        try:
            applied += await act([payment_id])
        except (psycopg.Error, KonterError) as error:
            await put_it_off(payment_id, error)
    return applied
