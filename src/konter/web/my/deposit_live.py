"""A deposit's page that follows its deposit: the part that changes, its news, its code to keep."""

from __future__ import annotations

from typing import Final

from litestar import Response, get

from konter.kernel.errors import NotFound
from konter.web.my.deposit_shown import owned, payment_of_deposit, shown, standing_of_deposit
from konter.web.page.permits import OWN
from konter.web.page.render import Page
from konter.web.request import RowId, SiteRequest
from konter.web.track.live import Now, stream
from konter.web.track.shown import picture


@get("/my/deposits/{deposit_id:int}/bagian", include_in_schema=False, opt=OWN)
async def get_part(request: SiteRequest, deposit_id: RowId) -> Page:
    """The part of the page that changes: the page's script puts it in place of the old one."""
    return await shown(request, deposit_id, template="my/deposit_part.html")


@get("/my/deposits/{deposit_id:int}/peristiwa", include_in_schema=False, opt=OWN)
async def get_stream(request: SiteRequest, deposit_id: RowId) -> Response[bytes]:
    """Raises DepositNotFound, TooManyStreams."""
    await owned(request, deposit_id)

    async def look() -> Now:
        standing = await standing_of_deposit(request, deposit_id)
        return Now(standing.version, standing.is_over)

    return stream(request, deposit_id, look)


@get("/my/deposits/{deposit_id:int}/qr.png", include_in_schema=False, opt=OWN)
async def get_qr(request: SiteRequest, deposit_id: RowId) -> Response[bytes]:
    """Raises NotFound where there is none to pay by."""
    deposit = await owned(request, deposit_id)
    payment = await payment_of_deposit(request, deposit_id)
    if payment.qr is None:
        raise NotFound
    return picture(payment.qr, deposit.code)


ROUTES: Final = [get_part, get_stream, get_qr]
