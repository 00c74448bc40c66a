"""Watching our deposits upstream: a person is told of a low one, once, until it is high again."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from konter.hooks import tasks
from konter.kernel.errors import KonterError
from konter.suppliers.deposit import check_balance, low
from konter.suppliers.desk import SuppliersDesk

log = structlog.get_logger("konter.hooks")


@dataclass(frozen=True, slots=True)
class Seen:
    """``told``: one line for the timetable. ``reopened``: accounts whose gate a deposit opened."""

    told: str
    reopened: tuple[str, ...]


async def watch_deposits(desk: SuppliersDesk) -> Seen:
    """Ask every account for our deposit; one that does not answer keeps its last figure."""
    told: list[str] = []
    reopened: list[str] = []
    for account in desk.providers:
        try:
            check = await check_balance(desk, account)
        except KonterError as error:
            log.warning("suppliers.balance_failed", account=account, problem=str(error))
            told.append(f"{account}: {error}")
            continue
        told.append(f"{account}: {check.deposit.shown()}")
        if check.reopened:
            reopened.append(account)
            log.info("suppliers.gate_reopened", account=account)
    await _alert(desk, reopened)
    return Seen("; ".join(told) or "no supplier account is configured", tuple(reopened))


async def _alert(desk: SuppliersDesk, reopened: list[str]) -> None:
    now = desk.clock.now()
    poor = {found.account: found.deposit for found in await low(desk)}
    fine = [f"supplier:{account}" for account in desk.providers if account not in poor]
    wanted = [
        tasks.Task("low_deposit", f"supplier:{account}", f"deposit {deposit.shown()}", now)
        for account, deposit in poor.items()
    ]
    opened_again = [f"supplier:{account}" for account in reopened]
    async with desk.db.transaction() as tx:
        await tasks.close_many(tx, fine, at=now, by="deposit", kind="low_deposit")
        await tasks.close_many(tx, opened_again, at=now, by="deposit", kind="gate_closed")
        opened = await tasks.open_many(tx, wanted)
    for kind, subject, detail in opened:
        log.warning("alert." + kind, subject=subject, detail=detail)
