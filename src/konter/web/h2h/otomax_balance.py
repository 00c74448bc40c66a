"""``GET /otomax/balance``: ``Saldo 284.939``."""

from __future__ import annotations

from litestar import get

from konter.kernel.money import ZERO
from konter.ledger.read import balance
from konter.people.signatures import OtomaxBalance
from konter.web.h2h.otomax_document import TAGS, OtomaxOperation
from konter.web.h2h.otomax_line import Line
from konter.web.h2h.otomax_query import otomax_member, query_of
from konter.web.request import SiteRequest


@get("/balance", summary="Otomax: saldo", operation_class=OtomaxOperation, tags=TAGS)
async def get_balance(request: SiteRequest) -> Line:
    """A balance below zero is shown as none, as in every line."""
    query = query_of(request)
    call = OtomaxBalance(query.get("memberid", ""))
    member = await otomax_member(request, query, call)
    async with request.desks.db.read() as tx:
        left = await balance(tx, member.user_id)
    return Line(f"Saldo {max(left, ZERO).shown().removeprefix('Rp ')}")
