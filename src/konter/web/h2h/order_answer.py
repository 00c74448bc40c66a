"""An order as its member's machine reads it: what our callbacks tell, signed."""

from __future__ import annotations

import msgspec

from konter.ledger.read import balance
from konter.orders.read import OrderView
from konter.orders.report import OrderFacts, facts_of
from konter.people.members import Member
from konter.people.signatures import of_answer
from konter.web.request import SiteRequest

TAGS = ["H2H"]


class OrderAnswer(OrderFacts, frozen=True):
    """Whole rupiah; ``status``: pending, process, success, failed or refund, of which the last
    three are final. ``sign``: ``md5(ref_id + status + secret)``; ``timestamp``: UTC."""

    timestamp: str
    sign: str


async def answer_of(request: SiteRequest, member: Member, order: OrderView) -> OrderAnswer:
    """As it stands, with what is left in the wallet now. Raises CannotOpen."""
    async with request.desks.db.read() as tx:
        left = await balance(tx, member.user_id)
    facts = facts_of(order, balance=left.amount)
    now = request.shop.orders.clock.now()
    return OrderAnswer(
        **msgspec.structs.asdict(facts),
        timestamp=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        sign=member.sign(of_answer(order.ref_id, order.public_state)),
    )
