"""Two books about the same money: whatever differs on a day is named, and nothing moves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from konter.funding.compare import Booked, Difference, DifferenceKind, differences
from konter.funding.desk import Asks
from konter.funding.reconcile import GatewayReport, reconcile
from konter.funding.reversal import TakenFrom, record_reversal
from konter.funding.store import Invoice
from konter.kernel.clock import business_date
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import Heard, WireAnswer, WireRequest
from konter.ledger.wallets import GUEST
from konter.upstreams.gateway_contract import Claim, FeeOn, Listed
from tests.funding.desks import gateways_at
from tests.funding.till import GATEWAYS, Till, open_till
from tests.landlord import lent
from tests.sim_process import Sim
from tests.upstreams.payments import an_invoice
from tests.upstreams.raw_server import Visit, raw_server
from tests.warm import by_owner

KIND = DifferenceKind


@pytest.fixture(scope="module")
def shared(server_conninfo: str, template: str) -> Iterator[str]:
    """One database for this file, emptied for each test."""
    with lent(server_conninfo, template) as conninfo:
        yield conninfo


@pytest.fixture
async def till(shared: str, sim_process: Sim) -> AsyncIterator[Till]:
    async with open_till(shared, sim_process) as till:
        yield till


async def report_of(till: Till, code: str, day: date | None = None) -> GatewayReport:
    day = day or business_date(till.clock.now())
    reports = {report.gateway: report for report in await reconcile(till.desk, day)}
    assert list(reports) == list(till.desk.gateways)
    return reports[code]


async def told_of(till: Till, code: str) -> dict[DifferenceKind, Difference]:
    """Today's differences by their kinds, the balance aside: each kind once."""
    report = await report_of(till, code)
    named = [difference for difference in report.differences if difference.kind != KIND.BALANCE]
    found = {difference.kind: difference for difference in named}
    assert len(found) == len(named)
    return found


async def unheard(till: Till, code: str, **lies: object) -> tuple[Invoice, str]:
    """An invoice that is paid, and no callback tells. ``lies``: what a question is answered in
    place of the truth, which their list keeps telling."""
    invoice = await till.opened(code)
    answer = {"do": "answer", "set": lies}
    await till.gateway(code).script(invoice.reference, {"do": "callback", "times": 0}, answer)
    paid = await till.gateway(code).pay(invoice.reference)
    return invoice, str(paid["id"])


async def confirmed(till: Till, code: str, **lies: object) -> tuple[Invoice, str]:
    """Heard of by hand and confirmed, by whatever they answer."""
    invoice, their_id = await unheard(till, code, **lies)
    await till.hear_of(invoice, their_id)
    assert await till.ask() == 1
    assert (await till.known_as(their_id))["state"] == "unapplied"
    return invoice, their_id


@pytest.mark.parametrize("fee_on", list(FeeOn))
async def test_a_clean_day_reports_nothing(till: Till, fee_on: FeeOn) -> None:
    """Paid with the fee on either side, unpaid and expired; with the balance to the rupiah."""
    on = {"tripay": "customer" if fee_on is FeeOn.BUYER else "merchant"}
    await till.sim.tripay.options(fee_on=on["tripay"])
    for code in GATEWAYS:
        whose = fee_on if code == "ipaymu" else FeeOn.SHOP
        await till.paid(code, fee_on=whose)
        await till.paid(code, 73_450, fee_on=whose)
        await till.opened(code)
        unpaid = await till.opened(code)
        await till.gateway(code).expire(unpaid.reference)
    for code in GATEWAYS:
        report = await report_of(till, code)
        assert report.differences == () and report.problem is None
        assert (report.paid_there, report.confirmed_here, report.noted) == (2, 2, 0)
    ipaymu, tripay = await reconcile(till.desk, business_date(till.clock.now()))
    assert tripay.balance is None, "it tells none"
    owed = -(await till.sums())["gateway:ipaymu"]
    assert ipaymu.balance is not None
    assert (ipaymu.balance.ours, ipaymu.balance.theirs) == (owed, owed)


@pytest.mark.parametrize("code", GATEWAYS)
async def test_what_was_paid_there_and_is_not_known_here_is_named_and_asked_about(
    till: Till, code: str
) -> None:
    invoice, their_id = await unheard(till, code)
    found = await told_of(till, code)
    assert found == {
        KIND.MISSING_HERE: Difference(KIND.MISSING_HERE, their_id, invoice.reference, None, 50_000)
    }
    assert await till.sums() == {}, "it moves no money"
    assert await till.ask() == 1
    assert (await till.known_as(their_id))["state"] == "unapplied"
    report = await report_of(till, code)
    assert (report.differences, report.noted) == ((), 0)


@pytest.mark.parametrize("code", GATEWAYS)
async def test_what_is_confirmed_here_and_not_on_their_list_is_named(till: Till, code: str) -> None:
    invoice, their_id = await confirmed(till, code)
    await forget(till, code)
    assert await told_of(till, code) == {
        KIND.MISSING_THERE: Difference(
            KIND.MISSING_THERE, their_id, invoice.reference, 50_000, None
        )
    }


async def forget(till: Till, code: str) -> None:
    """They lose their books."""
    gateway = till.gateway(code)
    await gateway.reset(silence_seconds=0.1)
    await gateway.advance(seconds=(till.clock.now() - datetime.now(UTC)).total_seconds())


LIES: dict[str, dict[str, str]] = {
    "ipaymu": {"amount": "Amount", "fee": "Fee", "reference": "ReferenceId"},
    "tripay": {"amount": "amount", "fee": "fee_merchant", "reference": "merchant_ref"},
}


@pytest.mark.parametrize("code", GATEWAYS)
async def test_another_amount_than_was_confirmed_is_named(till: Till, code: str) -> None:
    invoice, their_id = await confirmed(till, code, **{LIES[code]["amount"]: 60_000})
    assert await told_of(till, code) == {
        KIND.AMOUNT: Difference(KIND.AMOUNT, their_id, invoice.reference, 60_000, 50_000)
    }


@pytest.mark.parametrize(("code", "fee"), [("ipaymu", 350), ("tripay", 1_100)])
async def test_another_fee_than_was_booked_is_named(till: Till, code: str, fee: int) -> None:
    invoice, their_id = await confirmed(till, code, **{LIES[code]["fee"]: 999})
    assert await told_of(till, code) == {
        KIND.FEE: Difference(KIND.FEE, their_id, invoice.reference, 999, fee)
    }


@pytest.mark.parametrize("code", GATEWAYS)
async def test_a_payment_that_was_confirmed_for_another_invoice_is_named(
    till: Till, code: str
) -> None:
    other = await till.opened(code)
    payer, their_id = await unheard(till, code, **{LIES[code]["reference"]: other.reference})
    await till.hear_of(other, their_id)
    assert await till.ask() == 1
    assert await told_of(till, code) == {
        KIND.REFERENCE: Difference(
            KIND.REFERENCE, their_id, other.reference, other.reference, payer.reference
        )
    }


@pytest.mark.parametrize("code", GATEWAYS)
async def test_what_they_gave_back_is_named_until_that_is_recorded(till: Till, code: str) -> None:
    invoice, their_id = await confirmed(till, code)
    await till.gateway(code).state(their_id, "refunded", callback=False)
    await till.later(60)
    expected = Difference(KIND.REFUNDED_THERE, their_id, invoice.reference, 50_000, "refunded")
    for _ in range(2):
        assert await told_of(till, code) == {KIND.REFUNDED_THERE: expected}
    payment = await till.known_as(their_id)
    assert payment["refunded_at"] is not None
    open_tasks = ["gateway_refund", "payment_review", "reconciliation"]
    assert sorted(await till.tasks()) == open_tasks
    assert await till.questions(code) == 2, "asked once more, and believed"
    await record_reversal(
        till.desk,
        payment["id"],
        taken_from=TakenFrom.UNAPPLIED,
        user_id=GUEST,
        actor="cli:rina",
        reason="chargeback bank",
    )
    assert await told_of(till, code) == {}
    assert await till.tasks() == []


@pytest.mark.parametrize("code", GATEWAYS)
@pytest.mark.parametrize("said", ["expired", "failed", "pending"])
async def test_what_they_call_unpaid_after_all_is_named(till: Till, code: str, said: str) -> None:
    invoice, their_id = await confirmed(till, code)
    await till.gateway(code).options(expires_by_itself=False)
    await till.gateway(code).state(their_id, said, callback=False)
    word = {"pending": "waiting"}.get(said, said)
    assert await told_of(till, code) == {
        KIND.NOT_PAID_THERE: Difference(
            KIND.NOT_PAID_THERE, their_id, invoice.reference, 50_000, word
        )
    }


@pytest.mark.parametrize("code", GATEWAYS)
async def test_a_payment_under_no_reference_of_ours_is_named(till: Till, code: str) -> None:
    their_id = await paid_for_another_shop(till, code)
    assert await told_of(till, code) == {
        KIND.STRANGER: Difference(KIND.STRANGER, their_id, "INV-OF-ANOTHER-SHOP", None, 150_000)
    }
    assert await till.payments() == []


async def paid_for_another_shop(till: Till, code: str) -> str:
    """The same merchant has another shop, too; the gateway's id of what was paid there."""
    gateway = till.desk.gateways[code]
    ask = an_invoice(
        reference="INV-OF-ANOTHER-SHOP",
        channel={"ipaymu": "qris", "tripay": "QRIS2"}[code],
        callback_url=f"{till.desk.public_url}/{code}/callback",
    )
    request = gateway.create(ask, till.clock.now())
    await till.desk.wire.ask(request, account=code, purpose="create")
    return str((await till.gateway(code).pay(ask.reference))["id"])


async def test_a_settlement_that_nobody_recorded_is_in_the_balance(till: Till) -> None:
    await confirmed(till, "ipaymu")
    await till.sim.ipaymu.settle(10_000)
    report = await report_of(till, "ipaymu")
    owed = 50_000 - 350
    expected = Difference(KIND.BALANCE, None, None, owed, owed - 10_000)
    assert report.differences == (expected,)
    assert report.balance is not None
    yesterday = business_date(till.clock.now()) - timedelta(days=1)
    assert (await report_of(till, "ipaymu", yesterday)).balance is None


@pytest.mark.parametrize("code", GATEWAYS)
async def test_one_difference_of_every_kind_on_one_day_is_named_each(till: Till, code: str) -> None:
    names = LIES[code]
    await till.paid(code)  # and this one is in order
    planted: dict[DifferenceKind, str | None] = {KIND.UNREADABLE: None, KIND.BALANCE: None}
    for kind, lie in ((KIND.AMOUNT, 60_000), (KIND.FEE, 999)):
        _, planted[kind] = await confirmed(till, code, **{names[kind.value]: lie})
    other = await till.opened(code)
    _, their_id = await unheard(till, code, **{names["reference"]: other.reference})
    await till.hear_of(other, their_id)
    assert await till.ask() == 1
    planted[KIND.REFERENCE] = their_id
    for kind, state in ((KIND.REFUNDED_THERE, "refunded"), (KIND.NOT_PAID_THERE, "failed")):
        _, their_id = await confirmed(till, code)
        await till.gateway(code).state(their_id, state, callback=False)
        planted[kind] = their_id
    planted[KIND.STRANGER] = await paid_for_another_shop(till, code)
    _, planted[KIND.MISSING_HERE] = await confirmed(till, code)
    planted[KIND.MISSING_THERE] = "4711"
    till.is_honest = False
    there = f"WHERE their_id = '{planted[KIND.MISSING_HERE]}'"
    await by_owner(till.db.conninfo, f"UPDATE funding.payments SET their_id = '4711' {there}")
    till.desk = replace(till.desk, wire=Smudged(till.desk.wire))
    report = await report_of(till, code)
    if code == "tripay":
        del planted[KIND.BALANCE]  # it tells none
    assert {found.kind: found.their_id for found in report.differences} == planted
    assert len(report.differences) == len(planted) and report.noted == 1


@dataclass
class Smudged:
    """The real wire; every page of a list has one row more, which nobody can read."""

    wire: Asks

    async def ask(self, request: WireRequest, **facts: Any) -> Heard:
        heard = await self.wire.ask(request, **facts)
        if not isinstance(heard.said, WireAnswer):
            return heard
        body = heard.said.body.replace(b'"Transaction":[', b'"Transaction":[null,')
        body = body.replace(b'"data":[', b'"data":[null,')
        return replace(heard, said=replace(heard.said, body=body))


UNREADABLE = {
    "ipaymu": {
        "Status": 200,
        "Success": True,
        "Data": {
            "Transaction": [{"TransactionId": "satu"}, None],
            "Pagination": {"current_page": 1, "total_pages": 1},
        },
    },
    "tripay": {
        "success": True,
        "data": [{"reference": ["T1"]}, 7],
        "pagination": {"current_page": 1, "last_page": 1},
    },
}


@asynccontextmanager
async def gateways_that_say(till: Till, answers: dict[str, bytes]) -> AsyncIterator[None]:
    """Both gateways answer everything with these bytes."""

    async def answer(visit: Visit) -> None:
        head = await visit.request()
        code = "ipaymu" if b"ipaymu" in head.split(b" ")[1] else "tripay"
        await visit.answer(answers[code], headers="Connection: close\r\n")

    before = till.desk
    async with raw_server(answer) as server:
        till.desk = replace(before, gateways=gateways_at(Sim(server.url)))
        yield
    till.desk = before


@pytest.mark.parametrize("code", GATEWAYS)
async def test_rows_that_cannot_be_read_are_counted(till: Till, code: str) -> None:
    answers = {name: json.dumps(said).encode() for name, said in UNREADABLE.items()}
    async with gateways_that_say(till, answers):
        assert await told_of(till, code) == {
            KIND.UNREADABLE: Difference(KIND.UNREADABLE, None, None, None, 2)
        }


@pytest.mark.parametrize("code", GATEWAYS)
async def test_a_list_that_cannot_be_read_proves_nothing(till: Till, code: str) -> None:
    """Neither that a payment is missing there, nor that all is well."""
    await confirmed(till, code)
    async with gateways_that_say(till, dict.fromkeys(GATEWAYS, b"<html>502</html>")):
        report = await report_of(till, code)
    assert report.differences == () and report.confirmed_here == 1
    assert report.problem is not None and "page 1" in report.problem
    till.desk = replace(till.desk, gateways=gateways_at(Sim("http://127.0.0.1:1")))
    unreachable = await report_of(till, code)
    assert unreachable.differences == () and unreachable.problem is not None


@pytest.mark.parametrize(("code", "most"), [("ipaymu", 20), ("tripay", 50)])
async def test_a_day_is_read_over_all_its_pages(till: Till, code: str, most: int) -> None:
    first, _ = await unheard(till, code)
    request = partial(till.gateway(code).pay, first.reference)
    for _ in range(most):
        await request()  # paid again: another transaction under its reference
    report = await report_of(till, code)
    assert report.paid_there == most + 1 and report.problem is None
    assert {d.kind for d in report.differences} <= {KIND.MISSING_HERE, KIND.BALANCE}
    missing = [d for d in report.differences if d.kind is KIND.MISSING_HERE]
    assert len(missing) == most + 1
    assert report.noted == 20, "more than that for one invoice is not asked about at once"


@pytest.mark.parametrize("code", GATEWAYS)
async def test_a_payment_belongs_to_the_day_that_it_was_paid_on(till: Till, code: str) -> None:
    today = business_date(till.clock.now())
    await confirmed(till, code)
    await till.later(86_400)
    await confirmed(till, code)
    await unheard(till, code)
    before = await report_of(till, code, today)
    assert (before.paid_there, before.confirmed_here, before.differences) == (1, 1, ())
    after = await report_of(till, code, today + timedelta(days=1))
    assert (after.paid_there, after.confirmed_here) == (2, 1)
    kinds = {difference.kind for difference in after.differences}
    assert kinds - {KIND.BALANCE} == {KIND.MISSING_HERE}
    empty = await report_of(till, code, today - timedelta(days=1))
    assert (empty.paid_there, empty.confirmed_here, empty.differences) == (0, 0, ())


@pytest.mark.parametrize("code", GATEWAYS)
async def test_a_late_payment_of_an_old_link_is_on_the_day_that_it_came(
    till: Till, code: str
) -> None:
    """Made a week before it is paid: both lists are read back that far."""
    await till.gateway(code).options(expires_by_itself=False)
    invoice = await till.opened(code)
    chosen = await till.gateway(code).choose(invoice.reference)
    await till.later(7 * 86_400)
    await till.gateway(code).pay(invoice.reference)
    await till.hear_of(invoice, str(chosen["id"]))
    await till.ask_until_quiet()
    assert (await till.known_as(str(chosen["id"])))["state"] == "unapplied"
    assert await told_of(till, code) == {}
    report = await report_of(till, code)
    assert report.confirmed_here == 1 and report.problem is None


async def test_what_is_confirmed_while_they_are_asked_is_no_difference(till: Till) -> None:
    """Paid after their list was written: the list does not know of it yet."""
    invoice = await till.opened("tripay")
    await till.sim.tripay.script(invoice.reference, {"do": "callback", "times": 0})
    desk = till.desk

    async def paid_meanwhile() -> None:
        paid = await till.sim.tripay.pay(invoice.reference)
        till.clock.advance(1)
        await till.hear_of(invoice, str(paid["id"]))
        await till.ask()

    till.desk = replace(desk, wire=Interrupted(desk.wire, "list", paid_meanwhile))
    today = business_date(till.clock.now())
    (report,) = [r for r in await reconcile(till.desk, today) if r.gateway == "tripay"]
    till.desk = desk
    assert report.differences == () and len(await till.payments()) == 1
    assert await told_of(till, "tripay") == {}


@dataclass
class Interrupted:
    """The real wire; something happens between the first answer of a purpose and its hearing."""

    wire: Asks
    purpose: str
    happens: Callable[[], Awaitable[None]]
    has_happened: bool = False

    async def ask(self, request: WireRequest, *, account: str, purpose: str, **rest: Any) -> Heard:
        heard = await self.wire.ask(request, account=account, purpose=purpose, **rest)
        if purpose == self.purpose and account == "tripay" and not self.has_happened:
            self.has_happened = True
            await self.happens()
        return heard


BOOKED = Booked(
    id=1,
    their_id="7",
    reference="PAY-1",
    fee_on="shop",
    amount=50_000,
    kept=350,
    reversed=False,
    confirmed_at=datetime(2026, 11, 21, tzinfo=UTC),
    of_day=True,
)
LISTED = Listed(
    their_id="7",
    reference="PAY-1",
    claim=Claim.PAID,
    amount=Rupiah(50_000),
    fee=Rupiah(350),
    charged=Rupiah(50_000),
    net=Rupiah(49_650),
)


def kinds(row: Listed | None, booked: Booked | None, *, is_ours: bool = True) -> list[str]:
    return [found.kind.value for found in differences(row, booked, is_ours=is_ours)]


def test_every_claim_meets_every_state_of_ours() -> None:
    unpaid = {Claim.WAITING, Claim.EXPIRED, Claim.FAILED, Claim.UNKNOWN}
    for claim in Claim:
        row = replace(LISTED, claim=claim)
        expected = {Claim.PAID: [], Claim.REFUNDED: ["refunded_there"]}
        assert kinds(row, BOOKED) == expected.get(claim, ["not_paid_there"])
        assert (claim in unpaid) is (kinds(row, BOOKED) == ["not_paid_there"])
        here = {Claim.PAID: ["missing_here"], Claim.UNKNOWN: ["unreadable"]}
        assert kinds(row, None) == here.get(claim, [])
        there = {Claim.PAID: ["stranger"], Claim.UNKNOWN: ["unreadable"]}
        assert kinds(row, None, is_ours=False) == there.get(claim, [])
    assert kinds(replace(LISTED, claim=Claim.REFUNDED), replace(BOOKED, reversed=True)) == []
    assert kinds(None, BOOKED) == ["missing_there"] and kinds(None, None) == []


def test_several_differences_of_one_payment_are_all_named() -> None:
    row = replace(LISTED, reference="PAY-2", amount=Rupiah(1), fee=Rupiah(2))
    assert kinds(row, BOOKED) == ["reference", "amount", "fee"]
    assert kinds(replace(LISTED, amount=None), BOOKED) == ["unreadable"]
    assert kinds(replace(LISTED, fee=None, amount=Rupiah(1)), BOOKED) == ["unreadable", "amount"]


def test_the_fee_counts_for_whom_we_put_it_on() -> None:
    buyer_pays = replace(BOOKED, fee_on="buyer", amount=49_650, kept=0)
    assert kinds(LISTED, buyer_pays) == []
    assert kinds(LISTED, replace(buyer_pays, amount=50_000)) == ["amount"]
