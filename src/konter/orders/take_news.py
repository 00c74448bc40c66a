"""One piece of news: what it does to its attempt and its order, noted to be written."""

from __future__ import annotations

from datetime import datetime

from konter.kernel.outcome import Fault, Pending, Rejected
from konter.orders import believe, parked, record, store
from konter.orders.ask_next import next_action
from konter.orders.decide import decide
from konter.orders.desk import OrdersDesk
from konter.orders.end_call import end_call
from konter.orders.noted import Work
from konter.orders.states import LIVE, AttemptState
from konter.orders.tidings import Settled, Tidings, Via

GIVEN_UP = "Batas waktu habis, transaksi masih tertunda di penyedia"


def take_news(desk: OrdersDesk, work: Work, item: Tidings) -> Settled:
    """One piece of news, and after a call's own answer the news that waited for it."""
    attempt = work.attempts[item.attempt_id]
    order = work.orders[attempt.order_id]
    was = order.state
    ends_call = end_call(desk, work.blame, attempt, item)
    waits = _counts(order, attempt, item, work.at) and _apply(desk, work, attempt, item)
    if believe.gives_up(desk, attempt, item, work.at):
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
        return store.never_left(order, attempt, now)
    return item.via is not Via.PARKED and not believe.is_overtaken(attempt, item)


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


def _apply(desk: OrdersDesk, work: Work, attempt: store.AttemptRow, item: Tidings) -> bool:
    """Decide one piece of news and note what follows. True: it was parked behind a live call."""
    order = work.orders[attempt.order_id]
    news = believe.believed(attempt, item)
    if isinstance(news, Rejected) and attempt.in_flight(work.at):
        attempt.parked_news = parked.add(attempt.parked_news, news, item.happened_at)
        return True
    another = order.id in work.offers
    given = believe.given(desk, attempt, item, another_offer=another, now=work.at)
    step = decide(order.state, attempt.state, news, given, is_current=attempt.is_current)
    believe.remember(order, attempt, step, item=item, news=news)
    was_live = attempt.state in LIVE
    attempt.state = step.attempt_to
    record.move_money(work, order, attempt, step=step, item=item)
    record.move_order(work, order, step, news, because=item.because)
    if attempt.state in LIVE:
        attempt.next_action_at = next_action(desk, attempt, step.follow, work.at)
    elif was_live:
        record.end_attempt(work, attempt, news, item)
    record.note_follow(work, order, attempt, step, item=item, news=news)
    return False
