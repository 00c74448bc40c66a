"""Beat 3 of making a link: what the gateway said of it, settled in one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

import msgspec
import structlog

from konter.db.pool import Tx
from konter.funding.backoff import next_try
from konter.funding.desk import FundingDesk
from konter.funding.note import expect
from konter.funding.states import InvoiceState
from konter.hooks import tasks
from konter.kernel.errors import CommitUnknown
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import Exchange, WireSilence
from konter.suppliers import exchanges
from konter.upstreams.gateway_contract import Created, Creation, NotCreated

log = structlog.get_logger("konter.funding")

LOCK_INVOICE = """
SELECT id, purpose_id, gateway, reference, state, fence, not_sent
FROM funding.invoices WHERE id = %(id)s FOR NO KEY UPDATE
"""

SETTLE_LINK = """
UPDATE funding.invoices SET state = %(state)s, next_action_at = %(next_action_at)s,
    lease_until = NULL, not_sent = %(not_sent)s, problem = %(problem)s
WHERE id = %(id)s
"""

KEEP_LINK = """
UPDATE funding.invoices SET session_id = %(session_id)s, url = %(url)s, pay_code = %(pay_code)s,
    qr = %(qr)s, qr_url = %(qr_url)s, charged = %(charged)s, fee = %(fee)s,
    instructions = %(instructions)s::jsonb, opened_at = coalesce(opened_at, %(at)s),
    expires_at = coalesce(%(expires_at)s, expires_at)
WHERE id = %(id)s
"""

MOST_TRIES: Final = 8
"""Calls that have certainly not left; then the buyer may ask for another link."""

Made = Creation | WireSilence
"""A silence says that no byte left; any other one is Unknown."""

UNMADE: Final = frozenset({InvoiceState.CREATING, InvoiceState.DOUBTFUL})
"""Where the answer to its creation still decides."""


@dataclass(slots=True)
class _Row:
    """One invoice, locked; what the gateway said of it changes it in memory."""

    id: int
    purpose_id: int
    gateway: str
    reference: str
    state: InvoiceState
    fence: int
    not_sent: int
    next_action_at: datetime | None = None
    problem: str | None = None

    def __post_init__(self) -> None:
        self.state = InvoiceState(self.state)


async def settle_link(
    desk: FundingDesk,
    invoice_id: int,
    made: Made,
    *,
    fence: int,
    exchange: Exchange | None = None,
) -> None:
    """Settle the one call of an invoice. A late answer counts, whatever became of the lease, and
    a repeat finds itself settled. Raises CommitUnknown if that is unknown twice."""
    try:
        await _settle(desk, invoice_id, made, fence=fence, exchange=exchange)
    except CommitUnknown:
        await _settle(desk, invoice_id, made, fence=fence, exchange=exchange)


def first_search(desk: FundingDesk, gateway: str, now: datetime) -> datetime | None:
    """When a link whose payment we cannot name is first looked for; None: there is no list."""
    if desk.gateways[gateway].history is None:
        return None
    return now + timedelta(seconds=desk.times.first_ask)


async def _settle(
    desk: FundingDesk, invoice_id: int, made: Made, *, fence: int, exchange: Exchange | None
) -> None:
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        found = await tx.row(LOCK_INVOICE, {"id": invoice_id})
        if found is None:
            return
        row = _Row(*found)
        if _judge(desk, row, made, fence=fence, now=now):
            facts = {
                "id": row.id,
                "state": row.state,
                "next_action_at": row.next_action_at,
                "not_sent": row.not_sent,
                "problem": row.problem and row.problem[:300],
            }
            await tx.run(SETTLE_LINK, facts)
        if isinstance(made, Created):
            await _keep(desk, tx, row, made, now=now)
        elif isinstance(made, NotCreated) and made.ours:
            await _alert(tx, row, made, now)
        await exchanges.keep(tx, [exchange] if exchange else [])
    desk.hints.news([row.purpose_id])
    log.info(
        "payment_link.settled",
        reference=row.reference,
        gateway=row.gateway,
        outcome=type(made).__name__,
        state=row.state.value,
    )


def _judge(desk: FundingDesk, row: _Row, made: Made, *, fence: int, now: datetime) -> bool:
    """What becomes of the invoice; False: it stays, because that was settled before, or because a
    payment of it has come already."""
    if row.state not in UNMADE:
        return False
    match made:
        case Created():
            row.state, row.problem = InvoiceState.OPEN, None
            named = made.their_id is not None
            row.next_action_at = None if named else first_search(desk, row.gateway, now)
        case NotCreated():
            row.state, row.problem, row.next_action_at = InvoiceState.REFUSED, made.reason, None
        case WireSilence():
            if fence != row.fence:
                return False
            row.problem, row.next_action_at = made.detail, next_try(now, row.not_sent)
            row.not_sent += 1
            row.state = InvoiceState.DUE
            if row.not_sent >= MOST_TRIES:
                row.state, row.next_action_at = InvoiceState.REFUSED, None
        case Unknown():
            if row.state is InvoiceState.DOUBTFUL:
                return False
            row.state, row.problem = InvoiceState.DOUBTFUL, made.detail
            row.next_action_at = first_search(desk, row.gateway, now)
        case _:
            assert_never(made)
    return True


async def _keep(desk: FundingDesk, tx: Tx, row: _Row, made: Created, *, now: datetime) -> None:
    """How to pay, and the transaction to ask about, if it was named."""
    facts = {
        "id": row.id,
        "session_id": made.session_id,
        "url": made.url,
        "pay_code": made.pay_code,
        "qr": made.qr,
        "qr_url": made.qr_url,
        "charged": None if made.charged is None else made.charged.amount,
        "fee": None if made.fee is None else made.fee.amount,
        "instructions": msgspec.json.encode(made.instructions).decode(),
        "expires_at": made.expires_at,
        "at": now,
    }
    await tx.run(KEEP_LINK, facts)
    if made.their_id is not None:
        due = now + timedelta(seconds=desk.times.first_ask)
        await expect(desk, tx, row.id, made.their_id, at=now, due=due)
    subject = f"gateway:{row.gateway}"
    await tasks.close_many(tx, [subject], at=now, by="created", kind="gateway_refused")


async def _alert(tx: Tx, row: _Row, made: NotCreated, now: datetime) -> None:
    """It is about our account there: every next link will be refused, too."""
    detail = f"{row.gateway} makes no payment links: {made.reason}; konter payment test"
    task = tasks.Task("gateway_refused", f"gateway:{row.gateway}", detail, now)
    for kind, subject, told in await tasks.open_many(tx, [task]):
        log.warning("alert." + kind, subject=subject, detail=told)
