"""``GET /api/pln/{customer_no}``: whose electricity meter it is, for whoever buys a token."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import PathParameter

from konter.orders.look_up_meter import MeterNotFound, MeterUnknown, TooManyMeters
from konter.people.addresses import counted_as
from konter.people.attempts import TooManyAttempts
from konter.people.guests import admit_meter
from konter.web.answer import Answer
from konter.web.errors import refusals
from konter.web.meter_view import MeterView, meter_view
from konter.web.request import SiteRequest

MeterNo = Annotated[str, PathParameter(max_length=40)]


@get(
    "/pln/{customer_no:str}",
    summary="Cek meter PLN",
    responses=refusals(MeterNotFound, TooManyAttempts, TooManyMeters, MeterUnknown),
    tags=["Katalog"],
)
async def get_meter(request: SiteRequest, customer_no: MeterNo) -> Answer[MeterView]:
    """By meter number or customer id; digits. With or without an account, so often from one remote
    address."""
    remote = request.remote
    await admit_meter(request.desks.people, remote)
    return Answer(await meter_view(request, customer_no, asker=f"remote:{counted_as(remote)}"))
