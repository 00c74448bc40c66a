"""A house in a process of its own, killed with SIGKILL at a chosen moment of paying bills.

Six bills are checked and paid, one for each way the upstream answers a payment, and one of them
once more under another reference; then a webhook and a round of questions. Everything runs in a
fixed order, so that the n-th commit is always the same one; the commits are counted at the pool.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from konter.app import House, open_house
from konter.hooks.inbox import accept
from konter.jobs.run import Wake
from konter.kernel.wire_types import WireCall
from konter.ledger.read import account_sums
from konter.orders import work
from konter.orders.bill_claims import BillBeingPaid, BillPaid
from konter.orders.check import check_books
from konter.orders.check_bill import BeingChecked
from konter.orders.end import NotSentNow, Verdict, end
from konter.orders.hear import receive
from konter.orders.read import CallUnderWay
from konter.settings import Settings
from tests.mortal import BUYER, TIMES, Commits, Moment, Place, die_while_asking, live, work_through
from tests.shop import ACCOUNT, WEBHOOK_SECRET, quick_settings
from tests.sim_process import Sim
from tests.story.payers import Payer

MONEY = 50_000_000
SKU = "pln"
OTHER_SKU = "plnpasca"
PAID, TWICE_ASKED, REFUSED, PENDING, SILENT, SILENT_YET_PAID = (
    *("9999", "2002", "4002"),
    *("6001", "5001", "5002"),
)
ANSWERS = (PAID, TWICE_ASKED, REFUSED, PENDING, SILENT, SILENT_YET_PAID)
"""The last four digits of a number choose what the local Digiflazz does with its bill."""
RIVAL = "rival"
"""The reference under which PAID is to be paid once more, by another SKU of the same biller."""

ORDERS = """
SELECT o.ref_id, o.id, o.state, o.price, a.reference, a.last_call_at <= now() AS was_asked,
       (SELECT count(*) FROM orders.attempts WHERE order_id = o.id) AS attempts
FROM orders.orders o JOIN orders.attempts a ON a.order_id = o.id AND a.is_current
"""
TRIES = "SELECT reference FROM orders.bill_checks"


@dataclass(frozen=True)
class BillPlace(Place):
    """``prefix``: eight digits that begin this database's numbers."""

    @property
    def settings(self) -> Settings:
        times = {**TIMES, "KONTER_CHECK_SPACING_S": "0.1", "KONTER_BILL_BEFORE_MIDNIGHT_S": "0"}
        times["KONTER_UPSTREAM_TIMEOUT_S"] = "1.5"
        return quick_settings(self.conninfo, Sim(self.sim_url), **times)


def run(place: Place, moment: Moment) -> None:
    live(_play, place, moment)


def impatient(house: House) -> House:
    """The same house, where a check that nobody lives to end is soon made anew."""
    rules = replace(house.orders.bills, between_tries=0, lease_more=0, wait_for_another=2)
    return replace(house, orders=replace(house.orders, bills=rules))


async def calls_of(place: Place) -> list[dict[str, Any]]:
    """Those of this copy that reached them."""
    calls = await Sim(place.sim_url).calls()
    return [call for call in calls if call["customer_no"].startswith(place.prefix)]


async def _count_calls(place: Place) -> int:
    return len(await calls_of(place))


async def _play(place: Place, moment: Moment, commits: Commits) -> None:
    sim = Sim(place.sim_url)
    async with open_house(place.settings, observer=commits) as opened:
        house = impatient(opened)
        watching = asyncio.create_task(die_while_asking(moment, partial(_count_calls, place)))
        settler = work.settler_of(house.orders)
        purchases = work.attempts(house.orders, settler, in_flight=20, wake=Wake())
        messages = work.callbacks(house.orders, house.inbox, settler, wake=Wake())
        for answer in ANSWERS:
            await _take(house, place, answer)
        await _rival(house, place)
        await work_through(purchases, moment)
        await _told_by_webhook(house, sim, place.prefix + PENDING)
        await work_through(messages, moment)
        await asyncio.sleep(0.12)
        await work_through(purchases, moment)
        watching.cancel()
        # Beyond the scenario: the hints of the last acts are of no use to a process that ends.


async def _take(house: House, place: Place, answer: str) -> None:
    """One bill, checked and its payment taken; done again it finds what stands."""
    payer = Payer(house, BUYER)
    await payer.pays(await payer.finds(answer, SKU, place.prefix + answer))


async def _rival(house: House, place: Place) -> None:
    """The same bill by another reference and SKU: it is found till it is paid, and never paid."""
    payer = Payer(house, BUYER)
    bill = await payer.checks(RIVAL, OTHER_SKU, place.prefix + PAID)
    if bill.is_found:
        with suppress(BillBeingPaid, BillPaid):
            await payer.pays(bill)
            raise AssertionError("one bill was paid under two references")


async def _told_by_webhook(house: House, sim: Sim, number: str) -> None:
    """If they know of it: on a busy machine a call may have come too late for its lease."""
    for known in await sim.bills(number):
        await _tell(house, sim, known)


async def _tell(house: House, sim: Sim, known: dict[str, Any]) -> None:
    await sim.settle(known["ref_id"], "Sukses", webhook=False)
    said = {**known, "message": "Transaksi Sukses", "buyer_sku_code": known["sku"]}
    said |= {"status": "Sukses", "rc": "00", "sn": "S1"}
    body = json.dumps({"data": said}).encode()
    signature = "sha1=" + hmac.new(WEBHOOK_SECRET.encode(), body, "sha1").hexdigest()
    call = WireCall("POST", "", "", {"x-hub-signature": signature}, body, "::1")
    await receive(partial(accept, house.inbox), house.providers[ACCOUNT], call)


@dataclass
class AfterBills:
    """The member's machine sends everything again; an operator ends what nobody knows of."""

    sent: set[str] = field(default_factory=set)
    """The copies whose member has done so, by their prefix."""

    def awake(self, house: House) -> House:
        return impatient(house)

    async def go_on(self, house: House, place: Place) -> bool:
        if place.prefix not in self.sent:
            try:
                await self._send_again(house, place)
            except BeingChecked:
                return False
            self.sent.add(place.prefix)
        # Ours first: what was asked by now is in their panel, or never will be.
        left = [order for order in await _orders(house) if order["state"] in ("held", "sent")]
        theirs = {row["ref_id"]: row for row in await _theirs(place)}
        for row in theirs.values():
            if row["status"] == "Pending":
                await Sim(place.sim_url).settle(row["ref_id"], "Sukses", webhook=False)
        for order in left:
            if order["was_asked"] and order["reference"] not in theirs:
                await self._end(house, order["id"])
        return not left

    async def _send_again(self, house: House, place: Place) -> None:
        for answer in ANSWERS:
            await _take(house, place, answer)
        await _rival(house, place)

    async def _end(self, house: House, order_id: int) -> None:
        """Their panel knows nothing of it; while a call may be on its way this is refused."""
        given = {"actor": "rina", "reason": "panel Digiflazz: tidak ada"}
        with suppress(NotSentNow, CallUnderWay):
            await end(house.orders, order_id, Verdict.FAILED, **given)

    async def judge(self, house: House, place: Place) -> int:
        assert await check_books(house.db) == []
        theirs = {row["ref_id"]: row for row in await _theirs(place)}
        orders = await _orders(house)
        assert sorted(order["ref_id"] for order in orders) == sorted(ANSWERS), "each once, no rival"
        for order in orders:
            row = theirs.get(order["reference"])
            is_paid = row is not None and row["formed"]
            assert order["state"] == ("delivered" if is_paid else "failed"), order
            assert order["attempts"] == 1
        numbers = [row["customer_no"] for row in theirs.values()]
        assert len(numbers) == len(set(numbers)), "one payment for each bill"
        assert {row["formed_count"] for row in theirs.values()} <= {1}
        assert set(theirs) <= {order["reference"] for order in orders}
        await self._judge_calls(house, place)
        spent = sum(int(row["price"]) for row in theirs.values() if row["formed"])
        async with house.db.read() as tx:
            sums = await account_sums(tx)
        debited = sum(order["price"] for order in orders if order["state"] == "delivered")
        assert sum(sums.values()) == 0
        assert sums[f"wallet:{BUYER}"] == MONEY - debited
        assert (sums.get("escrow", 0), sums.get("cost", 0)) == (0, -spent)
        return spent

    async def _judge_calls(self, house: House, place: Place) -> None:
        """Every check was written down before it left, and no payment left twice."""
        calls = await calls_of(place)
        async with house.db.read() as tx:
            written = {row[0] for row in await tx.rows(TRIES)}
        assert {call["ref_id"] for call in calls} <= written
        paid = [call["customer_no"] for call in calls if call["command"] == "pay-pasca"]
        assert len(paid) == len(set(paid))


async def _theirs(place: Place) -> list[dict[str, Any]]:
    rows = await Sim(place.sim_url).bills()
    return [row for row in rows if row["customer_no"].startswith(place.prefix)]


async def _orders(house: House) -> list[dict[str, Any]]:
    async with house.db.read() as tx:
        return await tx.dicts(ORDERS)
