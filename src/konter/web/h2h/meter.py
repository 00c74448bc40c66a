"""``GET /api/v1/pln/{customer_no}``: whose electricity meter it is, before a token is bought."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import PathParameter

from konter.orders.look_up_meter import MeterNotFound, MeterUnknown, TooManyMeters
from konter.people.signatures import of_meter
from konter.web.answer import Answer
from konter.web.h2h.caller import Sign, Username, member_of
from konter.web.h2h.order_answer import TAGS
from konter.web.h2h.problems import problems
from konter.web.meter_view import MeterView, meter_view
from konter.web.request import SiteRequest

MeterNo = Annotated[str, PathParameter(max_length=40)]


@get(
    "/pln/{customer_no:str}",
    summary="Cek meter PLN",
    responses=problems(MeterNotFound, TooManyMeters, MeterUnknown),
    tags=TAGS,
)
async def get_meter(
    request: SiteRequest, customer_no: MeterNo, username: Username = None, sign: Sign = None
) -> Answer[MeterView]:
    """By meter number or customer id; digits. ``sign``: ``md5(customer_no + secret)``."""
    member = await member_of(request, of_meter(customer_no), username=username, sign=sign)
    return Answer(await meter_view(request, customer_no, asker=f"member:{member.user_id}"))
