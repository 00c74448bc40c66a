"""What this room has the timetable do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from konter.hooks import inbox, outbox
from konter.hooks.deposits import watch_deposits
from konter.hooks.dispatch import forget_old
from konter.hooks.notices_desk import NoticesDesk
from konter.hooks.outbox_desk import OutboxDesk
from konter.jobs.timetable import Entry
from konter.suppliers import exchanges
from konter.suppliers.desk import SuppliersDesk

MADE = "tables for this month and the next are there"


def entries(
    inbox_desk: inbox.InboxDesk,
    outbox_desk: OutboxDesk,
    notices_desk: NoticesDesk,
    *,
    suppliers: SuppliersDesk,
    balance_every_s: float,
    reopened: Callable[[], None],
) -> Sequence[Entry]:
    """``reopened`` is called when a deposit opened a gate: what it held back is due at once."""
    balance = timedelta(seconds=balance_every_s)
    return (
        Entry("suppliers.balance", partial(_watch, suppliers, reopened), every=balance),
        Entry(
            "hooks.months", partial(_add_months, inbox_desk, outbox_desk), every=timedelta(days=1)
        ),
        Entry("hooks.old_messages", partial(forget_old, notices_desk), every=timedelta(days=1)),
        Entry("suppliers.months", partial(_add_their_months, suppliers), every=timedelta(days=1)),
    )


async def _watch(suppliers: SuppliersDesk, reopened: Callable[[], None]) -> str:
    seen = await watch_deposits(suppliers)
    if seen.reopened:
        reopened()
    return seen.told


async def _add_months(inbox_desk: inbox.InboxDesk, outbox_desk: OutboxDesk) -> str:
    await inbox.add_next_month(inbox_desk)
    await outbox.add_next_month(outbox_desk)
    return MADE


async def _add_their_months(suppliers: SuppliersDesk) -> str:
    await exchanges.add_next_month(suppliers)
    return MADE
