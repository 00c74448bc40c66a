"""The price list of an account: cached an hour, asked no oftener than the upstream allows.

The right to ask is claimed in the database before asking, so the limit holds across processes
and restarts; whoever may not ask gets the last list that was read, with its age. An account's list
of bills (``bill_list``) is another one, kept in the same way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from konter.kernel.errors import KonterError, Unavailable
from konter.kernel.wire_types import WireAnswer, WireRequest, WireSilence
from konter.suppliers.desk import SuppliersDesk, UpstreamSilent
from konter.suppliers.exchanges import keep
from konter.upstreams.contract import PriceList, UpstreamRefused

KEPT = """
SELECT asked_at, fetched_at, body
FROM suppliers.price_lists
WHERE account = %(account)s AND kind = %(kind)s
"""

# Without the body, which is megabytes.
FETCHED_AT = """
SELECT fetched_at FROM suppliers.price_lists WHERE account = %(account)s AND kind = %(kind)s
"""

CLAIM = """
INSERT INTO suppliers.price_lists AS kept (account, kind, asked_at)
VALUES (%(account)s, %(kind)s, %(now)s)
ON CONFLICT (account, kind) DO UPDATE SET asked_at = excluded.asked_at
WHERE kept.asked_at <= %(free_since)s
"""

KEEP_BODY = """
UPDATE suppliers.price_lists
SET asked_at = %(asked_at)s, fetched_at = %(asked_at)s, body = %(body)s, digest = %(digest)s
WHERE account = %(account)s AND kind = %(kind)s
"""

# Most lists are the last one again; then there is nothing to write but the time.
KEEP_SAME = """
UPDATE suppliers.price_lists
SET asked_at = %(asked_at)s, fetched_at = %(asked_at)s
WHERE account = %(account)s AND kind = %(kind)s AND digest = %(digest)s
"""

KEEP_TIME = """
UPDATE suppliers.price_lists
SET asked_at = %(asked_at)s
WHERE account = %(account)s AND kind = %(kind)s
"""

Listed = TypeVar("Listed")


@dataclass(frozen=True, slots=True)
class Source(Generic[Listed]):
    """A list that an account has: how it is asked for and read. ``kind``: goods, bills.

    ``gap``: least time between two questions. ``read`` raises UpstreamRefused.
    """

    account: str
    kind: str
    purpose: str
    gap: timedelta
    request: Callable[[], WireRequest]
    read: Callable[[WireAnswer], Listed]

    @property
    def key(self) -> dict[str, object]:
        return {"account": self.account, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class FetchedList(Generic[Listed]):
    """A list that was read. ``fetched_at``: when the upstream gave it (UTC).

    ``problem``: why an older one is shown although a fresh one was wanted; ``retry_at``: when the
    upstream may be asked again.
    """

    prices: Listed
    fetched_at: datetime
    age: timedelta
    cached: bool
    retry_at: datetime
    problem: str | None = None


class PriceListTooSoon(Unavailable):
    """The upstream's limit forbids asking now, and there is no earlier list to show."""

    code = "price_list_too_soon"
    message = "Daftar harga belum boleh diminta lagi, silakan coba beberapa saat lagi"


@dataclass(frozen=True, slots=True)
class _Kept:
    asked_at: datetime
    fetched_at: datetime | None
    body: bytes | None


async def fetch_price_list(
    desk: SuppliersDesk, account: str, *, force: bool = False
) -> FetchedList[PriceList]:
    """The account's price list; ``force`` wants it fresh, but never breaks the upstream's limit.

    Raises NoSuchAccount; and, only where no earlier list is kept, PriceListTooSoon (with
    ``retry_at``), UpstreamRefused or UpstreamSilent. Every exchange is kept.
    """
    provider = desk.provider(account)
    source = Source(
        account,
        "goods",
        purpose="price_list",
        gap=provider.traits.price_list_gap,
        request=provider.price_list,
        read=provider.read_price_list,
    )
    return await fetch_list(desk, source, force=force)


async def fetch_list(
    desk: SuppliersDesk, source: Source[Listed], *, force: bool
) -> FetchedList[Listed]:
    """As ``fetch_price_list``, whichever list of an account it is; a desk that may not ask has the
    last one or raises PriceListTooSoon."""
    if not desk.may_ask or (not force and await _is_young(desk, source)):
        return _cached(desk, source, await _kept(desk, source))
    if not await _claim(desk, source):
        latest = await _kept(desk, source)
        wait = PriceListTooSoon(
            account=source.account, retry_at=_retry_at(source, latest).isoformat()
        )
        return _cached(desk, source, latest, instead_of=wait)
    fresh = await _ask(desk, source)
    if isinstance(fresh, FetchedList):
        return fresh
    return _cached(desk, source, await _kept(desk, source), instead_of=fresh)


async def _is_young(desk: SuppliersDesk, source: Source[Listed]) -> bool:
    async with desk.db.read() as tx:
        row = await tx.row(FETCHED_AT, source.key)
    return bool(row and row[0] and desk.clock.now() - row[0] < desk.list_age)


async def _kept(desk: SuppliersDesk, source: Source[Listed]) -> _Kept | None:
    async with desk.db.read() as tx:
        rows = await tx.records(_Kept, KEPT, source.key)
    return rows[0] if rows else None


async def _claim(desk: SuppliersDesk, source: Source[Listed]) -> bool:
    """Take the right to ask: one process of all gets it, once per the upstream's gap."""
    now = desk.clock.now()
    facts = {**source.key, "now": now, "free_since": now - source.gap}
    async with desk.db.transaction() as tx:
        return await tx.run(CLAIM, facts) == 1


async def _ask(desk: SuppliersDesk, source: Source[Listed]) -> FetchedList[Listed] | KonterError:
    """Ask, read and keep. The gap counts from the answer, as theirs may."""
    heard = await desk.wire.ask(source.request(), account=source.account, purpose=source.purpose)
    prices = _read(source, heard.said)
    asked_at = heard.exchange.ended_at
    facts = {**source.key, "asked_at": asked_at}
    async with desk.db.transaction() as tx:
        await keep(tx, [heard.exchange])
        if not isinstance(prices, KonterError) and isinstance(heard.said, WireAnswer):
            facts["digest"] = hashlib.sha256(heard.said.body).digest()
            if not await tx.run(KEEP_SAME, facts):
                await tx.run(KEEP_BODY, {**facts, "body": heard.said.body})
        elif isinstance(heard.said, WireSilence) and not heard.said.left:
            # They never heard us, so the next one may ask at once.
            await tx.run(KEEP_TIME, {**facts, "asked_at": asked_at - source.gap})
        else:
            await tx.run(KEEP_TIME, facts)
    if isinstance(prices, KonterError):
        prices.facts["retry_at"] = (asked_at + source.gap).isoformat()
        return prices
    return FetchedList(prices, asked_at, timedelta(0), False, asked_at + source.gap)


def _read(source: Source[Listed], said: WireAnswer | WireSilence) -> Listed | KonterError:
    if isinstance(said, WireSilence):
        return UpstreamSilent(account=source.account, detail=said.detail)
    try:
        return source.read(said)
    except UpstreamRefused as refused:
        return refused


def _cached(
    desk: SuppliersDesk,
    source: Source[Listed],
    kept: _Kept | None,
    *,
    instead_of: KonterError | None = None,
) -> FetchedList[Listed]:
    """The list that was read last; raises ``instead_of`` where there is none."""
    if kept is None or kept.fetched_at is None or kept.body is None:
        raise instead_of or PriceListTooSoon(account=source.account)
    answer = WireAnswer(status=200, headers={}, body=kept.body)
    return FetchedList(
        prices=source.read(answer),
        fetched_at=kept.fetched_at,
        age=desk.clock.now() - kept.fetched_at,
        cached=True,
        retry_at=_retry_at(source, kept),
        problem=str(instead_of) if instead_of else None,
    )


def _retry_at(source: Source[Listed], kept: _Kept | None) -> datetime:
    if kept is None:
        raise PriceListTooSoon(account=source.account)
    return kept.asked_at + source.gap
