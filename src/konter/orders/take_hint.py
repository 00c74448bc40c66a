"""A callback that proves nothing: the upstream itself is asked, and only its answer is news.

An attempt that waits is asked about as soon as the rules allow. One that has ended is asked about
too, for a sale can be taken back, or come after all; that question stands in no queue, so it is
asked from here, with no transaction open.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from konter.db.batch import Batcher
from konter.db.pool import Tx
from konter.hooks import inbox
from konter.kernel.outcome import NotSent, Unknown
from konter.orders import store
from konter.orders.desk import OrdersDesk
from konter.orders.fulfil import ask_of, outcome_of
from konter.orders.hasten import hasten_attempt
from konter.orders.states import LIVE
from konter.orders.tidings import Settled, Tidings, Via

log = structlog.get_logger("konter.hooks")

UNHEARD_WAITS: Final = 400
"""Least gaps until one that has ended is asked about again after silence (of 3 s: 20 minutes)."""

UNHEARD_MOST: Final = timedelta(minutes=20)


async def take_hint(
    desk: OrdersDesk,
    settler: Batcher[Tidings, Settled],
    message: inbox.Message,
    attempt_id: int,
) -> None:
    """Have this attempt asked about, and mark the callback handled.

    While a call about it is under way, and within the least gap after one that ended it, the
    callback is put off instead, so that none is swallowed.
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        attempts, _ = await store.lock_for_news(tx, [attempt_id])
        attempt = attempts[attempt_id]
        told = await _settle_or_put_off(desk, tx, message, attempt, now=now)
    log.info("callback.hinted", reference=attempt.reference, outcome=told)
    if told == "asked":
        desk.hints.due()
    elif told == "asking":
        await _ask_about_ended(desk, settler, message, attempt)


async def _settle_or_put_off(
    desk: OrdersDesk, tx: Tx, message: inbox.Message, attempt: store.AttemptRow, *, now: datetime
) -> str:
    """What came of it, in a word; ``asking``: the question is still to be asked."""
    gap = desk.gap(attempt)
    if attempt.in_flight(now):
        await inbox.put_off(tx, message, until=now + gap)
        return "put off"
    told = "never sent"
    if attempt.state in LIVE and attempt.sends > 0:
        await hasten_attempt(desk, tx, attempt)
        told = "asked"
    elif attempt.first_sent_at is not None and attempt.sends > 0:
        horizon = desk.adapter_of(attempt).traits.repost_horizon
        told = "too old to be asked about"
        if attempt.first_sent_at + horizon > now:
            if attempt.last_call_at is None or attempt.last_call_at + gap <= now:
                await _begin(desk, tx, attempt, at=now)
                return "asking"
            await inbox.put_off(tx, message, until=min(attempt.last_call_at, now) + gap)
            return "put off"
    await inbox.finish(tx, [inbox.Finished(message, "handled", told)], at=now)
    return told


async def _begin(desk: OrdersDesk, tx: Tx, attempt: store.AttemptRow, *, at: datetime) -> None:
    """Written down before it leaves, as if it took its whole time: another hint waits for it, and
    its answer puts that right."""
    longest = max(desk.adapter_of(attempt).traits.call_timeouts_s.values())
    attempt.last_call_at = at + timedelta(seconds=longest)
    await store.write_attempts(tx, [attempt])


async def _ask_about_ended(
    desk: OrdersDesk,
    settler: Batcher[Tidings, Settled],
    message: inbox.Message,
    attempt: store.AttemptRow,
) -> None:
    adapter = desk.adapter_of(attempt)
    ask = ask_of(attempt, first=False)
    heard = await desk.wire.ask(
        adapter.enquiry(ask),
        account=attempt.account,
        purpose=Via.RECHECK.value,
        reference=attempt.reference,
    )
    news, at = outcome_of(adapter, ask, heard.said), heard.exchange.ended_at
    unheard = isinstance(news, Unknown | NotSent)
    told = None if unheard else message
    await settler.submit(
        Tidings(attempt.id, news, Via.RECHECK, at, exchange=heard.exchange, message=told)
    )
    if unheard:
        async with desk.db.transaction() as tx:
            wait = min(desk.gap(attempt) * UNHEARD_WAITS, UNHEARD_MOST)
            await inbox.put_off(tx, message, until=at + wait)
    log.info("order.rechecked", reference=attempt.reference, outcome=type(news).__name__)
