"""Guests find their own order again, and learn of nobody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from konter.ledger.wallets import GUEST
from konter.orders.checkout import Customer, checkout_many
from konter.orders.guests import GuestOrderNotFound, find_guest_order, guest_order, new_token
from konter.orders.read import OrderView
from konter.orders.requests import Placed
from tests.orders.counter import Counter
from tests.warm import by_owner

NUMBER = "087800009999"
SITI = Customer("Siti Aminah", "Siti@Example.id", "081234567890")


async def sold(counter: Counter, who: Customer = SITI) -> tuple[OrderView, str]:
    token, digest = new_token()
    asked = await counter.check_out(NUMBER, user_id=GUEST)
    (placed,) = await checkout_many(
        counter.desk, [replace(asked, customer=who, guest_token=digest)]
    )
    assert isinstance(placed, Placed)
    return placed.order, token


def test_a_token_is_random_and_only_its_digest_is_kept() -> None:
    (one, kept), (other, _) = new_token(), new_token()
    assert len(one) == 32 and int(one, 16) and one != other
    assert len(kept) == 32 and one.encode() not in kept


async def test_a_guest_finds_the_order_by_its_token(counter: Counter) -> None:
    order, token = await sold(counter)
    async with counter.db.read() as tx:
        assert (await guest_order(tx, order.code, token)).id == order.id
        assert (await guest_order(tx, f" {order.code.lower()} ", token)).id == order.id


@pytest.mark.parametrize(
    "contact",
    [
        "081234567890",
        "+62 812-3456-7890",
        "6281234567890",
        "0062 81234567890",
        "81234567890",
        "siti@example.id",
        " SITI@EXAMPLE.ID ",
    ],
)
async def test_a_guest_finds_the_order_by_what_they_said_of_themselves(
    counter: Counter, contact: str
) -> None:
    order, _ = await sold(counter)
    async with counter.db.read() as tx:
        assert (await find_guest_order(tx, order.code, contact)).id == order.id


async def test_whatever_is_wrong_the_answer_is_the_same(counter: Counter) -> None:
    order, token = await sold(counter)
    other, _ = await sold(counter, Customer("Budi", "budi@example.id", "6285555555555"))
    users = await counter.checks_out("087800009998")
    balance = await counter.buys("087800009997")
    told: set[tuple[str, int, str]] = set()
    async with counter.db.read() as tx:
        for code, wrong in (
            (order.code, new_token()[0]),
            (order.code, ""),
            (order.code, "\ud800"),
            (other.code, token),
            (users.code, token),
            (balance.code, token),
            ("TRX-20260101-AAAAAAAA", token),
            ("\x00", token),
        ):
            with pytest.raises(GuestOrderNotFound) as refused:
                await guest_order(tx, code, wrong)
            told.add((refused.value.code, refused.value.status, str(refused.value)))
        for code, wrong in (
            (order.code, "085555555555"),
            (order.code, "budi@example.id"),
            (order.code, ""),
            (order.code, "62"),
            (order.code, "@"),
            (other.code, SITI.phone),
            (users.code, "081234567890"),
            (users.code, "siti@example.id"),
            ("TRX-20260101-AAAAAAAA", SITI.phone),
        ):
            with pytest.raises(GuestOrderNotFound) as refused:
                await find_guest_order(tx, code, wrong)
            told.add((refused.value.code, refused.value.status, str(refused.value)))
    assert told == {("guest_order_not_found", 404, GuestOrderNotFound.message)}


async def test_an_order_whose_contact_was_forgotten_is_found_by_its_token_alone(
    counter: Counter, stocked: str
) -> None:
    order, token = await sold(counter)
    await by_owner(stocked, "UPDATE orders.checkouts SET phone = NULL, email = NULL")
    async with counter.db.read() as tx:
        for contact in ("", "62", " @", SITI.phone, SITI.email):
            with pytest.raises(GuestOrderNotFound):
                await find_guest_order(tx, order.code, contact)
        assert (await guest_order(tx, order.code, token)).id == order.id
