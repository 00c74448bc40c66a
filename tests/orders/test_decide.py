"""Every news about every attempt of every order, and each row of the design's table by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import product

import pytest

from konter.db.pool import Database
from konter.kernel.money import Rupiah
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
from konter.orders.decide import Circumstances, Cost, Follow, Price, Step, decide
from konter.orders.states import HOLDING, LIVE, UNPAID, AttemptState, OrderState

O = OrderState  # noqa: E741
A = AttemptState

DELIVERED = Delivered("SN1", Rupiah(10_000))
NUMBER = Rejected(Fault.NUMBER, True, "nomor salah", "54")
OFFER = Rejected(Fault.OFFER, True, "gangguan", "55")
SUPPLIER = Rejected(Fault.SUPPLIER, False, "saldo", "44")
OTHER = Rejected(Fault.OTHER, True, "gagal", "02")
TWICE = Rejected(Fault.OTHER, True, "timeout", "01", twice=True)
REVERSAL = Rejected(Fault.OTHER, True, "refund", "74", reversal=True)
PENDING, UNKNOWN = Pending("diproses"), Unknown("timeout")
ABSENT, NOT_SENT = Absent("belum ada"), NotSent("refused")

ALL_NEWS: tuple[Outcome, ...] = (
    DELIVERED,
    Delivered(None, None),
    *(
        Rejected(fault, formed, "", "02", twice=twice, reversal=reversal)
        for fault in Fault
        for formed, twice, reversal in product((True, False), repeat=3)
    ),
    PENDING,
    UNKNOWN,
    ABSENT,
    NOT_SENT,
)
ALL_CIRCUMSTANCES = [
    replace(Circumstances(*flags), only_attempt=only)
    for only in (True, False)
    for flags in product((True, False), repeat=4)
]


@dataclass(frozen=True)
class Case:
    order: OrderState
    attempt: AttemptState
    is_current: bool
    news: Outcome
    given: Circumstances

    @cached_property
    def step(self) -> Step:
        return decide(self.order, self.attempt, self.news, self.given, is_current=self.is_current)


@cache
def every_case() -> list[Case]:
    return [Case(*facts) for facts in product(O, A, (True, False), ALL_NEWS, ALL_CIRCUMSTANCES)]


def on(
    order: OrderState,
    attempt: AttemptState,
    news: Outcome,
    *,
    is_current: bool = True,
    **given: bool,
) -> Step:
    return decide(order, attempt, news, Circumstances(**given), is_current=is_current)


# What holds for all of them.


def test_every_news_about_every_attempt_of_every_order_has_an_answer() -> None:
    assert len(every_case()) == 9 * 6 * 2 * len(ALL_NEWS) * 32
    assert all(isinstance(case.step, Step) for case in every_case())


def test_money_leaves_escrow_only_from_where_it_is_held_and_the_order_leaves_with_it() -> None:
    for case in every_case():
        step = case.step
        if step.price is not Price.STAYS:
            assert case.order in HOLDING, case
        assert (case.order in HOLDING and step.order_to not in HOLDING) == (
            step.price is not Price.STAYS
        ), case


def test_only_a_refusal_or_a_proved_absence_releases() -> None:
    for case in every_case():
        if case.step.price is Price.RELEASE:
            proved = isinstance(case.news, Absent) and case.given.absence_proves
            assert isinstance(case.news, Rejected) or proved, case
            assert case.step.order_to is O.FAILED, case


def test_only_a_delivery_captures_and_books_a_cost() -> None:
    for case in every_case():
        if case.step.price is Price.CAPTURE or case.step.cost is Cost.BOOK:
            assert isinstance(case.news, Delivered), case


def test_pending_unknown_and_not_sent_never_move_money() -> None:
    for case in every_case():
        if isinstance(case.news, Pending | Unknown | NotSent):
            assert (case.step.price, case.step.cost) == (Price.STAYS, Cost.STAYS), case
            assert case.step.order_to in {case.order, *HOLDING}, case


def test_a_cost_is_booked_exactly_when_an_attempt_becomes_delivered() -> None:
    for case in every_case():
        became = case.attempt is not A.DELIVERED and case.step.attempt_to is A.DELIVERED
        assert (case.step.cost is Cost.BOOK) == became, case


def test_a_cost_comes_back_exactly_when_a_delivered_attempt_is_reversed() -> None:
    for case in every_case():
        became = case.attempt is A.DELIVERED and case.step.attempt_to is A.REVERSED
        assert (case.step.cost is Cost.RETURN) == became, case


def test_every_delivery_whose_cost_is_not_booked_yet_is_booked() -> None:
    for case in every_case():
        if isinstance(case.news, Delivered) and case.attempt in {*LIVE, A.REJECTED}:
            assert case.step.cost is Cost.BOOK, case


def test_a_held_order_keeps_one_live_attempt_or_gets_the_next_one() -> None:
    for case in every_case():
        if case.order in HOLDING and case.is_current and case.attempt in LIVE:
            step = case.step
            onward = step.follow in (Follow.NEXT_OFFER, Follow.WAIT_FOR_SUPPLIER)
            if step.order_to in HOLDING:
                assert (step.attempt_to in LIVE) != onward, case
            else:
                assert not onward, case


def test_a_next_attempt_follows_only_an_ended_current_one() -> None:
    for case in every_case():
        if case.step.follow in (Follow.NEXT_OFFER, Follow.WAIT_FOR_SUPPLIER):
            assert case.is_current and case.order in HOLDING, case
            assert case.step.attempt_to is A.REJECTED and case.step.order_to is O.HELD, case


def test_no_attempt_follows_the_only_one() -> None:
    for case in every_case():
        if case.given.only_attempt:
            assert case.step.follow not in (Follow.NEXT_OFFER, Follow.WAIT_FOR_SUPPLIER), case


def test_what_has_ended_is_never_live_again() -> None:
    for case in every_case():
        if case.attempt not in LIVE:
            assert case.step.attempt_to not in LIVE, case


def test_an_attempt_that_may_have_left_is_never_due_again() -> None:
    for case in every_case():
        if case.given.may_have_left and case.attempt is not A.DUE:
            assert case.step.attempt_to is not A.DUE, case


def test_an_order_that_nobody_paid_for_stays_as_it_is() -> None:
    for case in every_case():
        if case.order in UNPAID:
            assert case.step.order_to is case.order, case


def test_a_dispute_stays_until_a_person_decides() -> None:
    for case in every_case():
        if case.order is O.DISPUTED:
            assert case.step.order_to is O.DISPUTED, case


def test_news_of_an_older_attempt_never_fails_an_order() -> None:
    for case in every_case():
        if not case.is_current:
            assert case.step.price is not Price.RELEASE, case
            assert case.step.order_to in {case.order, O.DISPUTED}, case


def test_what_was_heard_twice_changes_nothing_the_second_time() -> None:
    for case in every_case():
        first = case.step
        if first.follow in (Follow.NEXT_OFFER, Follow.WAIT_FOR_SUPPLIER):
            continue
        if isinstance(case.news, Delivered | NotSent | Pending | Unknown):
            again = decide(
                first.order_to,
                first.attempt_to,
                case.news,
                case.given,
                is_current=case.is_current,
            )
            assert (again.order_to, again.attempt_to) == (first.order_to, first.attempt_to), case
            assert (again.price, again.cost) == (Price.STAYS, Cost.STAYS), case


# Moves that other acts make: place, claim, cancel, resolve, restore, and payments to come.
OTHER_ACTS = {
    ("new", "held"),
    ("held", "sent"),
    ("held", "cancelled"),
    ("disputed", "delivered"),
    ("disputed", "refunded"),
    ("disputed", "failed"),
}
BY_PAYMENT = {
    ("new", "awaiting_payment"),
    ("awaiting_payment", "held"),
    ("awaiting_payment", "expired"),
    ("awaiting_payment", "cancelled"),
    ("expired", "held"),
    ("cancelled", "held"),
}


async def test_the_database_allows_exactly_the_moves_that_are_made(db: Database) -> None:
    async with db.read() as tx:
        row = await tx.row(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'legal_move'"
        )
    assert row is not None
    allowed = set(re.findall(r"ROW\('(\w+)'::text, '(\w+)'::text\)", row[0]))
    if not allowed:
        pairs = re.findall(
            r"\(from_state = '(\w+)'::text\) AND \(to_state = '(\w+)'::text\)", row[0]
        )
        allowed = set(pairs)
    decided = {
        (case.order.value, case.step.order_to.value)
        for case in every_case()
        if case.step.order_to is not case.order
    }
    assert allowed == decided | OTHER_ACTS | BY_PAYMENT


# The table of design/money.md, row by row.


@pytest.mark.parametrize("attempt", sorted(LIVE))
@pytest.mark.parametrize("order", sorted(HOLDING))
def test_a_delivery_by_the_current_attempt_captures(
    order: OrderState, attempt: AttemptState
) -> None:
    assert on(order, attempt, DELIVERED) == Step(O.DELIVERED, A.DELIVERED, Price.CAPTURE, Cost.BOOK)


def test_a_refusal_of_the_offer_goes_to_the_next_one() -> None:
    for refusal in (OFFER, OTHER):
        assert on(O.SENT, A.SENDING, refusal, another_offer=True) == Step(
            O.HELD, A.REJECTED, follow=Follow.NEXT_OFFER
        )


def test_a_refusal_of_the_last_offer_fails_and_gives_back() -> None:
    for refusal in (OFFER, OTHER):
        assert on(O.SENT, A.SENDING, refusal) == Step(O.FAILED, A.REJECTED, Price.RELEASE)


def test_a_wrong_number_is_final_whatever_other_offers_there_are() -> None:
    assert on(O.SENT, A.OPEN, NUMBER, another_offer=True) == Step(
        O.FAILED, A.REJECTED, Price.RELEASE
    )


def test_a_refusal_of_us_holds_the_order_and_uses_no_try() -> None:
    assert on(O.SENT, A.SENDING, SUPPLIER, another_offer=True) == Step(
        O.HELD, A.REJECTED, follow=Follow.WAIT_FOR_SUPPLIER
    )


@pytest.mark.parametrize("refusal", [NUMBER, OFFER, SUPPLIER, OTHER], ids=lambda r: r.fault)
def test_any_refusal_of_the_only_attempt_fails_and_gives_back(refusal: Rejected) -> None:
    """As of a bill, which is paid under its check or not at all."""
    assert on(O.SENT, A.SENDING, refusal, another_offer=True, only_attempt=True) == Step(
        O.FAILED, A.REJECTED, Price.RELEASE
    )


def test_pending_and_unknown_leave_an_order_sent_and_ask_again() -> None:
    for news in (PENDING, UNKNOWN):
        assert on(O.SENT, A.SENDING, news) == Step(O.SENT, A.OPEN, follow=Follow.ENQUIRE)


def test_a_held_order_of_which_the_upstream_says_pending_is_sent() -> None:
    assert on(O.HELD, A.DUE, PENDING) == Step(O.SENT, A.OPEN, follow=Follow.ENQUIRE)


def test_a_held_order_that_is_refused_or_past_its_deadline_fails_and_gives_back() -> None:
    assert on(O.HELD, A.DUE, OTHER) == Step(O.FAILED, A.REJECTED, Price.RELEASE)


def test_a_success_after_the_refund_is_a_dispute_and_its_cost_is_booked() -> None:
    assert on(O.FAILED, A.REJECTED, DELIVERED) == Step(
        O.DISPUTED, A.DELIVERED, Price.STAYS, Cost.BOOK
    )


def test_a_success_after_a_cancellation_is_a_dispute() -> None:
    assert on(O.CANCELLED, A.REJECTED, DELIVERED).order_to is O.DISPUTED


def test_a_reversal_after_the_success_is_a_dispute_and_the_cost_comes_back() -> None:
    assert on(O.DELIVERED, A.DELIVERED, REVERSAL) == Step(
        O.DISPUTED, A.REVERSED, Price.STAYS, Cost.RETURN
    )


def test_a_doubtful_refusal_after_the_success_is_a_dispute_and_no_cost_comes_back() -> None:
    assert on(O.DELIVERED, A.DELIVERED, TWICE) == Step(O.DISPUTED, A.DELIVERED)


def test_a_second_delivery_is_a_double_buy() -> None:
    for order in (O.HELD, O.SENT):
        assert on(order, A.REJECTED, DELIVERED, is_current=False) == Step(
            O.DISPUTED, A.DELIVERED, Price.CAPTURE, Cost.BOOK
        )
    assert on(O.DELIVERED, A.REJECTED, DELIVERED, is_current=False) == Step(
        O.DISPUTED, A.DELIVERED, Price.STAYS, Cost.BOOK
    )


def test_a_doubtful_refusal_is_final_only_when_a_second_call_agrees() -> None:
    assert on(O.SENT, A.SENDING, TWICE, another_offer=True) == Step(
        O.SENT, A.OPEN, follow=Follow.CONFIRM_REFUSAL
    )
    assert on(O.SENT, A.SENDING, TWICE, agreed=True) == Step(O.FAILED, A.REJECTED, Price.RELEASE)


def test_an_absence_is_reviewed_until_it_proves() -> None:
    assert on(O.SENT, A.OPEN, ABSENT) == Step(O.SENT, A.OPEN, follow=Follow.REVIEW)
    assert on(O.SENT, A.OPEN, ABSENT, absence_proves=True) == Step(
        O.FAILED, A.REJECTED, Price.RELEASE
    )


def test_what_never_left_is_due_again_under_the_same_reference() -> None:
    assert on(O.SENT, A.SENDING, NOT_SENT) == Step(O.HELD, A.DUE, follow=Follow.RETRY)


def test_what_may_have_left_before_is_asked_about() -> None:
    assert on(O.SENT, A.SENDING, NOT_SENT, may_have_left=True) == Step(
        O.SENT, A.OPEN, follow=Follow.ENQUIRE
    )


def test_what_the_upstream_has_spoken_of_stays_open_though_this_call_did_not_leave() -> None:
    assert on(O.SENT, A.OPEN, NOT_SENT) == Step(O.SENT, A.OPEN, follow=Follow.ENQUIRE)


def test_a_repeated_success_changes_nothing() -> None:
    assert on(O.DELIVERED, A.DELIVERED, DELIVERED) == Step(O.DELIVERED, A.DELIVERED)
