"""How far a piece of news is believed, and what the decision about it stands on."""

from __future__ import annotations

from datetime import datetime, timedelta

from konter.kernel.outcome import Absent, Delivered, Outcome, Pending, Rejected, Unknown
from konter.orders import absence
from konter.orders.ask_next import FREQUENT_ENQUIRIES
from konter.orders.decide import Circumstances, Follow, Step
from konter.orders.desk import OrdersDesk, PendingDeadline
from konter.orders.states import LIVE, AttemptState
from konter.orders.store import AttemptRow, OrderRow
from konter.orders.tell_buyer import note_words
from konter.orders.tidings import CALLS, OURS, Tidings, Via


def believed(attempt: AttemptRow, item: Tidings) -> Outcome:
    """'No record' proves nothing once another call than the answered one may have left, or once
    they said that they have it. What waits for a person is ended by nobody else."""
    news = item.news
    if attempt.for_review and attempt.state in LIVE and item.via not in OURS:
        told = isinstance(news, Delivered | Rejected | Pending | Absent)
        return Unknown(f"held for a person: {news}", for_review=True) if told else news
    if isinstance(news, Rejected) and not news.formed and item.via in CALLS:
        if attempt.sends > 1:
            return Unknown(f"rc {news.code} came after the purchase was asked for again")
        if attempt.is_known:
            return Unknown(f"rc {news.code} came after they said that they have it")
    return news


def given(
    desk: OrdersDesk, attempt: AttemptRow, item: Tidings, *, another_offer: bool, now: datetime
) -> Circumstances:
    """What ``decide`` needs to know; ``another_offer``: this order could be bought elsewhere."""
    gap = timedelta(seconds=desk.times.enquiry_min_gap)
    free = not attempt.in_flight(now)
    return Circumstances(
        agreed=item.via in OURS
        or (
            item.via in CALLS
            and attempt.refused_at is not None
            and item.happened_at - attempt.refused_at >= gap
        ),
        another_offer=item.via not in OURS and another_offer,
        may_have_left=attempt.sends > 0,
        absence_proves=free and absence.proves(desk, attempt, item.happened_at),
        absence_may_prove=absence.may_prove(desk, attempt, item.happened_at),
        only_attempt=attempt.is_bill,
    )


def is_overtaken(attempt: AttemptRow, item: Tidings) -> bool:
    """A doubtful refusal that was heard before the success: the success was the confirmation."""
    return (
        isinstance(item.news, Rejected)
        and item.news.twice
        and attempt.state is AttemptState.DELIVERED
        and attempt.ended_at is not None
        and item.happened_at <= attempt.ended_at
    )


def gives_up(desk: OrdersDesk, attempt: AttemptRow, item: Tidings, now: datetime) -> bool:
    """The shop's own rule: the fifth enquiry that is still pending ends it, at the shop's risk."""
    return (
        desk.pending_deadline is PendingDeadline.REFUND
        and item.via is Via.ENQUIRY
        and isinstance(item.news, Pending)
        and attempt.enquiries >= FREQUENT_ENQUIRIES
        and attempt.state in LIVE
        and not attempt.for_review
        and not attempt.in_flight(now)
        and _waited_long_enough(desk, attempt, now)
    )


def _waited_long_enough(desk: OrdersDesk, attempt: AttemptRow, now: datetime) -> bool:
    """Where asking is cheap, people and hints may have it done five times in a minute."""
    times = desk.times
    usual = times.enquiry_first + times.enquiry_spacing * (FREQUENT_ENQUIRIES - 1)
    first_sent_at = attempt.first_sent_at or now
    reposts = desk.asks_by_reposting(attempt)
    return reposts or (now - first_sent_at).total_seconds() >= usual


def remember(
    order: OrderRow, attempt: AttemptRow, step: Step, *, item: Tidings, news: Outcome
) -> None:
    """Keep the upstream's words, and what later news is judged by. ``news``: what was believed."""
    note_words(order, attempt, news, item.happened_at)
    _note_refusal(attempt, step, item)
    _note_knowledge(attempt, news, item)


def _note_refusal(attempt: AttemptRow, step: Step, item: Tidings) -> None:
    """Remember a doubtful refusal until a second call agrees; other news takes it back."""
    if step.follow is Follow.CONFIRM_REFUSAL:
        if item.via in CALLS and attempt.refused_at is None:
            attempt.refused_at = item.happened_at
    elif item.via in CALLS and isinstance(item.news, Delivered | Pending):
        attempt.refused_at = None


def _note_knowledge(attempt: AttemptRow, news: Outcome, item: Tidings) -> None:
    """Remember that they have it, and that only a person may end it."""
    match news:
        case Delivered() | Pending():
            attempt.is_known = True
        case Rejected():
            attempt.is_known = attempt.is_known or (news.formed and item.via not in OURS)
        case Unknown():
            attempt.for_review = attempt.for_review or news.for_review
        case _:
            pass
