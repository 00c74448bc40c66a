"""The payment link of an unpaid order, made again: by another way, or because it ran out."""

from __future__ import annotations

import structlog

from konter.db.pool import Tx
from konter.funding.channels import choose
from konter.funding.invoice import Want, refuse_too_many, write_invoices
from konter.funding.states import Purpose
from konter.funding.store import latest_invoices
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.orders.checkout_store import Locked, lock_checkouts, money_arrived, write_checkouts
from konter.orders.desk import OrdersDesk
from konter.orders.read import NotYours, order_of
from konter.orders.states import OrderState
from konter.upstreams.gateway_contract import Buyer

log = structlog.get_logger("konter.orders")


class AlreadyPaid(Refused):
    """The order's payment has come; it may still wait to be applied, or to be looked at."""

    code = "already_paid"
    status = 409
    message = "Pesanan ini sudah dibayar"


class OrderCancelled(Refused):
    """Its buyer gave it up."""

    code = "order_cancelled"
    status = 409
    message = "Pesanan ini sudah dibatalkan, silakan buat pesanan baru"


class OrderExpired(Refused):
    """It was not paid in time."""

    code = "order_expired"
    status = 409
    message = "Batas waktu pembayaran pesanan ini sudah habis, silakan buat pesanan baru"


async def renew(desk: OrdersDesk, order_id: int, *, user_id: int, channel: str | None) -> None:
    """Let a link be made, by ``channel`` or (None) by that of the latest one; the older ones stay
    payable. While the latest can still be paid by this channel for a while nothing new is made, so
    a double click makes one link. ``user_id`` GUEST: whoever asks has shown the order's token.

    Raises OrderNotFound, NotYours, AlreadyPaid, OrderCancelled, OrderExpired, TooManyLinks,
    Invalid, ChannelClosed, AmountOutside.
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        order, checkout = await _lock_unpaid(tx, order_id, user_id)
        latest = (await latest_invoices(tx, Purpose.ORDER, [order_id])).get(order_id)
        if channel is None:
            channel = latest.full_channel if latest else checkout.channel
        if latest and latest.full_channel == channel and latest.serves(now):
            return
        await refuse_too_many(desk.funding, tx, Purpose.ORDER, order_id)
        want = Want(
            purpose=Purpose.ORDER,
            purpose_id=order_id,
            way=await choose(desk.funding, tx, channel, Rupiah(order.price)),
            price=Rupiah(order.price),
            title=order.product_name,
            shown_as=order.code,
            buyer=Buyer(checkout.name, checkout.email, checkout.phone),
        )
        checkout.pay_by = await write_invoices(desk.funding, tx, [want], at=now)
        await write_checkouts(tx, [checkout])
    desk.funding.hints.payments_due()
    log.info("order.renewed", order=order.code, channel=channel)


async def _lock_unpaid(tx: Tx, order_id: int, user_id: int) -> Locked:
    """An order that still awaits its payment, locked."""
    locked = (await lock_checkouts(tx, [order_id])).get(order_id)
    if locked is None:
        await order_of(tx, order_id, user_id)
        raise AlreadyPaid
    order, _ = locked
    if order.user_id != user_id:
        raise NotYours
    if order.state is OrderState.CANCELLED:
        raise OrderCancelled
    if order.state is OrderState.EXPIRED:
        raise OrderExpired
    if order.state is not OrderState.AWAITING_PAYMENT or await money_arrived(tx, [order_id]):
        raise AlreadyPaid
    return locked
