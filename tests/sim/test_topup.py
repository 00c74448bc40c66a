"""Buying: money moves once per reference, and only when a transaction is formed."""

import asyncio

import pytest

from tests.sim.buyer import Buyer, Mailbox, signed
from tests.sim.vectors import DEV_KEY, TEST_ANSWERS


@pytest.mark.parametrize("expected", TEST_ANSWERS)
async def test_the_official_numbers_answer_as_in_the_official_examples(
    buyer: Buyer, expected: dict[str, dict[str, object]]
) -> None:
    data = expected["data"]
    said = await buyer.test_topup(str(data["ref_id"]), str(data["customer_no"]))
    assert said.data == data
    assert list(said.data) == list(data)


async def test_the_fourth_official_number_is_pending_and_then_fails(
    buyer: Buyer, mailbox: Mailbox
) -> None:
    said = await buyer.test_topup("test4", "087800001234")
    assert (said.data["status"], said.data["buyer_last_saldo"]) == ("Pending", 990_000)
    await mailbox.holds(2)
    assert mailbox.told == [("create", "Pending", "03"), ("update", "Gagal", "02")]
    assert await buyer.balance() == 1_000_000


async def test_a_success_debits_once_and_a_failure_restores(buyer: Buyer) -> None:
    await buyer.topup("ok", "081200000000")
    assert await buyer.balance() == 1_000_000 - 10_275
    said = await buyer.topup("no", "081200004054")
    assert (said.rc, said.data["buyer_last_saldo"]) == ("54", 1_000_000 - 10_275)
    assert "sn" not in said.data
    assert await buyer.balanced()


async def test_a_known_reference_is_answered_and_never_sold_twice(buyer: Buyer) -> None:
    first = await buyer.topup("same")
    for _ in range(3):
        again = await buyer.topup("same")
        assert again.raw == first.raw
    row = await buyer.transaction("same")
    assert row is not None and row["formed_count"] == 1
    assert (await buyer.look("books"))["spent"] == 10_275


async def test_twenty_calls_at_once_about_one_reference_form_one_transaction(
    buyer: Buyer,
) -> None:
    await buyer.tell("options", {"latency_ms": 30})
    said = await asyncio.gather(*(buyer.topup("race") for _ in range(20)))
    assert len({one.raw for one in said}) == 1
    assert (await buyer.look("books"))["spent"] == 10_275


async def test_a_known_reference_with_another_product_or_number_is_refused(
    buyer: Buyer,
) -> None:
    await buyer.topup("ref")
    assert (await buyer.topup("ref", sku="s25")).rc == "49"
    assert (await buyer.topup("ref", "081200009999")).rc == "49"
    assert (await buyer.topup("ref")).rc == "00"
    assert (await buyer.look("books"))["spent"] == 10_275


async def test_what_is_not_formed_is_not_stored_and_may_be_sold_later(buyer: Buyer) -> None:
    await buyer.tell("reset", {"deposit": 5_000})
    refused = await buyer.topup("short")
    assert (refused.rc, refused.status) == ("44", 400)
    assert await buyer.transaction("short") is None
    await buyer.tell("deposit", {"amount": 20_000})
    assert (await buyer.topup("short")).rc == "00"
    assert await buyer.balance() == 25_000 - 10_275
    assert await buyer.balanced()


async def test_a_reference_older_than_ninety_days_is_sold_again(buyer: Buyer) -> None:
    await buyer.topup("old")
    await buyer.tell("advance", {"days": 89})
    await buyer.topup("old")
    assert (await buyer.look("books"))["spent"] == 10_275
    await buyer.tell("advance", {"days": 2})
    await buyer.topup("old")
    assert (await buyer.look("books"))["spent"] == 2 * 10_275
    row = await buyer.transaction("old")
    assert row is not None and row["formed_count"] == 2
    assert await buyer.broken_rules() == ["formed_twice"]


async def test_a_price_above_the_ceiling_is_refused(buyer: Buyer) -> None:
    assert (await buyer.topup("dear", max_price=10_274)).rc == "69"
    assert (await buyer.topup("fair", max_price=10_275)).rc == "00"


async def test_a_product_without_multi_sells_once_a_day_to_one_number(buyer: Buyer) -> None:
    assert (await buyer.topup("a", sku="xxc8")).rc == "00"
    assert (await buyer.topup("b", sku="xxc8")).rc == "63"
    assert (await buyer.topup("c", "081200000001", sku="xxc8")).rc == "00"
    await buyer.tell("advance", {"days": 1})
    assert (await buyer.topup("d", sku="xxc8")).rc == "00"


async def test_a_limited_stock_runs_out_and_a_failure_gives_one_back(buyer: Buyer) -> None:
    await buyer.tell("catalogue", {"sku": "gar33", "stock": 1})
    assert (await buyer.topup("x", "081200001232", sku="gar33")).rc == "02"
    assert (await buyer.topup("y", sku="gar33")).rc == "00"
    assert (await buyer.topup("z", sku="gar33")).rc == "68"


async def test_a_closed_product_answers_with_the_chosen_code(buyer: Buyer) -> None:
    assert (await buyer.topup("c1", sku="S5")).rc == "53"
    assert await buyer.transaction("c1") is not None
    await buyer.tell("options", {"closed_rc": "62"})
    assert (await buyer.topup("c2", sku="S5")).rc == "62"
    assert await buyer.transaction("c2") is None
    assert (await buyer.topup("c3", sku="dana100")).rc == "43"
    assert (await buyer.topup("c4", sku="no-such")).rc == "43"


async def test_a_product_in_cut_off_is_refused_with_the_chosen_code(buyer: Buyer) -> None:
    await buyer.tell("catalogue", {"sku": "s10", "start_cut_off": "0:0", "end_cut_off": "24:00"})
    assert (await buyer.topup("k1")).rc == "66"
    await buyer.tell("options", {"cutoff_rc": "58"})
    assert (await buyer.topup("k2")).rc == "58"
    assert await buyer.transaction("k2") is not None


async def test_development_sells_only_the_test_numbers(buyer: Buyer) -> None:
    said = await buyer.test_topup("dev1", "081200000000")
    assert (said.rc, said.data["message"]) == ("41", "Signature Anda salah")
    sign = signed("dev2", DEV_KEY)
    assert (await buyer.topup("dev2", "087800001230", "s10", testing=True, sign=sign)).rc == "41"


async def test_errors_may_all_come_as_http_200(buyer: Buyer) -> None:
    assert (await buyer.topup("e1", sku="no-such")).status == 400
    await buyer.tell("options", {"error_http_status": 200})
    assert (await buyer.topup("e2", sku="no-such")).status == 200


async def test_a_pln_token_carries_name_tariff_and_kwh(buyer: Buyer) -> None:
    sn = (await buyer.topup("pln", "45012345678", "pln20")).data["sn"]
    token, name, tariff, power, kwh = sn.split("/")
    assert [len(part) for part in token.split("-")] == [4, 4, 4, 4, 4]
    assert name.isupper() and (tariff, power) == ("R1", "900VA")
    assert kwh.endswith("KWH") and "," in kwh
