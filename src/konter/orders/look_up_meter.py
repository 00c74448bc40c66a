"""Whose electricity meter it is, for buyers of tokens: from what is known, or by asking upstream.

Asking costs nothing and is rationed there, so it is here: for the shop, and for whoever asks. No
transaction is open meanwhile.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

import structlog

from konter.kernel.errors import Invalid, NotFound, Refused, Unavailable
from konter.kernel.wire_types import Exchange, WireAnswer
from konter.orders.desk import OrdersDesk
from konter.people.attempts import tally
from konter.suppliers.exchanges import keep
from konter.suppliers.gate import blocked_accounts
from konter.suppliers.meters import keep_meter, known_meter
from konter.upstreams.biller_contract import (
    Meter,
    MeterLimited,
    MeterReader,
    MeterTold,
    MeterUnclear,
    NoMeter,
)

log = structlog.get_logger("konter.orders")

NUMBER: Final = re.compile(r"[0-9]{6,20}")
MINUTE: Final = timedelta(minutes=1)
SHOP: Final = "meters"


class MeterNotFound(NotFound):
    """Nobody's electricity meter has this number."""

    code = "meter_not_found"
    message = "Nomor meter atau ID pelanggan tidak ditemukan"


class TooManyMeters(Refused):
    """``retry_after``: seconds until this asker, or the shop, may ask upstream again."""

    code = "too_many_meters"
    status = 429
    message = "Terlalu banyak pengecekan nomor meter, silakan coba lagi nanti"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)


class MeterUnknown(Unavailable):
    """The upstream cannot say just now, or nobody is there to ask."""

    code = "meter_unknown"
    message = "Nomor meter tidak dapat diperiksa saat ini, silakan coba lagi"


async def look_up_meter(desk: OrdersDesk, customer_no: str, *, asker: str) -> Meter:
    """Whose meter it is, as said within the last day. ``asker``: whom a question counts for.

    Raises Invalid, MeterNotFound, TooManyMeters, MeterUnknown.
    """
    number = customer_no.strip()
    if not NUMBER.fullmatch(number):
        raise Invalid({"customer_no": ["Nomor meter terdiri atas 6 sampai 20 angka"]})
    async with desk.db.read() as tx:
        known = await known_meter(tx, number, at=desk.clock.now())
    told = known or await _ask(desk, number, asker=asker)
    match told:
        case Meter():
            return told
        case NoMeter():
            raise MeterNotFound
        case MeterLimited() | MeterUnclear():
            raise MeterUnknown


async def _ask(desk: OrdersDesk, number: str, *, asker: str) -> MeterTold:
    reader = await _admitted(desk, asker)
    heard = await desk.wire.ask(reader.meter(number), account=reader.account, purpose="meter")
    if isinstance(heard.said, WireAnswer):
        told = reader.read_meter(number, heard.said)
    else:
        told = MeterUnclear(heard.said.detail)
    await _store(desk, number, told, exchange=heard.exchange)
    if isinstance(told, MeterLimited | MeterUnclear):
        log.warning("meter.unknown", account=reader.account, told=type(told).__name__)
    return told


async def _admitted(desk: OrdersDesk, asker: str) -> MeterReader:
    """Whom to ask; the question is counted. What is refused is rolled back, and does not count."""
    rules, now = desk.meters, desk.clock.now()
    async with desk.db.transaction() as tx:
        blocked = await blocked_accounts(tx)
        reader = next((r for name, r in desk.meter_readers.items() if name not in blocked), None)
        if reader is None:
            raise MeterUnknown
        limits = ((f"meters:{asker}", rules.per_asker), (SHOP, rules.per_minute))
        for subject, most in limits:
            counted = await tally(tx, subject, window=MINUTE, at=now)
            if counted.so_far > most:
                raise TooManyMeters(retry_after=counted.retry_after)
    return reader


async def _store(desk: OrdersDesk, number: str, told: MeterTold, *, exchange: Exchange) -> None:
    """What was said; and where they have had enough of us, that nobody asks in this minute."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        await keep(tx, [exchange])
        if isinstance(told, Meter | NoMeter):
            await keep_meter(tx, number, told, at=now)
        if isinstance(told, MeterLimited):
            await tally(tx, SHOP, window=MINUTE, at=now, by=desk.meters.per_minute)
