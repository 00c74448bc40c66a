"""Every fault that the simulated Digiflazz can play, over HTTP: doubt stays doubt, truth is found.

Each story asks once, waits the minute that Digiflazz demands, and asks again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from konter.kernel.clock import SystemClock
from konter.kernel.outcome import Delivered, Outcome, Pending, Rejected, Unknown
from konter.kernel.wire_types import WireSilence
from konter.upstreams.contract import Purchase, UpstreamRefused
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from konter.upstreams.wire import Wire
from tests.sim_process import PROD_KEY, USERNAME, Sim
from tests.upstreams.asks import an_ask
from tests.upstreams.test_digiflazz_codes import MEANING, in_a_word


class Buyer:
    """A production login that buys s10 and remembers what it asked."""

    def __init__(self, sim: Sim, wire: Wire) -> None:
        settings = DigiflazzSettings(
            USERNAME, PROD_KEY, base_url=sim.digiflazz_url, purchase_timeout_s=2
        )
        self.adapter = Digiflazz(settings)
        self._sim = sim
        self._wire = wire

    async def buys(self, ask: Purchase) -> Outcome:
        heard = await self._wire.ask(
            self.adapter.purchase(ask), account="digiflazz-main", purpose="purchase"
        )
        if isinstance(heard.said, WireSilence):
            assert heard.said.left
            return Unknown(heard.said.detail)
        return self.adapter.read(ask, heard.said)

    async def asks_again(self, ask: Purchase) -> Outcome:
        await self._sim.advance(seconds=61)
        return await self.buys(replace(ask, first=False))


@pytest.fixture
async def buyer(sim: Sim) -> AsyncIterator[Buyer]:
    wire = Wire(SystemClock())
    yield Buyer(sim, wire)
    await wire.close()


def ask_about(suffix: str) -> Purchase:
    return an_ask("TRX-20261116-ABCD1234", "s10", f"08129876{suffix}", max_price=10_500)


@pytest.mark.parametrize(
    "suffix, first, then",
    [
        ("1111", Delivered, Delivered),
        ("4001", Rejected, Rejected),
        ("4044", Rejected, Delivered),
        ("4054", Rejected, Rejected),
        ("4101", Rejected, Delivered),
        ("6001", Pending, Pending),
        ("5001", Unknown, Delivered),
        ("5002", Unknown, Delivered),
        ("5003", Unknown, Delivered),
        ("5004", Unknown, Delivered),
        ("5005", Delivered, Delivered),
        ("5006", Unknown, Delivered),
        ("5007", Unknown, Delivered),
        ("5008", Unknown, Delivered),
        ("5009", Unknown, Delivered),
        ("6003", Delivered, Delivered),
        ("6004", Delivered, Delivered),
        ("6005", Unknown, Delivered),
        ("6006", Delivered, Delivered),
    ],
)
async def test_a_fault_is_doubt_and_the_next_question_finds_the_truth(
    buyer: Buyer, sim: Sim, suffix: str, first: type[Outcome], then: type[Outcome]
) -> None:
    ask = ask_about(suffix)
    outcome = await buyer.buys(ask)
    assert isinstance(outcome, first), outcome
    again = await buyer.asks_again(ask)
    assert isinstance(again, then), again
    known = await sim.transaction(ask.reference)
    assert known is not None
    assert known["formed_count"] == 1
    spent = (await sim.books())["spent"]
    assert spent == (0 if isinstance(again, Rejected) else 10_275)


async def test_missing_details_do_not_weaken_a_success(buyer: Buyer) -> None:
    for suffix, serial, cost in (
        ("6003", False, True),
        ("6004", True, True),
        ("6006", True, False),
    ):
        outcome = await buyer.buys(replace(ask_about(suffix), reference=f"TRX-20261116-A{suffix}"))
        assert isinstance(outcome, Delivered)
        assert (outcome.serial is not None, outcome.cost is not None) == (serial, cost)


@pytest.mark.parametrize("http_status", [200, 400])
@pytest.mark.parametrize("rc", MEANING)
async def test_each_code_over_http_means_what_the_table_says(
    buyer: Buyer, sim: Sim, rc: str, http_status: int
) -> None:
    await sim.options(error_http_status=http_status)
    ask = ask_about(f"80{rc}")
    assert in_a_word(await buyer.buys(ask)) == MEANING[rc][0]
    assert in_a_word(await buyer.asks_again(ask)) == MEANING[rc][1]


async def test_a_price_above_the_limit_is_refused_and_costs_nothing(buyer: Buyer, sim: Sim) -> None:
    await sim.catalogue(sku="s10", price=10_501)
    outcome = await buyer.buys(ask_about("1111"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.formed) == ("69", False)
    assert (await sim.books())["spent"] == 0


async def test_a_refusal_at_the_door_names_no_purchase_and_is_believed_only_at_first(
    buyer: Buyer, sim: Sim
) -> None:
    await sim.options(ip_known=False)
    ask = ask_about("1111")
    outcome = await buyer.buys(ask)
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.fault, outcome.formed) == ("45", "supplier", False)
    assert isinstance(await buyer.asks_again(ask), Unknown)


async def test_a_price_list_asked_too_soon_is_a_refusal_with_rc_83(sim: Sim) -> None:
    """The one rule that this test breaks on purpose, so it clears the record."""
    wire = Wire(SystemClock())
    adapter = Digiflazz(DigiflazzSettings(USERNAME, PROD_KEY, base_url=sim.digiflazz_url))
    for _ in range(2):
        heard = await wire.ask(adapter.price_list(), account="x", purpose="price_list")
    await wire.close()
    assert not isinstance(heard.said, WireSilence)
    with pytest.raises(UpstreamRefused) as refused:
        adapter.read_price_list(heard.said)
    assert refused.value.facts["rc"] == "83"
    assert [breach["rule"] for breach in await sim.breaches()] == ["price_list_too_soon"]
    await sim.reset()
