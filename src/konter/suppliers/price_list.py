"""The price list of an account: cached an hour, asked no oftener than the upstream allows.

The right to ask is claimed in the database before asking, so the limit holds across processes
and restarts; whoever may not ask gets the last list that was read, with its age.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from konter.kernel.errors import KonterError, Unavailable
from konter.kernel.wire_types import WireAnswer, WireSilence
from konter.suppliers.desk import SuppliersDesk, UpstreamSilent
from konter.suppliers.exchanges import keep
from konter.upstreams.contract import PriceList, Provider, UpstreamRefused

KEPT = """
SELECT asked_at, fetched_at, body
FROM suppliers.price_lists
WHERE account = %(account)s
"""

# Without the body, which is megabytes.
FETCHED_AT = "SELECT fetched_at FROM suppliers.price_lists WHERE account = %(account)s"

CLAIM = """
INSERT INTO suppliers.price_lists AS kept (account, asked_at)
VALUES (%(account)s, %(now)s)
ON CONFLICT (account) DO UPDATE SET asked_at = excluded.asked_at
WHERE kept.asked_at <= %(free_since)s
"""

KEEP_BODY = """
UPDATE suppliers.price_lists
SET asked_at = %(asked_at)s, fetched_at = %(asked_at)s, body = %(body)s, digest = %(digest)s
WHERE account = %(account)s
"""

# Most lists are the last one again; then there is nothing to write but the time.
KEEP_SAME = """
UPDATE suppliers.price_lists
SET asked_at = %(asked_at)s, fetched_at = %(asked_at)s
WHERE account = %(account)s AND digest = %(digest)s
"""

KEEP_TIME = """
UPDATE suppliers.price_lists
SET asked_at = %(asked_at)s
WHERE account = %(account)s
"""


@dataclass(frozen=True, slots=True)
class FetchedList:
    """A list that was read. ``fetched_at``: when the upstream gave it (UTC).

    ``problem``: why an older one is shown although a fresh one was wanted; ``retry_at``: when the
    upstream may be asked again.
    """

    prices: PriceList
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
) -> FetchedList:
    """The account's price list; ``force`` wants it fresh, but never breaks the upstream's limit.

    Raises NoSuchAccount; and, only where no earlier list is kept, PriceListTooSoon (with
    ``retry_at``), UpstreamRefused or UpstreamSilent. Every exchange is kept.
    """
    provider = desk.provider(account)
    if not force and await _is_young(desk, account):
        return _cached(desk, provider, await _kept(desk, account))
    if not await _claim(desk, provider):
        latest = await _kept(desk, account)
        wait = PriceListTooSoon(account=account, retry_at=_retry_at(provider, latest).isoformat())
        return _cached(desk, provider, latest, instead_of=wait)
    fresh = await _ask(desk, provider)
    if isinstance(fresh, FetchedList):
        return fresh
    return _cached(desk, provider, await _kept(desk, account), instead_of=fresh)


async def _is_young(desk: SuppliersDesk, account: str) -> bool:
    async with desk.db.read() as tx:
        row = await tx.row(FETCHED_AT, {"account": account})
    return bool(row and row[0] and desk.clock.now() - row[0] < desk.list_age)


async def _kept(desk: SuppliersDesk, account: str) -> _Kept | None:
    async with desk.db.read() as tx:
        rows = await tx.records(_Kept, KEPT, {"account": account})
    return rows[0] if rows else None


async def _claim(desk: SuppliersDesk, provider: Provider) -> bool:
    """Take the right to ask: one process of all gets it, once per the upstream's gap."""
    now = desk.clock.now()
    facts = {
        "account": provider.account,
        "now": now,
        "free_since": now - provider.traits.price_list_gap,
    }
    async with desk.db.transaction() as tx:
        return await tx.run(CLAIM, facts) == 1


async def _ask(desk: SuppliersDesk, provider: Provider) -> FetchedList | KonterError:
    """Ask, read and keep. The gap counts from the answer, as theirs may."""
    heard = await desk.wire.ask(
        provider.price_list(), account=provider.account, purpose="price_list"
    )
    prices = _read(provider, heard.said)
    asked_at = heard.exchange.ended_at
    facts: dict[str, object] = {"account": provider.account, "asked_at": asked_at}
    async with desk.db.transaction() as tx:
        await keep(tx, [heard.exchange])
        if isinstance(prices, PriceList) and isinstance(heard.said, WireAnswer):
            facts["digest"] = hashlib.sha256(heard.said.body).digest()
            if not await tx.run(KEEP_SAME, facts):
                await tx.run(KEEP_BODY, {**facts, "body": heard.said.body})
        elif isinstance(heard.said, WireSilence) and not heard.said.left:
            # They never heard us, so the next one may ask at once.
            await tx.run(
                KEEP_TIME, {**facts, "asked_at": asked_at - provider.traits.price_list_gap}
            )
        else:
            await tx.run(KEEP_TIME, facts)
    if isinstance(prices, KonterError):
        prices.facts["retry_at"] = (asked_at + provider.traits.price_list_gap).isoformat()
        return prices
    return FetchedList(
        prices, asked_at, timedelta(0), False, asked_at + provider.traits.price_list_gap
    )


def _read(provider: Provider, said: WireAnswer | WireSilence) -> PriceList | KonterError:
    if isinstance(said, WireSilence):
        return UpstreamSilent(account=provider.account, detail=said.detail)
    try:
        return provider.read_price_list(said)
    except UpstreamRefused as refused:
        return refused


def _cached(
    desk: SuppliersDesk,
    provider: Provider,
    kept: _Kept | None,
    *,
    instead_of: KonterError | None = None,
) -> FetchedList:
    """The list that was read last; raises ``instead_of`` where there is none."""
    if kept is None or kept.fetched_at is None or kept.body is None:
        raise instead_of or PriceListTooSoon(account=provider.account)
    answer = WireAnswer(status=200, headers={}, body=kept.body)
    return FetchedList(
        prices=provider.read_price_list(answer),
        fetched_at=kept.fetched_at,
        age=desk.clock.now() - kept.fetched_at,
        cached=True,
        retry_at=_retry_at(provider, kept),
        problem=str(instead_of) if instead_of else None,
    )


def _retry_at(provider: Provider, kept: _Kept | None) -> datetime:
    if kept is None:
        raise PriceListTooSoon(account=provider.account)
    return kept.asked_at + provider.traits.price_list_gap
