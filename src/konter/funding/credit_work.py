"""The work list of deposits' payments: confirmed, and on their way to a wallet."""

from __future__ import annotations

from functools import partial

from konter.funding.apply import due_payments
from konter.funding.credit import apply_deposits
from konter.funding.desk import FundingDesk
from konter.funding.states import Purpose
from konter.jobs.run import Wake, WorkList

MOST = 100


def deposits(desk: FundingDesk, *, wake: Wake) -> WorkList[list[int]]:
    """One batch at a time: a batch costs the same whatever its size."""
    return WorkList("deposits", partial(_claim, desk), partial(_work, desk), in_flight=1, wake=wake)


async def _claim(desk: FundingDesk, most: int) -> list[list[int]]:
    """At most one batch. No lease: whoever applies locks, and passes over what is locked."""
    async with desk.db.read() as tx:
        ids = await due_payments(tx, Purpose.DEPOSIT, most=MOST, now=desk.clock.now())
    return [ids] if ids else []


async def _work(desk: FundingDesk, payment_ids: list[int]) -> None:
    await apply_deposits(desk, payment_ids)
