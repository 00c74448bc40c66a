"""``GET /api/v1/balance``: what is left in the member's wallet."""

from __future__ import annotations

from litestar import get
from msgspec import Struct

from konter.ledger.read import balance
from konter.people import signatures
from konter.web.answer import Answer
from konter.web.h2h.caller import Sign, Username, member_of
from konter.web.h2h.order_answer import TAGS
from konter.web.h2h.problems import problems
from konter.web.request import SiteRequest


class BalanceAnswer(Struct):
    """``balance``: whole rupiah."""

    username: str
    balance: int


@get("/balance", summary="Saldo member", responses=problems(), tags=TAGS)
async def get_balance(
    request: SiteRequest, username: Username = None, sign: Sign = None
) -> Answer[BalanceAnswer]:
    """``sign``: ``md5("balance" + secret)``."""
    member = await member_of(request, signatures.BALANCE, username=username, sign=sign)
    async with request.desks.db.read() as tx:
        left = await balance(tx, member.user_id)
    return Answer(BalanceAnswer(member.member_id, left.amount))
