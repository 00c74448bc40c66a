"""What one piece of news does to one order. Pure, and total over every state and every news.

No clock, no I/O, no upstream's words: whoever moves money has asked here first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from konter.kernel.outcome import (
    Absent,
    Delivered,
    Fault,
    NotSent,
    Outcome,
    Pending,
    Rejected,
    Unknown,
)
from konter.orders.states import HOLDING, LIVE, UNPAID, AttemptState, OrderState


class Price(StrEnum):
    """What happens to the price that lies in escrow."""

    STAYS = "stays"
    CAPTURE = "capture"
    RELEASE = "release"


class Cost(StrEnum):
    """What happens to the cost at the supplier's account."""

    STAYS = "stays"
    BOOK = "book"
    RETURN = "return"


class Follow(StrEnum):
    """What is to be done next about this order."""

    NOTHING = "nothing"
    ENQUIRE = "enquire"
    CONFIRM_REFUSAL = "confirm_refusal"
    RETRY = "retry"
    REVIEW = "review"
    NEXT_OFFER = "next_offer"
    WAIT_FOR_SUPPLIER = "wait_for_supplier"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the decision needs to know beside the states.

    ``agreed``: an earlier call, at least 60 s before, brought the same doubtful refusal.
    ``another_offer``: an untried offer holds its margin and tries are left.
    ``may_have_left``: an earlier purchase call of this attempt may have reached the upstream.
    ``absence_proves``: the upstream's 'no record' is proof by now. ``absence_may_prove``: it can
    still become proof, if the upstream goes on saying so. ``only_attempt``: it is bought by this
    attempt or not at all, as a bill is paid under its check.
    """

    agreed: bool = False
    another_offer: bool = False
    may_have_left: bool = False
    absence_proves: bool = False
    absence_may_prove: bool = False
    only_attempt: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Where order and attempt go, and what moves with them."""

    order_to: OrderState
    attempt_to: AttemptState
    price: Price = Price.STAYS
    cost: Cost = Cost.STAYS
    follow: Follow = Follow.NOTHING


def decide(
    order: OrderState,
    attempt: AttemptState,
    news: Outcome,
    given: Circumstances,
    *,
    is_current: bool,
) -> Step:
    """The step that ``news`` about one attempt means for its order."""
    match news:
        case Delivered():
            return _delivered(order, attempt, is_current)
        case Rejected():
            return _rejected(order, attempt, news, given, is_current=is_current)
        case Pending():
            return _still_open(order, attempt, is_current, Follow.ENQUIRE, formed=True)
        case Unknown():
            follow = Follow.REVIEW if news.for_review else Follow.ENQUIRE
            return _still_open(order, attempt, is_current, follow, formed=False)
        case Absent():
            return _absent(order, attempt, is_current, given)
        case NotSent():
            return _not_sent(order, attempt, is_current, given)
        case _:
            assert_never(news)


def _delivered(order: OrderState, attempt: AttemptState, is_current: bool) -> Step:
    if attempt in (AttemptState.DELIVERED, AttemptState.REVERSED):
        return Step(order, attempt)
    to = OrderState.DELIVERED if order in HOLDING and is_current else _disputed(order)
    price = Price.CAPTURE if order in HOLDING else Price.STAYS
    return Step(to, AttemptState.DELIVERED, price, Cost.BOOK)


def _disputed(order: OrderState) -> OrderState:
    """An order that nobody paid for has no attempt; were there one, the order stays as it is."""
    return order if order in UNPAID else OrderState.DISPUTED


def _rejected(
    order: OrderState,
    attempt: AttemptState,
    news: Rejected,
    given: Circumstances,
    *,
    is_current: bool,
) -> Step:
    if attempt in (AttemptState.REJECTED, AttemptState.REVERSED):
        return Step(order, attempt)
    if attempt is AttemptState.DELIVERED:
        return _reversed(order, news)
    if news.twice and not given.agreed:
        return _still_open(order, attempt, is_current, Follow.CONFIRM_REFUSAL, formed=True)
    if order not in HOLDING or not is_current:
        return Step(order, AttemptState.REJECTED)
    onward = None if given.only_attempt else _onward(news.fault, given)
    if onward is None:
        return Step(OrderState.FAILED, AttemptState.REJECTED, Price.RELEASE)
    return Step(OrderState.HELD, AttemptState.REJECTED, follow=onward)


def _onward(fault: Fault, given: Circumstances) -> Follow | None:
    """Which attempt comes after a refused one; None: none does."""
    if fault is Fault.SUPPLIER:
        return Follow.WAIT_FOR_SUPPLIER
    return Follow.NEXT_OFFER if fault is not Fault.NUMBER and given.another_offer else None


def _reversed(order: OrderState, news: Rejected) -> Step:
    """A refusal after the goods were reported delivered. A doubtful one brings no cost back."""
    to = order if order in HOLDING else _disputed(order)
    if news.twice:
        return Step(to, AttemptState.DELIVERED)
    return Step(to, AttemptState.REVERSED, cost=Cost.RETURN)


def _still_open(
    order: OrderState, attempt: AttemptState, is_current: bool, follow: Follow, *, formed: bool
) -> Step:
    """Not decided. ``formed``: the upstream said that it knows this purchase."""
    if attempt not in LIVE:
        return Step(order, attempt)
    if attempt is AttemptState.DUE and not formed:
        return Step(order, attempt)
    to = OrderState.SENT if order is OrderState.HELD and is_current else order
    return Step(to, AttemptState.OPEN, follow=follow)


def _absent(
    order: OrderState, attempt: AttemptState, is_current: bool, given: Circumstances
) -> Step:
    if attempt not in LIVE:
        return Step(order, attempt)
    if given.absence_proves:
        refusal = Rejected(Fault.OTHER, formed=False, reason="")
        return _rejected(order, attempt, refusal, given, is_current=is_current)
    follow = Follow.ENQUIRE if given.absence_may_prove else Follow.REVIEW
    return _still_open(order, attempt, is_current, follow, formed=False)


def _not_sent(
    order: OrderState, attempt: AttemptState, is_current: bool, given: Circumstances
) -> Step:
    """No byte left this time; the same reference may go again unless an earlier call may have.

    An attempt that the upstream has spoken of meanwhile stays open.
    """
    if attempt not in LIVE:
        return Step(order, attempt)
    if given.may_have_left or attempt is AttemptState.OPEN:
        return Step(order, AttemptState.OPEN, follow=Follow.ENQUIRE)
    to = OrderState.HELD if order is OrderState.SENT and is_current else order
    return Step(to, AttemptState.DUE, follow=Follow.RETRY)
