"""Callbacks about orders: proved and kept at the door, settled by the worker.

Of an upstream that signs nothing a callback is a hint: it makes the worker ask, and no more.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import structlog

from konter.db.batch import Batcher
from konter.hooks import inbox
from konter.kernel.outcome import Outcome, Unknown
from konter.kernel.wire_types import WireCall
from konter.orders.desk import OrdersDesk
from konter.orders.take_hint import take_hint
from konter.orders.tidings import Settled, Tidings, Via
from konter.upstreams.contract import Doubt, News, NotGenuine, Provider

log = structlog.get_logger("konter.hooks")

FIND_ATTEMPT = """
SELECT id, sku, customer_no, is_bill FROM orders.attempts
WHERE reference = %(reference)s AND account = %(account)s
"""


async def receive(keep: inbox.Keep, provider: Provider, call: WireCall) -> None:
    """At the door: prove and keep, in milliseconds. Raises NotGenuine, and then keeps nothing.

    A hint that names no purchase is not kept either: there is nothing to ask.
    """
    try:
        provider.prove(call)
    except NotGenuine:
        log.warning("callback.not_genuine", source=provider.account, remote=call.remote)
        raise
    news = provider.read_callback(call)
    if not _is_hint(provider):
        await keep(inbox.Incoming(provider.account, call, news.reference, news.is_ping))
    elif news.reference is not None:
        await keep(inbox.Incoming(provider.account, _without_secret(call), news.reference))


async def hear(
    desk: OrdersDesk, settler: Batcher[Tidings, Settled], message: inbox.Message
) -> None:
    """In the worker: settle what a kept callback says, and mark it handled in the same commit; of a
    hint, and of what it says about a bill, have the purchase asked about."""
    provider = desk.providers[message.source]
    news = provider.read_callback(message.call)
    found = None
    if news.reference is not None:
        async with desk.db.read() as tx:
            facts = {"reference": news.reference, "account": message.source}
            found = await tx.row(FIND_ATTEMPT, facts)
    if found is None:
        await _not_ours(desk, message, news)
        return
    attempt_id, sku, customer_no, is_bill = found
    if is_bill or _is_hint(provider):
        await take_hint(desk, settler, message, attempt_id)
        return
    outcome = _about(news, sku, customer_no)
    await settler.submit(
        Tidings(attempt_id, outcome, Via.CALLBACK, message.received_at, message=message)
    )
    log.info("callback.settled", reference=news.reference, outcome=type(outcome).__name__)


def _is_hint(provider: Provider) -> bool:
    """Where a status call tells the truth, nothing else is believed."""
    return provider.traits.doubt is Doubt.STATUS_CALL


def _without_secret(call: WireCall) -> WireCall:
    """What is kept of a hint: its parameters as a body, and nothing of where it came in."""
    told = parse_qsl(call.query, keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in told if name != "secret"])
    return replace(call, path="", query="", body=kept.encode())


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
