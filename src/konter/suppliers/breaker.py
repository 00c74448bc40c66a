"""The circuit breaker: an account, or one SKU there, that keeps failing is left out for a while.

It opens after so many failures in a row within a window. Once it has cooled, one purchase at a
time may try; a delivered one closes it, a failed one lets it cool again. An operator may hold it
open. It only chooses among offers: what was sent stays sent, and no order ends by it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from psycopg.rows import TupleRow

from konter.db.pool import Tx
from konter.kernel.outcome import Delivered, Fault, Outcome, Rejected, Unknown

# What a delivery has nothing to make good of is neither written nor locked: almost always all.
LOCK = """
INSERT INTO suppliers.breakers AS b (account, sku)
SELECT n.account, n.sku
FROM unnest(%(account)s::text[], %(sku)s::text[], %(failed)s::boolean[]) AS n (account, sku, failed)
LEFT JOIN suppliers.breakers AS known ON known.account = n.account AND known.sku = n.sku
WHERE n.failed OR known.opened_at IS NOT NULL OR known.failures <> '[]'
ORDER BY n.account, n.sku
ON CONFLICT (account, sku) DO UPDATE SET probe_at = b.probe_at
RETURNING b.account, b.sku, b.failures, b.opened_at, b.probe_at, b.opened_by
"""

WRITE = """
UPDATE suppliers.breakers AS b
SET failures = n.failures::jsonb, opened_at = n.opened_at, probe_at = n.probe_at
FROM unnest(
    %(account)s::text[], %(sku)s::text[], %(failures)s::text[], %(opened_at)s::timestamptz[],
    %(probe_at)s::timestamptz[]
) AS n (account, sku, failures, opened_at, probe_at)
WHERE b.account = n.account AND b.sku = n.sku
"""

# Whoever gets the row is the one who may try; the others pass it by and wait for nobody.
FREE_PROBES = """
SELECT b.account, b.sku
FROM unnest(%(account)s::text[], %(sku)s::text[]) AS n (account, sku)
JOIN suppliers.breakers AS b ON b.account = n.account AND b.sku = n.sku
WHERE b.probe_at <= %(at)s
ORDER BY b.account, b.sku
FOR NO KEY UPDATE OF b SKIP LOCKED
"""

TAKE_PROBES = """
UPDATE suppliers.breakers AS b
SET probe_at = %(next_at)s
FROM unnest(%(account)s::text[], %(sku)s::text[]) AS n (account, sku)
WHERE b.account = n.account AND b.sku = n.sku AND b.probe_at <= %(at)s
"""

OPEN_ONES = """
SELECT account, sku FROM suppliers.breakers
WHERE opened_at IS NOT NULL AND (probe_at IS NULL OR probe_at > %(at)s)
"""

ACCOUNT = ""
"""The SKU that stands for an account as a whole."""

Key = tuple[str, str]
"""An account, and a SKU there or ACCOUNT."""


class Heard(NamedTuple):
    """What became of one attempt, ``at`` (UTC). ``good``: delivered."""

    account: str
    sku: str
    good: bool
    at: datetime


class Failure(NamedTuple):
    at: datetime
    sku: str


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """``failures`` in a row within ``window`` open; after ``cool`` one purchase may try."""

    failures: int = 5
    window: timedelta = timedelta(seconds=600)
    cool: timedelta = timedelta(seconds=900)


@dataclass(frozen=True, slots=True)
class Breaker:
    """One breaker as it stands. ``opened_by``: the operator who holds it open, without a probe."""

    account: str
    sku: str
    failures: tuple[Failure, ...] = ()
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    opened_by: str | None = None

    @property
    def subject(self) -> str:
        """How an operator's task names it."""
        return subject_of((self.account, self.sku))


@dataclass(frozen=True, slots=True)
class Swung:
    """What a batch of outcomes changed; for the operators' tasks (kind ``breaker_open``)."""

    opened: tuple[Breaker, ...] = ()
    closed: tuple[Breaker, ...] = ()


def verdict(news: Outcome) -> bool | None:
    """Whether news speaks for an offer (True), against it (False), or says nothing of it.

    A wrong number is the buyer's, a fault of ours is the gate's, what never left is nobody's, and
    what only a person can judge (a duplicate guard) tells of another sale.
    A refusal that is final only when repeated counts when it ended the attempt, not before.
    """
    match news:
        case Delivered():
            return True
        case Rejected(fault=Fault.OFFER | Fault.OTHER):
            return False
        case Unknown(for_review=False):
            return False
        case _:
            return None


async def note_outcomes(tx: Tx, heard: Sequence[Heard], limits: BreakerLimits) -> Swung:
    """Count a batch of outcomes: one statement, two where something failed or is made good.

    Of one attempt: its end, and before that at most its first doubt. Call it before wallets are
    locked, as placing does. It is not idempotent; whoever settles again counts only what is news.
    """
    news: defaultdict[Key, list[Heard]] = defaultdict(list)
    for one in sorted(heard, key=lambda one: one.at):
        news[one.account, one.sku].append(one)
        news[one.account, ACCOUNT].append(one)
    if not news:
        return Swung()
    facts = {**_columns(news), "failed": [not all(h.good for h in of) for of in news.values()]}
    standing = [breaker_of(row) for row in await tx.rows(LOCK, facts)]
    changed = [
        (old, new)
        for old in standing
        if (new := after(old, news[old.account, old.sku], limits)) != old
    ]
    await _write(tx, [new for _, new in changed])
    return Swung(
        opened=tuple(new for old, new in changed if not old.opened_at and new.opened_at),
        closed=tuple(new for old, new in changed if old.opened_at and not new.opened_at),
    )


def after(breaker: Breaker, news: Iterable[Heard], limits: BreakerLimits) -> Breaker:
    """The breaker after this news, the oldest first. Pure."""
    for one in news:
        breaker = _after(breaker, one, limits)
    return breaker


def _after(breaker: Breaker, heard: Heard, limits: BreakerLimits) -> Breaker:
    if breaker.opened_by is not None:
        return breaker
    if breaker.opened_at is not None:
        if not heard.good:
            again = heard.at + limits.cool
            return replace(breaker, probe_at=max(breaker.probe_at or again, again))
        # News that is older than the opening was counted before it, or came too late to matter.
        return Breaker(*key_of(breaker)) if heard.at > breaker.opened_at else breaker
    if heard.good:
        return Breaker(*key_of(breaker))
    failures = _in_a_row(breaker, Failure(heard.at, heard.sku), limits)
    if len(failures) < limits.failures:
        return replace(breaker, failures=failures)
    return Breaker(*key_of(breaker), failures, heard.at, heard.at + limits.cool)


def _in_a_row(breaker: Breaker, last: Failure, limits: BreakerLimits) -> tuple[Failure, ...]:
    """The failures that count. One SKU alone never opens its account: it has its own breaker, and
    counts there for at most half of what is needed."""
    most = limits.failures if breaker.sku else -(-limits.failures // 2)
    since = last.at - limits.window
    recent = [*(failure for failure in breaker.failures if failure.at > since), last]
    left = Counter(failure.sku for failure in recent)
    kept: list[Failure] = []
    for failure in recent:
        if left[failure.sku] <= most:
            kept.append(failure)
        left[failure.sku] -= 1
    return tuple(kept)


async def free_probes(tx: Tx, keys: Collection[Key], *, at: datetime) -> set[Key]:
    """Those breakers at which this transaction, and no other, may try one purchase now.

    They are held until it ends; ``take_probes`` says which were used.
    """
    if not keys:
        return set()
    return set(await tx.rows(FREE_PROBES, {**_columns(sorted(keys)), "at": at}))


async def take_probes(
    tx: Tx, keys: Collection[Key], *, at: datetime, limits: BreakerLimits
) -> None:
    """A purchase was begun at these: the next one may try after another cooling, or once it
    failed. None: nothing is asked of the database."""
    if keys:
        facts = {"at": at, "next_at": at + limits.cool}
        await tx.run(TAKE_PROBES, {**_columns(sorted(keys)), **facts})


async def blocked_offers(tx: Tx, *, at: datetime) -> set[Key]:
    """Accounts (with the SKU ACCOUNT) and SKUs at which nothing may even be tried at ``at``."""
    return set(await tx.rows(OPEN_ONES, {"at": at}))


def key_of(breaker: Breaker) -> Key:
    return breaker.account, breaker.sku


def subject_of(key: Key) -> str:
    """``breaker:digiflazz-main`` or ``breaker:digiflazz-main/xld10``."""
    return "breaker:" + "/".join(part for part in key if part)


def breaker_of(row: TupleRow) -> Breaker:
    """From account, sku, failures, opened_at, probe_at, opened_by."""
    account, sku, failures, *state = row
    return Breaker(account, sku, msgspec.convert(failures, tuple[Failure, ...]), *state)


def _columns(keys: Iterable[Key]) -> dict[str, list[str]]:
    accounts_and_skus = list(keys)
    return {
        "account": [account for account, _ in accounts_and_skus],
        "sku": [sku for _, sku in accounts_and_skus],
    }


async def _write(tx: Tx, breakers: Sequence[Breaker]) -> None:
    if breakers:
        facts = {
            "failures": [msgspec.json.encode(b.failures).decode() for b in breakers],
            "opened_at": [b.opened_at for b in breakers],
            "probe_at": [b.probe_at for b in breakers],
        }
        await tx.run(WRITE, {**_columns(map(key_of, breakers)), **facts})
