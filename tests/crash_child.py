"""A house in a process of its own, killed with SIGKILL at a chosen moment of a small scenario.

Seven orders in one list, one for each way an upstream answers, then a webhook and a round of
enquiries. Everything runs in a fixed order, so that the n-th commit is always the same one; the
commits are counted at the pool, so a new one is covered without anybody's asking.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import signal
import sys
from dataclasses import dataclass
from functools import partial

import structlog

from konter.app import House, open_house
from konter.hooks.inbox import accept
from konter.jobs.run import Served, Wake
from konter.kernel.wire_types import WireCall
from konter.orders import work
from konter.orders.hear import receive
from konter.orders.place import place_many
from konter.orders.requests import Ask, Placed
from konter.settings import Settings
from tests.shop import ACCOUNT, WEBHOOK_SECRET, quick_settings
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

BUYER = 1
GAP_S = 0.04
TIMES = {
    "KONTER_ENQUIRY_FIRST_S": "0.1",
    "KONTER_ENQUIRY_SPACING_S": "0.1",
    "KONTER_ENQUIRY_MIN_GAP_S": str(GAP_S),
    "KONTER_UPSTREAM_TIMEOUT_S": "1.5",
    "KONTER_POLL_S": "0.2",
    "KONTER_DB_POOL": "4",
}


@dataclass(frozen=True)
class Moment:
    """When to be killed: ``before`` or ``after`` the n-th commit, ``asking`` for the n-th time,
    or ``never``."""

    when: str
    n: int = 0


def some_of(commits: int) -> list[Moment]:
    """A tenth of the moments around this many commits, the first and the last among them; all are
    played by ``make soak``, because a death costs more than most tests."""
    numbers = sorted({*range(1, commits + 1, 5), commits})
    return [Moment(("before", "after")[n % 2], n) for n in numbers]


@dataclass(frozen=True)
class Place:
    """Where the scenario runs. ``prefix``: eight digits that begin this database's numbers."""

    conninfo: str
    sim_url: str
    prefix: str
    product_id: int

    @property
    def settings(self) -> Settings:
        return quick_settings(self.conninfo, Sim(self.sim_url), **TIMES)


def run(place: Place, moment: Moment) -> None:
    """Play the scenario; the exit status is the number of commits, if nobody killed us before."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    counter = Commits(moment)
    asyncio.run(_play(place, moment, counter))
    sys.exit(counter.seen)


class Commits:
    """Counts them at the pool, and kills this process at the one it was told."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self.seen = 0

    def __call__(self, when: str) -> None:
        self.seen += when == "before"
        if (when, self.seen) == (self._moment.when, self._moment.n):
            die()


def die() -> None:
    """Nothing is closed, flushed or told: the kernel ends this process here."""
    os.kill(os.getpid(), signal.SIGKILL)


async def _play(place: Place, moment: Moment, commits: Commits) -> None:
    sim = Sim(place.sim_url)
    async with open_house(place.settings, observer=commits) as house:
        watching = asyncio.create_task(_die_while_asking(place, sim, moment))
        settler = work.settler_of(house.orders)
        purchases = work.attempts(house.orders, settler, in_flight=20, wake=Wake())
        messages = work.callbacks(house.orders, house.inbox, settler, wake=Wake())
        codes = await _buy(house, place)
        most = 1 if moment.when == "asking" else 50
        await _round(purchases, most)
        await _delivered_by_webhook(house, sim, codes[PENDING])
        await _round(messages, most)
        await asyncio.sleep(0.12)
        await _round(purchases, most)
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


async def _round(work_list: Served, most: int) -> None:
    """What is due now, one after the other; ``most`` at a time, so that none waits too long when
    the upstream is slow."""
    while jobs := await work_list.take(most):
        for job in jobs:
            await job()
        if most > 1:
            return


async def _delivered_by_webhook(house: House, sim: Sim, reference: str) -> None:
    await sim.settle(reference, "Sukses", webhook=False)
    known = await sim.transaction(reference)
    assert known is not None
    said = {"message": "Transaksi Sukses", "buyer_sku_code": known["sku"], **known}
    body = json.dumps({"data": said}).encode()
    signature = "sha1=" + hmac.new(WEBHOOK_SECRET.encode(), body, "sha1").hexdigest()
    call = WireCall("POST", "", "", {"x-hub-signature": signature}, body, "::1")
    await receive(partial(accept, house.inbox), house.providers[ACCOUNT], call)


async def _die_while_asking(place: Place, sim: Sim, moment: Moment) -> None:
    """Their books have moved, their answer is still on its way."""
    while moment.when == "asking":
        calls = [c for c in await sim.calls() if c["customer_no"].startswith(place.prefix)]
        if len(calls) >= moment.n:
            die()
        await asyncio.sleep(0.002)
