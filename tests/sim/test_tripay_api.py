"""Tripay's calls: vectors, the PyPI package, shapes and refusals as documented."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import tripay as published  # type: ignore[import-untyped,unused-ignore]

from konter_sim.tripay.channels import CHANNELS
from konter_sim.tripay.signs import callback_signature, create_signature
from konter_sim.tripay.state import php_json
from tests.sim.merchant import (
    MERCHANT,
    PRIVATE_KEY,
    TRIPAY_KEY,
    VECTORS,
    Letterbox,
    TripayMerchant,
)

TRIPAY = VECTORS["tripay"]


async def test_every_creation_of_the_vectors_is_accepted(tripay: TripayMerchant) -> None:
    for vector in TRIPAY["create"]:
        ref, amount = vector["merchant_ref"], vector["amount"]
        told = create_signature(PRIVATE_KEY, MERCHANT, ref, str(amount))
        assert told == vector["signature"]
        assert (await tripay.create(ref, amount, signature=vector["signature"])).status == 200
    official = TRIPAY["official_create"]
    signature = official["signature"]
    await tripay.tell(
        "options",
        {"private_key": official["private_key"], "merchant_code": official["merchant_code"]},
    )
    ref, amount = official["merchant_ref"], official["amount"]
    assert (await tripay.create(ref, amount, signature=signature)).status == 200
    assert await tripay.broken_rules() == []


def test_every_callback_of_the_vectors_is_signed_and_written_the_same() -> None:
    for vector in TRIPAY["callbacks"]:
        raw = vector["body"].encode()
        assert callback_signature(PRIVATE_KEY, raw) == vector["x_callback_signature"]
        assert php_json(json.loads(raw)) == raw


async def test_requests_of_the_published_python_package_are_accepted(
    tripay: TripayMerchant,
) -> None:
    class Local(published.TriPay):  # type: ignore[misc,unused-ignore]
        def get_url(self, path: str) -> str:
            return f"{tripay.api}/{path.lstrip('/')}"

    async def ask(act: Callable[..., Any], *args: object, **more: object) -> Any:
        return (await asyncio.to_thread(act, *args, **more)).json()

    client = Local(TRIPAY_KEY, MERCHANT, PRIVATE_KEY)
    closed = client.closed_payment
    items = [closed.create_item("a", "Isi saldo", 25_000, 2)]
    said = await ask(
        closed.request,
        *("BRIVA", 50_000, "Budi", "budi@example.id", "081200000001", items),
        merchant_ref="INV-1",
        expired_time=int(time.time()) + 86_400,
    )
    assert (said["success"], said["data"]["amount"]) == (True, 50_000), said
    reference = said["data"]["reference"]
    assert (await ask(closed.detail_transaction, reference))["data"]["status"] == "UNPAID"
    assert (await ask(closed.get_transaction))["pagination"]["total_records"] == 1
    assert len((await ask(client.get_payment_channel))["data"]) == len(CHANNELS)
    fee = (await ask(client.fee_calculator, 100_000, "QRIS"))["data"][0]["total_fee"]
    assert fee == {"merchant": 1_450, "customer": 0}
    steps = await ask(client.get_payment_instruction, "BRIVA", "123")
    assert "123" in str(steps["data"])
    assert await tripay.broken_rules() == []


async def test_a_creation_answers_with_everything_the_document_shows(
    tripay: TripayMerchant,
) -> None:
    said = (await tripay.create("INV-1")).json
    assert (said["success"], said["message"]) == (True, "")
    data = said["data"]
    assert data["reference"].startswith("DEV-T99999100001")
    assert data["checkout_url"].endswith(f"/tripay/checkout/{data['reference']}")
    assert (data["qr_string"], data["pay_code"], data["pay_url"]) == ("SANDBOX MODE", None, None)
    assert (data["fee_merchant"], data["amount_received"]) == (1_800, 148_200)
    assert data["order_items"][0]["subtotal"] == 150_000
    code = (await tripay.create("INV-2", method="BCAVA")).data
    assert code["pay_code"].isdecimal() and code["qr_url"] is None
    assert (await tripay.create("INV-3", method="OVO")).data["pay_url"]


@pytest.mark.parametrize(("amount", "fee"), [(5_800, 791), (192_080, 2_095), (100_000, 1_450)])
async def test_fees_are_those_seen_in_the_wild(
    tripay: TripayMerchant, amount: int, fee: int
) -> None:
    assert (await tripay.create("INV-1", amount)).data["total_fee"] == fee


async def test_a_customer_may_bear_the_fee_on_top(tripay: TripayMerchant) -> None:
    await tripay.tell("options", {"fee_on": "customer"})
    data = (await tripay.create("INV-1", 120_000)).data
    assert (data["amount"], data["fee_customer"], data["fee_merchant"]) == (121_590, 1_590, 0)
    assert data["amount_received"] == 120_000


async def test_a_wrong_key_signature_or_address_is_refused(tripay: TripayMerchant) -> None:
    headers = {"Authorization": "Bearer nobody"}
    said = await tripay.raw("GET", "/merchant/payment-channel", None, headers)
    assert (said.status, said.json) == (401, {"success": False, "message": "Invalid API Key"})
    said = await tripay.create("INV-1", signature="0" * 64)
    assert (said.status, said.json["message"]) == (400, "Invalid signature")
    assert await tripay.broken_rules() == ["wrong_key", "wrong_signature"]
    await tripay.tell("options", {"ip_known": False})
    said = await tripay.get("/merchant/payment-channel")
    assert said.status == 403 and "Whitelist IP (T99999)" in said.json["message"]


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"order_items": [{"name": "A", "price": 1, "quantity": 1}]}, "items_do_not_sum"),
        ({"order_items": []}, "missing_field"),
        ({"amount": "150000.0"}, "amount_not_whole"),
        ({"customer_email": ""}, "missing_field"),
        ({"merchant_ref": ""}, "missing_field"),
        ({"expired_time": 5}, "outside_limits"),
        ({"expired_time": 4_000_000_000}, "outside_limits"),
        ({"method": "ALFAMIDI"}, None),
        ({"method": "NOBODY"}, ""),
        ({"customer_email": "budi"}, ""),
    ],
)
async def test_a_creation_that_breaks_a_rule_is_refused_and_forms_nothing(
    tripay: TripayMerchant, more: dict[str, Any], rule: str | None
) -> None:
    said = await tripay.create("INV-1", **more)
    if rule is None:
        assert said.status == 200
        return
    assert (said.status, said.json["success"]) == (400, False)
    assert await tripay.broken_rules() == [rule] * bool(rule)
    assert await tripay.look("payments") == []


async def test_an_amount_outside_the_channels_limits_is_refused(tripay: TripayMerchant) -> None:
    assert (await tripay.create("a", 999)).status == 400
    assert (await tripay.create("b", 5_000_001)).status == 400
    assert await tripay.broken_rules() == ["outside_limits"] * 2


async def test_a_discount_may_be_an_item(tripay: TripayMerchant) -> None:
    items = [
        {"name": "Isi saldo", "price": 160_000, "quantity": 1},
        {"name": "Diskon", "price": -10_000, "quantity": 1},
    ]
    assert (await tripay.create("INV-1", order_items=items)).status == 200


async def test_one_reference_may_be_created_twice_and_is_written_down(
    tripay: TripayMerchant,
) -> None:
    first, second = [(await tripay.create("INV-1")).data["reference"] for _ in range(2)]
    assert first != second
    found = (await tripay.get("/merchant/transactions?merchant_ref=INV-1")).json
    assert [row["reference"] for row in found["data"]] == [second, first]
    assert await tripay.broken_rules() == ["reference_reused"]


async def test_the_list_is_paged_and_filtered(tripay: TripayMerchant) -> None:
    for number in range(3):
        await tripay.create(f"INV-{number}")
    await tripay.tell("pay", {"reference": "INV-1"})
    said = (await tripay.get("/merchant/transactions?page=2&per_page=2&sort=asc")).json
    assert [row["merchant_ref"] for row in said["data"]] == ["INV-2"]
    assert said["pagination"] == {
        "sort": "asc",
        "offset": {"from": 3, "to": 3},
        "current_page": 2,
        "previous_page": 1,
        "next_page": None,
        "last_page": 2,
        "per_page": 2,
        "total_records": 3,
    }
    paid = (await tripay.get("/merchant/transactions?status=PAID")).json["data"]
    assert [row["merchant_ref"] for row in paid] == ["INV-1"]
    assert await tripay.broken_rules() == []


async def test_detail_and_check_status_follow_the_payment(
    tripay: TripayMerchant, box: Letterbox
) -> None:
    reference = (await tripay.create("INV-1")).data["reference"]
    assert (await tripay.detail(reference))["paid_at"] is None
    await tripay.tell("options", {"poll_gap_s": 0, "paid_at_as_text": True})
    await tripay.tell("pay", {"id": reference})
    told = await tripay.detail(reference)
    assert told["status"] == "PAID" and told["paid_at"].isdecimal()
    said = await tripay.get(f"/transaction/check-status?reference={reference}")
    assert said.json["message"] == "Status transaksi saat ini PAID"
    assert (await tripay.get("/transaction/detail?reference=nobody")).status == 404


async def test_checking_too_often_is_written_down(tripay: TripayMerchant, box: Letterbox) -> None:
    reference = (await tripay.create("INV-1")).data["reference"]
    await tripay.detail(reference)
    await tripay.tell("pay", {"id": reference})
    await box.holds(1)
    await tripay.detail(reference)
    assert await tripay.broken_rules() == []
    await tripay.detail(reference)
    assert await tripay.broken_rules() == ["asked_too_often"]
