"""Looking for payments in a gateway's own list: the only way to one that it never named.

All invoices of one gateway that wait for it are looked for at once, and whatever else of ours is
found on the way is noted, too. What is found is asked about; the list itself moves no money.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import structlog

from konter.db.pool import Tx
from konter.funding.backoff import next_question, soonest
from konter.funding.desk import FundingDesk
from konter.funding.note import note_transactions
from konter.funding.states import InvoiceState
from konter.kernel.errors import CommitUnknown
from konter.kernel.wire_types import Exchange, WireAnswer, WireSilence
from konter.suppliers import exchanges
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import Claim, History, HistoryPage, Listed
from konter.upstreams.wire import StartBy

log = structlog.get_logger("konter.funding")

# Whoever is due soon comes along, so that many invoices do not make many searches.
DUE_SEARCHES = """
SELECT i.id, i.gateway, i.purpose_id, i.session_id, i.created_at, i.fence + 1
FROM funding.invoices i
WHERE i.next_action_at <= %(soon)s AND i.state IN ('open', 'doubtful')
  AND (i.lease_until IS NULL OR i.lease_until <= %(now)s)
  AND i.gateway IN (
      SELECT d.gateway FROM funding.invoices d
      WHERE d.next_action_at <= %(now)s AND d.state IN ('open', 'doubtful')
        AND d.gateway = ANY(%(gateways)s) AND (d.lease_until IS NULL OR d.lease_until <= %(now)s))
ORDER BY i.gateway, i.id
FOR NO KEY UPDATE OF i SKIP LOCKED
"""

CLAIM_SEARCHES = """
UPDATE funding.invoices i SET fence = i.fence + 1, lease_until = n.lease_until,
    next_action_at = n.lease_until
FROM unnest(%(id)s::bigint[], %(lease_until)s::timestamptz[]) AS n (id, lease_until)
WHERE i.id = n.id
"""

LOCK_SEARCHED = """
SELECT id, state, fence, next_action_at, lease_until, created_at, expires_at
FROM funding.invoices WHERE id = ANY(%(ids)s) AND state IN ('open', 'doubtful')
ORDER BY id FOR NO KEY UPDATE
"""

SETTLE_SEARCHED = """
UPDATE funding.invoices i SET state = n.state, next_action_at = n.next_action_at,
    lease_until = NULL, searches = i.searches + 1, last_asked_at = %(at)s
FROM unnest(%(id)s::bigint[], %(state)s::text[], %(next_action_at)s::timestamptz[])
    AS n (id, state, next_action_at)
WHERE i.id = n.id
"""

OURS = """
SELECT reference, id FROM funding.invoices
WHERE gateway = %(gateway)s AND reference = ANY(%(references)s)
"""

KNOWN = """
SELECT p.invoice_id, p.their_id, p.confirmed_at IS NOT NULL
FROM unnest(%(invoice_id)s::bigint[], %(their_id)s::text[]) AS n (invoice_id, their_id)
JOIN funding.payments p ON p.invoice_id = n.invoice_id AND p.their_id = n.their_id
"""

MOST_PAGES: Final = 20
CLOCKS_APART: Final = timedelta(minutes=15)
"""How much older than the oldest invoice a payment must seem for its page to be the last one."""
KEPT_OF_A_PAGE: Final = 2048
"""Of its transcript, which holds other people's payments: what is found is asked about anyway."""


@dataclass(frozen=True, slots=True)
class Sought:
    """One invoice that is looked for, leased under ``fence``."""

    id: int
    gateway: str
    purpose_id: int
    session_id: str | None
    created_at: datetime
    fence: int


@dataclass(frozen=True, slots=True)
class Search:
    """One look through a gateway's list. ``start_by``: no page is asked for after that."""

    gateway: str
    sought: tuple[Sought, ...]
    start_by: float


@dataclass(slots=True)
class _Seen:
    """What the pages held, and their transcripts. ``problem``: why the search ended early."""

    rows: list[Listed] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    problem: str | None = None


@dataclass(slots=True)
class _Searched:
    """One of the invoices afterwards, locked."""

    id: int
    state: InvoiceState
    fence: int
    next_action_at: datetime | None
    lease_until: datetime | None
    created_at: datetime
    expires_at: datetime

    def __post_init__(self) -> None:
        self.state = InvoiceState(self.state)

    @property
    def was_hastened(self) -> bool:
        """Whether somebody wanted it looked for while it was being looked for."""
        return (
            self.lease_until is not None
            and self.next_action_at is not None
            and self.next_action_at < self.lease_until
        )


async def due_searches(desk: FundingDesk, tx: Tx, *, now: datetime) -> list[Sought]:
    """The invoices that are due to be looked for, locked if a transaction is open."""
    facts = {
        "now": now,
        "soon": now + timedelta(seconds=desk.times.first_ask / 2),
        "gateways": sorted(code for code, gateway in desk.gateways.items() if gateway.history),
    }
    return [Sought(*row) for row in await tx.rows(DUE_SEARCHES, facts)]


async def claim_searches(desk: FundingDesk, tx: Tx, *, now: datetime, began: float) -> list[Search]:
    """Lease the invoices that are due to be looked for: one search for each gateway."""
    sought = await due_searches(desk, tx, now=now)
    if not sought:
        return []
    until = [now + desk.lease(one.gateway) for one in sought]
    await tx.run(CLAIM_SEARCHES, {"id": [one.id for one in sought], "lease_until": until})
    return [
        Search(code, tuple(group), began + desk.lease(code).total_seconds() / 2)
        for code, group in groupby(sought, key=lambda one: one.gateway)
    ]


async def search(desk: FundingDesk, job: Search) -> None:
    """Read the list back to the oldest that is sought, note what is ours, plan the next look.

    A page that cannot be read ends the search; what the ones before it held counts. A repeat
    notes nothing twice.
    """
    history = desk.gateways[job.gateway].history
    if history is None:
        return
    seen = await _read(desk, job, history)
    if seen.problem:
        log.warning("funding.search_failed", gateway=job.gateway, problem=seen.problem)
    try:
        noted = await _settle(desk, job, seen)
    except CommitUnknown:
        noted = await _settle(desk, job, seen)
    if noted:
        desk.hints.payments_due()
    desk.hints.news(sorted({one.purpose_id for one in job.sought}))
    log.info(
        "funding.searched",
        gateway=job.gateway,
        sought=len(job.sought),
        pages=len(seen.exchanges),
        noted=noted,
    )


async def _read(desk: FundingDesk, job: Search, history: History) -> _Seen:
    seen = _Seen()
    oldest = min(one.created_at for one in job.sought)
    for number in range(1, MOST_PAGES + 1):
        heard = await desk.wire.ask(
            history.ask(number, oldest, desk.clock.now()),
            account=job.gateway,
            purpose="list",
            lease=StartBy(job.start_by),
        )
        kept = heard.exchange.response_body[:KEPT_OF_A_PAGE]
        seen.exchanges.append(replace(heard.exchange, response_body=kept))
        page = _page(history, heard.said)
        if isinstance(page, str):
            seen.problem = page
            return seen
        seen.rows += page.rows
        if page.unreadable:
            log.warning("funding.list_unreadable", gateway=job.gateway, rows=page.unreadable)
        made = [row.created_at for row in page.rows if row.created_at is not None]
        if not page.more or (made and min(made) < oldest - CLOCKS_APART):
            return seen
    seen.problem = f"more than {MOST_PAGES} pages"
    return seen


def _page(history: History, said: WireAnswer | WireSilence) -> HistoryPage | str:
    """One page, or why there is none."""
    if isinstance(said, WireSilence):
        return said.detail
    try:
        return history.read(said)
    except UpstreamRefused as error:
        return str(error)


async def _settle(desk: FundingDesk, job: Search, seen: _Seen) -> int:
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        # Invoices before payments, as everybody locks them who needs both.
        locked = await tx.rows(LOCK_SEARCHED, {"ids": [one.id for one in job.sought]})
        found = await _ours(tx, job, seen.rows)
        noted = await note_transactions(desk, tx, await _unsettled(tx, found), at=now)
        rows = [_Searched(*row) for row in locked]
        await _plan(desk, tx, job, rows, found={i for i, _, _ in found}, now=now)
        await exchanges.keep(tx, seen.exchanges)
    return noted


async def _ours(tx: Tx, job: Search, rows: Sequence[Listed]) -> list[tuple[int, str, Claim]]:
    """The transactions of any invoice of ours there: (its id, the gateway's id, what they say)."""
    references = sorted({row.reference for row in rows if row.reference is not None})
    facts = {"gateway": job.gateway, "references": references}
    by_reference: dict[str | None, int] = dict(await tx.rows(OURS, facts)) if references else {}
    by_session = {one.session_id: one.id for one in job.sought if one.session_id is not None}
    return [
        (invoice_id, row.their_id, row.claim)
        for row in rows
        if (invoice_id := by_reference.get(row.reference) or by_session.get(row.session_id or ""))
    ]


async def _unsettled(tx: Tx, found: Sequence[tuple[int, str, Claim]]) -> list[tuple[int, str]]:
    """Those that we did not know of, and those that they call paid and our books do not have."""
    if not found:
        return []
    facts = {"invoice_id": [i for i, _, _ in found], "their_id": [t for _, t, _ in found]}
    known = {(i, t): confirmed for i, t, confirmed in await tx.rows(KNOWN, facts)}
    return [
        (i, t)
        for i, t, claim in found
        if (i, t) not in known or (claim is Claim.PAID and not known[i, t])
    ]


async def _plan(
    desk: FundingDesk,
    tx: Tx,
    job: Search,
    rows: Sequence[_Searched],
    *,
    found: Set[int],
    now: datetime,
) -> None:
    """When each is looked for again. One that somebody else looks for by now is left to them."""
    fences = {one.id: one.fence for one in job.sought}
    mine = [row for row in rows if row.fence == fences[row.id]]
    for row in mine:
        if row.was_hastened:
            row.next_action_at = soonest(desk.times, now, now)
        else:
            row.next_action_at = next_question(
                desk.times, created_at=row.created_at, expires_at=row.expires_at, ended_at=now
            )
        if row.next_action_at is None:
            row.state = InvoiceState.ENDED
        elif row.id in found:
            row.state = InvoiceState.OPEN
    facts = {
        "id": [row.id for row in mine],
        "state": [row.state for row in mine],
        "next_action_at": [row.next_action_at for row in mine],
        "at": now,
    }
    await tx.run(SETTLE_SEARCHED, facts)
