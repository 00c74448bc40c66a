"""A house in a process of its own, killed with SIGKILL at a chosen moment of going from one
supplier to the other.

Five orders in one list: Digiflazz refuses four of them, which go on at OkeConnect, and is silent
about one, which must not. Everything runs in a fixed order, so that the n-th commit is always the
same one; the commits are counted at the pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from konter.app import House, open_house
from konter.jobs.run import Wake
from konter.ledger.read import account_sums
from konter.orders import work
from konter.orders.check import check_books
from konter.orders.place import place_many
from konter.orders.requests import Ask
from konter.settings import Settings
from tests.mortal import BUYER, TIMES, Commits, Moment, Place, die_while_asking, live, work_through
from tests.shop import quick_settings
from tests.sim_process import Sim
from tests.two_shops import okeconnect_settings

MONEY = 1_000_000
ROUNDS = 3
"""Of what is due: at Digiflazz, at OkeConnect, and the first questions."""

Steps = list[dict[str, Any]]

REFUSES: Final[Steps] = [{"do": "fail", "rc": "55"}]
GIVES: Final[Steps] = [{"do": "success"}]
PLAYS: Final[Mapping[str, tuple[Steps, Steps]]] = {
    "0001": (REFUSES, GIVES),
    "0002": (REFUSES, [{"do": "accept", "then": "never"}]),
    "0003": (REFUSES, [{"do": "fail", "reason": "Produk sedang gangguan"}]),
    "0004": (REFUSES, [{"do": "silence", "commit": True, "then": "never"}]),
    "0005": ([{"do": "silence", "commit": True}, *GIVES], GIVES),
}
"""What each supplier answers a number that ends so: first Digiflazz, then OkeConnect."""

ORDERS = """
SELECT o.id, o.ref_id, o.state, o.price, a.account, a.reference, a.is_current
FROM orders.orders o JOIN orders.attempts a ON a.order_id = o.id ORDER BY o.id, a.number
"""


@dataclass(frozen=True)
class FailoverPlace(Place):
    """``prefix``: eight digits that begin this database's numbers."""

    @property
    def settings(self) -> Settings:
        sim = Sim(self.sim_url)
        times = {**TIMES, **okeconnect_settings(sim), "KONTER_CHECK_SPACING_S": "0.1"}
        times |= {"KONTER_ABSENCE_PROVES_S": "0.2", "KONTER_BREAKER_FAILURES": "1000"}
        times["KONTER_UPSTREAM_TIMEOUT_S"] = "1.5"
        return quick_settings(self.conninfo, sim, **times)


def run(place: Place, moment: Moment) -> None:
    live(_play, place, moment)


async def _play(place: Place, moment: Moment, commits: Commits) -> None:
    await _rehearse(place)
    async with open_house(place.settings, observer=commits) as house:
        watching = asyncio.create_task(die_while_asking(moment, partial(_count_calls, place)))
        settler = work.settler_of(house.orders)
        purchases = work.attempts(house.orders, settler, in_flight=20, wake=Wake())
        await place_many(house.orders, [_ask(place, answer) for answer in PLAYS])
        for _ in range(ROUNDS):
            await work_through(purchases, moment)
            await asyncio.sleep(0.12)
        watching.cancel()
        # Beyond the scenario: the hints of the last acts are of no use to a process that ends.


async def _rehearse(place: Place) -> None:
    sim = Sim(place.sim_url)
    for answer, (digi, oke) in PLAYS.items():
        await sim.script(place.prefix + answer, *digi)
        await sim.okeconnect.script(place.prefix + answer, sale=oke)


def _ask(place: Place, answer: str) -> Ask:
    return Ask(
        user_id=BUYER,
        product_id=place.product_id,
        target_id=place.prefix + answer,
        server_id=None,
        ref_id=answer,
        pays_reseller_price=True,
    )


async def _count_calls(place: Place) -> int:
    sim = Sim(place.sim_url)
    digi = [call["customer_no"] for call in await sim.calls()]
    oke = [call["dest"] for call in await sim.okeconnect.calls()]
    return sum(number.startswith(place.prefix) for number in (*digi, *oke))


class AfterFailover:
    """What waits at OkeConnect ends there; what it does not know of for long enough never was."""

    def awake(self, house: House) -> House:
        return house

    async def go_on(self, house: House, place: Place) -> bool:
        oke = Sim(place.sim_url).okeconnect
        for row in await _at_oke(place):
            if row["state"] == "Menunggu":
                await oke.settle(row["ref_id"], "Sukses", callback=False)
        tries = await _tries(house)
        return not any(row["is_current"] and row["state"] in ("held", "sent") for row in tries)

    async def judge(self, house: House, place: Place) -> int:
        """At most one transaction that was not refunded for each order, and it is the order's."""
        assert await check_books(house.db) == []
        tries, bought = await _tries(house), await _bought(place)
        assert set(bought) <= {row["reference"] for row in tries}
        current = [row for row in tries if row["is_current"]]
        assert sorted(row["ref_id"] for row in current) in ([], sorted(PLAYS)), "one commit"
        for order in current:
            references = {row["reference"] for row in tries if row["id"] == order["id"]}
            assert len(references & set(bought)) <= 1, order
            is_bought = order["reference"] in bought
            assert order["state"] == ("delivered" if is_bought else "failed"), order
        spent = sum(bought.values())
        debited = sum(order["price"] for order in current if order["state"] == "delivered")
        async with house.db.read() as tx:
            sums = await account_sums(tx)
        assert sum(sums.values()) == 0
        assert sums[f"wallet:{BUYER}"] == MONEY - debited
        assert (sums.get("escrow", 0), sums.get("cost", 0)) == (0, -spent)
        return spent


async def _at_oke(place: Place) -> list[dict[str, Any]]:
    rows = (await Sim(place.sim_url).okeconnect.books())["transactions"]
    return [row for row in rows if row["dest"].startswith(place.prefix)]


async def _bought(place: Place) -> dict[str, int]:
    """What stands at either of them and was not given back: its price by its reference."""
    digi = (await Sim(place.sim_url).books())["transactions"]
    mine = [row for row in digi if row["customer_no"].startswith(place.prefix)]
    bought = {row["ref_id"]: row["price"] for row in mine if row["status"] != "Gagal"}
    oke = [row for row in await _at_oke(place) if row["state"] != "Gagal"]
    assert all(row["formed_count"] == 1 for row in (*mine, *oke))
    return bought | {row["ref_id"]: row["price"] for row in oke}


async def _tries(house: House) -> list[dict[str, Any]]:
    async with house.db.read() as tx:
        return await tx.dicts(ORDERS)
