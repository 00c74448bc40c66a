"""What this room has the timetable do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from functools import partial

from konter.funding.channels import refresh_channels
from konter.funding.desk import FundingDesk
from konter.funding.lapse import expire_deposits
from konter.funding.reconciled import ask_yesterday, reconcile_asked
from konter.jobs.timetable import Entry

RECONCILE_AT = time(6, 30)
"""WIB, when the gateways' lists of yesterday have settled."""
RECONCILE_EVERY = timedelta(seconds=15)


def entries(desk: FundingDesk, *, channels_every_s: float, grace_s: float) -> Sequence[Entry]:
    """The gateways' channels, also whenever a worker starts; deposits not paid in time; the days to
    be compared with the gateways, every morning yesterday."""
    unpaid = timedelta(seconds=min(15.0, desk.times.lasts / 4))
    return (
        Entry(
            "funding.channels",
            partial(refresh_channels, desk),
            every=timedelta(seconds=channels_every_s),
            at_start=True,
        ),
        Entry("funding.yesterday", partial(ask_yesterday, desk), daily_at=RECONCILE_AT),
        Entry("funding.reconcile", partial(reconcile_asked, desk), every=RECONCILE_EVERY),
        Entry("funding.unpaid", partial(_expire_deposits, desk, grace_s), every=unpaid),
    )


async def _expire_deposits(desk: FundingDesk, grace_s: float) -> str:
    return f"{await expire_deposits(desk, grace_s)} not paid in time"
