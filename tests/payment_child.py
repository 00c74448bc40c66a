"""A house in a process of its own, killed with SIGKILL at a chosen moment of paying by gateways.

A guest's order by QRIS that the supplier refuses, a user's order by iPaymu's page, which names no
transaction, and a deposit at each gateway; two callbacks, the questions, the goods, the refund.
Everything runs in a fixed order, so that the n-th commit is always the same one; the commits are
counted at the pool, so a new one is covered without anybody's asking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from konter.app import House, open_house
from konter.funding import work as payment_work
from konter.funding.deposit import buyer_of, place_deposit
from konter.funding.hear import receive
from konter.funding.pay_out import due_refunds, settle_refund
from konter.funding.renew_deposit import renew_deposit
from konter.hooks.inbox import accept
from konter.jobs.run import Wake
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sums
from konter.ledger.wallets import GUEST
from konter.orders import work
from konter.orders.check import check_books
from konter.orders.checkout import Checkout, Customer, checkout_many
from konter.orders.guests import new_token
from konter.orders.renew import renew
from konter.orders.requests import Ask
from konter.settings import Settings
from konter.upstreams.gateway_contract import Gateway
from konter.upstreams.gateways.ipaymu import Ipaymu, IpaymuSettings
from konter.upstreams.gateways.tripay import Tripay, TripaySettings
from tests.funding.cashier import CREATIONS
from tests.funding.paper import callback
from tests.mortal import (
    BUYER,
    TIMES,
    Commits,
    Moment,
    Place,
    die_while_asking,
    live,
    work_through,
)
from tests.shop import ACCOUNT, gateway_settings, quick_settings
from tests.sim_process import (
    IPAYMU_API_KEY,
    IPAYMU_VA,
    TRIPAY_API_KEY,
    TRIPAY_MERCHANT,
    TRIPAY_PRIVATE_KEY,
    Sim,
    SimGateway,
)

MODAL = 1_000_000
OPENING = 10_000_000
DEPOSIT = 50_000
GATEWAYS = ("ipaymu", "tripay")
AT_ONCE = Moment("never")
"""What asks nobody is worked through at once, even while asking kills."""
REFUSED, SOLD = "087800004054", "087800001230"
"""Numbers: the last four digits choose what the local Digiflazz does."""
FIRST_ASK_S, GAP_S = 0.1, 0.02
ANSWER_S = 1.0
"""How long a gateway may take; a lease lasts two and a half times as long."""
WHO = Customer("Siti Aminah", "siti@example.id", "081234567890")
BUDI = buyer_of(name="Budi", email="budi@example.id", phone="081200000001")

REFERENCES = "SELECT gateway, reference FROM funding.invoices ORDER BY number, id"

UNDECIDED = """
SELECT 'order', id FROM orders.orders WHERE state IN ('awaiting_payment', 'held', 'sent')
UNION ALL SELECT 'deposit', id FROM funding.deposits WHERE state = 'awaiting_payment'
UNION ALL SELECT 'payment', id FROM funding.payments
    WHERE state IN ('waiting', 'unapplied', 'review')
UNION ALL SELECT 'refund', id FROM funding.refunds WHERE state = 'due'
"""

LINKS = """
SELECT i.gateway, i.reference, i.state, i.purpose, i.purpose_id, coalesce(o.user_id, d.user_id)
FROM funding.invoices i
LEFT JOIN orders.orders o ON i.purpose = 'order' AND o.id = i.purpose_id
LEFT JOIN funding.deposits d ON i.purpose = 'deposit' AND d.id = i.purpose_id
WHERE i.number = (SELECT max(l.number) FROM funding.invoices l
                  WHERE l.purpose = i.purpose AND l.purpose_id = i.purpose_id)
"""

ENDS = """
SELECT payment_method, state FROM orders.orders
UNION ALL SELECT channel, state FROM funding.deposits
"""
WELL = {
    "tripay:QRIS2": "failed",
    "ipaymu:page": "delivered",
    "tripay:BRIVA": "credited",
    "ipaymu:qris.mpm": "credited",
}
APPLIED = (
    "SELECT gateway, their_id, applied_to FROM funding.payments WHERE confirmed_at IS NOT NULL"
)
REFUNDS = "SELECT state, amount FROM funding.refunds"
PRICES = "SELECT price FROM orders.orders WHERE user_id = 0"


@dataclass(frozen=True)
class PaymentPlace(Place):
    """With gateways. The numbers bought for are the same in all copies, whatever ``prefix`` is."""

    @property
    def settings(self) -> Settings:
        sim = Sim(self.sim_url)
        times = {
            **TIMES,
            **gateway_settings(sim),
            "KONTER_PAYMENT_FIRST_ASK_S": str(FIRST_ASK_S),
            "KONTER_PAYMENT_MIN_GAP_S": str(GAP_S),
            "KONTER_POLL_S": "0.5",
            "KONTER_BASE_URL": "http://127.0.0.1:9",
        }
        return quick_settings(self.conninfo, sim, **times)


def run(place: Place, moment: Moment) -> None:
    live(_play, place, moment)


def impatient(house: House, sim: Sim) -> House:
    """The same house, whose gateways have a second to answer: a lost call is soon given up."""
    ipaymu = IpaymuSettings(
        va=IPAYMU_VA,
        api_key=IPAYMU_API_KEY,
        base_url=sim.ipaymu.url,
        create_timeout_s=ANSWER_S,
        state_timeout_s=ANSWER_S,
        list_timeout_s=ANSWER_S,
    )
    tripay = TripaySettings(
        api_key=TRIPAY_API_KEY,
        private_key=TRIPAY_PRIVATE_KEY,
        merchant_code=TRIPAY_MERCHANT,
        base_url=sim.tripay.url,
        create_timeout_s=ANSWER_S,
        state_timeout_s=ANSWER_S,
        list_timeout_s=ANSWER_S,
    )
    gateways: dict[str, Gateway] = {"ipaymu": Ipaymu(ipaymu), "tripay": Tripay(tripay)}
    funding = replace(house.funding, gateways=gateways)
    orders = replace(house.orders, funding=funding)
    return replace(house, gateways=gateways, funding=funding, orders=orders)


def at_gateway(sim: Sim, code: str) -> SimGateway:
    return sim.ipaymu if code == "ipaymu" else sim.tripay


async def _play(place: Place, moment: Moment, commits: Commits) -> None:
    sim = Sim(place.sim_url)
    async with open_house(place.settings, observer=commits) as opened:
        house = impatient(opened, sim)
        wake = Wake()
        links = payment_work.links(house.funding, wake=wake)
        questions = payment_work.questions(house.funding, wake=wake)
        settler = work.settler_of(house.orders)
        await _order(house, place)
        ours = {reference for _, reference in await _references(house)}
        watching = asyncio.create_task(die_while_asking(moment, partial(_count_calls, sim, ours)))
        await work_through(links, moment)
        await _paid(house, sim)
        await work_through(payment_work.callbacks(house.funding, house.inbox, wake=wake), AT_ONCE)
        await asyncio.sleep(FIRST_ASK_S * 1.2)
        await work_through(questions, moment)
        # What the search has found is asked about by now.
        await work_through(questions, moment)
        await work_through(work.payments(house.orders, wake=wake), AT_ONCE)
        await work_through(payment_work.deposits(house.funding, wake=wake), AT_ONCE)
        await work_through(work.attempts(house.orders, settler, in_flight=20, wake=wake), AT_ONCE)
        await pay_guests_out(house)
        watching.cancel()
        # Beyond the scenario: the hints of the last acts are of no use to a process that ends.


async def _order(house: House, place: Place) -> None:
    """Two orders in one list, and two deposits."""
    refused = _ask(place, GUEST, REFUSED, "tripay:QRIS2")
    sold = _ask(place, BUYER, SOLD, "ipaymu:page")
    checkouts = [Checkout(refused, WHO, new_token()[1]), Checkout(sold, WHO)]
    await checkout_many(house.orders, checkouts)
    for channel in ("tripay:BRIVA", "ipaymu:qris.mpm"):
        await place_deposit(
            house.funding,
            user_id=BUYER,
            amount=Rupiah(DEPOSIT),
            channel=channel,
            ref_id=channel,
            buyer=BUDI,
        )


def _ask(place: Place, user_id: int, number: str, channel: str) -> Ask:
    return Ask(
        user_id=user_id,
        product_id=place.product_id,
        target_id=number,
        server_id=None,
        ref_id=channel,
        pays_reseller_price=user_id != GUEST,
        payment_method=channel,
    )


async def _paid(house: House, sim: Sim) -> None:
    """The customers pay; of two payments the gateways tell: those whose ids were told before."""
    told: set[str] = set()
    for code, reference in await _references(house):
        there = at_gateway(sim, code)
        if not await _stands(there, reference):
            continue
        named = bool(await there.payments(reference))
        row = await there.pay(reference)
        if named and code not in told:
            told.add(code)
            call = callback(
                code,
                their_id=str(row["id"]),
                reference=reference,
                said="paid",
                amount=row["amount"],
            )
            await receive(partial(accept, house.inbox), house.gateways[code], call)


async def _stands(there: SimGateway, reference: str) -> bool:
    """Whether a payment, or a page to choose one on, exists there."""
    waiting = {row["reference"] for row in (await there.books())["waiting"]}
    return reference in waiting or bool(await there.payments(reference))


async def pay_guests_out(house: House) -> None:
    """An operator records every refund that is due."""
    async with house.db.read() as tx:
        owed = await due_refunds(tx)
    for refund in owed:
        await settle_refund(
            house.funding, refund.id, bank="bca", evidence="bukti transfer", actor="rina"
        )


async def _references(house: House) -> list[tuple[str, str]]:
    async with house.db.read() as tx:
        return [(row[0], row[1]) for row in await tx.rows(REFERENCES)]


async def _count_calls(sim: Sim, ours: set[str]) -> int:
    calls = [*await sim.ipaymu.calls(), *await sim.tripay.calls()]
    return sum(call["reference"] in ours for call in calls)


async def all_went_well(house: House) -> None:
    """Nobody died: nothing is left to do, and everything has ended."""
    async with house.db.read() as tx:
        assert await tx.rows(UNDECIDED) == []
        assert len(await tx.rows(ENDS)) == len(WELL)


class AfterPayments:
    """Customers pay what they have not paid; operators pay out what is owed."""

    def __init__(self, sim: Sim) -> None:
        self._sim = sim

    def awake(self, house: House) -> House:
        return impatient(house, self._sim)

    async def go_on(self, house: House, _: Place) -> bool:
        async with house.db.read() as tx:
            undecided = await tx.rows(UNDECIDED)
            links = await tx.rows(LINKS)
        if any(kind in ("order", "deposit") for kind, _ in undecided):
            await self._customers_pay(house, links)
        if any(kind == "refund" for kind, _ in undecided):
            await pay_guests_out(house)
        return not undecided

    async def _customers_pay(self, house: House, links: Sequence[tuple[Any, ...]]) -> None:
        """Each by the link that exists there, once; a link that came to nothing is made anew."""
        books = {code: await at_gateway(self._sim, code).books() for code in GATEWAYS}
        for code, reference, state, purpose, purpose_id, user_id in links:
            there = [row for row in books[code]["payments"] if row["reference"] == reference]
            begun = [row for row in books[code]["waiting"] if row["reference"] == reference]
            if (there or begun) and all(row["state"] != "paid" for row in there):
                await at_gateway(self._sim, code).pay(reference)
            elif not there and state in ("doubtful", "refused"):
                await self._renew(house, purpose, purpose_id, user_id)

    async def _renew(self, house: House, purpose: str, purpose_id: int, user_id: int) -> None:
        try:
            if purpose == "order":
                await renew(house.orders, purpose_id, user_id=user_id, channel=None)
            else:
                await renew_deposit(
                    house.funding, purpose_id, user_id=BUYER, channel=None, buyer=BUDI
                )
        except Refused:
            return  # It was paid, or renewed, a moment ago.

    async def judge(self, house: House, _: Place) -> int:
        """What there is has ended well."""
        assert await check_books(house.db) == []
        async with house.db.read() as tx:
            sums = await account_sums(tx)
            ends: dict[str, str] = dict(await tx.rows(ENDS))
            applied = await tx.rows(APPLIED)
            references = {(row[0], row[1]) for row in await tx.rows(REFERENCES)}
            refunds, prices = await tx.rows(REFUNDS), await tx.rows(PRICES)
        assert sum(sums.values()) == 0
        assert ends == {name: state for name, state in WELL.items() if name in ends}
        assert ("tripay:QRIS2" in ends) == ("ipaymu:page" in ends), "placed in one commit"
        purposes = ["deposit" if state == "credited" else "order" for state in ends.values()]
        assert sorted(to for _, _, to in applied) == sorted(purposes), "each was paid once"
        deposits = purposes.count("deposit")
        assert sums[f"wallet:{BUYER}"] == MODAL + deposits * DEPOSIT
        assert refunds == [("settled", price) for (price,) in prices]
        assert sums.get("refunds_due", 0) == 0
        await self._compare(sums, references, {(row[0], row[1]) for row in applied})
        spent = -sums.get("cost", 0)
        assert spent == OPENING + sums.get(f"provider:{ACCOUNT}", 0)
        return spent

    async def _compare(
        self,
        sums: dict[str, int],
        references: set[tuple[str, str]],
        applied: set[tuple[str, str]],
    ) -> None:
        """What their books hold of this copy is what its books say."""
        for code in GATEWAYS:
            there = at_gateway(self._sim, code)
            rows = [r for r in await there.payments() if (code, r["reference"]) in references]
            paid = [row for row in rows if row["state"] == "paid"]
            assert {(code, str(row["id"])) for row in paid} == {a for a in applied if a[0] == code}
            assert sum(row["received"] for row in paid) == -sums.get(f"gateway:{code}", 0)
            created = [
                call["reference"]
                for call in await there.calls()
                if call["path"].endswith(CREATIONS) and (code, call["reference"]) in references
            ]
            assert len(created) == len(set(created)), "a link was asked for twice"
