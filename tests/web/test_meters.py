"""Whose electricity meter it is: for members and for whoever buys, over a running site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from konter.suppliers import gate
from tests.shop import ACCOUNT, Reply, Shop
from tests.sim_process import Sim
from tests.web.h2h import Machine, new_member, open_h2h_shop
from tests.web.schema import held_to_its_word

DAVID = "1234554321"
NOBODYS = "12345678054"
LOOKS = 6

FORGOTTEN = "UPDATE suppliers.meters SET told_at = told_at - interval '25 hours'"
KEPT = "SELECT customer_no, name FROM suppliers.meters"
NEW_MINUTE = "UPDATE people.attempts SET ends_at = ends_at - interval '1 hour'"


@pytest_asyncio.fixture(scope="module")
async def shop(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_h2h_shop(
        server_conninfo,
        template,
        sim_process,
        KONTER_METERS_PER_ASKER="3",
        KONTER_METERS_PER_MINUTE="5",
        KONTER_GUEST_LIMIT_REMOTE=str(LOOKS),
    ) as shop:
        shop.client = await held_to_its_word(shop.client)
        yield shop
        await shop.assert_honest(except_breaches=True)


@pytest_asyncio.fixture
async def machine(shop: Shop) -> Machine:
    """A member in a new minute, which nobody has asked anything in."""
    async with shop.house.db.transaction() as tx:
        await tx.run(NEW_MINUTE)
    return await new_member(shop)


async def looks(machine: Machine, number: str) -> Reply:
    return await machine.get(f"pln/{number}", number)


async def guest_looks(machine: Machine, number: str) -> Reply:
    """Without an account, from the same address."""
    return await machine.ask("GET", f"/api/pln/{number}")


async def questions(shop: Shop, number: str) -> int:
    calls = await shop.sim.calls()
    return sum(
        1
        for call in calls
        if call["path"].endswith("/inquiry-pln") and call["customer_no"] == number
    )


async def test_a_meter_is_asked_for_once_a_day(shop: Shop, machine: Machine) -> None:
    for answer in (await looks(machine, DAVID), await guest_looks(machine, DAVID)):
        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "customer_no": DAVID,
            "meter_no": DAVID,
            "subscriber_id": "523300817840",
            "name": "DAVID",
            "segment_power": "R1 /000001300",
        }
    assert await questions(shop, DAVID) == 1
    async with shop.house.db.transaction() as tx:
        await tx.run(FORGOTTEN)
    assert (await looks(machine, DAVID)).json()["name"] == "DAVID"
    assert await questions(shop, DAVID) == 2


async def test_nobodys_meter_is_not_found_and_not_asked_for_again(
    shop: Shop, machine: Machine
) -> None:
    for _ in range(2):
        for answer in (await looks(machine, NOBODYS), await guest_looks(machine, NOBODYS)):
            assert (answer.status_code, answer.json()["code"]) == (404, "meter_not_found")
    assert await questions(shop, NOBODYS) == 1


async def test_what_is_over_is_not_kept(shop: Shop, machine: Machine) -> None:
    async with shop.house.db.transaction() as tx:
        await tx.run(FORGOTTEN)
    await looks(machine, "31000000010")
    async with shop.house.db.read() as tx:
        assert [row[0] for row in await tx.rows(KEPT)] == ["31000000010"]


async def test_one_asker_asks_upstream_only_so_often(shop: Shop, machine: Machine) -> None:
    for number in ("32000000010", "32000000020", "32000000030"):
        assert (await looks(machine, number)).status_code == 200
    limited = await looks(machine, "32000000040")
    assert (limited.status_code, limited.json()["code"]) == (429, "too_many_meters")
    assert int(limited.headers["Retry-After"]) > 0
    assert (await looks(machine, "32000000010")).status_code == 200
    assert (await guest_looks(machine, "32000000050")).status_code == 200


async def test_the_shop_asks_upstream_only_so_often(shop: Shop, machine: Machine) -> None:
    others = [await new_member(shop) for _ in range(3)]
    codes = [
        (await looks(one, f"3300000{place}{again}10")).status_code
        for place, one in enumerate(others)
        for again in range(2)
    ]
    assert codes == [200] * 5 + [429]


async def test_an_address_looks_only_so_often_whatever_is_known(
    shop: Shop, machine: Machine
) -> None:
    await looks(machine, DAVID)
    codes = [(await guest_looks(machine, DAVID)).status_code for _ in range(LOOKS + 1)]
    assert codes == [200] * LOOKS + [429]
    elsewhere = replace(machine, address="198.19.0.1")
    assert (await guest_looks(elsewhere, DAVID)).status_code == 200


@pytest.mark.parametrize("number", ["1", "abc", "1" * 30, "12345-678901"])
async def test_what_can_be_no_meter_is_not_asked_about(machine: Machine, number: str) -> None:
    for answer in (await looks(machine, number), await guest_looks(machine, number)):
        assert answer.status_code == 422
        assert "customer_no" in answer.json()["errors"]


async def test_where_the_upstream_cannot_say_nobody_can(shop: Shop, machine: Machine) -> None:
    for rc, number in (("45", "34000008045"), ("83", "34000008083")):
        for answer in (await looks(machine, number), await guest_looks(machine, number)):
            assert answer.status_code == 503, (rc, answer.text)
            assert answer.json()["code"] == "meter_unknown"
            assert "IP" not in answer.text


async def test_an_upstream_that_has_had_enough_is_left_alone(shop: Shop, machine: Machine) -> None:
    await shop.sim.options(meter_checks_per_minute=0)
    assert (await looks(machine, "35000000010")).status_code == 503
    other = await new_member(shop)
    assert (await looks(other, "35000000020")).status_code == 429
    assert await questions(shop, "35000000020") == 0
    await shop.sim.options(meter_checks_per_minute=60)


async def test_nothing_is_asked_through_a_closed_gate(shop: Shop, machine: Machine) -> None:
    async with shop.house.db.transaction() as tx:
        await gate.pause(tx, ACCOUNT, by="test", at=shop.house.clock.now())
    assert (await looks(machine, "36000000010")).status_code == 503
    assert await questions(shop, "36000000010") == 0
    async with shop.house.db.transaction() as tx:
        await gate.resume(tx, ACCOUNT)
    assert (await looks(machine, "36000000010")).status_code == 200


async def test_a_member_proves_itself_first(shop: Shop, machine: Machine) -> None:
    wrong = await machine.ask("GET", f"/api/v1/pln/{DAVID}?username={machine.name}&sign=x")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "bad_signature")
