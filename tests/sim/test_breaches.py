"""Every rule of Digiflazz that a client breaks is written down."""

import asyncio

import pytest

from tests.sim.buyer import Buyer, signed
from tests.sim.vectors import DEV_KEY, USERNAME


async def test_a_clean_client_breaks_nothing(buyer: Buyer) -> None:
    await buyer.tell("options", {"repost_gap_s": 60})
    await buyer.topup("r")
    await buyer.tell("advance", {"seconds": 61})
    await buyer.topup("r")
    await buyer.balance()
    await buyer.price_list()
    assert await buyer.look("breaches") == []


async def test_asking_again_too_soon_is_a_breach(buyer: Buyer) -> None:
    await buyer.tell("options", {"repost_gap_s": 60})
    await buyer.topup("r")
    await buyer.topup("other")
    await buyer.tell("advance", {"seconds": 59})
    assert (await buyer.topup("r")).rc == "00"
    (breach,) = await buyer.look("breaches")
    assert (breach["rule"], breach["ref_id"]) == ("reposted_too_soon", "r")


async def test_the_gap_counts_from_the_end_of_a_silent_call(buyer: Buyer) -> None:
    await buyer.tell("options", {"repost_gap_s": 0.2})
    with pytest.raises(TimeoutError):
        await buyer.topup("r", "081200005002", timeout_s=0.3)
    await asyncio.sleep(0.02)
    await buyer.topup("r", "081200005002")
    assert await buyer.broken_rules() == ["reposted_too_soon"]


async def test_overlapping_calls_about_one_reference_are_a_breach(buyer: Buyer) -> None:
    await buyer.tell("options", {"latency_ms": 50})
    await asyncio.gather(buyer.topup("r"), buyer.topup("r"))
    assert await buyer.broken_rules() == ["overlapping_calls"]
    assert sorted(call["overlap"] for call in await buyer.look("calls")) == [False, True]


async def test_a_reference_reused_for_something_else_is_a_breach(buyer: Buyer) -> None:
    await buyer.topup("r", max_price=11_000)
    await buyer.topup("r", sku="s25", max_price=11_000)
    await buyer.topup("r", "081200000009", max_price=11_000)
    assert (await buyer.topup("r", max_price=12_000)).rc == "00"
    assert await buyer.broken_rules() == ["ref_reused_differently"] * 3


async def test_testing_belongs_to_the_development_key_alone(buyer: Buyer) -> None:
    sign = signed("a", DEV_KEY)
    assert (await buyer.topup("a", "087800001230", "xld10", sign=sign)).rc == "41"
    assert (await buyer.topup("b", testing=True)).rc == "41"
    assert await buyer.broken_rules() == ["testing_missing", "testing_in_production"]
    assert (await buyer.look("books"))["transactions"] == []


async def test_a_wrong_sign_or_username_is_refused_and_written_down(buyer: Buyer) -> None:
    assert (await buyer.topup("a", sign=signed("b"))).data == {
        "rc": "41",
        "message": "Signature Anda salah",
    }
    assert (await buyer.topup("a", username="orang-lain")).rc == "42"
    assert await buyer.broken_rules() == ["wrong_sign", "wrong_username"]


async def test_an_unknown_address_is_refused(buyer: Buyer) -> None:
    await buyer.tell("options", {"ip_known": False})
    said = await buyer.topup("a")
    assert (said.rc, said.data["message"]) == ("45", "IP Anda tidak kami kenali: 127.0.0.1")


async def test_a_body_must_be_a_json_object(buyer: Buyer) -> None:
    for body, kind in ((b"{}", "text/plain"), (b"{", "application/json")):
        assert (await buyer.raw("/transaction", body, kind)).rc == "40"
    assert (await buyer.raw("/transaction", b"[]", "application/json")).rc == "40"
    assert await buyer.broken_rules() == ["not_json", "not_json", "body_not_object"]


async def test_a_customer_number_is_text(buyer: Buyer) -> None:
    assert (await buyer.topup("a", customer_no=81200000000)).rc == "40"
    assert await buyer.broken_rules() == ["customer_no_not_text"]


@pytest.mark.parametrize("missing", ["ref_id", "buyer_sku_code", "customer_no", "sign"])
async def test_a_missing_field_is_a_payload_error(buyer: Buyer, missing: str) -> None:
    body = {
        "username": USERNAME,
        "buyer_sku_code": "s10",
        "customer_no": "081200000000",
        "ref_id": "a",
        "sign": signed("a"),
    }
    assert (await buyer.post("/transaction", body)).rc == "00"
    for broken in ({**body, missing: ""}, {**body, missing: None}):
        assert (await buyer.post("/transaction", broken)).rc == "40"
    del body[missing]
    assert (await buyer.post("/transaction", body)).rc == "40"


async def test_an_unknown_command_is_a_payload_error(buyer: Buyer) -> None:
    assert (await buyer.topup("a", commands="pln-subscribe")).rc == "40"


async def test_questions_after_a_final_answer_are_counted_not_blamed(buyer: Buyer) -> None:
    for _ in range(4):
        await buyer.topup("r")
    assert (await buyer.look("books"))["reposts_after_final"] == 2
    assert await buyer.look("breaches") == []


async def test_the_call_log_keeps_no_secret(buyer: Buyer) -> None:
    await buyer.topup("r")
    log = str(await buyer.look("calls"))
    assert signed("r") not in log and USERNAME not in log
