"""Both gateways over HTTP, against simulators written from their documents alone.

A test asks as funding will: create, hear of it, ask what became of it; no rule of theirs is broken.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from konter.kernel.clock import SystemClock
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireAnswer, WireCall, WireRequest, WireSilence
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import (
    Claim,
    Created,
    Creation,
    Expired,
    Failed,
    FeeOn,
    Gateway,
    Hint,
    Invoice,
    NotCreated,
    Paid,
    PaidOtherwise,
    Question,
    Refunded,
    State,
    Waiting,
)
from konter.upstreams.gateways.ipaymu import Ipaymu, IpaymuSettings
from konter.upstreams.gateways.tripay import Tripay, TripaySettings
from konter.upstreams.wire import Wire
from tests.sim_process import (
    IPAYMU_API_KEY,
    IPAYMU_VA,
    TRIPAY_API_KEY,
    TRIPAY_MERCHANT,
    TRIPAY_PRIVATE_KEY,
    Sim,
    SimGateway,
)
from tests.upstreams.payments import REFERENCE, an_invoice
from tests.upstreams.raw_server import Visit, raw_server


class Till:
    """One gateway, its simulator, and the wire between them."""

    def __init__(self, gateway: Gateway, sim: SimGateway, wire: Wire, hook: str) -> None:
        self.gateway = gateway
        self.sim = sim
        self.hook = hook
        self.heard: list[WireCall] = []
        self._wire = wire
        self._clock = SystemClock()

    def invoice(self, **changes: object) -> Invoice:
        channel = {"channel": "QRIS2"} if self.gateway.traits.needs_channel else {}
        return an_invoice(**(channel | {"callback_url": self.hook} | changes))

    async def create(self, ask: Invoice) -> Creation:
        said = await self._ask(self.gateway.create(ask, self._clock.now()))
        return said if isinstance(said, Unknown) else self.gateway.read_created(ask, said)

    async def state(self, their_id: str, **changes: object) -> State:
        given = {"reference": REFERENCE, "their_id": their_id, "amount": Rupiah(150_000)}
        question = Question(**(given | changes))  # type: ignore[arg-type]
        said = await self._ask(self.gateway.ask_state(question, self._clock.now()))
        return said if isinstance(said, Unknown) else self.gateway.read_state(question, said)

    async def answer(self, request: WireRequest) -> WireAnswer:
        said = await self._ask(request)
        assert isinstance(said, WireAnswer)
        return said

    async def hint(self, claim: Claim) -> Hint:
        """The callback that claims this, proved."""
        for _ in range(200):
            for call in self.heard:
                hint = self.gateway.read_callback(call)
                if hint.claim is claim:
                    self.gateway.prove(call)
                    return hint
            await asyncio.sleep(0.02)
        raise AssertionError(f"no callback says {claim}")

    async def _ask(self, request: WireRequest) -> WireAnswer | Unknown:
        heard = await self._wire.ask(request, account=self.gateway.account, purpose="state")
        return Unknown(heard.said.detail) if isinstance(heard.said, WireSilence) else heard.said


Open = Callable[[str], Awaitable[Till]]


@pytest.fixture
async def open_till(sim_process: Sim) -> AsyncIterator[Open]:
    wire, tills = Wire(SystemClock()), list[Till]()

    async def hear(visit: Visit) -> None:
        head, _, body = (await visit.request()).partition(b"\r\n\r\n")
        lines = (line.partition(":") for line in head.decode().split("\r\n")[1:])
        headers = {name.lower(): value.strip() for name, _, value in lines}
        (till,) = tills
        till.heard.append(WireCall("POST", "/", "", headers, body, "127.0.0.1"))
        await visit.answer(till.gateway.traits.callback_reply, headers="Connection: close\r\n")

    async with raw_server(hear) as mailbox:

        async def open_it(code: str) -> Till:
            hook = f"{mailbox.url}/hook"
            if code == "ipaymu":
                url = sim_process.ipaymu.url
                gateway: Gateway = Ipaymu(IpaymuSettings(IPAYMU_VA, IPAYMU_API_KEY, url))
                till = Till(gateway, sim_process.ipaymu, wire, hook)
            else:
                keys = TRIPAY_API_KEY, TRIPAY_PRIVATE_KEY, TRIPAY_MERCHANT
                settings = TripaySettings(*keys, base_url=sim_process.tripay.url)
                till = Till(Tripay(settings), sim_process.tripay, wire, hook)
            await till.sim.reset(callback_delay_ms=0, silence_seconds=0.1, poll_gap_s=0)
            tills.append(till)
            return till

        yield open_it
        for till in tills:
            assert await till.sim.breaches() == []
        await wire.close()


@pytest.fixture
async def ipaymu(open_till: Open) -> Till:
    return await open_till("ipaymu")


@pytest.fixture
async def tripay(open_till: Open) -> Till:
    return await open_till("tripay")


@pytest.mark.parametrize("notify_format", ["form", "json"])
@pytest.mark.parametrize("fee_on", list(FeeOn))
async def test_an_ipaymu_page_is_paid_and_confirmed_by_the_id_of_its_callback(
    ipaymu: Till, notify_format: str, fee_on: FeeOn
) -> None:
    await ipaymu.sim.options(notify_format=notify_format)
    made = await ipaymu.create(ipaymu.invoice(fee_on=fee_on))
    assert isinstance(made, Created) and made.their_id is None and made.url
    await ipaymu.sim.choose(REFERENCE, channel="mpm")
    pending = await ipaymu.hint(Claim.WAITING)
    assert pending.reference == REFERENCE and pending.session_id == made.session_id
    assert pending.their_id is not None
    assert await ipaymu.state(pending.their_id, fee_on=fee_on) == Waiting()
    await ipaymu.sim.pay(REFERENCE)
    paid = await ipaymu.hint(Claim.PAID)
    assert paid.their_id == pending.their_id
    found = await ipaymu.state(pending.their_id, fee_on=fee_on)
    assert isinstance(found, Paid)
    assert found.receipt.amount == Rupiah(150_000)
    assert found.receipt.kept is not None and found.receipt.paid_at is not None
    books = await ipaymu.sim.books()
    assert books["owed"] == (found.receipt.amount - found.receipt.kept).amount
    wrong = FeeOn.SHOP if fee_on is FeeOn.BUYER else FeeOn.BUYER
    assert isinstance(await ipaymu.state(pending.their_id, fee_on=wrong), PaidOtherwise)


async def test_a_payment_whose_callbacks_were_lost_is_found_in_the_history(ipaymu: Till) -> None:
    await ipaymu.sim.script(REFERENCE, {"do": "callback", "times": 0})
    await ipaymu.create(ipaymu.invoice())
    await ipaymu.sim.pay(REFERENCE, channel="mpm")
    history, now = ipaymu.gateway.history, SystemClock().now()
    assert history is not None
    page = history.read(await ipaymu.answer(history.ask(1, now - timedelta(days=1), now)))
    (row,) = [row for row in page.rows if row.reference == REFERENCE]
    assert (row.claim, page.more, page.unreadable) == (Claim.PAID, False, 0)
    assert isinstance(await ipaymu.state(row.their_id), Paid)


@pytest.mark.parametrize("method", ["qris", "va", "cstore"])
async def test_a_page_with_its_method_chosen_offers_no_other(ipaymu: Till, method: str) -> None:
    made = await ipaymu.create(ipaymu.invoice(channel=method))
    assert isinstance(made, Created) and made.their_id is None and made.url
    paid = await ipaymu.sim.pay(REFERENCE)
    assert paid["channel"] == {"qris": "mpm", "va": "bag", "cstore": "alfamart"}[method]
    assert isinstance(await ipaymu.state(str(paid["id"])), Paid)


@pytest.mark.parametrize("code", ["ipaymu", "tripay"])
@pytest.mark.parametrize("fee_on", list(FeeOn))
async def test_a_list_tells_what_a_question_does(open_till: Open, code: str, fee_on: FeeOn) -> None:
    till = await open_till(code)
    if code == "tripay":  # who pays its fee is no choice of ours
        await till.sim.options(fee_on="customer" if fee_on is FeeOn.BUYER else "merchant")
        fee_on = FeeOn.SHOP
    await till.create(till.invoice(fee_on=fee_on))
    paid = await till.sim.pay(REFERENCE, **CHOICE[code])
    found = await till.state(str(paid["id"]), fee_on=fee_on)
    assert isinstance(found, Paid)
    history, now = till.gateway.history, SystemClock().now()
    assert history is not None
    request = history.ask(1, now - timedelta(days=1), now, until=now + timedelta(days=1))
    page = history.read(await till.answer(request))
    (row,) = page.rows
    assert row.worth(fee_on) == (found.receipt.amount, found.receipt.kept)
    assert (row.charged, row.paid_at) == (found.receipt.charged, found.receipt.paid_at)
    assert row.net is not None and row.net.amount == paid["received"]
    assert row.created_at is not None and abs(row.created_at - now) < timedelta(minutes=1)
    assert (page.more, page.unreadable) == (False, 0)


@pytest.mark.parametrize("fee_on", ["merchant", "customer"])
async def test_a_proved_tripay_callback_says_what_a_question_does(
    tripay: Till, fee_on: str
) -> None:
    await tripay.sim.options(fee_on=fee_on)
    made = await tripay.create(tripay.invoice())
    assert isinstance(made, Created) and made.their_id is not None
    await tripay.sim.pay(REFERENCE)
    await tripay.hint(Claim.PAID)
    asked = await tripay.state(made.their_id, charged=made.charged)
    question = Question(
        reference=REFERENCE,
        their_id=made.their_id,
        amount=Rupiah(150_000),
        charged=made.charged,
    )
    assert isinstance(asked, Paid)
    assert tripay.gateway.judge_callback(question, tripay.heard[0]) == asked


@pytest.mark.parametrize("channel", ["va.bri", "qris.mpm", "cstore.alfamart"])
async def test_a_direct_ipaymu_payment_tells_its_id_at_once(ipaymu: Till, channel: str) -> None:
    made = await ipaymu.create(ipaymu.invoice(channel=channel, fee_on=FeeOn.BUYER))
    assert isinstance(made, Created) and made.their_id is not None
    assert bool(made.qr) is channel.startswith("qris") and bool(made.pay_code) is not bool(made.qr)
    assert made.charged is not None and made.fee is not None and made.expires_at is not None
    assert made.charged - made.fee == Rupiah(150_000)
    await ipaymu.sim.pay(REFERENCE)
    assert isinstance(await ipaymu.state(made.their_id, fee_on=FeeOn.BUYER), Paid)


async def test_every_end_of_an_ipaymu_payment_is_told_apart(ipaymu: Till) -> None:
    made = await ipaymu.create(ipaymu.invoice(channel="va.bca"))
    assert isinstance(made, Created) and made.their_id is not None
    ends: dict[str, State] = {
        "pending": Waiting(),
        "cancelled": Failed("batal"),
        "expired": Expired(),
        "failed": Failed("gagal"),
        "error": Failed("error"),
    }
    for state, expected in ends.items():
        await ipaymu.sim.state(made.their_id, state, callback=False)
        assert await ipaymu.state(made.their_id) == expected
    await ipaymu.sim.state(made.their_id, "pending", callback=False)
    await ipaymu.sim.pay(REFERENCE)
    for state, on_hold in (("unsettled", False), ("paid", False), ("escrow", True)):
        await ipaymu.sim.state(made.their_id, state, callback=False)
        found = await ipaymu.state(made.their_id)
        assert isinstance(found, Paid) and found.on_hold is on_hold
    await ipaymu.sim.state(made.their_id, "refunded", callback=False)
    assert await ipaymu.state(made.their_id) == Refunded()


async def test_ipaymu_lists_channels_and_the_balance(ipaymu: Till) -> None:
    now = SystemClock().now()
    gateway = ipaymu.gateway
    found = gateway.read_channels(await ipaymu.answer(gateway.channels(now)))
    assert found.unreadable == () and "va.bca" in {row.code for row in found.channels}
    assert gateway.purse is not None
    assert gateway.purse.read(await ipaymu.answer(gateway.purse.ask(now))) == Rupiah(0)


@pytest.mark.parametrize("fee_on", ["merchant", "customer"])
async def test_a_tripay_payment_is_paid_and_confirmed(tripay: Till, fee_on: str) -> None:
    await tripay.sim.options(fee_on=fee_on)
    made = await tripay.create(tripay.invoice())
    assert isinstance(made, Created) and made.their_id is not None and made.qr
    assert made.instructions and made.charged is not None
    assert (made.charged > Rupiah(150_000)) is (fee_on == "customer")
    assert await tripay.state(made.their_id, charged=made.charged) == Waiting()
    await tripay.sim.pay(REFERENCE)
    hint = await tripay.hint(Claim.PAID)
    assert hint == Hint(REFERENCE, made.their_id, Claim.PAID)
    found = await tripay.state(made.their_id, charged=made.charged)
    assert isinstance(found, Paid) and found.receipt.kept is not None
    books = await tripay.sim.books()
    assert books["owed"] == (found.receipt.amount - found.receipt.kept).amount


async def test_every_end_of_a_tripay_payment_is_told_apart(tripay: Till) -> None:
    made = await tripay.create(tripay.invoice(channel="BRIVA"))
    assert isinstance(made, Created) and made.their_id is not None and made.pay_code
    ends: dict[str, State] = {
        "pending": Waiting(),
        "expired": Expired(),
        "failed": Failed("FAILED"),
        "refunded": Refunded(),
    }
    for state, expected in ends.items():
        await tripay.sim.state(made.their_id, state, callback=False)
        assert await tripay.state(made.their_id) == expected


async def test_tripay_lists_channels_and_calculates_fees(tripay: Till) -> None:
    gateway = tripay.gateway
    assert isinstance(gateway, Tripay)
    listed = await tripay.answer(gateway.channels(SystemClock().now()))
    found = gateway.read_channels(listed)
    assert found.unreadable == ()
    (qris,) = [row for row in found.channels if row.code == "QRIS2"]
    said = await tripay.answer(gateway.fees(Rupiah(100_000), "QRIS2"))
    assert gateway.read_fees("QRIS2", said) == (qris.fee.of(Rupiah(100_000)), Rupiah(0))


@pytest.mark.parametrize("code", ["ipaymu", "tripay"])
async def test_an_underpaid_payment_is_paid_otherwise(open_till: Open, code: str) -> None:
    till = await open_till(code)
    await till.create(till.invoice())
    paid = await till.sim.pay(REFERENCE, amount=-1000, **CHOICE[code])
    found = await till.state(str(paid["id"]))
    assert isinstance(found, PaidOtherwise) and found.receipt.amount == Rupiah(149_000)


CHOICE = {"ipaymu": {"channel": "mpm"}, "tripay": {}}


@pytest.mark.parametrize("code", ["ipaymu", "tripay"])
@pytest.mark.parametrize(
    "step",
    [
        {"do": "silence", "commit": True},
        {"do": "http"},
        {"do": "http", "commit": True},
        {"do": "reset", "commit": True},
        {"do": "http", "status": 200, "body": "<html>maintenance</html>"},
    ],
)
async def test_a_creation_without_an_answer_is_unknown(
    open_till: Open, code: str, step: dict[str, object]
) -> None:
    till = await open_till(code)
    await till.sim.script(REFERENCE, step)
    assert isinstance(await till.create(till.invoice()), Unknown)


@pytest.mark.parametrize("code", ["ipaymu", "tripay"])
async def test_an_address_that_is_not_registered_is_our_fault(open_till: Open, code: str) -> None:
    till = await open_till(code)
    await till.sim.options(ip_known=False)
    refused = await till.create(till.invoice())
    assert isinstance(refused, NotCreated) and refused.ours
    with pytest.raises(UpstreamRefused):
        till.gateway.read_channels(await till.answer(till.gateway.channels(SystemClock().now())))


@pytest.mark.parametrize("code", ["ipaymu", "tripay"])
async def test_the_paid_transaction_of_another_invoice_is_unknown(
    open_till: Open, code: str
) -> None:
    till = await open_till(code)
    await till.create(till.invoice())
    paid = await till.sim.pay(REFERENCE, **CHOICE[code])
    assert isinstance(await till.state(str(paid["id"]), reference="INV-2030-0002"), Unknown)
