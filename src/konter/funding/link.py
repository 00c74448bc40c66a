"""Making a payment link, in three beats: claim, ask the gateway, settle what it said.

A repeated creation makes a second payment, so each reference is sent once. What is not certain to
have stayed here is doubtful from then on: it is looked for, and never asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from konter.funding.desk import FundingDesk
from konter.funding.made import Made, first_search, settle_link
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireAnswer, WireSilence
from konter.upstreams.gateway_contract import (
    Buyer,
    FeeOn,
    Invoice,
    NotAskable,
    NotCreated,
)
from konter.upstreams.wire import StartBy

DUE_LINKS = """
SELECT i.id, i.state, i.gateway, i.fence, i.reference, i.amount, i.title, i.buyer_name,
       i.buyer_email, i.buyer_phone, i.lasts_s, i.channel, i.fee_on, i.shown_as, i.purpose_id
FROM funding.invoices i
WHERE i.next_action_at <= %(now)s AND i.state IN ('due', 'creating')
  AND i.gateway = ANY(%(gateways)s) AND (i.lease_until IS NULL OR i.lease_until <= %(now)s)
ORDER BY i.next_action_at LIMIT %(most)s
FOR NO KEY UPDATE SKIP LOCKED
"""

CLAIM_LINKS = """
UPDATE funding.invoices i SET state = 'creating', fence = i.fence + 1,
    lease_until = n.lease_until, next_action_at = n.lease_until
FROM unnest(%(id)s::bigint[], %(lease_until)s::timestamptz[]) AS n (id, lease_until)
WHERE i.id = n.id
"""

LOSE_LINKS = """
UPDATE funding.invoices i SET state = 'doubtful', lease_until = NULL,
    next_action_at = n.search_at, problem = 'the call was lost'
FROM unnest(%(id)s::bigint[], %(search_at)s::timestamptz[]) AS n (id, search_at)
WHERE i.id = n.id
"""


@dataclass(frozen=True, slots=True)
class Link:
    """One invoice to be created, leased to this worker under ``fence``.

    ``start_by``: monotonic seconds after which the call may not begin any more.
    """

    invoice_id: int
    gateway: str
    fence: int
    ask: Invoice
    start_by: float


@dataclass(frozen=True, slots=True)
class _Due:
    id: int
    state: str
    gateway: str
    fence: int
    reference: str
    amount: int
    title: str
    buyer_name: str
    buyer_email: str | None
    buyer_phone: str | None
    lasts_s: int
    channel: str | None
    fee_on: str
    shown_as: str
    purpose_id: int


async def claim_links(desk: FundingDesk, most: int) -> list[Link]:
    """Lease at most ``most`` invoices that are due to be created, in one commit.

    One whose lease ran out may have been created: it becomes doubtful, and is not answered.
    """
    began, now = desk.clock.monotonic(), desk.clock.now()
    facts = {"now": now, "most": most, "gateways": sorted(desk.gateways)}
    # Mostly there is none: a look costs one way to the server, a transaction three.
    async with desk.db.read() as tx:
        if not await tx.rows(DUE_LINKS, {**facts, "most": 1}):
            return []
    async with desk.db.transaction() as tx:
        rows = await tx.records(_Due, DUE_LINKS, facts)
        claimed = [row for row in rows if row.state == "due"]
        lost = [row for row in rows if row.state != "due"]
        if claimed:
            until = [now + desk.lease(row.gateway) for row in claimed]
            await tx.run(CLAIM_LINKS, {"id": [r.id for r in claimed], "lease_until": until})
        if lost:
            search_at = [first_search(desk, row.gateway, now) for row in lost]
            await tx.run(LOSE_LINKS, {"id": [row.id for row in lost], "search_at": search_at})
    if lost:
        desk.hints.news([row.purpose_id for row in lost])
    return [_link(desk, row, began) for row in claimed]


async def make_link(desk: FundingDesk, link: Link) -> None:
    """Ask the gateway for one claimed link, with no transaction open, and settle its answer."""
    try:
        request = desk.gateways[link.gateway].create(link.ask, desk.clock.now())
    except NotAskable as error:
        refused = NotCreated(str(error), ours=False)
        await settle_link(desk, link.invoice_id, refused, fence=link.fence)
        return
    heard = await desk.wire.ask(
        request,
        account=link.gateway,
        purpose="create",
        reference=link.ask.reference,
        lease=StartBy(link.start_by),
    )
    made = _made(desk, link, heard.said)
    await settle_link(desk, link.invoice_id, made, fence=link.fence, exchange=heard.exchange)


def _made(desk: FundingDesk, link: Link, said: WireAnswer | WireSilence) -> Made:
    """What was heard; a silence after which a payment may stand there is unknown."""
    if isinstance(said, WireAnswer):
        return desk.gateways[link.gateway].read_created(link.ask, said)
    return Unknown(said.detail) if said.left else said


def _link(desk: FundingDesk, row: _Due, began: float) -> Link:
    ask = Invoice(
        reference=row.reference,
        amount=Rupiah(row.amount),
        title=row.title,
        buyer=Buyer(row.buyer_name, row.buyer_email, row.buyer_phone),
        callback_url=f"{desk.public_url}/{row.gateway}/callback",
        return_url=f"{desk.public_url}/bayar/selesai?code={row.shown_as}",
        cancel_url=f"{desk.public_url}/bayar/batal?code={row.shown_as}",
        lasts=timedelta(seconds=row.lasts_s),
        channel=row.channel,
        fee_on=FeeOn(row.fee_on),
    )
    first_quarter = desk.lease(row.gateway).total_seconds() / 4
    return Link(row.id, row.gateway, row.fence + 1, ask, began + first_quarter)
