"""A house in a process of its own, killed with SIGKILL at a chosen moment of paying by gateways.

A guest's order by QRIS that the supplier refuses, a user's order by iPaymu's page, which names no
transaction, and a deposit at each gateway; two callbacks, the questions, the goods, the refund.
Everything runs in a fixed order, so that the n-th commit is always the same one; the commits are
counted at the pool, so a new one is covered without anybody's asking.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from functools import partial

import structlog

from konter.app import House, open_house
from konter.funding import work as payment_work
from konter.funding.deposit import buyer_of, place_deposit
from konter.funding.hear import receive
from konter.funding.pay_out import due_refunds, settle_refund
from konter.hooks.inbox import accept
from konter.jobs.run import Served, Wake
from konter.kernel.money import Rupiah
from konter.ledger.wallets import GUEST
from konter.orders import work
from konter.orders.checkout import Checkout, Customer, checkout_many
from konter.orders.guests import new_token
from konter.orders.requests import Ask
from konter.settings import Settings
from konter.upstreams.gateway_contract import Gateway
from konter.upstreams.gateways.ipaymu import Ipaymu, IpaymuSettings
from konter.upstreams.gateways.tripay import Tripay, TripaySettings
from tests.crash_child import TIMES, Commits, Moment, die
from tests.funding.paper import callback
from tests.shop import gateway_settings, quick_settings
from tests.sim_process import (
    IPAYMU_API_KEY,
    IPAYMU_VA,
    TRIPAY_API_KEY,
    TRIPAY_MERCHANT,
    TRIPAY_PRIVATE_KEY,
    Sim,
    SimGateway,
)

BUYER = 1
DEPOSIT = 50_000
REFUSED, SOLD = "087800004054", "087800001230"
"""Numbers: the last four digits choose what the local Digiflazz does."""
FIRST_ASK_S, GAP_S = 0.1, 0.02
ANSWER_S = 1.0
"""How long a gateway may take; a lease lasts two and a half times as long."""
WHO = Customer("Siti Aminah", "siti@example.id", "081234567890")
BUDI = buyer_of(name="Budi", email="budi@example.id", phone="081200000001")

REFERENCES = "SELECT gateway, reference FROM funding.invoices ORDER BY number, id"


@dataclass(frozen=True)
class Place:
    """Where the scenario runs."""

    conninfo: str
    sim_url: str
    product_id: int

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
    """Play the scenario; the exit status is the number of commits, if nobody killed us before."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    counter = Commits(moment)
    asyncio.run(_play(place, moment, counter))
    sys.exit(counter.seen)


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
        wake, most = Wake(), 1 if moment.when == "asking" else 50
        links = payment_work.links(house.funding, wake=wake)
        questions = payment_work.questions(house.funding, wake=wake)
        settler = work.settler_of(house.orders)
        await _order(house, place)
        watching = asyncio.create_task(_die_while_asking(sim, await _references(house), moment))
        await _round(links, most)
        await _paid(house, sim)
        await _round(payment_work.callbacks(house.funding, house.inbox, wake=wake), 50)
        await asyncio.sleep(FIRST_ASK_S * 1.2)
        await _round(questions, most)
        # What the search has found is asked about by now.
        await _round(questions, most)
        await _round(work.payments(house.orders, wake=wake), 50)
        await _round(payment_work.deposits(house.funding, wake=wake), 50)
        await _round(work.attempts(house.orders, settler, in_flight=20, wake=wake), 50)
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


async def _round(work_list: Served, most: int) -> None:
    """What is due now, one after the other; ``most`` at a time, so that none waits too long when
    a gateway is slow."""
    while jobs := await work_list.take(most):
        for job in jobs:
            await job()
        if most > 1:
            return


async def _references(house: House) -> list[tuple[str, str]]:
    async with house.db.read() as tx:
        return [(row[0], row[1]) for row in await tx.rows(REFERENCES)]


async def _die_while_asking(sim: Sim, known: list[tuple[str, str]], moment: Moment) -> None:
    """Their books have moved, their answer is still on its way."""
    ours = {reference for _, reference in known}
    while moment.when == "asking":
        calls = [*await sim.ipaymu.calls(), *await sim.tripay.calls()]
        if sum(call["reference"] in ours for call in calls) >= moment.n:
            die()
        await asyncio.sleep(0.002)
