"""Orders to be paid through a gateway: born with their link's intent, holding nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from konter.funding.channels import AmountOutside, ChannelClosed, set_channel
from konter.funding.states import InvoiceState
from konter.kernel.errors import CommitUnknown, Invalid
from konter.ledger.wallets import GUEST, block_wallet
from konter.orders.checkout import Checkout, Customer, checkout_many, clean_customer
from konter.orders.judge import ProductClosed
from konter.orders.read import CheckoutView, checkouts_of, moves_of
from konter.orders.requests import Ask, Placed, RefReused, RefusedBefore
from konter.orders.states import OrderState, payment_status
from konter.upstreams.gateway_contract import FeeOn
from tests.orders.counter import BUYER, PRICE, QRIS, RETAIL, VA, WHO, Counter, open_counter
from tests.orders.test_place import AtCommit, orders
from tests.sim_process import Sim
from tests.warm import by_owner

NUMBER = "087800009999"


async def check_out(counter: Counter, *checkouts: Checkout) -> list[Placed | Exception]:
    return await checkout_many(counter.desk, checkouts)


async def test_an_unpaid_order_holds_no_money_and_is_never_claimed(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    assert (order.state, order.payment_method, order.price) == ("awaiting_payment", QRIS, PRICE)
    assert await counter.money() == 1_000_000
    assert await counter.account("escrow") == 0
    assert await counter.claim() == []
    assert await counter.attempts(order.id) == []
    await counter.assert_honest()


async def test_an_order_is_born_with_its_link_and_what_it_was_sold_at(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    now = counter.clock.now()
    invoice = await counter.invoice(order.id)
    assert (invoice.state, invoice.number, invoice.amount) == (InvoiceState.DUE, 1, PRICE)
    assert invoice.full_channel == QRIS
    async with counter.db.read() as tx:
        moves = [(move.from_state, move.to_state) for move in await moves_of(tx, order.id)]
        beside = await checkouts_of(tx, [order.id])
        offer = await tx.row(
            "SELECT account, sku, customer_no, expected_cost FROM orders.checkouts"
        )
    assert moves == [("new", "awaiting_payment")]
    assert beside[order.id] == CheckoutView(
        order.id, QRIS, now + timedelta(hours=1), None, *_who(WHO), is_guest=False
    )
    assert offer == ("digiflazz-main", "xld10", NUMBER, 10_000)


def _who(who: Customer) -> tuple[str, str, str, str | None, str | None]:
    return who.name, who.email, who.phone, who.address, who.city


async def test_a_guest_pays_the_retail_price(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER, user_id=GUEST)
    assert (order.user_id, order.price) == (GUEST, RETAIL)
    async with counter.db.read() as tx:
        assert (await checkouts_of(tx, [order.id]))[order.id].is_guest
    await counter.assert_honest()


async def test_the_same_reference_brings_the_same_order_and_no_second_link(
    counter: Counter,
) -> None:
    asked = await counter.check_out(NUMBER, ref_id="mine")
    (first,) = await check_out(counter, asked)
    (again,) = await check_out(counter, asked)
    assert isinstance(first, Placed) and isinstance(again, Placed)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.order.id == first.order.id
    assert await counter.invoices() == 1
    await counter.assert_honest()


async def test_the_same_reference_by_another_channel_or_from_the_balance_is_refused(
    counter: Counter,
) -> None:
    await check_out(counter, await counter.check_out(NUMBER, ref_id="mine"))
    (other,) = await check_out(counter, await counter.check_out(NUMBER, by=VA, ref_id="mine"))
    (balance,) = await counter.place(await counter.ask_for(NUMBER, ref_id="mine"))
    assert isinstance(other, RefReused) and isinstance(balance, RefReused)
    assert (await orders(counter), await counter.invoices()) == (1, 1)


async def test_one_reference_at_one_moment_from_two_lists_is_one_order_with_one_link(
    counter: Counter,
) -> None:
    asked = await counter.check_out(NUMBER, ref_id="mine")
    results = await asyncio.gather(*(check_out(counter, asked) for _ in range(8)))
    placed = [result for (result,) in results if isinstance(result, Placed)]
    assert len(placed) == 8 and len({p.order.id for p in placed}) == 1
    assert sum(not p.replayed for p in placed) == 1
    assert (await orders(counter), await counter.invoices()) == (1, 1)
    await counter.assert_honest()


async def test_a_channel_that_cannot_be_used_refuses_and_is_not_remembered(
    counter: Counter,
) -> None:
    unknown = await counter.check_out(NUMBER, by="tripay:NOPE", ref_id="a")
    small = await counter.check_out(NUMBER, by="tripay:DANA", ref_id="b")
    closed = await counter.check_out(NUMBER, ref_id="c")
    await by_owner(
        counter.db.conninfo, "UPDATE funding.channels SET least = 20000 WHERE code = 'DANA'"
    )
    await set_channel(counter.desk.funding, QRIS, is_on=False, fee_on=None, actor="rina")
    try:
        results = await check_out(counter, unknown, small, closed)
    finally:
        await by_owner(
            counter.db.conninfo, "UPDATE funding.channels SET least = 1000 WHERE code = 'DANA'"
        )
    assert [type(result) for result in results] == [Invalid, AmountOutside, ChannelClosed]
    assert await orders(counter) == 0
    await set_channel(counter.desk.funding, QRIS, is_on=True, fee_on=None, actor="rina")
    results = await check_out(counter, small, closed)
    assert all(isinstance(r, Placed) and not r.replayed for r in results)
    await counter.assert_honest()


async def test_a_channel_that_was_closed_since_means_nothing_to_a_repeat(counter: Counter) -> None:
    asked = await counter.check_out(NUMBER, ref_id="mine")
    await check_out(counter, asked)
    await set_channel(counter.desk.funding, QRIS, is_on=False, fee_on=None, actor="rina")
    (again,) = await check_out(counter, asked)
    assert isinstance(again, Placed) and again.replayed
    (other,) = await check_out(
        counter, replace(asked, ask=replace(asked.ask, target_id="087800009998"))
    )
    assert isinstance(other, RefReused)


async def test_a_product_that_is_not_sold_is_refused_and_that_is_remembered(
    counter: Counter,
) -> None:
    asked = await counter.check_out(NUMBER, ref_id="mine")
    await counter.closes()
    (refused,) = await check_out(counter, asked)
    assert isinstance(refused, ProductClosed)
    await counter.opens()
    (again,) = await check_out(counter, asked)
    assert isinstance(again, RefusedBefore)
    assert (await orders(counter), await counter.invoices()) == (0, 0)


async def test_what_was_sold_today_is_refused_before_anybody_pays(
    counter: Counter, stocked: str
) -> None:
    await by_owner(stocked, "UPDATE catalogue.offers SET multi = false WHERE sku = 'xld10'")
    waiting = await counter.checks_out(NUMBER)
    held = await counter.bought(NUMBER)
    (refused,) = await check_out(counter, await counter.check_out(NUMBER))
    assert not isinstance(refused, Placed)
    assert (waiting.state, held.state) == ("awaiting_payment", "held")


async def test_a_blocked_wallet_can_still_pay_through_a_gateway(counter: Counter) -> None:
    async with counter.db.transaction() as tx:
        await block_wallet(tx, user_id=BUYER, blocked=True)
    assert (await counter.bought(NUMBER)).state == "held"
    await counter.assert_honest()


async def test_one_list_holds_users_guests_repeats_and_one_bad_item(counter: Counter) -> None:
    good = await counter.check_out(NUMBER, ref_id="mine")
    guest = await counter.check_out("087800009998", by=VA, user_id=GUEST)
    bad = await counter.check_out("087800009997", ref_id="a\x00b")
    results = await check_out(counter, good, guest, bad)
    assert [isinstance(result, Placed) for result in results] == [True, True, False]
    again, twin, fresh = await check_out(
        counter,
        good,
        replace(good, ask=replace(good.ask, payment_method=VA)),
        await counter.check_out("087800009996"),
    )
    assert isinstance(again, Placed) and again.replayed
    assert isinstance(twin, RefReused)
    assert isinstance(fresh, Placed) and not fresh.replayed
    assert (await orders(counter), await counter.invoices()) == (3, 3)
    await counter.assert_honest()


async def test_a_fee_that_is_passed_on_is_asked_for_on_top(counter: Counter) -> None:
    await set_channel(counter.desk.funding, QRIS, is_on=None, fee_on=FeeOn.BUYER, actor="rina")
    order = await counter.checks_out(NUMBER)
    invoice = await counter.invoice(order.id)
    assert order.price == PRICE
    assert invoice.surcharge > 0 and invoice.amount == PRICE + invoice.surcharge


@pytest.mark.parametrize(("broken", "stands"), [("before", 0), ("after", 1)])
async def test_a_commit_that_fails_ends_with_the_truth_read_again(
    stocked: str, sim: Sim, broken: str, stands: int
) -> None:
    commit = AtCommit(stocked)
    async with open_counter(stocked, sim, observer=commit) as counter:
        asked = await counter.check_out(NUMBER, ref_id="mine")
        commit.armed = broken
        (result,) = await check_out(counter, asked)
        assert (await orders(counter), await counter.invoices()) == (stands, stands)
        assert isinstance(result, Placed if stands else CommitUnknown)
        (again,) = await check_out(counter, asked)
        assert isinstance(again, Placed) and again.replayed == bool(stands)
        assert (await orders(counter), await counter.invoices()) == (1, 1)
        await counter.assert_honest()


def test_a_guest_has_a_token_and_pays_the_retail_price() -> None:
    ask = Ask(GUEST, 1, NUMBER, None, "konter-1", False, QRIS)
    assert Checkout(ask, WHO, b"digest").guest_token == b"digest"
    with pytest.raises(ValueError, match="token"):
        Checkout(ask, WHO)
    with pytest.raises(ValueError, match="token"):
        Checkout(replace(ask, user_id=BUYER), WHO, b"digest")
    with pytest.raises(ValueError, match="retail"):
        Checkout(replace(ask, pays_reseller_price=True), WHO, b"digest")


GOOD = {"name": "Siti Aminah", "email": "siti@example.id", "phone": "081234567890"}


def test_a_customer_is_tidied() -> None:
    who = clean_customer(
        name="  Siti   Aminah ",
        email=" siti@example.id ",
        phone="+62 812-3456.7890",
        address="Jl. Mawar 1\nRT 02",
        city=" ",
    )
    assert who == Customer(
        "Siti Aminah", "siti@example.id", "6281234567890", "Jl. Mawar 1 RT 02", None
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "customer_name"),
        ({"name": "a" * 101}, "customer_name"),
        ({"name": "Siti\x00"}, "customer_name"),
        ({"name": "Siti\ud800"}, "customer_name"),
        ({"email": ""}, "customer_email"),
        ({"email": "siti"}, "customer_email"),
        ({"email": "siti@example"}, "customer_email"),
        ({"email": "a@b@example.id"}, "customer_email"),
        ({"email": "si\x00ti@example.id"}, "customer_email"),
        ({"phone": ""}, "customer_phone"),
        ({"phone": "0812"}, "customer_phone"),
        ({"phone": "0812345678901234"}, "customer_phone"),
        ({"phone": "08x2345678"}, "customer_phone"),
        ({"phone": "٠٨١٢٣٤٥٦٧٨"}, "customer_phone"),
        ({"address": "a" * 301}, "customer_address"),
        ({"city": "\x7f"}, "customer_city"),
    ],
)
def test_a_customer_that_cannot_be_is_refused_by_field(wrong: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_customer(**{**GOOD, **wrong})
    assert set(refused.value.errors) == {field}


def test_every_state_has_a_word_for_where_the_money_is() -> None:
    by_gateway = {state: payment_status(state, QRIS) for state in OrderState}
    assert {state for state, word in by_gateway.items() if word == "paid"} == {
        "held", "sent", "delivered", "disputed",
    }  # fmt: skip
    assert by_gateway[OrderState.AWAITING_PAYMENT] == "pending"
    assert by_gateway[OrderState.CANCELLED] == "cancelled"
    assert by_gateway[OrderState.EXPIRED] == "expired"
    assert by_gateway[OrderState.FAILED] == by_gateway[OrderState.REFUNDED] == "refunded"
    refunded = {s for s in OrderState if payment_status(s, "balance") == "refunded"}
    assert refunded == {"failed", "cancelled", "refunded"}
