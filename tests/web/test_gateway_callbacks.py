"""``POST /tripay/callback``, ``POST /ipaymu/callback``: kept, acknowledged in the gateway's own
words, and never more than a reason to ask."""

from __future__ import annotations

import asyncio
import hmac
import json
from typing import Any, Final

from tests.shop import Buyer, Reply, Shop
from tests.sim_process import IPAYMU_VA, TRIPAY_PRIVATE_KEY
from tests.web.paying import (
    IPAYMU_PAGE,
    IPAYMU_QRIS,
    NUMBER,
    PHONE,
    QRIS,
    customer_pays,
    invoice_of,
    lose_callbacks,
    until,
)

KEPT: Final = {
    "content-type",
    "user-agent",
    "x-signature",
    "x-external-id",
    "x-timestamp",
    "x-callback-event",
    "x-callback-signature",
}


def tripay_body(reference: str, their_id: str, **said: Any) -> bytes:
    fields = {
        "reference": their_id,
        "merchant_ref": reference,
        "payment_method": "QRIS",
        "payment_method_code": "QRIS2",
        "total_amount": 11_500,
        "fee_merchant": 831,
        "fee_customer": 0,
        "total_fee": 831,
        "amount_received": 10_669,
        "is_closed_payment": 1,
        "status": "PAID",
        "paid_at": 1_895_713_200,
        "note": "Lunas via A/B",
    }
    return json.dumps({**fields, **said}, separators=(",", ":")).replace("/", "\\/").encode()


async def knock_tripay(shop: Shop, body: bytes, signature: str | None = "true") -> Reply:
    if signature == "true":
        signature = hmac.new(TRIPAY_PRIVATE_KEY.encode(), body, "sha256").hexdigest()
    headers = {"Content-Type": "application/json", "X-Callback-Event": "payment_status"}
    if signature is not None:
        headers["X-Callback-Signature"] = signature
    return await shop.client.post("/tripay/callback", data=body, headers=headers)


async def orders(buyer: Buyer, channel: str = QRIS) -> dict[str, Any]:
    answer = await buyer.buys("xld10", NUMBER, payment_method=channel, customer_phone=PHONE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["transaction"])


async def inbox(shop: Shop) -> list[tuple[Any, ...]]:
    """State, outcome, reference and headers of every kept callback of a gateway."""
    async with shop.house.db.read() as tx:
        return await tx.rows(
            "SELECT state, outcome, reference, headers FROM hooks.inbox "
            "WHERE source IN ('tripay', 'ipaymu') ORDER BY id"
        )


async def handled(shop: Shop) -> None:
    async def nothing_waits() -> bool:
        return all(row[0] != "waiting" for row in await inbox(shop))

    await until(nothing_waits)


async def test_each_gateway_is_answered_in_exactly_its_own_bytes(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    for channel in (QRIS, IPAYMU_QRIS):
        one = await orders(buyer, channel)
        await customer_pays(paying, one["id"])
        await paying.until(one["id"], "delivered")
    body = tripay_body("PAY-20261116-XXXXXXXXXX", "T1")
    for _ in range(3):
        assert (await knock_tripay(paying, body)).text == '{"success":true}'
    form = {"trx_id": "1", "reference_id": "PAY-20261116-XXXXXXXXXX", "status_code": "1"}
    for _ in range(3):
        answer = await paying.client.post("/ipaymu/callback", data=form)
        assert (answer.status_code, answer.text) == (200, '{"status":"success"}')
    for gateway in (paying.sim.tripay, paying.sim.ipaymu):
        tries = await gateway.callbacks()
        assert tries and all(one["accepted"] for one in tries), tries
    await handled(paying)
    for _, _, _, headers in await inbox(paying):
        assert set(headers) <= KEPT


async def test_ipaymu_may_speak_in_json_or_as_a_form(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    for kind in ("form", "json"):
        await paying.sim.ipaymu.options(notify_format=kind)
        one = await orders(buyer, IPAYMU_PAGE)
        await customer_pays(paying, one["id"])
        await paying.until(one["id"], "delivered")


async def test_a_forged_callback_of_tripay_is_refused_and_nothing_of_it_is_kept(
    paying: Shop,
) -> None:
    buyer = await paying.buyer(money=0)
    one = await orders(buyer)
    invoice = await invoice_of(paying, one["id"])
    before = len(await inbox(paying))
    body = tripay_body(invoice.reference, str(invoice.their_id))
    true = hmac.new(TRIPAY_PRIVATE_KEY.encode(), body, "sha256").hexdigest()
    reformed = json.dumps(json.loads(body)).encode()
    for signature, sent in (
        (None, body),
        ("", body),
        (true.upper(), body),
        (true[:-1], body),
        ("sha256=" + true, body),
        ("é", body),
        (hmac.new(b"", body, "sha256").hexdigest(), body),
        (true, reformed),
        (true, body.replace(b"11500", b"11501")),
    ):
        answer = await knock_tripay(paying, sent, signature)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_genuine")
        assert true not in answer.text
    assert len(await inbox(paying)) == before
    assert (await paying.order(one["id"])).state == "awaiting_payment"


async def test_a_callback_that_says_paid_moves_nothing_while_the_gateway_says_otherwise(
    paying: Shop,
) -> None:
    await lose_callbacks(paying)
    buyer = await paying.buyer(money=0)
    one, other = await orders(buyer), await orders(buyer, IPAYMU_QRIS)
    invoice, second = await invoice_of(paying, one["id"]), await invoice_of(paying, other["id"])
    lie = tripay_body(invoice.reference, str(invoice.their_id))
    assert (await knock_tripay(paying, lie)).status_code == 200
    forged = {"trx_id": second.their_id, "reference_id": second.reference, "status_code": 1}
    headers = {"X-Signature": hmac.new(IPAYMU_VA.encode(), b"x", "sha256").hexdigest()}
    answer = await paying.client.post("/ipaymu/callback", json=forged, headers=headers)
    assert answer.status_code == 200
    await handled(paying)
    await asyncio.sleep(0.2)
    for order in (one, other):
        assert (await paying.order(order["id"])).state == "awaiting_payment"


async def test_a_paid_transaction_told_for_another_order_pays_only_its_own(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    paid, unpaid = await orders(buyer), await orders(buyer)
    theirs = str((await invoice_of(paying, paid["id"])).their_id)
    await customer_pays(paying, paid["id"])
    await paying.until(paid["id"], "delivered")
    replayed = tripay_body((await invoice_of(paying, unpaid["id"])).reference, theirs)
    assert (await knock_tripay(paying, replayed)).status_code == 200
    await handled(paying)
    await asyncio.sleep(0.2)
    assert (await paying.order(unpaid["id"])).state == "awaiting_payment"


async def test_news_of_an_expiry_after_the_payment_changes_nothing(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    one = await orders(buyer)
    invoice = await invoice_of(paying, one["id"])
    await customer_pays(paying, one["id"])
    await paying.until(one["id"], "delivered")
    for status in ("EXPIRED", "FAILED", "UNPAID"):
        body = tripay_body(invoice.reference, str(invoice.their_id), status=status, paid_at=None)
        assert (await knock_tripay(paying, body)).status_code == 200
    await handled(paying)
    seen = (await buyer.get(f"/api/transactions/{one['id']}")).json()
    assert seen["payment"]["status"] == "paid"


async def test_callbacks_are_acknowledged_and_kept_while_the_worker_is_stopped(
    paying: Shop,
) -> None:
    await lose_callbacks(paying)
    buyer = await paying.buyer(money=0)
    one = await orders(buyer)
    invoice = await invoice_of(paying, one["id"])
    await paying.stop_worker()
    await customer_pays(paying, one["id"])
    for number in range(20):
        body = tripay_body(invoice.reference, str(invoice.their_id), note=str(number))
        assert (await knock_tripay(paying, body)).status_code == 200
    assert (await paying.order(one["id"])).state == "awaiting_payment"
    await paying.start_worker()
    await paying.until(one["id"], "delivered")
    await handled(paying)


STRANGE: Final = {
    "nothing": b"",
    "not JSON": b"<html>",
    "null": b"null",
    "a list": b"[]",
    "half an emoji": b'{"merchant_ref":"a\\ud83d","reference":"x"}',
    "a reference of 50,000 letters": b'{"merchant_ref":"' + b"a" * 50_000 + b'"}',
    "not UTF-8": b'{"merchant_ref":"\xff\xfe"}',
    "NUL": b'{"merchant_ref":"\\u0000","reference":"\\u0000","is_closed_payment":1}',
    "nested a thousand deep": b'{"data":' * 1000 + b"1" + b"}" * 1000,
    "a form of many fields": b"&".join(b"a%d=1" % n for n in range(2_000)),
}


async def test_no_body_whatever_makes_an_error_of_ours_and_none_blocks_the_queue(
    paying: Shop,
) -> None:
    for name, body in STRANGE.items():
        answer = await knock_tripay(paying, body)
        assert answer.status_code == 200, f"{name}: {answer.text}"
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/html", "x"):
            headers = {"Content-Type": kind, "X-Signature": "é"}
            answer = await paying.client.post("/ipaymu/callback", data=body, headers=headers)
            assert answer.status_code == 200, f"{name}: {answer.text}"
    for path in ("/tripay/callback", "/ipaymu/callback"):
        large = await paying.client.post(path, data=b" " * 70_000, expect100=True)
        assert large.status_code == 413
    await handled(paying)
    assert {row[0] for row in await inbox(paying)} <= {"handled", "not_ours"}
