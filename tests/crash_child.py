"""A house in a process of its own, killed with SIGKILL at a chosen moment of a small scenario.

Seven orders in one list, one for each way an upstream answers, then a webhook and a round of
enquiries. Everything runs in a fixed order, so that the n-th commit is always the same one; the
commits are counted at the pool, so a new one is covered without anybody's asking.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from functools import partial
from typing import Any

from konter.app import House, open_house
from konter.hooks.inbox import accept
from konter.jobs.run import Wake
from konter.kernel.wire_types import WireCall
from konter.ledger.read import account_sum, account_sums
from konter.orders import work
from konter.orders.check import check_books
from konter.orders.hear import receive
from konter.orders.place import place_many
from konter.orders.requests import Ask, Placed
from tests.mortal import BUYER, Commits, Moment, Place, die_while_asking, live, work_through
from tests.shop import ACCOUNT, WEBHOOK_SECRET
from tests.sim_process import Sim

SUCCESS, PENDING, REFUSED, SILENT, SILENT_YET_SOLD, BAD_GATEWAY, BAD_GATEWAY_YET_SOLD = (
    *("1230", "6001", "4054"),
    *("5001", "5002", "5003", "5004"),
)
ANSWERS = (
    SUCCESS,
    PENDING,
    REFUSED,
    SILENT,
    SILENT_YET_SOLD,
    BAD_GATEWAY,
    BAD_GATEWAY_YET_SOLD,
)
"""The last four digits of a number choose what the local Digiflazz does with it."""

OPENING = 10_000_000
MONEY = 1_000_000

UNDECIDED = "SELECT count(*) FROM orders.orders WHERE state IN ('held', 'sent')"
ENDS = "SELECT ref_id, state, price FROM orders.orders"
MOST_REPEATS = "SELECT coalesce(max(number), 0) FROM orders.attempts"


def run(place: Place, moment: Moment) -> None:
    live(_play, place, moment)


async def _play(place: Place, moment: Moment, commits: Commits) -> None:
    sim = Sim(place.sim_url)
    async with open_house(place.settings, observer=commits) as house:
        watching = asyncio.create_task(die_while_asking(moment, partial(_count_calls, place)))
        settler = work.settler_of(house.orders)
        purchases = work.attempts(house.orders, settler, in_flight=20, wake=Wake())
        messages = work.callbacks(house.orders, house.inbox, settler, wake=Wake())
        codes = await _buy(house, place)
        await work_through(purchases, moment)
        await _delivered_by_webhook(house, sim, codes[PENDING])
        await work_through(messages, moment)
        await asyncio.sleep(0.12)
        await work_through(purchases, moment)
        watching.cancel()
        # Beyond the scenario: the hints of the last acts are of no use to a process that ends.


async def _buy(house: House, place: Place) -> dict[str, str]:
    """One order for each kind of answer, in one list."""
    asks = [
        Ask(
            user_id=BUYER,
            product_id=place.product_id,
            target_id=place.prefix + answer,
            server_id=None,
            ref_id=answer,
            pays_reseller_price=True,
        )
        for answer in ANSWERS
    ]
    placed = await place_many(house.orders, asks)
    return {
        ask.ref_id: result.order.code
        for ask, result in zip(asks, placed, strict=True)
        if isinstance(result, Placed)
    }


async def _delivered_by_webhook(house: House, sim: Sim, reference: str) -> None:
    await sim.settle(reference, "Sukses", webhook=False)
    known = await sim.transaction(reference)
    assert known is not None
    said = {"message": "Transaksi Sukses", "buyer_sku_code": known["sku"], **known}
    body = json.dumps({"data": said}).encode()
    signature = "sha1=" + hmac.new(WEBHOOK_SECRET.encode(), body, "sha1").hexdigest()
    call = WireCall("POST", "", "", {"x-hub-signature": signature}, body, "::1")
    await receive(partial(accept, house.inbox), house.providers[ACCOUNT], call)


async def _count_calls(place: Place) -> int:
    calls = await Sim(place.sim_url).calls()
    return sum(call["customer_no"].startswith(place.prefix) for call in calls)


class AfterOrders:
    """What waits at Digiflazz ends well there; everything is decided."""

    def awake(self, house: House) -> House:
        return house

    async def go_on(self, house: House, place: Place) -> bool:
        for row in await _theirs(place):
            if row["status"] == "Pending":
                await Sim(place.sim_url).settle(row["ref_id"], "Sukses", webhook=False)
        async with house.db.read() as tx:
            left = await tx.row(UNDECIDED)
        return left == (0,)

    async def judge(self, house: House, place: Place) -> int:
        assert await check_books(house.db) == []
        async with house.db.read() as tx:
            sums = await account_sums(tx)
            ends = {ref_id: state for ref_id, state, _ in await tx.rows(ENDS)}
            most = await tx.row(MOST_REPEATS)
            ours = -await account_sum(tx, f"provider:{ACCOUNT}")
        assert sum(sums.values()) == 0
        expected = {a: "failed" if a == REFUSED else "delivered" for a in ANSWERS}
        assert ends in ({}, expected), "all or none: they were placed in one commit"
        theirs = await _theirs(place)
        numbers = [row["customer_no"] for row in theirs]
        assert len(numbers) == len(set(numbers)) == len(ends), "one purchase for each order"
        assert {row["formed_count"] for row in theirs} <= {1}
        paid = sum(int(row["price"]) for row in theirs if row["status"] == "Sukses")
        assert OPENING - ours == paid == -sums.get("cost", 0)
        assert sums[f"wallet:{BUYER}"] == MONEY - sums.get("sales", 0)
        assert most is not None and most[0] <= 1, "no order needed a second attempt"
        return paid


async def _theirs(place: Place) -> list[dict[str, Any]]:
    rows = (await Sim(place.sim_url).books())["transactions"]
    return [row for row in rows if row["customer_no"].startswith(place.prefix)]
