"""What a gateway's word does to one of its payments: pure, and total over every state and word."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, assert_never

from konter.funding.states import PaymentState
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.upstreams.gateway_contract import (
    Expired,
    Failed,
    Paid,
    PaidOtherwise,
    Refunded,
    State,
    Waiting,
)

CONFIRMED: Final = frozenset({PaymentState.UNAPPLIED, PaymentState.REVIEW, PaymentState.APPLIED})
"""Its money is in the books, and no later word takes it out again."""


class Step(StrEnum):
    """confirm: to be applied. review: confirmed, and a person decides. end: it brought nothing.

    given_back: it was paid, and they gave the money back before we heard of it. note_refund: they
    gave back what is in our books; a person is told, nothing moves.
    """

    CONFIRM = "confirm"
    REVIEW = "review"
    ASK_AGAIN = "ask_again"
    END = "end"
    GIVEN_BACK = "given_back"
    NOTE_REFUND = "note_refund"
    NOTHING = "nothing"


def decide(state: PaymentState, news: State, *, asked: Rupiah) -> Step:
    """``asked``: by the payment's invoice. More than that is confirmed like all of it: whoever
    applies it gives the rest back; less, or another sum charged, waits for a person."""
    if state in CONFIRMED:
        return Step.NOTE_REFUND if isinstance(news, Refunded) else Step.NOTHING
    match news:
        case Paid():
            return Step.CONFIRM
        case PaidOtherwise():
            return Step.CONFIRM if news.receipt.amount > asked else Step.REVIEW
        case Waiting() | Unknown():
            return Step.ASK_AGAIN if state is PaymentState.WAITING else Step.NOTHING
        case Expired() | Failed():
            return Step.END
        case Refunded():
            return Step.GIVEN_BACK
        case _:
            assert_never(news)


def word_of(news: State) -> str | None:
    """What they said, in a word; None: nothing that we understood."""
    match news:
        case Paid():
            return "paid"
        case PaidOtherwise():
            return "paid otherwise"
        case Waiting():
            return "waiting"
        case Expired():
            return "expired"
        case Failed():
            return "failed"
        case Refunded():
            return "refunded"
        case Unknown():
            return None
        case _:
            assert_never(news)


def problem_of(news: State) -> str | None:
    """What is odd about it, or why it failed."""
    match news:
        case PaidOtherwise() | Unknown():
            return news.detail[:300]
        case Failed():
            return news.reason[:300]
        case _:
            return None
