"""What follows a decision: the next question, the next offer, the word to the buyer."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime, timedelta

from konter.catalogue.offers import Offer, sellables, usable_offers
from konter.db.pool import Tx
from konter.hooks.notices import Notice
from konter.kernel.clock import WIB
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Outcome, Rejected
from konter.orders.decide import Follow
from konter.orders.desk import OrdersDesk
from konter.orders.states import OrderState
from konter.orders.store import AttemptRow, OrderRow
from konter.orders.words import buyers_words
from konter.suppliers.gate import blocked_accounts

Offers = dict[int, list[Offer]]
"""Untried offers by order id, best first; an order without any is not in it."""

FREQUENT_ENQUIRIES = 5
"""As many as the guide makes at its spacing; afterwards they become ever rarer."""

RAREST_ENQUIRY = 180
"""Spacings between two enquiries at most (2 minutes: 6 hours)."""

TRIED = """
SELECT order_id, account, sku FROM orders.attempts WHERE order_id = ANY(%(order_ids)s)
"""

SUCCESS_TITLE = "Transaksi Berhasil!"
FAILURE_TITLE = "Transaksi Gagal"
UNSAID = "Produk sedang tidak dapat diproses"


def next_action(
    desk: OrdersDesk, attempt: AttemptRow, follow: Follow, now: datetime
) -> datetime | None:
    """When a live attempt is due again. A call in flight keeps the time of its lease's end."""
    times = desk.times
    if attempt.lease_until is not None and attempt.lease_until > now:
        return attempt.lease_until
    gap = timedelta(seconds=times.enquiry_min_gap)
    soonest = max(now, attempt.last_call_at + gap) if attempt.last_call_at else now
    match follow:
        case Follow.RETRY:
            wait = min(times.enquiry_min_gap, 0.5 * 2.0 ** min(attempt.not_sent, 16))
            return now + timedelta(seconds=wait)
        case Follow.CONFIRM_REFUSAL:
            return soonest
        case Follow.ENQUIRE | Follow.REVIEW:
            return max(soonest, _next_enquiry(desk, attempt, now))
        case _:
            return attempt.next_action_at or soonest


def _next_enquiry(desk: OrdersDesk, attempt: AttemptRow, now: datetime) -> datetime:
    times = desk.times
    if attempt.enquiries == 0:
        return (attempt.first_sent_at or now) + timedelta(seconds=times.enquiry_first)
    rarer = max(0, attempt.enquiries - FREQUENT_ENQUIRIES + 1)
    spacings = min(RAREST_ENQUIRY, 2.0 ** min(rarer, 16))
    # From the last call, not from now: news that decides nothing must not put the question off.
    return (attempt.last_call_at or now) + timedelta(seconds=times.enquiry_spacing * spacings)


async def other_offers(
    desk: OrdersDesk,
    tx: Tx,
    attempts: Mapping[int, AttemptRow],
    orders: Mapping[int, OrderRow],
    *,
    refused: Set[int],
) -> Offers:
    """Where refused orders could still be bought without a loss, leaving out what was tried."""
    asking = [
        orders[attempts[attempt_id].order_id]
        for attempt_id in refused
        if orders[attempts[attempt_id].order_id].tries < desk.max_tries
    ]
    if not asking:
        return {}
    sold = await sellables(tx, sorted({order.product_id for order in asking}))
    blocked = await blocked_accounts(tx)
    tried = {tuple(row) for row in await tx.rows(TRIED, {"order_ids": [o.id for o in asking]})}
    local = desk.clock.now().astimezone(WIB)
    found: Offers = {}
    for order in asking:
        if order.product_id not in sold:
            continue
        usable = usable_offers(
            sold[order.product_id],
            price=Rupiah(order.price),
            minimum_margin=desk.minimum_margin,
            minute_of_day_wib=local.hour * 60 + local.minute,
            blocked=blocked,
        )
        fresh = [o for o in usable if (order.id, o.account, o.sku) not in tried]
        if fresh:
            found[order.id] = fresh
    return found


def tell_buyer(notices: list[Notice], order: OrderRow, news: Outcome, at: datetime) -> None:
    """Note for the buyer what became of an order that was just delivered or failed. A guest has
    nowhere to be told; the order itself says why."""
    if order.state is OrderState.FAILED:
        order.reason = buyers_reason(news)
    if order.is_guests:
        return
    if order.state is OrderState.DELIVERED:
        serial = f" Kode voucher: {order.serial}" if order.serial else ""
        notices.append(
            Notice(
                user_id=order.user_id,
                type="success",
                title=SUCCESS_TITLE,
                message=f"Pesanan {order.product_name} berhasil diproses.{serial}",
                data={"transaction_code": order.code, "serial_number": order.serial},
                created_at=at,
            )
        )
    elif order.state is OrderState.FAILED:
        notices.append(
            Notice(
                user_id=order.user_id,
                type="error",
                title=FAILURE_TITLE,
                message=f"Pesanan {order.product_name} gagal diproses. {order.reason}. "
                "Dana sudah dikembalikan ke saldo Anda.",
                data={"transaction_code": order.code, "reason": order.reason},
                created_at=at,
            )
        )


def buyers_reason(news: Outcome) -> str:
    """Why, in words a buyer may read: never a fault of ours at a supplier."""
    if isinstance(news, Rejected) and news.fault != "supplier":
        return buyers_words(news.reason) or UNSAID
    return UNSAID
