"""Asking the gateways what became of payments: claim, ask with no transaction open, confirm.

Two kinds of question: about a transaction whose id is known, and a search for those of which no id
was told. Asking changes nothing there, so a lost question costs a delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.funding.confirm import Told, confirm_many
from konter.funding.desk import FundingDesk
from konter.funding.search import Search, claim_searches, due_searches, search
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireSilence
from konter.upstreams.gateway_contract import FeeOn, Question
from konter.upstreams.wire import StartBy

# Rows that somebody else holds are skipped, never waited for.
DUE_PAYMENTS = """
SELECT p.id, p.gateway, p.fence + 1, i.reference, p.their_id, i.amount, i.fee_on, i.charged
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.next_action_at <= %(now)s AND p.state = 'waiting' AND p.gateway = ANY(%(gateways)s)
  AND (p.lease_until IS NULL OR p.lease_until <= %(now)s)
ORDER BY p.next_action_at LIMIT %(most)s
FOR NO KEY UPDATE OF p SKIP LOCKED
"""

CLAIM_PAYMENTS = """
UPDATE funding.payments p SET fence = p.fence + 1, lease_until = n.lease_until,
    next_action_at = n.lease_until
FROM unnest(%(id)s::bigint[], %(lease_until)s::timestamptz[]) AS n (id, lease_until)
WHERE p.id = n.id
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """One transaction to be asked about, leased under ``fence``.

    ``start_by``: monotonic seconds after which the call may not begin any more.
    """

    payment_id: int
    gateway: str
    fence: int
    question: Question
    start_by: float


Job = Asking | Search


async def claim_questions(desk: FundingDesk, most: int) -> list[Job]:
    """Lease what is due to be asked, in one commit: at most one search for each gateway, and as
    many single questions as then fit into ``most``."""
    began, now = desk.clock.monotonic(), desk.clock.now()
    if not await _any_due(desk, now):
        return []
    async with desk.db.transaction() as tx:
        searches = await claim_searches(desk, tx, now=now, began=began)
        room = max(0, most - len(searches))
        facts = {"now": now, "most": room, "gateways": sorted(desk.gateways)}
        rows = await tx.rows(DUE_PAYMENTS, facts) if room else []
        if rows:
            until = [now + desk.lease(row[1]) for row in rows]
            await tx.run(CLAIM_PAYMENTS, {"id": [row[0] for row in rows], "lease_until": until})
    askings = [
        Asking(
            payment_id,
            gateway,
            fence,
            Question(
                reference=reference,
                their_id=their_id,
                amount=Rupiah(amount),
                fee_on=FeeOn(fee_on),
                charged=None if charged is None else Rupiah(charged),
            ),
            began + desk.lease(gateway).total_seconds() / 4,
        )
        for payment_id, gateway, fence, reference, their_id, amount, fee_on, charged in rows
    ]
    return [*searches, *askings]


async def _any_due(desk: FundingDesk, now: datetime) -> bool:
    """Mostly there is nothing, and to look takes no transaction."""
    facts = {"now": now, "most": 1, "gateways": sorted(desk.gateways)}
    async with desk.db.read() as tx:
        return bool(await tx.rows(DUE_PAYMENTS, facts) or await due_searches(desk, tx, now=now))


async def ask(desk: FundingDesk, job: Job) -> None:
    """Ask one question and settle its answer; a repeat is harmless."""
    if isinstance(job, Search):
        await search(desk, job)
        return
    gateway = desk.gateways[job.gateway]
    heard = await desk.wire.ask(
        gateway.ask_state(job.question, desk.clock.now()),
        account=job.gateway,
        purpose="state",
        reference=job.question.reference,
        lease=StartBy(job.start_by),
    )
    said = heard.said
    state = (
        Unknown(said.detail)
        if isinstance(said, WireSilence)
        else gateway.read_state(job.question, said)
    )
    at = heard.exchange.ended_at
    await confirm_many(
        desk, [Told(job.payment_id, state, at, fence=job.fence, exchange=heard.exchange)]
    )
