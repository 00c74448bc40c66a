"""What this room has the timetable do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from konter.jobs.timetable import Entry
from konter.orders.desk import OrdersDesk
from konter.orders.end_overdue import end_overdue
from konter.orders.expire import expire_unpaid
from konter.orders.hours import count_hours
from konter.orders.sweep import find_stuck


def entries(desk: OrdersDesk) -> Sequence[Entry]:
    """Orders that are stuck, held for too long, or not paid in time; and past hours, counted."""
    times = desk.times
    stuck = timedelta(seconds=min(60.0, times.stuck_after / 4))
    overdue = timedelta(seconds=min(15.0, times.held_deadline / 4))
    unpaid = timedelta(seconds=min(15.0, desk.funding.times.lasts / 4))
    return (
        Entry("orders.stuck", partial(_find_stuck, desk), every=stuck),
        Entry("orders.overdue", partial(_end_overdue, desk), every=overdue),
        Entry("orders.unpaid", partial(_expire_unpaid, desk), every=unpaid),
        Entry(
            "orders.hours",
            partial(count_hours, desk.db, desk.clock),
            every=timedelta(minutes=15),
            at_start=True,
        ),
    )


async def _find_stuck(desk: OrdersDesk) -> str:
    return f"{await find_stuck(desk)} newly stuck"


async def _end_overdue(desk: OrdersDesk) -> str:
    return f"{await end_overdue(desk)} held too long"


async def _expire_unpaid(desk: OrdersDesk) -> str:
    return f"{await expire_unpaid(desk)} not paid in time"
