"""What becomes of a Tripay payment: pages, callbacks, faults, and books that add up."""

import asyncio
import hmac
from hashlib import sha256

import aiohttp
import pytest

from tests.sim.merchant import PRIVATE_KEY, Callback, Letterbox, TripayMerchant

FIELDS = (
    *("reference", "merchant_ref", "payment_method", "payment_method_code", "total_amount"),
    *("fee_merchant", "fee_customer", "total_fee", "amount_received", "is_closed_payment"),
    *("status", "paid_at", "note"),
)


def genuine(call: Callback) -> bool:
    expected = hmac.new(PRIVATE_KEY.encode(), call.raw, sha256).hexdigest()
    return hmac.compare_digest(expected, call.headers["X-Callback-Signature"])


async def test_a_customer_pays_on_the_page_and_one_signed_callback_says_so(
    tripay: TripayMerchant, box: Letterbox
) -> None:
    url = (await tripay.create("INV/1")).data["checkout_url"]
    status, page = await tripay.page(url)
    assert status == 200 and "Rp 150.000" in page and "Menunggu pembayaran" in page
    assert all(f'value="{act}"' in page for act in ("pay", "cancel", "expire"))
    _, page = await tripay.press(url, act="pay")
    assert "Lunas" in page and 'href="http://127.0.0.1:9/selesai"' in page
    await box.holds(1)
    (call,) = box.got
    assert genuine(call) and tuple(call.json) == FIELDS
    assert call.headers["X-Callback-Event"] == "payment_status"
    assert call.headers["User-Agent"].startswith("TriPay Payment/1.0")
    assert b'"merchant_ref":"INV\\/1"' in call.raw
    told = call.json
    assert (told["status"], told["total_amount"], told["amount_received"]) == (
        *("PAID", 150_000),
        148_200,
    )
    assert (told["payment_method"], told["payment_method_code"]) == ("QRIS", "QRIS2")


@pytest.mark.parametrize(("act", "status"), [("cancel", "FAILED"), ("expire", "EXPIRED")])
async def test_a_person_can_cancel_or_let_expire_on_the_page(
    tripay: TripayMerchant, box: Letterbox, act: str, status: str
) -> None:
    url = (await tripay.create("INV-1")).data["checkout_url"]
    _, page = await tripay.press(url, act=act)
    assert "Bayar terlambat" in page
    await box.holds(1)
    assert (box.got[0].json["status"], box.got[0].json["paid_at"]) == (status, None)
    assert (await tripay.press(url, act="steal"))[0] == 404


async def test_a_callback_is_repeated_three_times_unless_success_is_said(
    tripay: TripayMerchant, box: Letterbox
) -> None:
    wrong = [(200, "OK"), (200, '{"success":false}'), (307, "")]
    box.answers[:] = [*wrong, (500, ""), (500, "")]
    await tripay.create("INV-1")
    await tripay.tell("pay", {"reference": "INV-1"})
    await box.holds(4)
    assert len({one.raw for one in box.got}) == 1
    box.answers[:] = [(200, "OK")]
    await tripay.tell("callback", {"reference": "INV-1"})
    await box.holds(6)
    assert [one["accepted"] for one in await tripay.look("callbacks")] == [False] * 5 + [True]


async def test_without_a_callback_url_the_merchants_own_is_used(
    tripay: TripayMerchant, box: Letterbox
) -> None:
    await tripay.tell("options", {"callback_url": box.url})
    await tripay.create("INV-1", callback_url=None)
    await tripay.tell("pay", {"reference": "INV-1"})
    await box.holds(1)


async def test_a_payment_expires_by_itself_when_its_channel_says_so(
    tripay: TripayMerchant, box: Letterbox
) -> None:
    reference = (await tripay.create("INV-1", method="QRIS")).data["reference"]
    await tripay.tell("advance", {"seconds": 3_601})
    await box.holds(1)
    assert (await tripay.detail(reference))["status"] == "EXPIRED"
    await tripay.tell("pay", {"id": reference})
    await box.holds(2)
    assert [one.json["status"] for one in box.got] == ["EXPIRED", "PAID"]


async def test_paying_twice_makes_a_second_reference(
    tripay: TripayMerchant, box: Letterbox
) -> None:
    await tripay.create("INV-1")
    first = await tripay.tell("pay", {"reference": "INV-1"})
    await box.holds(1)
    second = await tripay.tell("pay", {"reference": "INV-1"})
    await box.holds(2)
    assert [one.json["reference"] for one in box.got] == [first["id"], second["id"]]
    assert {one.json["merchant_ref"] for one in box.got} == {"INV-1"}
    assert await tripay.balanced()


async def test_a_refund_and_a_wrong_amount_are_told(tripay: TripayMerchant, box: Letterbox) -> None:
    await tripay.create("INV-1")
    await tripay.tell("pay", {"reference": "INV-1", "amount": 100_000})
    await box.holds(1)
    assert box.got[0].json["total_amount"] == 100_000
    await tripay.tell("refund", {"reference": "INV-1"})
    await box.holds(2)
    assert box.got[1].json["status"] == "REFUND"
    books = await tripay.look("books")
    assert (books["owed"], books["refunded"]) == (0, 100_000)


async def test_a_script_can_lose_repeat_forge_and_lie(
    tripay: TripayMerchant, box: Letterbox
) -> None:
    await tripay.script(
        "INV-1",
        {"do": "lie", "forged": True},
        {"do": "lie", "after_ms": 50},
        {"do": "event", "what": "pay", "after_ms": 100, "amount": -1000},
        {"do": "callback", "times": 2, "set": {"note": "A/B"}},
    )
    await tripay.create("INV-1")
    await box.holds(4)
    assert [genuine(one) for one in box.got] == [False, True, True, True]
    amounts = [one.json["total_amount"] for one in box.got]
    assert amounts == [150_000, 150_000, 149_000, 149_000]
    assert box.got[3].json["note"] == "A/B"
    await tripay.script("INV-2", {"do": "callback", "times": 0})
    await tripay.create("INV-2")
    await tripay.tell("pay", {"reference": "INV-2"})
    await asyncio.sleep(0.05)
    await box.holds(4)


async def test_an_answer_can_be_lost_broken_or_changed(tripay: TripayMerchant) -> None:
    lost = {"do": "silence", "commit": True, "seconds": 0.05}
    for fault in (lost, {"do": "reset", "commit": True}):
        await tripay.script("INV-1", fault, {"do": "answer", "set": {"status": "PAID"}})
        with pytest.raises(aiohttp.ClientError):
            await tripay.create("INV-1")
    first, second = await tripay.look("payments")
    assert first["reference"] == second["reference"] == "INV-1"
    assert (await tripay.detail(first["id"]))["status"] == "PAID"
    assert (await tripay.look("books"))["owed"] == 0
    await tripay.script("INV-2", {"do": "http", "status": 503})
    assert (await tripay.create("INV-2")).raw.startswith(b"<html>")
    assert len(await tripay.look("payments")) == 2


async def test_the_books_add_up_after_everything(tripay: TripayMerchant) -> None:
    for number, what in enumerate(("pay", "cancel", "expire", "pay")):
        await tripay.create(f"INV-{number}")
        await tripay.tell(what, {"reference": f"INV-{number}"})
    await tripay.tell("settle", {"amount": None})
    books = await tripay.look("books")
    assert (books["collected"], books["fees"], books["settled"]) == (300_000, 3_600, 296_400)
    assert books["owed"] == 0 and len(books["settlements"]) == 1
    await tripay.tell("refund", {"reference": "INV-0"})
    assert (await tripay.look("books"))["owed"] == -148_200
    assert await tripay.balanced()


async def test_what_is_paid_cannot_be_cancelled_from_a_stale_page(
    tripay: TripayMerchant, box: Letterbox
) -> None:
    url = (await tripay.create("INV-1")).data["checkout_url"]
    await tripay.press(url, act="pay")
    _, page = await tripay.press(url, act="cancel")
    assert "Lunas" in page and 'value="cancel"' not in page
    await tripay.tell("expire", {"reference": "INV-1"})
    await box.holds(1)
    assert (await tripay.look("books"))["owed"] == 148_200
