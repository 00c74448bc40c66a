"""Waiting briefly for what a gateway says: its link is made, or a question was answered.

Pages never ask a gateway: the worker does, and whoever waits here is told, or looks for itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.funding.hasten import hasten
from konter.funding.heard import Heard, heard_of
from konter.funding.states import Purpose
from konter.funding.store import Invoice, latest_invoices
from konter.kernel.errors import Broken
from konter.web.payment_view import PaymentView, payment_view
from konter.web.shop_door import ShopDoor


@dataclass(frozen=True, slots=True)
class Payable:
    """The latest link of an order or a deposit, and what was heard of its payments by ``at``."""

    invoice: Invoice
    heard: Heard
    at: datetime

    def view(self, *, status: str, paid_at: datetime | None) -> PaymentView:
        return payment_view(
            self.invoice,
            status=status,
            paid_at=paid_at,
            arrived=self.heard.arrived > 0,
            now=self.at,
        )


async def look(tx: Tx, purpose: Purpose, purpose_id: int, *, now: datetime) -> Payable:
    """As it stands."""
    invoice = (await latest_invoices(tx, purpose, [purpose_id])).get(purpose_id)
    if invoice is None:
        raise Broken("something to be paid has no link", purpose=purpose, id=purpose_id)
    return Payable(invoice, await heard_of(tx, purpose, purpose_id, now=now), now)


async def link_made(shop: ShopDoor, purpose: Purpose, purpose_id: int) -> Payable:
    """Its latest link once the making of it has ended, well or badly, or as it stands after the
    first news' time."""
    return await _until(shop, purpose, purpose_id, lambda now: now.invoice.is_made)


async def gateway_asked(
    shop: ShopDoor, purpose: Purpose, purpose_id: int
) -> tuple[Payable, datetime | None]:
    """Bring the next question to the gateway forward as far as the rules allow, and wait for its
    answer where it is due; as it stands then, and when the next question is due (None: none)."""
    desk = shop.orders.funding
    async with desk.db.read() as tx:
        payable = await look(tx, purpose, purpose_id, now=desk.clock.now())
    before, due = payable.heard, await hasten(desk, purpose, purpose_id)
    if before.will_be_news or (due is not None and due <= desk.clock.now()):
        payable = await _until(
            shop, purpose, purpose_id, lambda now: now.heard.is_news_since(before)
        )
    return payable, due


async def _until(
    shop: ShopDoor, purpose: Purpose, purpose_id: int, is_news: Callable[[Payable], bool]
) -> Payable:
    clock = shop.orders.clock

    async def as_it_stands() -> Payable:
        async with shop.orders.db.read() as tx:
            return await look(tx, purpose, purpose_id, now=clock.now())

    return await shop.newsroom.until(
        purpose_id, as_it_stands, is_news, clock=clock, at_most_s=shop.first_news_wait_s
    )
