"""What PLN said of electricity meters, kept for a day: whose each is, or that there is none.

It names people, so nothing is kept longer than it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from konter.db.pool import Tx
from konter.upstreams.biller_contract import Meter, NoMeter

LASTS: Final = timedelta(days=1)
"""So long the owner of a meter stands."""

ABSENT_LASTS: Final = timedelta(minutes=10)
"""So long it stands that there is none: it may be connected any time."""

FIND = """
SELECT customer_no, meter_no, subscriber_id, name, segment_power, told_at
FROM suppliers.meters WHERE customer_no = %(customer_no)s AND told_at > %(since)s
"""

KEEP = """
INSERT INTO suppliers.meters (customer_no, meter_no, subscriber_id, name, segment_power, told_at)
VALUES (%(customer_no)s, %(meter_no)s, %(subscriber_id)s, %(name)s, %(segment_power)s, %(at)s)
ON CONFLICT (customer_no) DO UPDATE SET
    meter_no = excluded.meter_no, subscriber_id = excluded.subscriber_id, name = excluded.name,
    segment_power = excluded.segment_power, told_at = excluded.told_at
"""

# SKIP LOCKED: whoever keeps another one meanwhile is not waited for.
FORGET = """
DELETE FROM suppliers.meters WHERE customer_no IN (
    SELECT customer_no FROM suppliers.meters WHERE told_at <= %(since)s
    ORDER BY told_at LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class _Kept:
    customer_no: str
    meter_no: str
    subscriber_id: str
    name: str | None
    segment_power: str
    told_at: datetime


async def known_meter(tx: Tx, customer_no: str, *, at: datetime) -> Meter | NoMeter | None:
    """What was said of this number not long ago; None: it must be asked for."""
    facts = {"customer_no": customer_no, "since": at - LASTS}
    for kept in await tx.records(_Kept, FIND, facts):
        if kept.name is not None:
            return Meter(
                kept.customer_no, kept.meter_no, kept.subscriber_id, kept.name, kept.segment_power
            )
        if kept.told_at > at - ABSENT_LASTS:
            return NoMeter("")
    return None


async def keep_meter(tx: Tx, customer_no: str, told: Meter | NoMeter, *, at: datetime) -> None:
    """In the place of what was said before; what is over is forgotten by the way."""
    found = told if isinstance(told, Meter) else None
    facts = {
        "customer_no": customer_no,
        "meter_no": found.meter_no if found else "",
        "subscriber_id": found.subscriber_id if found else "",
        "name": found.name if found else None,
        "segment_power": found.segment_power if found else "",
        "at": at,
    }
    await tx.run(KEEP, facts)
    await tx.run(FORGET, {"since": at - LASTS})
