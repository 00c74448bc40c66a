"""What Otomax is told of a purchase: where the order stands, or that there is none."""

from __future__ import annotations

from typing import Final

from konter.kernel.errors import Refused
from konter.ledger.read import balance
from konter.orders import otomax_words
from konter.orders.read import OrderView
from konter.orders.report import line_about
from konter.people.members import Member
from konter.people.signatures import OtomaxTrx
from konter.web.request import SiteRequest

ENDS: Final = frozenset({404, 409, 422})
"""Refusals that say for good that this purchase was not made, and are said as GAGAL. Of any other
nobody knows what the same call brings a moment later."""


async def stands(request: SiteRequest, member: Member, order: OrderView) -> str:
    """The order as it stands, dated when it came to stand so."""
    left = await _balance(request, member)
    return line_about(order, balance=left, at=order.updated_at)


async def rejected(request: SiteRequest, member: Member, asked: OtomaxTrx, refusal: Refused) -> str:
    """There is no order. Raises the refusal if it is no word about this purchase."""
    if refusal.status not in ENDS:
        raise refusal
    return otomax_words.reject(
        ref=asked.ref_id,
        code=asked.product,
        dest=asked.dest,
        reason=refusal.text,
        balance=await _balance(request, member),
    )


def nothing(request: SiteRequest, asked: OtomaxTrx) -> str:
    """Nothing was ever asked for under this reference."""
    at = request.shop.orders.clock.now()
    return otomax_words.none(ref=asked.ref_id, dest=asked.dest, at=at)


async def _balance(request: SiteRequest, member: Member) -> int:
    async with request.desks.db.read() as tx:
        return (await balance(tx, member.user_id)).amount
