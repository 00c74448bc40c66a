"""Every word of a gateway in every state of a payment has its one answer."""

from __future__ import annotations

import pytest

from konter.funding.decide import CONFIRMED, Step, decide, problem_of, word_of
from konter.funding.states import PaymentState
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.upstreams.gateway_contract import (
    Expired,
    Failed,
    Paid,
    PaidOtherwise,
    Receipt,
    Refunded,
    State,
    Waiting,
)

ASKED = Rupiah(50_000)


def receipt(amount: int) -> Receipt:
    return Receipt("X1", Rupiah(amount))


WAITING: dict[State, Step] = {
    Paid(receipt(50_000)): Step.CONFIRM,
    Paid(receipt(50_000), on_hold=True): Step.CONFIRM,
    PaidOtherwise(receipt(50_001), "more"): Step.CONFIRM,
    PaidOtherwise(receipt(50_000), "another sum charged"): Step.REVIEW,
    PaidOtherwise(receipt(49_999), "less"): Step.REVIEW,
    Waiting(): Step.ASK_AGAIN,
    Unknown("html"): Step.ASK_AGAIN,
    Expired(): Step.END,
    Failed("batal"): Step.END,
    Refunded(): Step.GIVEN_BACK,
}
ENDED: dict[State, Step] = WAITING | {Waiting(): Step.NOTHING, Unknown("html"): Step.NOTHING}
THERE: dict[State, Step] = {news: Step.NOTHING for news in WAITING} | {Refunded(): Step.NOTE_REFUND}

TABLE: dict[PaymentState, dict[State, Step]] = {
    PaymentState.WAITING: WAITING,
    PaymentState.ENDED: ENDED,
    PaymentState.UNAPPLIED: THERE,
    PaymentState.REVIEW: THERE,
    PaymentState.APPLIED: THERE,
}


def test_the_table_knows_every_state() -> None:
    assert set(TABLE) == set(PaymentState)
    assert set(PaymentState) - CONFIRMED == {PaymentState.WAITING, PaymentState.ENDED}


@pytest.mark.parametrize("state", PaymentState)
def test_every_word_has_one_answer(state: PaymentState) -> None:
    decided = {news: decide(state, news, asked=ASKED) for news in TABLE[state]}
    assert decided == TABLE[state]


@pytest.mark.parametrize("state", sorted(CONFIRMED))
def test_no_word_takes_confirmed_money_out_of_the_books(state: PaymentState) -> None:
    steps = {decide(state, news, asked=ASKED) for news in WAITING}
    assert steps == {Step.NOTHING, Step.NOTE_REFUND}


def test_only_paid_words_confirm() -> None:
    for news in WAITING:
        step = decide(PaymentState.WAITING, news, asked=ASKED)
        is_money = isinstance(news, Paid | PaidOtherwise)
        assert (step in (Step.CONFIRM, Step.REVIEW)) is is_money


def test_what_was_not_understood_is_no_word_of_theirs() -> None:
    assert {word_of(news) for news in WAITING if not isinstance(news, Unknown)} == {
        "paid",
        "paid otherwise",
        "waiting",
        "expired",
        "failed",
        "refunded",
    }
    assert word_of(Unknown("html")) is None
    assert problem_of(Unknown("html")) == "html"
    assert problem_of(Failed("batal")) == "batal"
    assert problem_of(Waiting()) is None
