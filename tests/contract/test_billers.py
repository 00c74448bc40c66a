"""The laws that every biller's adapter keeps, told over HTTP to the simulator of its upstream."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from konter.kernel.money import ZERO
from konter.kernel.outcome import Absent, Delivered, Outcome, Pending, Rejected, Unknown
from konter.kernel.wire_types import Exchange, WireAnswer, WireRequest
from konter.upstreams.biller_contract import (
    Biller,
    BillFound,
    BillProblem,
    BillQuestion,
    Checked,
    CheckUnclear,
    CheckUnderway,
    NoBill,
)
from konter.upstreams.contract import Doubt, News, Purchase, UpstreamRefused
from konter.upstreams.wire import Wire
from tests.contract.bill_cases import BILL_CASES, BillCase
from tests.contract.mailbox import Mailbox
from tests.sim_process import Sim

pytestmark = pytest.mark.parametrize("case", BILL_CASES, ids=lambda case: case.name)


class Desk:
    """One biller at work: asks over the wire, and keeps every transcript."""

    def __init__(self, case: BillCase, sim: Sim, wire: Wire) -> None:
        self.biller: Biller = case.build(sim)
        self.hears = case.hears(sim)
        self.upstream = case.upstream(sim)
        self.kept: list[Exchange] = []
        self._wire = wire

    async def hear(self, request: WireRequest, purpose: str) -> WireAnswer:
        heard = await self._wire.ask(request, account=self.biller.account, purpose=purpose)
        self.kept.append(heard.exchange)
        assert isinstance(heard.said, WireAnswer), heard.said
        return heard.said

    async def checks(self, ask: BillQuestion) -> Checked:
        return self.biller.read_check(ask, await self.hear(self.biller.check(ask), "check"))

    async def pays(self, ask: Purchase) -> Outcome:
        return self.biller.read(ask, await self.hear(self.biller.purchase(ask), "purchase"))

    async def asks_about(self, ask: Purchase) -> Outcome:
        """Only after the gap that the upstream demands."""
        await self.upstream.advance(seconds=self.biller.traits.repost_gap.total_seconds() + 1)
        later = replace(ask, first=False)
        return self.biller.read(later, await self.hear(self.biller.enquiry(later), "enquiry"))


@pytest.fixture
async def desk(case: BillCase, sim: Sim, wire: Wire) -> Desk:
    if case.prepare is not None:
        await case.prepare(sim)
    return Desk(case, sim, wire)


def test_the_traits_are_sane(case: BillCase, desk: Desk) -> None:
    traits = desk.biller.traits
    assert desk.biller.account == desk.hears.account
    assert traits.doubt is Doubt.STATUS_CALL, "a bill is never paid again to learn of it"
    assert set(traits.call_timeouts_s) >= {"check", "purchase", "balance", "price_list"}
    assert all(0 < timeout_s <= 120 for timeout_s in traits.call_timeouts_s.values())
    assert traits.repost_gap >= timedelta(seconds=60)
    assert traits.repost_gap < traits.repost_horizon
    assert desk.biller.pays_once_a_day is case.once_a_day


def test_only_the_payment_can_spend_and_the_same_ask_is_the_same_request(
    case: BillCase, desk: Desk
) -> None:
    asked = case.question(case.paid)
    ask = case.payment(asked)
    later = replace(ask, first=False)
    first = desk.biller.purchase(ask)
    assert first.purchase_capable
    assert desk.biller.purchase(later) == first
    assert desk.biller.enquiry(ask) == desk.biller.enquiry(later) != first
    assert desk.biller.check(asked) == desk.biller.check(asked) != first
    others = (desk.biller.check(asked), desk.biller.enquiry(ask), desk.biller.bill_list())
    assert not any(other.purchase_capable for other in others)


async def test_a_bill_is_found_and_finding_it_costs_nothing(case: BillCase, desk: Desk) -> None:
    found = await desk.checks(case.question(case.paid))
    assert isinstance(found, BillFound)
    assert ZERO <= found.admin <= found.selling_price
    assert ZERO < found.cost <= found.selling_price
    assert found.customer_name
    assert bool(found.periods) is case.tells_periods
    assert (await desk.upstream.books())["spent"] == 0


async def test_what_is_looked_up_is_asked_for_again_and_is_one_check(
    case: BillCase, desk: Desk
) -> None:
    """Where all is told at once, nothing is."""
    asked = case.question(case.looked_up or case.pending_then_paid)
    told = await desk.checks(asked)
    assert isinstance(told, CheckUnderway) is (case.looked_up is not None)
    later = replace(asked, first=False, sent_at=desk.kept[-1].started_at)
    for _ in range(100):
        if not isinstance(told, CheckUnderway):
            break
        assert not told.again.purchase_capable
        told = desk.biller.read_check(later, await desk.hear(told.again, "check"))
        await asyncio.sleep(0.01)
    assert isinstance(told, BillFound)
    books = await desk.upstream.books()
    assert len([row for row in books["transactions"] if row["ref_id"] == asked.reference]) <= 1
    assert books["spent"] == 0


async def test_a_paid_bill_costs_no_more_than_its_check_said_and_asking_pays_nothing(
    case: BillCase, desk: Desk
) -> None:
    asked = case.question(case.paid)
    found = await desk.checks(asked)
    assert isinstance(found, BillFound)
    ask = case.payment(asked)
    assert desk.biller.pays_under_check_reference is (ask.reference == asked.reference)
    paid = await desk.pays(ask)
    assert isinstance(paid, Delivered)
    assert paid.cost == found.cost - case.cheaper
    assert paid.serial
    for _ in range(2):
        again = await desk.asks_about(ask)
        assert isinstance(again, Delivered)
        assert (again.serial, again.cost) == (paid.serial, paid.cost)
    books = await desk.upstream.books()
    assert books["spent"] == paid.cost.amount
    formed = [row for row in books["transactions"] if row["ref_id"] == ask.reference]
    assert [row["formed_count"] for row in formed] == [1]


async def test_no_bill_is_no_bill_and_a_refused_payment_gives_the_money_back(
    case: BillCase, desk: Desk
) -> None:
    nothing = await desk.checks(case.question(case.not_found, tail="NOTFOUND"))
    assert isinstance(nothing, NoBill)
    assert nothing.why is BillProblem.NOT_FOUND
    assert nothing.reason
    asked = case.question(case.refused)
    assert isinstance(await desk.checks(asked), BillFound)
    refused = await desk.pays(case.payment(asked))
    assert isinstance(refused, Rejected)
    assert refused.reason
    assert isinstance(await desk.asks_about(case.payment(asked)), Rejected)
    assert (await desk.upstream.books())["spent"] == 0


async def test_asking_about_a_payment_that_was_never_sent_ends_nothing(
    case: BillCase, desk: Desk
) -> None:
    """With a check of that bill, and without."""
    never = case.payment(case.question(case.paid, tail="NEVERPAY"))
    assert isinstance(await desk.asks_about(never), Unknown | Absent)
    asked = case.question(case.paid)
    assert isinstance(await desk.checks(asked), BillFound)
    assert isinstance(await desk.asks_about(case.payment(asked)), Unknown | Absent)


async def test_an_answer_to_a_check_is_never_a_payment(case: BillCase, desk: Desk) -> None:
    asked = case.question(case.paid)
    answer = await desk.hear(desk.biller.check(asked), "check")
    assert isinstance(desk.biller.read(case.payment(asked, first=False), answer), Unknown)


@pytest.mark.parametrize("ends", ["paid", "refused"])
async def test_pending_ends_with_a_callback_and_the_question_tells_the_same(
    case: BillCase, desk: Desk, mailbox: Mailbox, ends: str
) -> None:
    number = case.pending_then_paid if ends == "paid" else case.pending_then_refused
    asked = case.question(number)
    assert isinstance(await desk.checks(asked), BillFound)
    ask = case.payment(asked)
    assert isinstance(await desk.pays(ask), Pending)
    news = News(None, Pending())
    while isinstance(news.outcome, Pending) or news.reference != ask.reference:
        call = await mailbox.next()
        desk.hears.prove(call)
        news = desk.hears.read_callback(call)
    told = await desk.asks_about(ask)
    assert isinstance(told, Delivered if ends == "paid" else Rejected)
    if case.callbacks_are_hints:
        assert news == News(ask.reference, None)
    else:
        assert news == News(ask.reference, told, ask.sku, ask.customer_no)


async def test_an_answer_about_another_bill_is_believed_by_nobody(
    case: BillCase, desk: Desk
) -> None:
    """One by one: another reference, another number, another SKU."""
    asked = case.question(case.paid)
    ask = case.payment(asked)
    found = await desk.hear(desk.biller.check(asked), "check")
    paid = await desk.hear(desk.biller.purchase(ask), "purchase")
    for other in (
        replace(asked, reference="BIL-20261116-ZZZZZZZZ"),
        replace(asked, customer_no=case.refused),
        replace(asked, sku="another"),
    ):
        assert isinstance(desk.biller.read_check(other, found), CheckUnclear)
        for first in (True, False):
            about = case.payment(other, first=first)
            assert isinstance(desk.biller.read(about, paid), Unknown)


async def test_the_list_of_bills_is_read_whole(case: BillCase, desk: Desk) -> None:
    found = desk.biller.read_bill_list(await desk.hear(desk.biller.bill_list(), "price_list"))
    assert found.unreadable == ()
    assert case.sku in {item.sku for item in found.items}
    assert all(item.admin >= ZERO <= item.commission for item in found.items)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html></html>", b"\xff", b"OK", b"null"])
def test_what_is_no_answer_says_nothing(case: BillCase, desk: Desk, body: bytes) -> None:
    asked = case.question(case.paid)
    for status in (200, 302, 404, 500, 502):
        said = WireAnswer(status, {}, body)
        assert isinstance(desk.biller.read_check(asked, said), CheckUnclear), status
        for first in (True, False):
            assert isinstance(desk.biller.read(case.payment(asked, first=first), said), Unknown)
        with pytest.raises(UpstreamRefused):
            desk.biller.read_bill_list(said)


async def test_no_secret_is_in_any_transcript(case: BillCase, desk: Desk) -> None:
    asked = case.question(case.paid)
    secrets = set(case.secrets)
    for request, purpose in (
        (desk.biller.check(asked), "check"),
        (desk.biller.purchase(case.payment(asked)), "purchase"),
        (desk.biller.bill_list(), "price_list"),
    ):
        assert request.secrets or (case.list_is_public and purpose == "price_list")
        secrets |= set(request.secrets)
        await desk.hear(request, purpose)
    for exchange in desk.kept:
        assert exchange.response_body
        assert not [secret for secret in secrets if secret in repr(exchange)], exchange.purpose
    assert not any(secret in repr(desk.biller) for secret in case.secrets)
