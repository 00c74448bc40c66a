"""A deposit ticket by the Otomax door, at a shop that has payment gateways."""

from __future__ import annotations

import re

from konter_sim.partner.expressions import TICKET, read_one
from tests.shop import Shop
from tests.web.h2h import Machine, new_member
from tests.web.paying import customer_pays, plain, until


async def a_partner(shop: Shop) -> Machine:
    toko = await new_member(shop, money=0)
    toko.client = plain(shop)
    return toko


async def deposits(toko: Machine) -> list[tuple[int, str]]:
    async with toko.shop.house.db.read() as tx:
        rows = await tx.rows(
            "SELECT id, code FROM funding.deposits WHERE user_id = %s ORDER BY created_at",
            [toko.id],
        )
    return [(row[0], row[1]) for row in rows]


async def test_a_ticket_is_a_deposit_and_the_same_one_while_it_can_be_paid(paying: Shop) -> None:
    toko = await a_partner(paying)
    said = await toko.ticket("50000")
    found = read_one(TICKET, said)
    assert found is not None, said
    ((deposit_id, code),) = await deposits(toko)
    assert (found["tiket"], found["nominal"]) == (code, "50.000")
    assert re.match("https?://", str(found["kode"]))
    assert await toko.ticket("50000") == said
    assert (await toko.ticket("60000")).split()[1] != f"{code}."
    assert len(await deposits(toko)) == 2
    await customer_pays(paying, deposit_id)

    async def is_credited() -> bool:
        return await toko.balance() == 50_000

    await until(is_credited)
    assert code not in await toko.ticket("50000")


async def test_an_amount_that_no_channel_takes_makes_no_ticket(paying: Shop) -> None:
    toko = await a_partner(paying)
    for amount in ("5", "0", "", "x", "999999999999"):
        assert read_one(TICKET, await toko.ticket(amount)) is None, amount
    assert await deposits(toko) == []
