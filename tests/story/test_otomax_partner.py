"""A reseller's Otomax buys from us: it reads nothing but the documented expressions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from konter.people.configure_member import set_nosign
from konter.people.member_callbacks import set_callback
from konter.people.members import CallbackStyle, Part
from tests.shop import Shop
from tests.sim_partner import SimPartner
from tests.sim_process import Sim
from tests.web.h2h import BAD_SIGNS, Machine, new_member, open_h2h_shop

NUMBER = "087800001230"
REFUSED = "087800001232"
PENDING = "087800006001"


@dataclass
class Downstream:
    """The partner, its account here, and our shop."""

    shop: Shop
    partner: SimPartner
    toko: Machine

    async def until(self, ref_id: str, state: str, within_s: float = 8) -> dict[str, Any]:
        """The transaction as the partner understands it, once it understands this."""
        deadline = time.monotonic() + within_s
        while True:
            known = await self.partner.transaction(ref_id)
            if known["state"] == state:
                return known
            assert time.monotonic() < deadline, known
            await asyncio.sleep(0.03)


@pytest_asyncio.fixture(scope="module")
async def opened(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_h2h_shop(server_conninfo, template, sim_process) as shop:
        yield shop
        await shop.assert_honest()


@pytest_asyncio.fixture
async def down(opened: Shop) -> AsyncIterator[Downstream]:
    """A new member with a new Otomax. At the end the shop has kept its word in all it said."""
    partner = SimPartner(opened.sim)
    toko = await new_member(opened, money=100_000)
    await joins(opened, partner, toko)
    yield Downstream(opened, partner, toko)
    assert await partner.breaches() == []
    await hangs_up(opened)


async def hangs_up(shop: Shop) -> None:
    """Nobody is told any more: the next Otomax here begins with the same numbers of its own."""
    people = shop.house.people
    async with shop.house.db.read() as tx:
        names = [row[0] for row in await tx.rows("SELECT member_id FROM people.members")]
    for name in names:
        await set_callback(people, name, None)
    async with asyncio.timeout(5):
        while await told_later(shop):
            await asyncio.sleep(0.03)


async def told_later(shop: Shop) -> bool:
    async with shop.house.db.read() as tx:
        return bool(await tx.rows("SELECT 1 FROM hooks.outbox_queue WHERE lease_until > now()"))


async def joins(shop: Shop, partner: SimPartner, toko: Machine) -> None:
    """Its operator types in what the shop told."""
    await partner.reset(
        shop_url=shop.client.url,
        member_id=toko.name,
        pin=toko.made.secrets[Part.PIN],
        password=toko.made.secrets[Part.PASSWORD],
        timeout_s=5,
    )
    people = shop.house.people
    await set_callback(people, toko.name, partner.report_url, style=CallbackStyle.OTOMAX)


async def test_a_purchase_is_in_process_until_its_report_tells_success(down: Downstream) -> None:
    taken = await down.partner.buys("xld10", PENDING)
    assert (taken["state"], taken["price"], taken["saldo"]) == ("menunggu", 11_500, 88_500)
    assert "akan diproses" in taken["text"]
    order_id = await down.toko.upstream_ends("Sukses")
    known = await down.until(taken["ref_id"], "sukses")
    order = await down.shop.order(order_id)
    assert (known["told_by"], known["sn"]) == ("report", order.serial)
    assert (known["their_id"], known["saldo"]) == (str(order_id), 88_500)
    (report,) = await down.partner.reports()
    assert report["query"]["status"] == "20"
    assert report["query"]["refid"] == taken["ref_id"]


async def test_a_failed_purchase_is_reported_with_its_reason_and_the_money_is_back(
    down: Downstream,
) -> None:
    taken = await down.partner.buys("xld10", REFUSED)
    known = await down.until(taken["ref_id"], "gagal")
    assert (known["told_by"], known["saldo"]) == ("report", 100_000)
    assert known["reason"]
    assert (await down.partner.balance())["saldo"] == 100_000 == await down.toko.balance()


async def test_a_report_that_was_lost_is_sent_again_and_a_check_tells_in_the_meantime(
    down: Downstream,
) -> None:
    await down.partner.options(report_losses=1_000)
    taken = await down.partner.buys("xld10", NUMBER)
    (order_id,) = await down.toko.order_ids()
    await down.shop.until(order_id, "delivered")
    known = await down.partner.checks(taken["ref_id"])
    assert (known["state"], known["told_by"]) == ("sukses", "check")
    assert known["sn"] == (await down.shop.order(order_id)).serial
    assert len(await down.toko.order_ids()) == 1


async def test_a_refid_that_is_sent_again_buys_once(down: Downstream) -> None:
    taken = await down.partner.buys("xld10", NUMBER)
    for _ in range(3):
        await down.partner.buys("xld10", NUMBER, ref_id=taken["ref_id"])
    known = await down.until(taken["ref_id"], "sukses")
    again = await down.partner.buys("xld10", NUMBER, ref_id=taken["ref_id"])
    assert (again["their_id"], again["sn"]) == (known["their_id"], known["sn"])
    assert len(await down.toko.order_ids()) == 1
    assert await down.toko.balance() == 88_500


async def test_a_wrong_sign_leaves_the_partner_waiting_and_nothing_is_ordered(
    down: Downstream,
) -> None:
    refused = await down.partner.buys("xld10", NUMBER, sign="x" * 27)
    assert (refused["state"], refused["text"]) == ("menunggu", "Member atau tanda tangan salah")
    asked = await down.partner.checks(refused["ref_id"])
    assert (asked["state"], asked["not_found"]) == ("menunggu", 1)
    assert await down.toko.order_ids() == []


async def test_a_lock_out_is_no_word_about_a_purchase_that_is_on_its_way(down: Downstream) -> None:
    taken = await down.partner.buys("xld10", PENDING)
    for _ in range(BAD_SIGNS + 1):
        await down.partner.checks(taken["ref_id"], sign="x" * 27)
    locked = await down.partner.checks(taken["ref_id"])
    assert locked["text"].startswith("Terlalu banyak tanda tangan yang salah")
    assert locked["state"] == "menunggu"
    order_id = await down.toko.upstream_ends("Sukses")
    known = await down.until(taken["ref_id"], "sukses")
    assert (known["told_by"], known["their_id"]) == ("report", str(order_id))


async def test_another_members_refid_is_the_partners_own(down: Downstream) -> None:
    taken = await down.partner.buys("xld10", NUMBER)
    await down.until(taken["ref_id"], "sukses")
    other = await new_member(down.shop)
    await joins(down.shop, down.partner, other)
    unknown = await down.partner.buys("xld10", NUMBER, ref_id=taken["ref_id"], check="1")
    assert (unknown["state"], unknown["not_found"]) == ("menunggu", 1)
    assert await other.order_ids() == []
    bought = await down.partner.buys("xld10", NUMBER, ref_id=taken["ref_id"])
    assert bought["their_id"] != taken["their_id"]


async def test_what_may_not_be_bought_fails_at_once_without_an_order(down: Downstream) -> None:
    poor = await new_member(down.shop, money=11_500, orders_per_day=1)
    await joins(down.shop, down.partner, poor)
    first = await down.partner.buys("xld10", NUMBER)
    over = await down.partner.buys("xld10", "087800001231")
    assert over["state"] == "gagal"
    assert over["reason"] == "Batas jumlah transaksi hari ini sudah tercapai"
    twice = await down.partner.buys("xld10", NUMBER)
    assert (twice["state"], twice["their_id"]) == ("gagal", "")
    assert "counter=2" in twice["reason"]
    await down.until(first["ref_id"], "sukses")
    assert len(await poor.order_ids()) == 1


async def test_capitals_and_pin_without_sign_are_understood_alike(down: Downstream) -> None:
    await down.partner.options(capitals=True)
    taken = await down.partner.buys("xld10", NUMBER)
    await down.until(taken["ref_id"], "sukses")
    await down.partner.options(capitals=False, no_sign=True)
    await set_nosign(down.shop.house.people, down.toko.name, True)
    unsigned = await down.partner.buys("xld10", "087800001231")
    assert (await down.until(unsigned["ref_id"], "sukses"))["price"] == 11_500


async def test_an_answer_that_is_lost_is_asked_for_again_under_the_same_refid(
    down: Downstream,
) -> None:
    """Its patience ends before any answer can come: the purchase goes out three times."""
    await down.partner.options(timeout_s=0.001)
    lost = await down.partner.buys("xld10", NUMBER)
    assert (lost["text"], lost["state"]) == (None, "menunggu")
    assert [call["try_"] for call in await down.partner.calls()] == [1, 2, 3]
    await down.partner.options(timeout_s=5)
    asked = await down.partner.buys("xld10", NUMBER, ref_id=lost["ref_id"])
    await down.until(asked["ref_id"], "sukses")
    assert len(await down.toko.order_ids()) == 1
