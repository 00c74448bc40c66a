"""The doors for bills, over the running site; every answer is held to OpenAPI.

The requests are those of the postpaid document; what is said when is the table of situations.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from konter.catalogue.bill_products import switch_bill
from konter.db.pool import Database
from konter.suppliers import gate
from tests.shop import ACCOUNT, Shop, served
from tests.web.bill_door import ASKED, DOORS, document, envelope, house_of, payer, said, shop
from tests.web.billing import ADMIN, BILL, Payer, asks, new_payer
from tests.web.h2h import Machine

__all__ = ["document", "payer", "shop"]


AS_IT_STANDS = "abc123def456"
BODY = {"ref_id", "customer_no", "buyer_sku", "amount", "admin_fee", "total", "status", "message"}
BODY |= {"rc", "bill_details", "timestamp", "sign", "details"}
DETAILS = {"customer_name", "bill_period", "due_date", "bill_amount", "admin_fee", "total_amount"}
AT_ONCE = {"Prefer": "respond-async"}

OTOMAX = Path(__file__).parents[2] / "docs" / "how-to" / "connect-otomax.md"
PASTED = [
    re.compile(line.replace("(?<", "(?P<"))
    for line in OTOMAX.read_text().splitlines()
    if line.startswith('"')
]

EXPIRE = "UPDATE orders.bills SET expires_at = checked_at WHERE ref_id = %(ref_id)s"


@DOORS
async def test_the_document_as_it_stands_is_not_let_in(document: Machine, by_query: bool) -> None:
    elsewhere = replace(document, address="198.18.9.9")
    for act, body in (("check", ASKED), ("pay", {**ASKED, "amount": 50_000})):
        answer = await asks(elsewhere, act, {**body, "sign": AS_IT_STANDS}, by_query=by_query)
        assert said(answer) == (401, "failed", "02")
        assert set(answer.json()) - {"sn"} == BODY
        assert {name: answer.json()[name] for name in ASKED} == ASKED
        assert answer.json()["sign"] is None


@DOORS
async def test_the_document_with_a_true_sign_checks_and_pays(
    shop: Shop, document: Machine, by_query: bool
) -> None:
    """Second by the other door: the same requests are answered with what stands."""
    sign = document.md5(*ASKED.values())
    answer = await asks(document, "check", {**ASKED, "sign": sign}, by_query=by_query)
    assert said(answer) == (200, "success", "00")
    checked = answer.json()
    assert set(checked) == BODY
    amounts = {"amount": 50_000, "admin_fee": 2_500, "total": 52_500}
    assert {name: checked[name] for name in (*ASKED, *amounts)} == ASKED | amounts
    assert set(checked["bill_details"]) == DETAILS
    owed = {"customer_name": "John Doe", "bill_amount": 50_000, "admin_fee": 2_500}
    assert checked["bill_details"].items() >= (owed | {"total_amount": 52_500}).items()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", checked["timestamp"])
    assert checked["sign"] == document.md5(ASKED["ref_id"], "success")

    paying = {**ASKED, "amount": 50_000}
    sign = document.md5(*(str(fact) for fact in paying.values()))
    answer = await asks(document, "pay", {**paying, "sign": sign}, by_query=by_query)
    assert said(answer) == (200, "success", "00")
    paid = answer.json()
    assert set(paid) == BODY | {"sn"}
    assert paid["sn"]
    assert paid["bill_details"] == checked["bill_details"]
    assert {name: paid[name] for name in (*paying, "total")} == paying | {"total": 52_500}
    assert paid["sign"] == document.md5(ASKED["ref_id"], "success")
    assert await document.balance() == 1_000_000 - 52_500
    assert len(await shop.sim.bills(ASKED["customer_no"])) == 1


async def test_details_of_the_biller_come_whole(shop: Shop, payer: Payer) -> None:
    number = "53777700" + "0000"
    await shop.sim.owe("pln", number, 30_000, 40_000, fine=500)
    body = (await payer.check("two-months", number)).json()
    assert body["amount"] == 70_500
    assert re.fullmatch(r"\d{4}-\d\d,\d{4}-\d\d", body["bill_details"]["bill_period"])
    assert body["bill_details"]["due_date"] is None
    assert len(body["details"]["detail"]) == 2


@DOORS
@pytest.mark.parametrize(
    ("suffix", "rc"), [("8160", "03"), ("2007", "05"), ("8154", "06"), ("2004", "07")]
)
async def test_a_check_that_finds_nothing_says_why(
    shop: Shop, document: Machine, by_query: bool, suffix: str, rc: str
) -> None:
    payer = await new_payer(shop, by_query=by_query)
    answer = await payer.check("A", await house_of(shop, suffix))
    assert said(answer) == (200, "failed", rc)
    body = answer.json()
    assert (body["amount"], body["total"], body["bill_details"]) == (None, None, None)
    assert body["sign"] == payer.machine.md5("A", "failed")
    assert said(await payer.looks_up("A")) == (200, "failed", rc)


@DOORS
async def test_a_number_that_can_be_none_is_not_asked_about(
    shop: Shop, payer: Payer, by_query: bool
) -> None:
    asked = len(await shop.sim.calls("inq-pasca"))
    for number in ("1", "tidak!", "x" * 60):
        answer = await replace(payer, by_query=by_query).check("none", number)
        assert said(answer) == (200, "failed", "06")
    assert len(await shop.sim.calls("inq-pasca")) == asked
    assert envelope(await payer.looks_up("none")) == (404, "TRANSACTION_NOT_FOUND")


@DOORS
async def test_what_a_payment_cannot_be_is_told_and_nothing_is_held(
    shop: Shop, document: Machine, by_query: bool
) -> None:
    payer, number = await new_payer(shop, by_query=by_query), await house_of(shop)
    early = await payer.pay("A", number)
    assert said(early) == (200, "failed", "01")
    assert "cek tagihan" in early.json()["message"]
    assert (await payer.check("A", number)).json()["amount"] == BILL
    differs = await payer.pay("A", number, BILL + ADMIN)
    assert said(differs) == (200, "failed", "01")
    assert "Nominal" in differs.json()["message"]
    assert differs.json()["amount"] == BILL
    other = await payer.pay("A", await house_of(shop))
    assert said(other) == (200, "failed", "01")
    assert other.json()["amount"] is None
    async with shop.house.db.transaction() as tx:
        assert await tx.run(EXPIRE, {"ref_id": "A"}) >= 1
    late = await payer.pay("A", number)
    assert said(late) == (200, "failed", "01")
    assert "kedaluwarsa" in late.json()["message"]
    assert said(await payer.looks_up("A")) == (200, "failed", "01")
    assert said(await payer.check("A", number)) == (200, "success", "00")
    assert said(await payer.pay("A", number)) == (200, "success", "00")
    assert await payer.machine.balance() == 1_000_000 - BILL - ADMIN


@DOORS
async def test_04_is_the_members_balance_and_a_deposit_lets_it_pay(
    shop: Shop, document: Machine, by_query: bool
) -> None:
    payer = await new_payer(shop, money=BILL, by_query=by_query)
    poor = await payer.both("A", await house_of(shop))
    assert said(poor) == (200, "failed", "04")
    assert poor.json()["sign"] == payer.machine.md5("A", "failed")
    assert await payer.machine.balance() == BILL


async def test_our_own_empty_deposit_is_08_and_never_04(shop: Shop, document: Machine) -> None:
    payer, number = await new_payer(shop), await house_of(shop, "4044")
    answer = await payer.both("A", number)
    assert said(answer) == (200, "failed", "08")
    assert "aldo" not in answer.json()["message"]
    assert await payer.machine.balance() == 1_000_000
    assert said(await payer.looks_up("A")) == (200, "failed", "08")
    stopped = await payer.check("B", await house_of(shop))
    assert envelope(stopped) == (502, "BILL_CHECK_FAILED")
    async with shop.house.db.transaction() as tx:
        await gate.open_gate(tx, ACCOUNT)


@pytest.mark.parametrize(("suffix", "rc"), [("4002", "08"), ("8054", "06"), ("8060", "03")])
async def test_a_payment_that_failed_says_whose_matter_it_was(
    shop: Shop, document: Machine, suffix: str, rc: str
) -> None:
    payer, number = await new_payer(shop), await house_of(shop, suffix)
    failed = await payer.both("A", number)
    assert said(failed) == (200, "failed", rc)
    assert (failed.json()["sn"], failed.json()["amount"]) == (None, BILL)
    assert await payer.machine.balance() == 1_000_000
    assert said(await payer.looks_up("A")) == (200, "failed", rc)


@DOORS
async def test_a_payment_that_is_not_decided_is_09_until_it_is(
    shop: Shop, document: Machine, by_query: bool
) -> None:
    payer, number = await new_payer(shop, by_query=by_query), await house_of(shop, "6001")
    taken = await payer.both("A", number)
    assert said(taken) == (200, "pending", "09")
    assert taken.json()["sign"] == payer.machine.md5("A", "pending")
    assert (taken.json()["sn"], taken.json()["total"]) == (None, BILL + ADMIN)
    found = await payer.looks_up("A")
    assert said(found) == (200, "pending", "09")
    assert found.json()["step"] == "pay"
    ((row),) = await shop.sim.bills(number)
    await shop.sim.settle(row["ref_id"], "Sukses")
    (order_id,) = await payer.machine.order_ids()
    await shop.until(order_id, "delivered")
    again = await payer.pay("A", number)
    assert said(again) == (200, "success", "00")
    assert again.json()["sn"] == (await payer.looks_up("A")).json()["sn"]
    assert again.json()["sign"] == payer.machine.md5("A", "success")


async def test_the_expressions_in_the_documents_read_each_answer(
    shop: Shop, document: Machine
) -> None:
    payer, number = await new_payer(shop, by_query=True), await house_of(shop)
    owed = (await payer.check("A", number)).text
    taken = (await payer.pay("A", number, headers=AT_ONCE)).text
    (order_id,) = await payer.machine.order_ids()
    await shop.until(order_id, "delivered")
    paid, failed = (await payer.pay("A", number)).text, (await payer.pay("B", number)).text
    for place, text in enumerate((owed, paid, taken, failed)):
        found = [one.search(text) for one in PASTED]
        assert [bool(one) for one in found] == [n == place for n in range(4)], text
    assert "09" in taken
    serial = PASTED[1].search(paid)
    assert serial
    assert serial["sn"] == json.loads(paid)["sn"]


async def test_who_would_rather_not_wait_is_answered_at_once(shop: Shop, payer: Payer) -> None:
    number = await house_of(shop)
    answer = await payer.both("not-waiting", number, headers=AT_ONCE)
    assert said(answer) == (200, "pending", "09")
    order_id = (await payer.machine.order_ids())[-1]
    await shop.until(order_id, "delivered")


async def test_a_bill_is_paid_once_under_whatever_reference(shop: Shop, document: Machine) -> None:
    one, other, number = await new_payer(shop), await new_payer(shop), await house_of(shop)
    for door, ref_id in ((one, "A"), (one, "B"), (other, "A")):
        assert said(await door.check(ref_id, number)) == (200, "success", "00")
    assert said(await one.pay("A", number)) == (200, "success", "00")
    for door, ref_id in ((one, "B"), (other, "A")):
        again = await door.pay(ref_id, number)
        assert said(again) == (200, "failed", "05")
    assert said(await one.pay("A", number, BILL + 1)) == (200, "failed", "01")
    assert await other.machine.balance() == 1_000_000
    assert len(await shop.sim.bills(number)) == 1


async def test_payments_at_once_by_both_doors_debit_once(shop: Shop, document: Machine) -> None:
    payer, number = await new_payer(shop), await house_of(shop)
    assert said(await payer.check("A", number)) == (200, "success", "00")
    doors = (payer, replace(payer, by_query=True)) * 4
    answers = await asyncio.gather(*(door.pay("A", number) for door in doors))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["rc"] for answer in answers} <= {"00", "09"}
    assert len(await payer.machine.order_ids()) == 1
    assert await payer.machine.balance() == 1_000_000 - BILL - ADMIN
    assert len(await shop.sim.bills(number)) == 1


async def test_checks_at_once_ask_once_and_a_repeat_asks_nobody(
    shop: Shop, document: Machine
) -> None:
    payer, number = await new_payer(shop), await house_of(shop)
    await shop.sim.script(number, inquiry=[{"do": "wait", "ms": 200, "then": {"do": "success"}}])
    answers = await asyncio.gather(*(payer.check("A", number) for _ in range(3)))
    answers.append(await payer.check("A", number))
    assert {said(answer) for answer in answers} == {(200, "success", "00")}
    assert len(await shop.sim.inquiries(number)) == 1
    assert said(await payer.check("A", await house_of(shop))) == (200, "failed", "01")


async def test_a_lookup_calls_nothing_a_success_that_was_not_paid(
    shop: Shop, document: Machine
) -> None:
    payer, other, number = await new_payer(shop), await new_payer(shop), await house_of(shop)
    assert envelope(await payer.looks_up("A")) == (404, "TRANSACTION_NOT_FOUND")
    await payer.check("A", number)
    found = await payer.looks_up("A")
    assert said(found) == (200, "pending", "09")
    body = found.json()
    assert (body["step"], body["sn"], body["customer_no"]) == ("check", None, number)
    assert body["bill_details"]["total_amount"] == BILL + ADMIN
    assert envelope(await other.looks_up("A")) == (404, "TRANSACTION_NOT_FOUND")
    await payer.pay("A", number)
    paid = (await payer.looks_up("A")).json()
    assert (paid["step"], paid["status"], paid["rc"]) == ("pay", "success", "00")
    assert paid["sign"] == payer.machine.md5("A", "success")
    wrong = await payer.machine.ask("GET", "/api/v1/pascabayar/A?username=TOKO1&sign=x")
    assert said(wrong) == (401, "failed", "02")
    assert wrong.json()["sign"] is None


async def test_e_money_wants_the_amount_that_its_customer_chose(shop: Shop, payer: Payer) -> None:
    number = "6032981200000000"
    missing = await payer.check("em-1", number, "emoney")
    assert envelope(missing) == (400, "MISSING_PARAMETERS")
    assert "denom" in missing.json()["details"]
    for ref_id, by_query in (("em-2", False), ("em-3", True)):
        door = replace(payer, by_query=by_query)
        found = await door.check(ref_id, number, "emoney", denom=20_000)
        assert said(found) == (200, "success", "00")
        assert (found.json()["amount"], found.json()["admin_fee"]) == (20_000, 1_000)
        assert said(await door.pay(ref_id, number, 20_000, "emoney")) == (200, "success", "00")


@DOORS
@pytest.mark.parametrize("suffix", ["8153", "8145"])
async def test_a_check_that_is_impossible_is_a_bad_gateway_and_tells_nothing_of_ours(
    shop: Shop, document: Machine, by_query: bool, suffix: str
) -> None:
    """53: closed there; 45: our address is not known, which they may even name."""
    payer, number = await new_payer(shop, by_query=by_query), await house_of(shop, suffix)
    told = {"do": "fail", "rc": suffix[2:], "message": "IP Anda tidak kami kenali 203.0.113.99"}
    await shop.sim.script(number, inquiry=[told])
    answer = await payer.check("A", number)
    assert envelope(answer) == (502, "BILL_CHECK_FAILED")
    looked = await payer.looks_up("A")
    assert said(looked) == (200, "failed", "08")
    assert "203.0.113.99" not in answer.text + looked.text


async def test_what_the_shop_does_not_sell_now_cannot_be_checked(
    shop: Shop, document: Machine
) -> None:
    payer, number = await new_payer(shop, products=frozenset({"pln"})), await house_of(shop)
    assert said(await payer.check("A", number, "tidak-ada")) == (200, "failed", "01")
    assert said(await payer.check("A", number, "plnpasca")) == (200, "failed", "01")
    assert said(await payer.check("A", number)) == (200, "success", "00")
    await switch_bill(shop.house.catalogue, "pln", on=False)
    assert envelope(await payer.check("B", number)) == (502, "BILL_CHECK_FAILED")
    assert said(await payer.pay("A", number)) == (200, "failed", "08")
    await switch_bill(shop.house.catalogue, "pln", on=True)


async def test_a_bill_that_would_cost_more_than_it_brings_is_not_sent(
    shop: Shop, document: Machine
) -> None:
    payer, number = await new_payer(shop), await house_of(shop, "2017")
    assert said(await payer.both("A", number)) == (200, "failed", "08")
    assert await shop.sim.bills(number) == []
    assert await payer.machine.balance() == 1_000_000


async def test_what_cannot_be_recorded_is_not_sent_and_said_so(
    shop: Shop, document: Machine
) -> None:
    payer, number = await new_payer(shop), await house_of(shop)
    await payer.check("A", number)
    away = Database("host=127.0.0.1 port=1 dbname=none")
    house = replace(shop.house, orders=replace(shop.house.orders, db=away))
    async with served(house) as client:
        lost = replace(payer, machine=replace(payer.machine, client=client))
        assert envelope(await lost.pay("A", number)) == (503, "BILL_PAYMENT_FAILED")
        assert envelope(await lost.check("B", number)) == (502, "BILL_CHECK_FAILED")
    assert await shop.sim.bills(number) == []
    assert said(await payer.pay("A", number)) == (200, "success", "00")


async def test_how_long_the_upstream_took_is_a_metric(shop: Shop, document: Machine) -> None:
    payer = await new_payer(shop)
    await payer.check("A", await house_of(shop))
    await payer.check("B", await house_of(shop, "8160"))
    async with shop.client.session.get(f"{shop.client.url}/metrics") as answer:
        told = await answer.text()
    for outcome in ("found", "refused"):
        assert f'konter_bill_check_seconds_count{{outcome="{outcome}"}}' in told


async def test_a_payment_without_its_check_asks_nobody(shop: Shop, payer: Payer) -> None:
    number = await house_of(shop)
    assert said(await payer.pay("never-checked", number)) == (200, "failed", "01")
    assert [call for call in await shop.sim.calls() if call["customer_no"] == number] == []


async def test_a_payment_is_told_to_its_members_server_and_stands_among_its_orders(
    shop: Shop, document: Machine
) -> None:
    payer, number = await new_payer(shop), await house_of(shop)
    await payer.both("A", number)
    order = (await payer.machine.status("A")).json()
    assert (order["status"], order["price"]) == ("success", BILL + ADMIN)
