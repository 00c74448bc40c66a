"""Every fault that the simulated OkeConnect can play, over HTTP: doubt stays doubt, truth is found.

Each story buys once, waits until the upstream has decided, and asks with the status call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from konter.kernel.clock import WIB, SystemClock
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Absent, Delivered, Outcome, Pending, Rejected, Unknown
from konter.kernel.wire_types import Heard, WireRequest, WireSilence
from konter.upstreams.contract import Purchase, UpstreamRefused
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings
from konter.upstreams.wire import Wire
from tests.sim_process import (
    OKECONNECT_MEMBER_ID,
    OKECONNECT_PASSWORD,
    OKECONNECT_PIN,
    Sim,
    SimOkeconnect,
)

SUKSES, GAGAL, OPEN, NOTHING = "Sukses", "Gagal", "Menunggu", None


class Buyer:
    """A member that buys and asks."""

    def __init__(self, oke: SimOkeconnect, wire: Wire) -> None:
        self.adapter = Okeconnect(
            OkeconnectSettings(
                OKECONNECT_MEMBER_ID,
                OKECONNECT_PIN,
                OKECONNECT_PASSWORD,
                base_url=oke.url,
                price_list_url=oke.price_list_url,
                purchase_timeout_s=2,
                enquiry_timeout_s=2,
            )
        )
        self.oke = oke
        self._wire = wire

    async def buys(self, ask: Purchase) -> Outcome:
        return self._read(ask, await self.hear(self.adapter.purchase(ask)))

    async def asks(self, ask: Purchase) -> Outcome:
        question = replace(ask, first=False)
        return self._read(question, await self.hear(self.adapter.enquiry(question)))

    async def deposit(self) -> Rupiah:
        heard = await self.hear(self.adapter.balance())
        assert not isinstance(heard.said, WireSilence)
        return self.adapter.read_balance(heard.said)

    async def decided(self, ask: Purchase) -> str | None:
        """How it stands in their books once it stands there for good, or after a moment."""
        for _ in range(20):
            known = await self.oke.transaction(ask.reference)
            if known is None or known["state"] != OPEN:
                break
            await asyncio.sleep(0.01)
        return None if known is None else str(known["state"])

    async def hear(self, request: WireRequest) -> Heard:
        return await self._wire.ask(request, account=self.adapter.account, purpose="purchase")

    def _read(self, ask: Purchase, heard: Heard) -> Outcome:
        if isinstance(heard.said, WireSilence):
            assert heard.said.left
            return Unknown(heard.said.detail)
        return self.adapter.read(ask, heard.said)


@pytest.fixture
async def buyer(sim: Sim) -> AsyncIterator[Buyer]:
    await sim.okeconnect.reset(callback_delay_ms=20, silence_seconds=0.1)
    wire = Wire(SystemClock())
    yield Buyer(sim.okeconnect, wire)
    await wire.close()
    assert await sim.okeconnect.breaches() == []


def ask_about(suffix: str, sku: str = "S10") -> Purchase:
    now = datetime.now(UTC)
    return Purchase("TRX-20261116-ABCD1234", sku, f"08129876{suffix}", Rupiah(11_000), True, now)


@pytest.mark.parametrize(
    "suffix, first, truth, then",
    [
        ("1111", Pending, SUKSES, Delivered),
        ("1230", Delivered, SUKSES, Delivered),
        ("1232", Rejected, GAGAL, Rejected),
        ("1233", Pending, SUKSES, Delivered),
        ("1234", Pending, GAGAL, Rejected),
        ("4041", Rejected, NOTHING, Absent),
        ("4044", Rejected, GAGAL, Rejected),
        ("4045", Rejected, NOTHING, Absent),
        ("4054", Rejected, GAGAL, Rejected),
        ("4055", Rejected, NOTHING, Absent),
        ("4057", Rejected, NOTHING, Absent),
        ("4072", Pending, GAGAL, Rejected),
        ("4154", Pending, GAGAL, Rejected),
        ("5001", Unknown, NOTHING, Absent),
        ("5002", Unknown, SUKSES, Delivered),
        ("5003", Unknown, NOTHING, Absent),
        ("5004", Unknown, SUKSES, Delivered),
        ("5006", Unknown, SUKSES, Delivered),
        ("5007", Unknown, SUKSES, Delivered),
        ("5008", Unknown, SUKSES, Delivered),
        ("5009", Unknown, SUKSES, Delivered),
        ("5010", Unknown, SUKSES, Delivered),
        ("5011", Unknown, SUKSES, Delivered),
        ("5012", Unknown, SUKSES, Delivered),
        ("5013", Unknown, SUKSES, Delivered),
        ("5020", Unknown, NOTHING, Absent),
        ("5021", Unknown, NOTHING, Absent),
        ("5022", Unknown, NOTHING, Absent),
        ("5023", Unknown, NOTHING, Unknown),
        ("5031", Unknown, SUKSES, Delivered),
        ("5032", Unknown, SUKSES, Absent),
        ("5033", Pending, SUKSES, Unknown),
        ("5034", Pending, SUKSES, Unknown),
        ("6001", Pending, OPEN, Pending),
        ("6003", Pending, SUKSES, Delivered),
        ("6004", Pending, SUKSES, Delivered),
        ("6005", Unknown, SUKSES, Delivered),
        ("6006", Unknown, SUKSES, Delivered),
        ("6007", Pending, SUKSES, Delivered),
        ("6008", Pending, GAGAL, Rejected),
        ("6009", Pending, SUKSES, Delivered),
    ],
)
async def test_a_fault_is_doubt_and_the_status_call_finds_the_truth(
    buyer: Buyer, suffix: str, first: type[Outcome], truth: str | None, then: type[Outcome]
) -> None:
    ask = ask_about(suffix)
    outcome = await buyer.buys(ask)
    assert isinstance(outcome, first), outcome
    assert await buyer.decided(ask) == truth
    again = await buyer.asks(ask)
    assert isinstance(again, then), again
    known = await buyer.oke.transaction(ask.reference)
    assert (await buyer.oke.books())["spent"] == (known["price"] if known and truth != GAGAL else 0)
    if known is not None:
        assert known["formed_count"] == 1
    if known is not None and isinstance(again, Delivered):
        assert again.serial == (known["sn"] or None)
        assert again.cost == Rupiah(known["price"])


async def test_absence_that_is_told_too_early_ends_nothing(buyer: Buyer) -> None:
    ask = ask_about("5032")
    assert isinstance(await buyer.buys(ask), Unknown)
    await buyer.decided(ask)
    for end in (Absent, Absent, Delivered):
        assert isinstance(await buyer.asks(ask), end)


async def test_a_failure_that_becomes_a_success_is_told_as_both(buyer: Buyer) -> None:
    ask = ask_about("7007")
    assert isinstance(await buyer.buys(ask), Rejected)
    for _ in range(20):
        await asyncio.sleep(0.02)
        if isinstance(await buyer.asks(ask), Delivered):
            return
    pytest.fail("check=1 never told of the success")


async def test_a_second_sale_on_one_day_is_no_success_and_stays_in_doubt(buyer: Buyer) -> None:
    """Even where the status call goes by product and number and repeats the older sale's words."""
    noon = (datetime.now(WIB) + timedelta(days=1)).replace(hour=12)
    await buyer.oke.advance(to=noon.isoformat())
    older = replace(ask_about("1111"), sent_at=noon)
    await buyer.buys(older)
    assert await buyer.decided(older) == SUKSES
    await buyer.oke.advance(seconds=3_600)
    second = replace(
        older, reference="TRX-20261116-SECOND01", sent_at=noon + timedelta(seconds=3_600)
    )
    assert isinstance(await buyer.buys(second), Unknown)
    assert isinstance(await buyer.asks(second), Absent)
    await buyer.oke.options(check_matches="dest")
    assert isinstance(await buyer.asks(second), Unknown)
    assert [row["ref_id"] for row in (await buyer.oke.books())["transactions"]] == [older.reference]
    (breach,) = await buyer.oke.breaches()
    assert breach["rule"] == "second_sale_same_day"
    await buyer.oke.reset()


@pytest.mark.parametrize(
    "wording, told", [("full", Delivered), ("short", Delivered), ("bare", Unknown)]
)
async def test_a_terse_upstream_is_believed_as_long_as_its_sentences_end(
    buyer: Buyer, wording: str, told: type[Outcome]
) -> None:
    await buyer.oke.options(wording=wording)
    ask = ask_about("1111")
    assert isinstance(await buyer.buys(ask), Pending)
    assert await buyer.decided(ask) == SUKSES
    assert isinstance(await buyer.asks(ask), told)


async def test_an_open_denomination_is_bought_for_its_amount_and_costs_what_was_charged(
    buyer: Buyer,
) -> None:
    ask = replace(ask_about("1111", "BBSDN"), amount=Rupiah(25_000), max_price=Rupiah(26_000))
    before = await buyer.deposit()
    assert isinstance(await buyer.buys(ask), Pending)
    assert await buyer.decided(ask) == SUKSES
    outcome = await buyer.asks(ask)
    assert isinstance(outcome, Delivered)
    assert outcome.cost == before - await buyer.deposit() == Rupiah(25_090)


@pytest.mark.parametrize(
    "options, code",
    [
        ({"ip_known": False}, "ip"),
        ({"ip_known": False, "bare_ip_text": True}, "ip"),
        ({"pin": "999999"}, "pin"),
        ({"password": "lain"}, "pin"),
        ({"member_id": "OK99999"}, "akun"),
    ],
)
async def test_a_refusal_of_our_account_is_the_suppliers_gate_and_believed_only_at_first(
    buyer: Buyer, options: dict[str, str | bool], code: str
) -> None:
    await buyer.oke.options(**options)
    ask = ask_about("1111")
    outcome = await buyer.buys(ask)
    assert isinstance(outcome, Rejected)
    assert (outcome.fault, outcome.formed, outcome.code) == ("supplier", False, code)
    assert isinstance(await buyer.asks(ask), Unknown)
    with pytest.raises(UpstreamRefused):
        await buyer.deposit()
    await buyer.oke.reset()


@pytest.mark.parametrize("how", ["created", "rejected"])
async def test_a_short_deposit_is_the_suppliers_fault(buyer: Buyer, how: str) -> None:
    await buyer.oke.reset(deposit=5_000, short_balance=how)
    outcome = await buyer.buys(ask_about("1111"))
    assert isinstance(outcome, Rejected)
    assert (outcome.fault, outcome.code, outcome.formed) == ("supplier", "44", how == "created")


@pytest.mark.parametrize("fault", ["html", "half"])
async def test_a_broken_price_list_is_refused(buyer: Buyer, fault: str) -> None:
    await buyer.oke.options(list_fault=fault)
    heard = await buyer.hear(buyer.adapter.price_list())
    assert not isinstance(heard.said, WireSilence)
    with pytest.raises(UpstreamRefused):
        buyer.adapter.read_price_list(heard.said)


async def test_nothing_of_the_list_that_is_a_trap_is_for_sale(buyer: Buyer) -> None:
    heard = await buyer.hear(buyer.adapter.price_list())
    assert not isinstance(heard.said, WireSilence)
    found = buyer.adapter.read_price_list(heard.said)
    sold = {item.sku for item in found.items}
    traps = {"BPLA", "CPLA", "BHOME", "CHOME", "CEKD", "CEKPLN", "BCS10", "T3", "DUMMY1"}
    assert not sold & {*traps, "T500", "X25", "AX10", "AX25", "X50", "I25"}
    assert {"S5", "S10", "T1", "PLNF100", "D1", "BY10", "S2"} <= sold
    assert {item.sku for item in found.items if not item.open} == {"S2"}
    assert {item.sku for item in found.items if item.amounts} == {"BBSDN", "BBSGOP"}
