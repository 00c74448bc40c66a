"""What this room has the timetable do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from konter.hooks import inbox
from konter.hooks.deposits import watch_deposits
from konter.jobs.timetable import Entry
from konter.suppliers.desk import SuppliersDesk


def entries(
    inbox_desk: inbox.InboxDesk,
    suppliers: SuppliersDesk,
    *,
    balance_every_s: float,
    reopened: Callable[[], None],
) -> Sequence[Entry]:
    """``reopened`` is called when a deposit opened a gate: what it held back is due at once."""
    balance = timedelta(seconds=balance_every_s)
    return (
        Entry("suppliers.balance", partial(_watch, suppliers, reopened), every=balance),
        Entry("hooks.months", partial(_add_months, inbox_desk), every=timedelta(days=1)),
    )


async def _watch(suppliers: SuppliersDesk, reopened: Callable[[], None]) -> str:
    seen = await watch_deposits(suppliers)
    if seen.reopened:
        reopened()
    return seen.told


async def _add_months(inbox_desk: inbox.InboxDesk) -> str:
    await inbox.add_next_month(inbox_desk)
    return "tables for this month and the next are there"
