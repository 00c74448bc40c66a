"""A page waits briefly until there is something to pay with."""

from __future__ import annotations

from konter.funding.states import Purpose
from konter.web.api.payment_wait import gateway_asked, link_made
from konter.web.request import SiteRequest


async def order_link(request: SiteRequest, order_id: int) -> None:
    """Of an order just placed. Its page says so where there is still none."""
    await link_made(request.shop, Purpose.ORDER, order_id)


async def deposit_link(request: SiteRequest, deposit_id: int) -> None:
    """Of a deposit just ordered or renewed."""
    await link_made(request.shop, Purpose.DEPOSIT, deposit_id)


async def ask_gateway(request: SiteRequest, deposit_id: int) -> None:
    """Whether a deposit is paid, as soon as its gateway's rules allow."""
    await gateway_asked(request.shop, Purpose.DEPOSIT, deposit_id)
