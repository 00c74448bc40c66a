"""iPaymu's signatures: vectors, the PyPI package, and everything that must not pass."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

import ipaymu as oracle  # type: ignore[import-untyped,unused-ignore]
import pytest

from konter_sim.ipaymu.signs import callback_signature, callback_text, request_signature
from tests.sim.merchant import IPAYMU_KEY, VA, VECTORS, IpaymuMerchant, Letterbox

IPAYMU = VECTORS["ipaymu"]
ESCAPED = "0eeae1e37575bfcbdab55a507cb6a7137226d80d9b2a887164ffb8d8df7a3a72"
SPACED = "acc2c61d8a3c2786ea1ac29d06d32df0e5dad5a829b30f5f9a63854c6815f1a3"


async def test_every_signed_request_of_the_vectors_is_accepted(ipaymu: IpaymuMerchant) -> None:
    for vector in IPAYMU["requests"]:
        raw, signature = vector["body"].encode(), vector["signature"]
        assert request_signature(vector["method"], VA, IPAYMU_KEY, raw) == signature
        if vector["path"] == "/transaction":
            await ipaymu.pay_directly("vector")
        said = await ipaymu.signed(vector["method"], vector["path"], raw, signature=signature)
        assert (said.status, said.json["Status"]) == (200, 200), said.raw
    assert await ipaymu.broken_rules() == []


@pytest.mark.parametrize("signature", [ESCAPED, SPACED, "", "0" * 64])
async def test_a_signature_of_other_bytes_is_refused(
    ipaymu: IpaymuMerchant, signature: str
) -> None:
    raw = IPAYMU["requests"][0]["body"].encode()
    said = await ipaymu.signed("POST", "/payment", raw, signature=signature)
    assert said.json == {"Status": 401, "Message": "unauthorized signature"}
    assert said.status == 401
    assert await ipaymu.broken_rules() == ["wrong_signature"]
    assert (await ipaymu.look("books"))["waiting"] == []


async def test_what_is_signed_compact_may_be_sent_spaced_but_is_written_down(
    ipaymu: IpaymuMerchant,
) -> None:
    vector = IPAYMU["requests"][0]
    spaced = json.dumps(json.loads(vector["body"])).encode()
    said = await ipaymu.signed("POST", "/payment", spaced, signature=vector["signature"])
    assert said.status == 200
    assert await ipaymu.broken_rules() == ["signed_other_bytes"]


async def test_requests_of_the_published_python_package_are_accepted(
    ipaymu: IpaymuMerchant,
) -> None:
    oracle.init(url=ipaymu.api.removesuffix("/api/v2"), va_account=VA, api_key=IPAYMU_KEY)
    order: list[Any] = ["Budi", "081200000001", "budi@example.id", 10_000, ipaymu.hook]
    how: list[Any] = [2, "hours", "va", "bni"]
    said: Any = await asyncio.to_thread(oracle.v2.direct_payment, *order, *how)
    assert (said["Status"], said["Data"]["Total"]) == (200, 10_000)
    raw = b'{"transactionId":"193205"}'
    signature = oracle.v2.create_signature(raw.decode())
    answer = await ipaymu.signed("POST", "/transaction", raw, signature=signature)
    assert answer.data["Amount"] == 10_000
    assert await ipaymu.broken_rules() == ["reference_missing"]


@pytest.mark.parametrize("bad", [None, "", " Budi", "Budi "])
async def test_a_blank_or_untrimmed_value_looks_like_bad_credentials(
    ipaymu: IpaymuMerchant, bad: str | None
) -> None:
    said = await ipaymu.pay_by_redirect("a", buyerName=bad)
    assert said.json == {"Status": 401, "Message": "unauthorized signature"}
    assert (await ipaymu.pay_by_redirect("a", description=[bad])).status == 401
    assert await ipaymu.broken_rules() == ["blank_value"] * 2


async def test_a_strangers_va_is_refused(ipaymu: IpaymuMerchant) -> None:
    said = await ipaymu.call("/balance", {"account": VA}, va="1179000899")
    assert (said.status, said.json["Message"]) == (401, "unauthorized")
    assert await ipaymu.broken_rules() == ["wrong_key"]


async def test_a_timestamp_is_not_signed_but_a_wrong_one_is_written_down(
    ipaymu: IpaymuMerchant,
) -> None:
    body = {"account": VA}
    for timestamp in ("", "20191201000000", "soon"):
        assert (await ipaymu.call("/balance", body, timestamp=timestamp)).status == 200
    rules = ["timestamp_missing", "timestamp_off", "timestamp_off"]
    assert await ipaymu.broken_rules() == rules
    await ipaymu.tell("options", {"timestamp_required": True})
    assert (await ipaymu.call("/balance", body, timestamp="")).status == 401
    assert (await ipaymu.call("/balance", body)).status == 200


async def test_an_unregistered_address_is_turned_away(ipaymu: IpaymuMerchant) -> None:
    await ipaymu.tell("options", {"ip_known": False})
    assert (await ipaymu.pay_by_redirect("a")).status == 406


def test_the_signature_of_every_callback_vector_is_reproduced() -> None:
    for vector in IPAYMU["callbacks"]:
        data = json.loads(vector["canonical"])
        assert callback_text(data) == vector["canonical"]
        assert callback_signature(data, vector["va"]) == vector["x_signature"]


async def test_the_invented_callback_goes_over_the_wire_with_its_signature(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    vector = IPAYMU["callbacks"][1]
    await ipaymu.pay_directly("a")
    await box.holds(1)
    await ipaymu.tell("callback", {"id": 193205, "set": json.loads(vector["canonical"])})
    await box.holds(2)
    assert box.got[1].headers["X-Signature"] == vector["x_signature"]
    assert box.got[1].json == json.loads(vector["canonical"])
    assert b'"url":"https:\\/\\/toko.example.id\\/webhook\\/ipaymu"' in box.got[1].raw


async def test_the_form_of_the_published_callback_is_reproduced(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    vector = IPAYMU["callbacks"][0]
    await ipaymu.pay_directly("a")
    await box.holds(1)
    await ipaymu.tell("options", {"notify_format": "form"})
    await ipaymu.tell("callback", {"id": 193205, "set": json.loads(vector["canonical"])})
    await box.holds(2)
    theirs = parse_qs(vector["form_body"], keep_blank_values=True)
    assert parse_qs(box.got[1].raw.decode(), keep_blank_values=True) == theirs
    assert box.got[1].raw.decode() == vector["form_body"]
