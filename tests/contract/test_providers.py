"""The laws that every provider's adapter keeps, told over HTTP to the simulator of its upstream."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from konter.kernel.money import ZERO, Rupiah
from konter.kernel.outcome import Delivered, Outcome, Pending, Rejected, Unknown
from konter.kernel.wire_types import Exchange, Heard, WireAnswer, WireRequest
from konter.upstreams.contract import Doubt, News, NotGenuine, Provider, Purchase
from konter.upstreams.wire import Wire
from tests.contract.cases import CASES, Case
from tests.contract.mailbox import Mailbox
from tests.sim_process import Sim

pytestmark = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


class Desk:
    """One adapter at work: asks over the wire, and keeps every transcript."""

    def __init__(self, case: Case, sim: Sim, wire: Wire) -> None:
        self.provider: Provider = case.build(sim)
        self.upstream = case.upstream(sim)
        self.kept: list[Exchange] = []
        self._wire = wire

    async def hear(self, request: WireRequest, purpose: str) -> WireAnswer:
        heard: Heard = await self._wire.ask(request, account=self.provider.account, purpose=purpose)
        self.kept.append(heard.exchange)
        assert isinstance(heard.said, WireAnswer), heard.said
        return heard.said

    async def buy(self, ask: Purchase) -> Outcome:
        request = self.provider.purchase(ask) if ask.first else self.provider.enquiry(ask)
        return self.provider.read(ask, await self.hear(request, "purchase"))


@pytest.fixture
def desk(case: Case, sim: Sim, wire: Wire) -> Desk:
    return Desk(case, sim, wire)


def test_the_traits_are_sane(case: Case, desk: Desk) -> None:
    traits = desk.provider.traits
    assert traits.code
    assert set(traits.call_timeouts_s) >= {"purchase", "balance", "price_list"}
    assert all(0 < timeout_s <= 120 for timeout_s in traits.call_timeouts_s.values())
    assert traits.repost_gap >= timedelta(seconds=60)
    assert traits.repost_gap < traits.repost_horizon
    if traits.doubt is Doubt.REPOST:
        assert traits.absence_proves_after is None, "asking would create what was absent"
        assert traits.repost_horizon < timedelta(days=90)


def test_the_same_ask_is_the_same_request_and_only_it_can_buy(case: Case, desk: Desk) -> None:
    provider = desk.provider
    ask = case.ask(case.delivered)
    first = provider.purchase(ask)
    assert first.purchase_capable
    assert provider.purchase(replace(ask, first=False)) == first
    assert provider.enquiry(ask) == provider.enquiry(replace(ask, first=False))
    others = [provider.balance(), provider.price_list()]
    if provider.traits.doubt is Doubt.REPOST:
        assert provider.enquiry(replace(ask, first=False)) == first
    else:
        others.append(provider.enquiry(replace(ask, first=False)))
    assert not any(other.purchase_capable for other in others)


async def test_a_purchase_is_delivered_and_costs_what_left_the_deposit(
    case: Case, desk: Desk
) -> None:
    before = desk.provider.read_balance(await desk.hear(desk.provider.balance(), "balance"))
    outcome = await desk.buy(case.ask(case.delivered))
    after = desk.provider.read_balance(await desk.hear(desk.provider.balance(), "balance"))
    assert isinstance(outcome, Delivered)
    assert outcome.cost == before - after == Rupiah(case.price)
    known = await desk.upstream.transaction(case.ask("").reference)
    assert known is not None
    assert outcome.serial == known["sn"]


async def test_asking_again_tells_the_same_and_buys_nothing(case: Case, desk: Desk) -> None:
    ask = case.ask(case.delivered)
    first = await desk.buy(ask)
    assert isinstance(first, Delivered)
    for _ in range(3):
        await desk.upstream.advance(seconds=desk.provider.traits.repost_gap.total_seconds() + 1)
        again = await desk.buy(replace(ask, first=False))
        assert isinstance(again, Delivered)
        assert (again.serial, again.cost) == (first.serial, first.cost)
    books = await desk.upstream.books()
    assert books["spent"] == case.price
    assert [row["formed_count"] for row in books["transactions"]] == [1]


async def test_a_refusal_is_rejected_and_the_money_is_back(case: Case, desk: Desk) -> None:
    outcome = await desk.buy(case.ask(case.refused))
    assert isinstance(outcome, Rejected)
    assert outcome.reason
    assert (await desk.upstream.books())["spent"] == 0


async def test_an_answer_about_another_purchase_is_unknown(case: Case, desk: Desk) -> None:
    """One by one: another reference, another number, another SKU."""
    provider = desk.provider
    for tail, number in (("DELIVERD", case.delivered), ("REFUSED1", case.refused)):
        ask = case.ask(number, tail=tail)
        answer = await desk.hear(provider.purchase(ask), "purchase")
        assert isinstance(provider.read(ask, answer), Delivered | Rejected)
        for first in (True, False):
            for other in (
                replace(ask, first=first, reference="TRX-20261116-ZZZZZZZZ"),
                replace(ask, first=first, customer_no=case.pending_then_refused),
                replace(ask, first=first, sku="another"),
            ):
                assert isinstance(provider.read(other, answer), Unknown)


@pytest.mark.parametrize("ends", ["delivered", "refused"])
async def test_pending_ends_with_a_proved_webhook(
    case: Case, desk: Desk, mailbox: Mailbox, ends: str
) -> None:
    """Where a callback is only a hint it names the purchase, and the question tells its end."""
    delivers = ends == "delivered"
    number = case.pending_then_delivered if delivers else case.pending_then_refused
    ask = case.ask(number)
    assert isinstance(await desk.buy(ask), Pending)
    news = await _last_news(desk, mailbox)
    if case.callbacks_are_hints:
        assert news == News(ask.reference, None)
    else:
        assert (news.reference, news.sku, news.customer_no) == (
            *(ask.reference, ask.sku),
            ask.customer_no,
        )
        assert isinstance(news.outcome, Delivered if delivers else Rejected)
    await desk.upstream.advance(seconds=desk.provider.traits.repost_gap.total_seconds() + 1)
    assert isinstance(
        await desk.buy(replace(ask, first=False)), Delivered if delivers else Rejected
    )
    assert (await desk.upstream.books())["spent"] == (case.price if delivers else 0)


async def _last_news(desk: Desk, mailbox: Mailbox) -> News:
    """What the callback says that does not say 'pending'."""
    while True:
        call = await mailbox.next()
        desk.provider.prove(call)
        news = desk.provider.read_callback(call)
        if not isinstance(news.outcome, Pending):
            return news


@pytest.mark.parametrize("forged", [False, True])
async def test_a_webhook_without_proof_is_not_genuine(
    case: Case, desk: Desk, sim: Sim, mailbox: Mailbox, forged: bool
) -> None:
    ask = await _bought_in_silence(case, desk, sim)
    await (case.forged if forged else case.unproved)(sim, mailbox, ask.reference)
    with pytest.raises(NotGenuine):
        desk.provider.prove(await mailbox.next())


async def test_a_callback_that_names_no_purchase_is_proved_and_says_nothing(
    case: Case, desk: Desk, sim: Sim, mailbox: Mailbox
) -> None:
    ask = await _bought_in_silence(case, desk, sim)
    await case.nameless(sim, mailbox, ask.reference)
    call = await mailbox.next()
    desk.provider.prove(call)
    news = desk.provider.read_callback(call)
    assert news.reference is None
    assert news.is_ping or isinstance(news.outcome, Unknown)


async def _bought_in_silence(case: Case, desk: Desk, sim: Sim) -> Purchase:
    """A refused purchase of which no callback tells by itself."""
    await sim.options(webhook_on_create=False)
    await sim.okeconnect.options(report_url="")
    ask = case.ask(case.refused)
    await desk.buy(ask)
    return ask


async def test_the_price_list_is_read_whole_and_a_second_one_too_soon_is_not_asked(
    case: Case, desk: Desk
) -> None:
    """Every row is for sale, or named: as not for sale, or as one that cannot be read."""
    provider = desk.provider
    found = provider.read_price_list(await desk.hear(provider.price_list(), "price_list"))
    assert len(found.unreadable) == case.odd_rows
    named = len(found.items) + len(found.unreadable) + len(found.not_for_sale)
    assert named == len(await desk.upstream.products())
    assert all(item.price > ZERO for item in found.items)
    prices = {item.sku: item.price for item in found.items}
    assert prices[case.sku] == Rupiah(case.price)
    await desk.upstream.advance(seconds=provider.traits.price_list_gap.total_seconds())
    again = provider.read_price_list(await desk.hear(provider.price_list(), "price_list"))
    assert again == found


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html></html>", b"\xff", b"OK", b"null"])
def test_what_is_no_answer_moves_nothing(case: Case, desk: Desk, body: bytes) -> None:
    for first, status in product((True, False), (200, 302, 404, 500, 502)):
        ask = case.ask(case.delivered, first=first)
        assert isinstance(desk.provider.read(ask, WireAnswer(status, {}, body)), Unknown)


async def test_no_secret_is_in_any_transcript(case: Case, desk: Desk) -> None:
    provider = desk.provider
    secrets = set(case.secrets)
    for request, purpose in (
        (provider.balance(), "balance"),
        (provider.price_list(), "price_list"),
        (provider.purchase(case.ask(case.delivered)), "purchase"),
        (provider.purchase(case.ask(case.refused, tail="REFUSED1")), "purchase"),
    ):
        secrets |= set(request.secrets)
        await desk.hear(request, purpose)
    assert len(desk.kept) == 4
    for exchange in desk.kept:
        assert exchange.request_body or exchange.method == "GET"
        assert exchange.response_body
        found = [secret for secret in secrets if secret in repr(exchange)]
        assert not found, exchange.purpose
    assert not any(secret in repr(provider) for secret in case.secrets)
