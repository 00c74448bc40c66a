"""Callbacks about orders: proved and kept at the door, settled by the worker."""

from __future__ import annotations

import structlog

from konter.db.batch import Batcher
from konter.hooks import inbox
from konter.kernel.outcome import Outcome, Unknown
from konter.kernel.wire_types import WireCall
from konter.orders.desk import OrdersDesk
from konter.orders.tidings import Settled, Tidings, Via
from konter.upstreams.contract import News, NotGenuine, Provider

log = structlog.get_logger("konter.hooks")

FIND_ATTEMPT = """
SELECT id, sku, customer_no FROM orders.attempts
WHERE reference = %(reference)s AND account = %(account)s
"""


async def receive(keep: inbox.Keep, provider: Provider, call: WireCall) -> None:
    """At the door: prove and keep, in milliseconds. Raises NotGenuine, and then keeps nothing."""
    try:
        provider.prove(call)
    except NotGenuine:
        log.warning("callback.not_genuine", source=provider.account, remote=call.remote)
        raise
    news = provider.read_callback(call)
    await keep(inbox.Incoming(provider.account, call, news.reference, news.is_ping))


async def hear(
    desk: OrdersDesk, settler: Batcher[Tidings, Settled], message: inbox.Message
) -> None:
    """In the worker: settle what a kept callback says, and mark it handled in the same commit."""
    news = desk.providers[message.source].read_callback(message.call)
    found = None
    if news.reference is not None:
        async with desk.db.read() as tx:
            facts = {"reference": news.reference, "account": message.source}
            found = await tx.row(FIND_ATTEMPT, facts)
    if found is None:
        await _not_ours(desk, message, news)
        return
    attempt_id, sku, customer_no = found
    outcome = _about(news, sku, customer_no)
    await settler.submit(
        Tidings(attempt_id, outcome, Via.CALLBACK, message.received_at, message=message)
    )
    log.info("callback.settled", reference=news.reference, outcome=type(outcome).__name__)


def _about(news: News, sku: str, customer_no: str) -> Outcome:
    """The callback's news, unless it speaks of another product or number than ours."""
    if news.outcome is None:
        return Unknown("a callback without a verdict")
    if (news.sku, news.customer_no) != (sku, customer_no):
        return Unknown("a callback about another product or number")
    return news.outcome


async def _not_ours(desk: OrdersDesk, message: inbox.Message, news: News) -> None:
    log.warning("callback.not_ours", source=message.source, reference=news.reference)
    async with desk.db.transaction() as tx:
        finished = inbox.Finished(message, "not_ours", f"unknown reference {news.reference}")
        await inbox.finish(tx, [finished], at=desk.clock.now())
