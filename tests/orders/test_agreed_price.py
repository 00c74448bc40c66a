"""A buyer pays no more than they were shown; one form makes one order, found by its key alone."""

from __future__ import annotations

from dataclasses import replace

from konter.funding.channels import set_channel
from konter.ledger.wallets import GUEST
from konter.orders.checkout import Checkout, checkout_many
from konter.orders.guests import guest_order, key_of, new_key
from konter.orders.judge import PriceChanged
from konter.orders.requests import Placed, RefReused
from konter.upstreams.gateway_contract import FeeOn
from tests.orders.counter import PRICE, QRIS, RETAIL, WHO, Counter
from tests.orders.test_place import orders

NUMBER = "087800009999"


async def test_an_order_dearer_than_what_was_shown_is_refused_and_may_come_again(
    counter: Counter,
) -> None:
    ask = await counter.ask_for(NUMBER)
    (refused,) = await counter.place(replace(ask, agreed=PRICE - 1))
    assert isinstance(refused, PriceChanged)
    assert refused.facts == {"price": PRICE, "shown": PRICE - 1}
    assert await orders(counter) == 0
    (placed,) = await counter.place(replace(ask, agreed=PRICE))
    assert isinstance(placed, Placed)
    assert not placed.replayed


async def test_a_price_that_fell_is_charged_as_it_is(counter: Counter) -> None:
    (placed,) = await counter.place(replace(await counter.ask_for(NUMBER), agreed=PRICE + 5))
    assert isinstance(placed, Placed)
    assert placed.order.price == PRICE


async def test_what_stands_is_answered_whatever_it_would_cost_now(counter: Counter) -> None:
    ask = await counter.ask_for(NUMBER)
    await counter.place(ask)
    (again,) = await counter.place(replace(ask, agreed=1))
    assert isinstance(again, Placed)
    assert again.replayed
    asked = await counter.check_out(NUMBER)
    await checkout_many(counter.desk, [asked])
    (twice,) = await checkout_many(counter.desk, [replace(asked, ask=replace(asked.ask, agreed=1))])
    assert isinstance(twice, Placed)
    assert twice.replayed


async def test_what_a_channel_adds_counts_as_shown_too(counter: Counter) -> None:
    asked = await counter.check_out(NUMBER, user_id=GUEST)
    shown = replace(asked, ask=replace(asked.ask, agreed=RETAIL))
    await set_channel(counter.desk.funding, QRIS, is_on=None, fee_on=FeeOn.BUYER, actor="rina")
    (refused,) = await checkout_many(counter.desk, [shown])
    assert isinstance(refused, PriceChanged)
    assert await orders(counter) == 0
    await set_channel(counter.desk.funding, QRIS, is_on=None, fee_on=FeeOn.SHOP, actor="rina")
    (placed,) = await checkout_many(counter.desk, [shown])
    assert isinstance(placed, Placed)


async def test_a_guests_form_makes_one_order_that_its_key_finds(counter: Counter) -> None:
    key = key_of(new_key())
    assert key is not None
    asked = await counter.check_out(NUMBER, user_id=GUEST, ref_id=key.ref_id)
    same = Checkout(asked.ask, WHO, key.digest)
    first, second = await checkout_many(counter.desk, [same, same])
    (late,) = await checkout_many(counter.desk, [same])
    assert isinstance(first, Placed)
    for again in (second, late):
        assert isinstance(again, Placed)
        assert again.replayed
        assert again.order.id == first.order.id
    other = Checkout(replace(asked.ask, target_id="087800009998"), WHO, key.digest)
    (reused,) = await checkout_many(counter.desk, [other])
    assert isinstance(reused, RefReused)
    async with counter.db.read() as tx:
        assert (await guest_order(tx, first.order.code, key.token)).id == first.order.id


def test_a_key_tells_nothing_of_what_is_made_of_it() -> None:
    text = new_key()
    key = key_of(text)
    assert key is not None
    assert key == key_of(text) != key_of(new_key())
    assert len({text, key.token, key.ref_id.removeprefix("guest-"), key.digest.hex()[:32]}) == 4
    assert [key_of(odd) for odd in ("", "x" * 32, text[:31], text + "0", text.upper() + "\n")] == [
        None
    ] * 5
