"""Postpaid bills: found, paid once, and asked after; the official numbers and every rule."""

import asyncio
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from konter_sim.digiflazz.hooks import signature
from konter_sim.digiflazz.official_bills import OFFICIAL
from konter_sim.digiflazz.steps import Fail, Pending
from tests.sim.buyer import Buyer, Mailbox, Said, until
from tests.sim.pasca_vectors import (
    DESC_FIELDS,
    INQUIRY,
    NUMBERS,
    PAID_TWO,
    PENDING,
    UNFOUND,
    table,
)
from tests.sim.vectors import SECRET, WEBHOOKS


@pytest_asyncio.fixture
async def mailbox(till: tuple[Buyer, Mailbox]) -> Mailbox:
    buyer, opened = till
    await buyer.tell("reset")
    opened.hooks.clear()
    return opened


@pytest_asyncio.fixture
async def buyer(till: tuple[Buyer, Mailbox], mailbox: Mailbox) -> Buyer:
    return till[0]


FAILED = ["ref_id", "customer_no", "buyer_sku_code", "message", "status", "rc"]


async def inquire_and_pay(buyer: Buyer, ref_id: str, number: str, **more: Any) -> Said:
    found = await buyer.bill("inq", ref_id, number, **more)
    assert (found.rc, found.data["status"]) == ("00", "Sukses")
    return await buyer.bill("pay", ref_id, number, **more)


async def formed(buyer: Buyer) -> list[str]:
    return [row["ref_id"] for row in await buyer.look("bills") if row["formed"]]


async def test_every_official_number_of_the_table_is_known() -> None:
    assert {(sku, number) for sku, number, *_ in table()} == set(OFFICIAL)
    assert len(NUMBERS) == 15


@pytest.mark.parametrize(("sku", "number", "inquiry", "payment", "later"), table())
async def test_an_official_number_does_what_the_table_says(
    buyer: Buyer, mailbox: Mailbox, sku: str, number: str, inquiry: str, payment: str, later: str
) -> None:
    more: dict[str, Any] = {"sku": sku, "testing": True}
    more |= {"amount": 22_500} if sku == "emoney" else {}
    found = await buyer.bill("inq", "t", number, **more)
    assert found.rc == inquiry
    assert await buyer.balance() == 1_000_000
    if inquiry != "00":
        assert list(found.data) == FAILED
        return
    owed = found.data
    assert "sn" not in owed
    check_amounts(sku, owed)
    paid = await buyer.bill("pay", "t", number, **more)
    assert paid.rc == payment
    truth = paid.data
    if later:
        assert list(truth) == FAILED
        assert await buyer.balance() == 1_000_000 - owed["price"]
        await mailbox.holds(2)
        assert mailbox.told == [
            ("create", "Pending", "03"),
            ("update", "Sukses" if later == "00" else "Gagal", later),
        ]
        assert {hook.agent for hook in mailbox.hooks} == {"Digiflazz-Pasca-Hookshot"}
        truth = (await buyer.bill("status", "t", number, **more)).data
    is_paid = (later or payment) == "00"
    assert await buyer.balance() == 1_000_000 - (owed["price"] if is_paid else 0)
    if is_paid:
        assert truth["sn"] == ("" if sku == "bpjstk" else "S1234554321N")
        assert (truth["price"], truth["desc"].keys()) == (owed["price"], owed["desc"].keys())
    else:
        assert list(truth) == FAILED
    assert await buyer.broken_rules() == [] and await buyer.balanced()


def check_amounts(sku: str, owed: dict[str, Any]) -> None:
    """The documented fields, in the documented types, that add up."""
    desc, sheets = owed["desc"], owed["desc"]["lembar_tagihan"]
    assert type(sheets) is int
    rows = desc.get("detail", [])
    assert (set(desc), {name for row in rows for name in row}) == DESC_FIELDS[sku]
    assert all(isinstance(value, str) for row in rows for value in row.values())
    parts = ("nilai_tagihan", "denda", "biaya_lain")
    if rows and "nilai_tagihan" in rows[0]:
        bills = sum(int(row.get(part, 0)) for row in rows for part in parts)
        assert owed["selling_price"] == bills + owed["admin"]
    commission = owed["selling_price"] - owed["price"]
    assert commission > 0 and commission % sheets == 0


@pytest.mark.parametrize(
    ("command", "number", "expected"),
    [
        ("inq", "530000000001", INQUIRY),
        ("inq", "530000000003", UNFOUND),
        ("pay", "530000000002", PAID_TWO),
        ("pay", "630000000001", PENDING),
    ],
)
async def test_the_official_examples_are_reproduced_field_for_field(
    buyer: Buyer, command: str, number: str, expected: dict[str, Any]
) -> None:
    await buyer.tell("reset", {"deposit": 100_000})
    said = await buyer.bill("inq", "some1d", number, testing=True)
    if command == "pay":
        said = await buyer.bill("pay", "some1d", number, testing=True)
    assert said.data == expected
    assert list(said.data) == list(expected)


async def test_the_official_webhook_is_reproduced_to_the_byte(
    buyer: Buyer, mailbox: Mailbox
) -> None:
    await buyer.tell("reset", {"deposit": 100_000})
    await inquire_and_pay(buyer, "inq-0001", "630000000001", testing=True)
    await mailbox.holds(2)
    assert (mailbox.hooks[1].raw, mailbox.hooks[1].signature) == WEBHOOKS[2]


async def test_a_generated_bill_is_the_same_each_time_until_it_is_paid(buyer: Buyer) -> None:
    first = (await buyer.bill("inq", "a")).data
    again = (await buyer.bill("inq", "b")).data
    assert {**first, "ref_id": "b"} == again
    assert first["periode"] and first["customer_name"]
    other = (await buyer.bill("inq", "c", sku="plnpasca")).data
    assert other["selling_price"] != first["selling_price"]
    assert (await buyer.bill("pay", "b")).rc == "00"
    for sku in ("pln", "plnpasca"):
        gone = await buyer.bill("inq", f"gone-{sku}", sku=sku)
        assert (gone.rc, gone.data["message"]) == ("60", "Tagihan belum tersedia")
    await buyer.tell("advance", {"days": 31})
    assert (await buyer.bill("inq", "next")).rc == "00"
    assert await buyer.broken_rules() == []


async def test_which_paid_bills_are_gone_is_an_option(buyer: Buyer) -> None:
    await inquire_and_pay(buyer, "a", "530000000001")
    assert (await buyer.bill("inq", "b", "530000000001")).rc == "00"
    await buyer.tell("options", {"settled_bills": "all"})
    assert (await buyer.bill("inq", "c", "530000000001")).rc == "60"
    await inquire_and_pay(buyer, "d", "530012345678")
    await buyer.tell("options", {"settled_bills": "none"})
    assert (await buyer.bill("inq", "e")).rc == "00"


@pytest.mark.parametrize("sku", sorted(DESC_FIELDS.keys() - {"emoney"}))
async def test_every_kind_of_bill_can_be_generated(buyer: Buyer, sku: str) -> None:
    number = "777000111,3201" if sku == "samsat" else "777000111"
    owed = (await buyer.bill("inq", "g", number, sku)).data
    check_amounts(sku, owed)
    row = next(row for row in await buyer.look("bill-catalogue") if row["buyer_sku_code"] == sku)
    sheets = owed["desc"]["lembar_tagihan"]
    assert owed["admin"] == row["admin"] * sheets
    assert owed["price"] == owed["selling_price"] - row["commission"] * sheets


async def test_a_bill_can_be_written_and_settled_elsewhere(buyer: Buyer) -> None:
    wish = {"sku": "pln", "customer_no": "5300", "amounts": [40_000, 50_000], "fine": 3_000}
    await buyer.tell("owe", {**wish, "name": "TUTI"})
    owed = (await buyer.bill("inq", "w", "5300")).data
    assert (owed["selling_price"], owed["customer_name"]) == (93_000 + 5_500, "TUTI")
    await buyer.tell("owe", {"sku": "plnpasca", "customer_no": "5300", "paid": True})
    assert (await buyer.bill("inq", "x", "5300")).rc == "60"
    await buyer.tell("owe", {"sku": "no-such", "customer_no": "5300"}, status=404)


async def test_loading_money_wants_whole_thousands_and_may_be_done_twice(buyer: Buyer) -> None:
    number, sku = "081234567890", "emoney"
    assert (await buyer.bill("inq", "a", number, sku)).rc == "40"
    assert (await buyer.bill("inq", "b", number, sku, amount=20_500)).rc == "87"
    for ref_id in ("c", "d"):
        said = await inquire_and_pay(buyer, ref_id, number, sku=sku, amount=20_000)
        assert said.data["selling_price"] == 21_000
    assert await buyer.broken_rules() == []


async def test_a_land_tax_is_of_the_year_asked_for(buyer: Buyer) -> None:
    owed = await buyer.bill("inq", "y", "3201", "cimahi", year=2024)
    assert owed.data["desc"]["tahun_pajak"] == "2024"


# Rules


async def test_paying_what_was_not_asked_for_fails_and_is_a_breach(buyer: Buyer) -> None:
    said = await buyer.bill("pay", "a")
    assert (said.rc, said.data["status"]) == ("02", "Gagal")
    await buyer.bill("inq", "b")
    assert (await buyer.bill("pay", "b", "530099999999")).rc == "02"
    await buyer.bill("inq", "c")
    assert (await buyer.bill("pay", "c", sku="plnpasca")).rc == "02"
    await buyer.bill("inq", "d", "530000000003")
    assert (await buyer.bill("pay", "d", "530000000003")).rc == "02"
    assert await buyer.broken_rules() == ["paid_without_inquiry"] * 4
    assert await formed(buyer) == [] and await buyer.balance() == 1_000_000


async def test_an_inquiry_is_good_until_midnight_in_jakarta(buyer: Buyer) -> None:
    await buyer.bill("inq", "a")
    await buyer.tell("advance", {"days": 1})
    assert (await buyer.bill("pay", "a")).rc == "02"
    assert await buyer.broken_rules() == ["paid_without_inquiry"]


async def test_a_second_payment_is_told_the_first_and_is_a_breach(buyer: Buyer) -> None:
    first = await inquire_and_pay(buyer, "a", "530012345678")
    assert (await buyer.bill("pay", "a")).raw == first.raw
    assert await buyer.broken_rules() == ["paid_again"]
    assert await formed(buyer) == ["a"]


async def test_one_bill_paid_under_two_references_is_a_breach(buyer: Buyer) -> None:
    for ref_id, sku in (("a", "pln"), ("b", "plnpasca")):
        await buyer.bill("inq", ref_id, sku=sku)
    for ref_id, sku in (("a", "pln"), ("b", "plnpasca")):
        assert (await buyer.bill("pay", ref_id, sku=sku)).rc == "00"
    (breach,) = await buyer.look("breaches")
    assert (breach["rule"], breach["ref_id"]) == ("bill_paid_twice", "b")
    assert await formed(buyer) == ["a", "b"] and await buyer.balanced()


async def test_a_failed_bill_may_be_paid_under_another_reference(buyer: Buyer) -> None:
    number = "530012344002"
    assert (await inquire_and_pay(buyer, "a", number)).rc == "02"
    await buyer.script(number, {"do": "success"})
    assert (await inquire_and_pay(buyer, "b", number)).rc == "00"
    assert await buyer.broken_rules() == []
    await buyer.tell("settle", {"ref_id": "a", "status": "Sukses"})
    assert await buyer.broken_rules() == ["bill_paid_twice"]


async def test_a_used_reference_cannot_be_asked_about_again(buyer: Buyer) -> None:
    await buyer.bill("inq", "a")
    assert (await buyer.bill("inq", "a")).rc == "49"
    await buyer.topup("p")
    assert (await buyer.bill("inq", "p")).rc == "49"
    assert await buyer.broken_rules() == ["inquired_again"] * 2
    assert (await buyer.topup("a")).rc == "49"
    assert (await buyer.bill("pay", "p")).rc == "49"


async def test_nothing_is_known_of_what_was_not_paid(buyer: Buyer) -> None:
    await buyer.bill("inq", "a")
    for ref_id in ("a", "never"):
        said = await buyer.bill("status", ref_id)
        assert (said.rc, said.data["message"], said.data["status"]) == (
            "50",
            "Data belum ada",
            "Gagal",
        )
    await buyer.bill("pay", "a")
    assert (await buyer.bill("status", "a")).data["sn"].endswith("N")
    await buyer.tell("advance", {"days": 91})
    assert (await buyer.bill("status", "a")).rc == "50"
    assert await formed(buyer) == ["a"]


async def test_to_pay_at_once_is_allowed_to_ask_again_at_once_is_not(buyer: Buyer) -> None:
    await buyer.tell("options", {"repost_gap_s": 60})
    await inquire_and_pay(buyer, "a", "530012346001")
    assert await buyer.broken_rules() == []
    assert (await buyer.bill("status", "a", "530012346001")).rc == "03"
    assert await buyer.broken_rules() == ["reposted_too_soon"]
    await buyer.tell("advance", {"seconds": 61})
    await buyer.bill("status", "a", "530012346001")
    assert await buyer.broken_rules() == ["reposted_too_soon"]


async def test_development_knows_only_its_test_numbers_and_wants_the_flag(buyer: Buyer) -> None:
    assert (await buyer.bill("inq", "a", testing=True)).rc == "41"
    assert (await buyer.bill("inq", "b", "530000000001", "plnpasca", testing=True)).rc == "41"
    number = "530000000001"
    await inquire_and_pay(buyer, "c", number, testing=True)
    flagless = await buyer.bill("status", "c", number, "pln", testing=True, **{"year": None})
    assert flagless.rc == "00"
    assert await buyer.broken_rules() == []


async def test_our_own_short_deposit_forms_nothing(buyer: Buyer) -> None:
    await buyer.tell("reset", {"deposit": 5_000})
    await buyer.bill("inq", "a", "530000000001")
    short = await buyer.bill("pay", "a", "530000000001")
    assert (short.rc, list(short.data)) == ("44", FAILED)
    assert await buyer.look("bills") == []
    await buyer.tell("deposit", {"amount": 5_000})
    assert (await buyer.bill("pay", "a", "530000000001")).rc == "00"
    assert await buyer.balance() == 0 and await buyer.broken_rules() == []


async def test_a_closed_or_unknown_bill_cannot_be_asked_for(buyer: Buyer) -> None:
    assert (await buyer.bill("inq", "a", sku="no-such")).rc == "43"
    await buyer.bill("inq", "b")
    await buyer.tell("bill-catalogue", {"sku": "pln", "seller_product_status": False})
    assert (await buyer.bill("inq", "c")).rc == "53"
    assert (await buyer.bill("pay", "b")).rc == "53"
    await buyer.tell("bill-catalogue", {"remove": "pln"})
    assert (await buyer.bill("inq", "d")).rc == "43"
    await buyer.tell("bill-catalogue", {"remove": "pln"}, status=404)


async def test_the_call_log_names_the_command(buyer: Buyer) -> None:
    await inquire_and_pay(buyer, "a", "530012345678")
    await buyer.bill("status", "a")
    told = [call["command"] for call in await buyer.look("calls")]
    assert told == ["inq-pasca", "pay-pasca", "status-pasca"]
    (row,) = await buyer.look("inquiries")
    assert (row["found"], row["pays"]) == (True, 1)


async def test_a_number_may_be_scripted_for_inquiry_and_payment(buyer: Buyer) -> None:
    number = "530012345678"
    await buyer.script(
        number,
        {"do": "pending", "then": "never"},
        {"do": "http", "status": 503},
        {"do": "success"},
        inquiry=[{"do": "fail", "rc": "55"}, {"do": "success"}],
    )
    assert (await buyer.bill("inq", "a")).rc == "55"
    assert (await inquire_and_pay(buyer, "b", number)).rc == "03"
    assert (await buyer.bill("status", "b")).status == 503
    assert (await buyer.bill("status", "b")).rc == "00"
    wish = {"customer_no": number, "inquiry": [{"do": "pending"}]}
    assert "error" in await buyer.tell("script", wish, status=400)


async def test_a_question_after_nothing_forms_nothing_whatever_is_scripted(buyer: Buyer) -> None:
    number = "530012345678"
    await buyer.script(number, {"do": "success"})
    assert (await buyer.bill("status", "a", number)).rc == "50"
    await buyer.script(number, {"do": "http", "status": 502, "commit": True})
    assert (await buyer.bill("status", "a", number)).status == 502
    assert await buyer.look("bills") == []


# Webhooks


async def test_an_inquiry_may_send_its_own_webhook(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.bill("inq", "a", "530012342009")
    await mailbox.holds(1)
    data = mailbox.hooks[0].body["data"]
    assert (data["status"], data["rc"], "sn" in data) == ("Sukses", "00", False)
    assert mailbox.hooks[0].signature == signature(mailbox.hooks[0].raw, SECRET)
    assert await buyer.look("bills") == [] and await buyer.balance() == 1_000_000


async def test_a_pending_bill_may_be_settled_by_hand(buyer: Buyer, mailbox: Mailbox) -> None:
    await inquire_and_pay(buyer, "a", "530012346001")
    await buyer.tell("settle", {"ref_id": "a", "status": "Sukses"})
    await until(lambda: ("update", "Sukses", "00") in mailbox.told)
    assert {hook.agent for hook in mailbox.hooks} == {"Digiflazz-Pasca-Hookshot"}
    (row,) = await buyer.look("bills")
    assert (row["formed"], row["biller"]) == (True, "PLN") and row["sn"].startswith("S")


async def test_a_webhook_may_say_nothing_of_a_paid_bill(buyer: Buyer, mailbox: Mailbox) -> None:
    await inquire_and_pay(buyer, "a", "530012347002")
    await asyncio.sleep(0.1)
    assert mailbox.hooks == []
    assert (await buyer.bill("status", "a", "530012347002")).rc == "00"


async def test_the_five_roads_are_what_the_table_promises() -> None:
    roads = {sku: [] for sku in NUMBERS}  # type: dict[str, list[str]]
    for test in OFFICIAL.values():
        failing = [isinstance(step, Fail) for step in (test.inquiry, test.payment)]
        later = test.payment.then if isinstance(test.payment, Pending) else ""
        roads[test.sku].append(f"{failing}{later}")
    assert all(len(set(found)) == 5 for found in roads.values())


async def test_a_broken_connection_hides_a_paid_bill(buyer: Buyer) -> None:
    await buyer.bill("inq", "a", "530012345008")
    with pytest.raises(aiohttp.ClientError):
        await buyer.bill("pay", "a", "530012345008")
    assert (await buyer.bill("status", "a", "530012345008")).rc == "00"
