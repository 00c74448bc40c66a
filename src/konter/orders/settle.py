"""The one road into settlement, whether the news came as an answer, a callback or an enquiry.

A list at a time: lock, decide each, write everything in one commit. What one item does wrong
does not touch the others: the list is then settled singly.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import psycopg
import structlog

from konter.kernel.errors import CommitUnknown, KonterError
from konter.kernel.outcome import (
    Delivered,
    Fault,
    NotSent,
    Outcome,
    Pending,
    Rejected,
    Unknown,
)
from konter.orders import follow, parked, record, store
from konter.orders.decide import Circumstances, Follow, Step, decide
from konter.orders.desk import OrdersDesk, PendingDeadline
from konter.orders.record import Work
from konter.orders.states import LIVE, AttemptState, OrderState
from konter.orders.tidings import CALLS, OURS, Settled, Tidings, Via
from konter.orders.write import write

log = structlog.get_logger("konter.orders")


GIVEN_UP = "Batas waktu habis, transaksi masih tertunda di penyedia"


async def settle_many(desk: OrdersDesk, tidings: Sequence[Tidings]) -> list[Settled | Exception]:
    """Settle a list in one commit; on an error each item by itself, with its own result."""
    try:
        return list(await _settle(desk, tidings))
    except (psycopg.Error, KonterError) as error:
        # Settling is idempotent by the states it finds, so an unknown commit is simply redone.
        if len(tidings) == 1 and not isinstance(error, CommitUnknown):
            log.error("orders.settle_failed", attempt=tidings[0].attempt_id, problem=str(error))
            return [error]
    results: list[Settled | Exception] = []
    for item in tidings:
        try:
            results.extend(await _settle(desk, [item]))
        except (psycopg.Error, KonterError) as error:
            log.error("orders.settle_failed", attempt=item.attempt_id, problem=str(error))
            results.append(error)
    return results


async def _settle(desk: OrdersDesk, tidings: Sequence[Tidings]) -> list[Settled]:
    async with desk.db.transaction() as tx:
        attempts, orders = await store.lock_for_news(tx, [t.attempt_id for t in tidings])
        work = Work(desk.clock.now(), attempts, orders)
        refused = {
            t.attempt_id
            for t in tidings
            if isinstance(t.news, Rejected) or attempts[t.attempt_id].parked_news is not None
        }
        work.offers = await follow.other_offers(desk, tx, attempts, orders, refused=refused)
        results = [_take(desk, work, item) for item in tidings]
        await write(desk, tx, work, tidings)
    desk.hints.news([result.order_id for result in results if result.is_news])
    if work.onward:
        desk.hints.due()
    return results


def _take(desk: OrdersDesk, work: Work, item: Tidings) -> Settled:
    """One piece of news, and after a call's own answer the news that waited for it."""
    attempt = work.attempts[item.attempt_id]
    order = work.orders[attempt.order_id]
    was = order.state
    ends_call = item.via in CALLS and _note_call(attempt, item)
    waits = _counts(order, attempt, item, work.at) and _apply(desk, work, attempt, item)
    if _gives_up(desk, attempt, item, work.at):
        refusal = Rejected(Fault.OTHER, formed=True, reason=GIVEN_UP)
        _apply(desk, work, attempt, Tidings(attempt.id, refusal, Via.DEADLINE, work.at))
    if ends_call or item.via is Via.PARKED:
        waits = _take_parked(desk, work, attempt) or waits
    is_news = order.state is not was or isinstance(item.news, Pending)
    return Settled(order.id, order.state, is_news, waits)


def _counts(order: store.OrderRow, attempt: store.AttemptRow, item: Tidings, now: datetime) -> bool:
    """Whether it is news at all. A deadline ends only what has certainly never left.

    The order may have been claimed since its deadline was seen to pass.
    """
    if item.via is Via.DEADLINE:
        return never_left(order, attempt, now)
    return item.via is not Via.PARKED and not _is_overtaken(attempt, item)


def _is_overtaken(attempt: store.AttemptRow, item: Tidings) -> bool:
    """A doubtful refusal that was heard before the success: the success was the confirmation."""
    return (
        isinstance(item.news, Rejected)
        and item.news.twice
        and attempt.state is AttemptState.DELIVERED
        and attempt.ended_at is not None
        and item.happened_at <= attempt.ended_at
    )


def never_left(order: store.OrderRow, attempt: store.AttemptRow, now: datetime) -> bool:
    """No call about it is in flight and none may have reached the upstream."""
    unsent = attempt.state is AttemptState.DUE and attempt.sends == 0
    return order.state is OrderState.HELD and unsent and not _in_flight(attempt, now)


def _take_parked(desk: OrdersDesk, work: Work, attempt: store.AttemptRow) -> bool:
    """The refusals that waited for the call. One that a success has overtaken is not a reversal."""
    kept, attempt.parked_news = parked.read(attempt.parked_news), None
    waits = False
    for news, happened_at in kept:
        if attempt.state is AttemptState.DELIVERED and not news.reversal:
            record.note_overtaken(work, attempt, news)
            continue
        late = Tidings(attempt.id, news, Via.PARKED, happened_at)
        waits = _apply(desk, work, attempt, late) or waits
    return waits


def _note_call(attempt: store.AttemptRow, item: Tidings) -> bool:
    """A call ended. True: its lease ended with it; somebody else may hold the lease by now.

    Only the first to tell of a call counts it, so that settling it again changes nothing; a call
    that did not leave after all is then still taken for one that may have.
    """
    ends_lease = item.fence == attempt.fence and attempt.lease_until is not None
    if ends_lease:
        attempt.lease_until = None
    if isinstance(item.news, NotSent):
        if ends_lease:
            attempt.sends -= 1
            attempt.not_sent += 1
            attempt.first_sent_at = attempt.first_sent_at if attempt.sends else None
        return ends_lease
    attempt.enquiries += int(ends_lease and item.via is Via.ENQUIRY)
    attempt.not_sent = 0
    if attempt.last_call_at is None or attempt.last_call_at < item.happened_at:
        attempt.last_call_at = item.happened_at
    return ends_lease


def _apply(desk: OrdersDesk, work: Work, attempt: store.AttemptRow, item: Tidings) -> bool:
    """Decide one piece of news and note what follows. True: it was parked behind a live call."""
    order = work.orders[attempt.order_id]
    news = _believed(attempt, item)
    if isinstance(news, Rejected) and _in_flight(attempt, work.at):
        attempt.parked_news = parked.add(attempt.parked_news, news, item.happened_at)
        return True
    given = _given(desk, work, attempt, item)
    step = decide(order.state, attempt.state, news, given, is_current=attempt.is_current)
    record.note_words(order, attempt, news, item.happened_at)
    _note_refusal(attempt, step, item)
    was_live = attempt.state in LIVE
    attempt.state = step.attempt_to
    record.move_money(work, order, attempt, step=step, item=item)
    record.move_order(work, order, step, news, because=item.because)
    ended = was_live and attempt.state not in LIVE
    if attempt.state in LIVE:
        attempt.next_action_at = follow.next_action(desk, attempt, step.follow, work.at)
    elif ended:
        attempt.next_action_at = None
        attempt.lease_until = None
        attempt.ended_at = work.at
    record.note_follow(work, order, attempt, step, news=news, ended=ended)
    return False


def _in_flight(attempt: store.AttemptRow, now: datetime) -> bool:
    """A purchase-capable call holds its lease: nothing frees the order meanwhile."""
    return attempt.lease_until is not None and attempt.lease_until > now


def _believed(attempt: store.AttemptRow, item: Tidings) -> Outcome:
    """'No record' proves nothing once another call than the answered one may have left."""
    news = item.news
    if isinstance(news, Rejected) and not news.formed and item.via in CALLS and attempt.sends > 1:
        return Unknown(f"rc {news.code} came after the purchase was asked for again")
    return news


def _gives_up(desk: OrdersDesk, attempt: store.AttemptRow, item: Tidings, now: datetime) -> bool:
    """The shop's own rule: the fifth enquiry that is still pending ends it, at the shop's risk."""
    return (
        desk.pending_deadline is PendingDeadline.REFUND
        and item.via is Via.ENQUIRY
        and isinstance(item.news, Pending)
        and attempt.enquiries >= follow.FREQUENT_ENQUIRIES
        and attempt.state in LIVE
        and not _in_flight(attempt, now)
    )


def _given(desk: OrdersDesk, work: Work, attempt: store.AttemptRow, item: Tidings) -> Circumstances:
    traits = desk.providers[attempt.account].traits
    gap = timedelta(seconds=desk.times.enquiry_min_gap)
    proves = traits.absence_proves_after
    return Circumstances(
        agreed=item.via in OURS
        or (
            item.via in CALLS
            and attempt.refused_at is not None
            and item.happened_at - attempt.refused_at >= gap
        ),
        another_offer=item.via not in OURS and attempt.order_id in work.offers,
        may_have_left=attempt.sends > 0,
        absence_proves=proves is not None
        and not _in_flight(attempt, work.at)
        and attempt.first_sent_at is not None
        and item.happened_at - attempt.first_sent_at >= proves,
    )


def _note_refusal(attempt: store.AttemptRow, step: Step, item: Tidings) -> None:
    """Remember a doubtful refusal until a second call agrees; other news takes it back."""
    if step.follow is Follow.CONFIRM_REFUSAL:
        if item.via in CALLS and attempt.refused_at is None:
            attempt.refused_at = item.happened_at
    elif item.via in CALLS and isinstance(item.news, Delivered | Pending):
        attempt.refused_at = None
