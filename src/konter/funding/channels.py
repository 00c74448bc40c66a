"""The ways to pay: what the gateways listed last, and what the shop decided about each.

Pages read this snapshot and never ask a gateway; the worker refreshes it by the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from psycopg.rows import TupleRow

from konter.db.pool import Tx
from konter.funding.desk import FundingDesk
from konter.funding.store import PAGE
from konter.kernel.errors import Invalid, KonterError, NotFound, Refused
from konter.kernel.money import ZERO, Rupiah
from konter.kernel.wire_types import WireSilence
from konter.suppliers import exchanges
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import Channel, Fee, FeeOn, Gateway

log = structlog.get_logger("konter.funding")

CHANNELS = """
SELECT gateway, code, name, kind, fee_flat, fee_points, fee_least, fee_most, buyer_fee_flat,
       buyer_fee_points, least, most, is_open, is_on, fee_on, seen_at
FROM funding.channels WHERE gateway = ANY(%(gateways)s) ORDER BY gateway, kind, name, code
"""

KEEP_CHANNELS = """
INSERT INTO funding.channels (gateway, code, name, kind, fee_flat, fee_points, fee_least, fee_most,
    buyer_fee_flat, buyer_fee_points, least, most, is_open, seen_at)
SELECT %(gateway)s, n.code, n.name, n.kind, n.fee_flat, n.fee_points, n.fee_least, n.fee_most,
    n.buyer_fee_flat, n.buyer_fee_points, n.least, n.most, n.is_open, %(at)s
FROM unnest(%(code)s::text[], %(name)s::text[], %(kind)s::text[], %(fee_flat)s::bigint[],
    %(fee_points)s::integer[], %(fee_least)s::bigint[], %(fee_most)s::bigint[],
    %(buyer_fee_flat)s::bigint[], %(buyer_fee_points)s::integer[], %(least)s::bigint[],
    %(most)s::bigint[], %(is_open)s::boolean[])
    AS n (code, name, kind, fee_flat, fee_points, fee_least, fee_most, buyer_fee_flat,
          buyer_fee_points, least, most, is_open)
ON CONFLICT (gateway, code) DO UPDATE SET
    name = excluded.name, kind = excluded.kind, fee_flat = excluded.fee_flat,
    fee_points = excluded.fee_points, fee_least = excluded.fee_least, fee_most = excluded.fee_most,
    buyer_fee_flat = excluded.buyer_fee_flat, buyer_fee_points = excluded.buyer_fee_points,
    least = excluded.least, most = excluded.most, is_open = excluded.is_open,
    seen_at = excluded.seen_at
"""

CLOSE_UNLISTED = """
UPDATE funding.channels SET is_open = false
WHERE gateway = %(gateway)s AND is_open AND seen_at < %(at)s
"""

SET_CHANNEL = """
UPDATE funding.channels SET is_on = coalesce(%(is_on)s, is_on),
    fee_on = coalesce(%(fee_on)s, fee_on)
WHERE gateway = %(gateway)s AND (code = %(code)s OR %(code)s = '*')
"""


class ChannelClosed(Refused):
    """Switched off here, or closed at its gateway."""

    code = "channel_closed"
    message = "Metode pembayaran ini sedang tidak tersedia, silakan pilih yang lain"


class AmountOutside(Refused):
    """The channel does not take this amount; ``least`` and ``most`` in whole rupiah."""

    code = "amount_outside_channel"
    message = "Nominal ini di luar batas metode pembayaran tersebut"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay one amount; whole rupiah.

    ``fee``: the gateway's in all, an estimate. ``buyer_pays``: the part that comes on top of the
    price for the buyer, of which ``surcharge`` is added to the invoice by us; the rest is added
    by the gateway. ``code`` None: the gateway's own page.
    """

    gateway: str
    code: str | None
    name: str
    kind: str
    fee: Rupiah
    buyer_pays: Rupiah
    surcharge: Rupiah
    fee_on: FeeOn
    least: Rupiah | None = None
    most: Rupiah | None = None
    is_open: bool = True

    @property
    def full_name(self) -> str:
        """``gateway:code``."""
        return f"{self.gateway}:{self.code or PAGE}"

    @property
    def is_qris(self) -> bool:
        """Gateways list it under several kinds and names; to who pays it is one."""
        return "qris" in f"{self.name} {self.code}".casefold()

    def takes(self, price: Rupiah) -> bool:
        """Whether it can be paid by this now."""
        return self.is_open and self.too_little(price) is None and self.too_much(price) is None

    def too_little(self, price: Rupiah) -> Rupiah | None:
        """The least that it takes, where this price is less."""
        return self.least if self.least is not None and self._asked(price) < self.least else None

    def too_much(self, price: Rupiah) -> Rupiah | None:
        """The most that it takes, where this price is more."""
        return self.most if self.most is not None and self._asked(price) > self.most else None

    def _asked(self, price: Rupiah) -> Rupiah:
        return price + self.surcharge


@dataclass(frozen=True, slots=True)
class Kept:
    """A channel as it is stored: ``is_open`` there, ``is_on`` here."""

    gateway: str
    channel: Channel
    is_on: bool
    fee_on: FeeOn
    seen_at: datetime

    @property
    def full_name(self) -> str:
        return f"{self.gateway}:{self.channel.code}"


async def choose(desk: FundingDesk, tx: Tx, name: str, amount: Rupiah) -> Way:
    """The way called ``name`` (``tripay:QRIS2``) for a price.

    Raises Invalid (no such channel), ChannelClosed, AmountOutside.
    """
    for kept in await kept_channels(desk, tx):
        if kept.full_name != name:
            continue
        way = _way(desk, kept, amount)
        if not way.is_open:
            raise ChannelClosed(channel=name)
        if not way.takes(amount):
            raise AmountOutside(channel=name, least=_amount(way.least), most=_amount(way.most))
        return way
    raise Invalid({"payment_method": ["Metode pembayaran tidak dikenal"]})


async def ways(desk: FundingDesk, tx: Tx, amount: Rupiah) -> list[Way]:
    """All ways that are switched on here, with their fees for this price; closed ones say so."""
    return [_way(desk, kept, amount) for kept in await kept_channels(desk, tx) if kept.is_on]


async def kept_channels(desk: FundingDesk, tx: Tx) -> list[Kept]:
    """Every channel of the gateways that are configured, switched off ones too."""
    rows = await tx.rows(CHANNELS, {"gateways": sorted(desk.gateways)})
    return [_kept(row) for row in rows]


async def refresh_channels(desk: FundingDesk) -> str:
    """Ask every gateway for its channels; answers one line. One that does not answer keeps its
    last list. A channel that is no longer listed is closed, and keeps the shop's decision."""
    told: list[str] = []
    for gateway in desk.gateways.values():
        try:
            told.append(f"{gateway.account}: {await _refresh(desk, gateway)} channels")
        except KonterError as error:
            log.warning("funding.channels_failed", gateway=gateway.account, problem=str(error))
            told.append(f"{gateway.account}: {error}")
    return "; ".join(told) or "no gateway is configured"


async def set_channel(
    desk: FundingDesk, name: str, *, is_on: bool | None, fee_on: FeeOn | None, actor: str
) -> int:
    """The shop's own decision about ``tripay:QRIS2``, or about all of a gateway (``tripay:*``);
    None leaves as it is. Answers how many channels; raises NotFound. A repeat changes nothing."""
    gateway, _, code = name.partition(":")
    facts = {"gateway": gateway, "code": code, "is_on": is_on, "fee_on": fee_on and fee_on.value}
    async with desk.db.transaction() as tx:
        touched = await tx.run(SET_CHANNEL, facts)
        if not touched:
            raise NotFound(f"Metode pembayaran {name} tidak dikenal", channel=name)
    said = None if fee_on is None else fee_on.value
    log.info("funding.channel_set", channel=name, is_on=is_on, fee_on=said, actor=actor)
    return touched


async def _refresh(desk: FundingDesk, gateway: Gateway) -> int:
    request = gateway.channels(desk.clock.now())
    heard = await desk.wire.ask(request, account=gateway.account, purpose="list")
    if isinstance(heard.said, WireSilence):
        raise UpstreamRefused(f"{gateway.account}: {heard.said.detail}")
    listed = gateway.read_channels(heard.said)
    if listed.unreadable:
        log.warning(
            "funding.channels_unreadable", gateway=gateway.account, rows=listed.unreadable[:10]
        )
    at = desk.clock.now()
    async with desk.db.transaction() as tx:
        await tx.run(KEEP_CHANNELS, _columns(gateway.account, listed.channels, at))
        await tx.run(CLOSE_UNLISTED, {"gateway": gateway.account, "at": at})
        await exchanges.keep(tx, [heard.exchange])
    return len(listed.channels)


def _way(desk: FundingDesk, kept: Kept, amount: Rupiah) -> Way:
    """Who pays the fee: where the gateway heeds our wish it is told so; elsewhere we ask for more,
    by as much as its own settings do not put on the buyer already."""
    channel = kept.channel
    theirs = channel.buyer_fee.of(amount)
    surcharge, fee_on = ZERO, FeeOn.SHOP
    fee = channel.fee.of(amount)
    if kept.fee_on is FeeOn.BUYER:
        if desk.gateways[kept.gateway].traits.shop_chooses_fee:
            fee_on, theirs = FeeOn.BUYER, fee
        else:
            # Twice, because a part of the amount is taken of what is added, too.
            once = max(ZERO, fee - theirs)
            surcharge = max(
                ZERO, channel.fee.of(amount + once) - channel.buyer_fee.of(amount + once)
            )
            fee = channel.fee.of(amount + surcharge)
            theirs = channel.buyer_fee.of(amount + surcharge)
    return Way(
        gateway=kept.gateway,
        code=None if channel.code == PAGE else channel.code,
        name=channel.name,
        kind=channel.group,
        fee=fee,
        buyer_pays=theirs + surcharge,
        surcharge=surcharge,
        fee_on=fee_on,
        least=channel.least,
        most=channel.most,
        is_open=channel.open and kept.is_on,
    )


def _columns(gateway: str, channels: Sequence[Channel], at: datetime) -> dict[str, object]:
    return {
        "gateway": gateway,
        "at": at,
        "code": [c.code for c in channels],
        "name": [c.name for c in channels],
        "kind": [c.group for c in channels],
        "fee_flat": [c.fee.flat.amount for c in channels],
        "fee_points": [c.fee.basis_points for c in channels],
        "fee_least": [_amount(c.fee.least) for c in channels],
        "fee_most": [_amount(c.fee.most) for c in channels],
        "buyer_fee_flat": [c.buyer_fee.flat.amount for c in channels],
        "buyer_fee_points": [c.buyer_fee.basis_points for c in channels],
        "least": [_amount(c.least) for c in channels],
        "most": [_amount(c.most) for c in channels],
        "is_open": [c.open for c in channels],
    }


def _kept(row: TupleRow) -> Kept:
    gateway, code, name, kind, *numbers = row
    flat, points, fee_least, fee_most, buyer_flat, buyer_points, least, most, *rest = numbers
    is_open, is_on, fee_on, seen_at = rest
    channel = Channel(
        code=code,
        name=name,
        group=kind,
        fee=Fee(Rupiah(flat), points, _rupiah(fee_least), _rupiah(fee_most)),
        buyer_fee=Fee(Rupiah(buyer_flat), buyer_points),
        least=_rupiah(least),
        most=_rupiah(most),
        open=is_open,
    )
    return Kept(gateway, channel, is_on, FeeOn(fee_on), seen_at)


def _rupiah(amount: int | None) -> Rupiah | None:
    return None if amount is None else Rupiah(amount)


def _amount(rupiah: Rupiah | None) -> int | None:
    return None if rupiah is None else rupiah.amount
