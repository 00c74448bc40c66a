"""Confirming: money enters the books once, whole, and on the gateway's own word alone."""

from __future__ import annotations

import asyncio

import pytest

from konter.funding.confirm import Confirmed, Told, confirm_many
from konter.funding.payment import PaymentNotFound
from konter.funding.states import PaymentState
from konter.funding.store import Invoice
from konter.hooks import inbox
from konter.jobs.run import Wake
from konter.kernel.errors import CommitUnknown
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireCall
from konter.upstreams.gateway_contract import (
    Expired,
    Failed,
    FeeOn,
    PaidOtherwise,
    Receipt,
    Refunded,
    State,
    Waiting,
)
from tests.funding.cashier import Cashier, open_cashier, paid
from tests.sim_process import Sim

GATEWAYS = ("ipaymu", "tripay")


async def heard(
    cashier: Cashier, their_id: str = "X1", *, gateway: str = "ipaymu", **wish: int
) -> tuple[Invoice, int]:
    """An invoice of which a transaction was heard, and the payment's id."""
    invoice = await cashier.opened(gateway, **wish)
    await cashier.hear_of(invoice, their_id)
    (row,) = [p for p in await cashier.payments(invoice) if p["their_id"] == their_id]
    return invoice, row["id"]


async def find_out(cashier: Cashier) -> None:
    """Whatever can be asked is asked."""
    await cashier.later(30)
    await cashier.ask_until_quiet()


async def pay(cashier: Cashier, invoice: Invoice, **wish: object) -> None:
    if invoice.gateway == "ipaymu" and invoice.channel is None:
        wish["channel"] = "mpm"
    await cashier.gateway(invoice.gateway).pay(invoice.reference, **wish)


# Once.


async def test_fifty_confirmations_at_one_moment_are_one_payment(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    results = await asyncio.gather(*(cashier.told(payment_id, paid()) for _ in range(50)))
    assert sum(result.is_new for result in results) == 1
    assert {result.state for result in results} == {PaymentState.UNAPPLIED}
    assert await cashier.sums() == {"unapplied": 50_000, "gateway:ipaymu": -49_650, "fees": -350}
    await cashier.assert_honest()


async def test_fifty_words_in_one_list_are_one_payment(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    told = Told(payment_id, paid(), cashier.clock.now())
    results = await confirm_many(cashier.desk, [told] * 50)
    assert [isinstance(r, Confirmed) and r.is_new for r in results] == [True] + [False] * 49
    assert (await cashier.sums())["unapplied"] == 50_000


async def test_another_amount_told_later_changes_nothing(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    await cashier.told(payment_id, paid())
    await cashier.told(payment_id, paid(60_000))
    assert (await cashier.sums())["unapplied"] == 50_000
    await cashier.assert_honest()


async def test_one_that_does_not_exist_does_not_harm_the_others(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    now = cashier.clock.now()
    missing, done = await confirm_many(
        cashier.desk, [Told(9_999_999, paid(), now), Told(payment_id, paid(), now)]
    )
    assert isinstance(missing, PaymentNotFound)
    assert isinstance(done, Confirmed) and done.is_new
    assert await confirm_many(cashier.desk, []) == []


async def test_what_one_item_does_wrong_does_not_touch_the_others(cashier: Cashier) -> None:
    """A sum that no column holds fails in the database, in the middle of the list."""
    ids = [(await heard(cashier, f"X{n}"))[1] for n in range(3)]
    now = cashier.clock.now()
    words = [paid(their_id="X0"), paid(10**19, their_id="X1"), paid(their_id="X2")]
    results = await confirm_many(
        cashier.desk, [Told(id_, word, now) for id_, word in zip(ids, words, strict=True)]
    )
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    assert (await cashier.sums())["unapplied"] == 100_000
    await cashier.assert_honest()


@pytest.mark.parametrize("stands", [True, False])
async def test_a_commit_of_unknown_end_is_replayed_without_harm(
    cashiers_books: str, sim_process: Sim, stands: bool
) -> None:
    broken: list[str] = []

    def commit(when: str) -> None:
        if broken and when == broken[0]:
            broken.clear()
            raise CommitUnknown("the line broke")

    async with open_cashier(cashiers_books, sim_process, observer=commit) as cashier:
        _, payment_id = await heard(cashier)
        broken.append("after" if stands else "before")
        result = await cashier.told(payment_id, paid())
        assert not broken, "it did break"
        assert (result.state, result.is_new) == (PaymentState.UNAPPLIED, not stands)
        assert (await cashier.sums())["unapplied"] == 50_000
        await cashier.assert_honest()


# Whose.


async def test_a_paid_transaction_is_never_confirmed_for_another_invoice(
    cashier: Cashier,
) -> None:
    """A forged hint binds it to an order that is not paid; its own is not kept from it."""
    own, other = await cashier.opened("ipaymu"), await cashier.opened("ipaymu")
    payment = await cashier.sim.ipaymu.pay(own.reference, channel="mpm")
    await cashier.hear_of(other, payment["id"])
    await cashier.ask()
    forged = await cashier.payment(other)
    assert (forged["state"], forged["amount"]) == ("waiting", None)
    assert "another ReferenceId" in forged["problem"]
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert (await cashier.payment(own))["state"] == "unapplied"
    assert (await cashier.payment(other))["state"] == "waiting"
    assert (await cashier.sums())["unapplied"] == 50_000
    assert await cashier.breaches() == []


@pytest.mark.parametrize("together", [True, False])
async def test_a_transaction_counts_once_even_if_told_paid_for_two_invoices(
    cashier: Cashier, together: bool
) -> None:
    one, other = await cashier.opened("ipaymu"), await cashier.opened("ipaymu")
    for invoice in (one, other):
        await cashier.hear_of(invoice, "X1")
    ids = [(await cashier.payment(invoice))["id"] for invoice in (one, other)]
    tolds = [Told(id_, paid(), cashier.clock.now()) for id_ in ids]
    if together:
        await confirm_many(cashier.desk, tolds)
    else:
        await asyncio.gather(*(confirm_many(cashier.desk, [told]) for told in tolds * 5))
    states = sorted(p["state"] for p in await cashier.payments())
    assert states == ["ended", "unapplied"]
    (ended,) = [p for p in await cashier.payments() if p["state"] == "ended"]
    assert ended["problem"] == "belongs to another invoice"
    assert (await cashier.sums())["unapplied"] == 50_000
    await cashier.assert_honest()


# Afterwards.


@pytest.mark.parametrize("news", [Waiting(), Expired(), Failed("batal"), Unknown("html")])
async def test_no_later_word_undoes_a_payment(cashier: Cashier, news: State) -> None:
    _, payment_id = await heard(cashier)
    await cashier.told(payment_id, paid())
    (before,) = await cashier.payments()
    assert (await cashier.told(payment_id, news)).state is PaymentState.UNAPPLIED
    assert await cashier.payments() == [before]


async def test_an_expired_notice_before_the_payment_does_not_keep_it_out(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    assert (await cashier.told(payment_id, Expired())).state is PaymentState.ENDED
    assert (await cashier.told(payment_id, Waiting())).state is PaymentState.ENDED
    assert (await cashier.told(payment_id, paid())).is_new
    await cashier.assert_honest()


async def test_a_refund_after_the_payment_moves_nothing_and_calls_a_person_once(
    cashier: Cashier,
) -> None:
    _, payment_id = await heard(cashier)
    await cashier.told(payment_id, paid())
    before = await cashier.sums()
    standing = await cashier.told(payment_id, Refunded())
    assert standing.state is PaymentState.REVIEW, "it is not applied before a person has looked"
    (row,) = await cashier.payments()
    first = row["refunded_at"]
    cashier.clock.advance(60)
    await cashier.told(payment_id, Refunded())
    (row,) = await cashier.payments()
    assert row["refunded_at"] == first is not None
    assert await cashier.sums() == before
    assert sorted(await cashier.tasks()) == ["gateway_refund", "payment_review"]
    await cashier.assert_honest()


async def test_a_refund_of_what_we_never_had_ends_it_and_calls_a_person(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await pay(cashier, invoice)
    await cashier.sim.tripay.refund(invoice.reference)
    await find_out(cashier)
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["said"]) == ("ended", "refunded")
    assert await cashier.sums() == {} and await cashier.tasks() == ["gateway_refund"]
    await cashier.assert_honest()


# How much.


@pytest.mark.parametrize("gateway", GATEWAYS)
async def test_less_than_asked_enters_the_books_and_waits_for_a_person(
    cashier: Cashier, gateway: str
) -> None:
    invoice = await cashier.opened(gateway)
    await pay(cashier, invoice, amount=-1_000)
    await find_out(cashier)
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["amount"]) == ("review", 49_000)
    assert payment["next_action_at"] is None
    assert await cashier.tasks() == ["payment_review"]
    assert (await cashier.sums())["unapplied"] == 49_000
    await cashier.assert_honest()


@pytest.mark.parametrize("gateway", GATEWAYS)
async def test_more_than_asked_is_applied_with_what_was_paid(
    cashier: Cashier, gateway: str
) -> None:
    invoice = await cashier.opened(gateway)
    await pay(cashier, invoice, amount=51_000)
    await find_out(cashier)
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["amount"]) == ("unapplied", 51_000)
    assert (await cashier.sums())["unapplied"] == 51_000
    assert await cashier.tasks() == []
    await cashier.assert_honest()


async def test_another_sum_charged_than_was_told_waits_for_a_person(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    odd = PaidOtherwise(Receipt("X1", Rupiah(50_000), Rupiah(350)), "charged 52000, told 51000")
    assert (await cashier.told(payment_id, odd)).state is PaymentState.REVIEW
    assert await cashier.tasks() == ["payment_review"]
    await cashier.assert_honest()


@pytest.mark.parametrize(
    ("gateway", "fee_on", "sums"),
    [
        ("ipaymu", FeeOn.SHOP, {"unapplied": 50_000, "gateway:ipaymu": -49_650, "fees": -350}),
        ("ipaymu", FeeOn.BUYER, {"unapplied": 50_000, "gateway:ipaymu": -50_000}),
        ("tripay", FeeOn.SHOP, {"unapplied": 50_000, "gateway:tripay": -48_900, "fees": -1_100}),
        ("tripay", FeeOn.BUYER, {"unapplied": 50_000, "gateway:tripay": -50_000}),
    ],
)
async def test_the_gateway_owes_us_what_it_did_not_keep(
    cashier: Cashier, gateway: str, fee_on: FeeOn, sums: dict[str, int]
) -> None:
    if gateway == "tripay":  # whose own settings say who pays
        customer = fee_on is FeeOn.BUYER
        await cashier.sim.tripay.options(fee_on="customer" if customer else "merchant")
        fee_on = FeeOn.SHOP
    invoice = await cashier.opened(gateway, fee_on=fee_on)
    await pay(cashier, invoice)
    await find_out(cashier)
    assert await cashier.sums() == sums
    owed = (await cashier.gateway(gateway).books())["owed"]
    assert owed == -sums[f"gateway:{gateway}"], "their books say the same"
    await cashier.assert_honest()


async def test_a_fee_above_the_amount_leaves_us_owing_the_gateway(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    await cashier.told(payment_id, paid(3_000, kept=4_000))
    assert await cashier.sums() == {"unapplied": 3_000, "gateway:ipaymu": 1_000, "fees": -4_000}
    await cashier.assert_honest()


async def test_a_fee_of_all_the_amount_leaves_nothing_owed(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    await cashier.told(payment_id, paid(kept=50_000))
    assert await cashier.sums() == {"unapplied": 50_000, "fees": -50_000}
    await cashier.assert_honest()


async def test_an_unreadable_fee_is_booked_as_it_was_told_and_flagged(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier, gateway="tripay")
    await cashier.told(payment_id, paid(kept=None))
    sums = {"unapplied": 50_000, "gateway:tripay": -48_900, "fees": -1_100}
    assert await cashier.sums() == sums
    assert await cashier.tasks() == ["unreadable_fee"]
    await cashier.assert_honest()


async def test_an_unreadable_fee_is_not_ours_as_far_as_the_buyer_paid_it(cashier: Cashier) -> None:
    await cashier.sim.tripay.options(fee_on="customer")
    _, payment_id = await heard(cashier, gateway="tripay")
    await cashier.told(payment_id, paid(kept=None, charged=51_100))
    assert await cashier.sums() == {"unapplied": 50_000, "gateway:tripay": -50_000}
    await cashier.assert_honest()


async def test_an_unreadable_fee_that_nobody_told_us_is_nothing(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    await cashier.told(payment_id, paid(kept=None))
    assert await cashier.sums() == {"unapplied": 50_000, "gateway:ipaymu": -50_000}
    await cashier.assert_honest()


async def test_money_in_escrow_is_paid_and_says_so(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    payment = await cashier.sim.ipaymu.pay(invoice.reference, channel="mpm")
    await cashier.sim.ipaymu.state(payment["id"], "escrow", callback=False)
    await find_out(cashier)
    row = await cashier.payment(invoice)
    assert (row["state"], row["on_hold"]) == ("unapplied", True)
    await cashier.assert_honest()


# Beside it.


async def test_the_callback_it_came_by_is_handled_in_the_same_commit(cashier: Cashier) -> None:
    _, payment_id = await heard(cashier)
    desk = inbox.InboxDesk(cashier.db, cashier.clock, cashier.desk.ids, Wake())
    call = WireCall("POST", "/", "", {}, b"trx_id=X1", "::1")
    await inbox.accept(desk, inbox.Incoming(source="ipaymu", call=call, reference=None))
    (message,) = await inbox.claim(desk, 10, sources=["ipaymu"])
    await cashier.told(payment_id, paid(), message=message)
    async with cashier.db.read() as tx:
        assert await tx.rows("SELECT state, outcome FROM hooks.inbox") == [("handled", "Paid")]


async def test_whoever_waits_is_told_of_every_word(cashier: Cashier) -> None:
    invoice, payment_id = await heard(cashier)
    cashier.hints.heard.clear()
    await cashier.told(payment_id, Waiting())
    assert cashier.hints.heard == [invoice.purpose_id] and cashier.hints.confirmed == 0
    await cashier.told(payment_id, paid())
    assert cashier.hints.confirmed == 1


async def test_a_payment_ends_what_was_still_to_be_done_about_its_link(cashier: Cashier) -> None:
    """A hint is confirmed while the creation's own answer is still out."""
    invoice = await cashier.want("tripay")
    (link,) = await cashier.claim_links()
    await cashier.hear_of(invoice, "X1")
    await cashier.told((await cashier.payment(invoice))["id"], paid())
    assert (await cashier.row(invoice))["state"] == "ended"
    await cashier.finish(link)
    row = await cashier.row(invoice)
    assert row["state"] == "ended" and row["url"], "the link is kept, nothing is opened again"
    await cashier.assert_honest()
