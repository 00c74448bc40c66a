"""The bugs that public integrations of these gateways have, seen through the door into the books.

The same numbers as in the fact sheet; what only an adapter can get wrong (which formula signs what,
TLS, codes that are no words) is told in ``tests/upstreams/test_payment_bugs.py``, too.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import pytest
import pytest_asyncio

from konter.funding.channels import refresh_channels, set_channel
from konter.funding.release import release_payment
from konter.upstreams.gateway_contract import FeeOn
from tests.shop import Buyer, Shop
from tests.sim_process import (
    IPAYMU_API_KEY,
    IPAYMU_VA,
    TRIPAY_API_KEY,
    TRIPAY_MERCHANT,
    TRIPAY_PRIVATE_KEY,
    Sim,
)
from tests.story.market import (
    IPAYMU_BCA,
    IPAYMU_PAGE,
    IPAYMU_QRIS,
    PRICE,
    QRIS,
    all_heard,
    all_told,
    assert_nothing_moved,
    closes_even,
    credited,
    customer_pays,
    deposits,
    gateways,
    guest_buys,
    in_review,
    journal,
    kept,
    knock,
    letter,
    link_of,
    open_market,
    orders,
    payments,
    rows,
    signed,
    tasks,
    until,
    until_asked,
)

REPLIES: Final = {"tripay": '{"success":true}', "ipaymu": '{"status":"success"}'}
"""Exactly: Tripay sends again until it reads these bytes."""

BODIES = "SELECT body FROM hooks.inbox WHERE reference = %(reference)s ORDER BY id"

TRANSCRIPTS = """
SELECT account, url || ' ' || request_body || ' ' || response_body AS text
FROM suppliers.exchanges WHERE account IN ('tripay', 'ipaymu')
"""


@pytest_asyncio.fixture(scope="module")
async def market(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_market(server_conninfo, template, sim_process) as market:
        yield market


@pytest_asyncio.fixture
async def shop(market: Shop) -> AsyncIterator[Shop]:
    yield market
    await closes_even(market)


@pytest_asyncio.fixture
async def buyer(shop: Shop) -> Buyer:
    """Somebody whose wallet is empty."""
    return await shop.buyer(money=0)


# -- 1 to 3: who may say so -------------------------------------------------------------------


async def test_bug_01_a_forged_callback_of_tripay_is_refused_and_moves_nothing(
    shop: Shop, buyer: Buyer
) -> None:
    """Part 4, 1: no authentication at all (Paymenter-Tripay): a forged POST marked paid."""
    order = (await orders(buyer, QRIS))["transaction"]
    deposit = (await deposits(buyer, 50_000, QRIS))["deposit"]
    before = await kept(shop)
    for one in (order, deposit):
        reference = (await link_of(shop, one["id"]))["reference"]
        lie = {"status": "PAID", "paid_at": 1_895_713_200}
        await shop.sim.tripay.callback(reference, set=lie, forged=True)
        body = await letter(shop, "tripay", reference)
        others = signed("tripay", body.replace(b'"PAID"', b'"UNPAID"'))
        for proof in ({}, {"X_Callback_Signature": ""}, others):
            answer = await knock(shop, "tripay", body, **proof)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_genuine")
    refused = [one["response_status"] for one in await shop.sim.tripay.callbacks()]
    assert refused.count(401) == 2
    assert await kept(shop) == before
    await assert_nothing_moved(shop, order, deposit)


async def test_bug_01_a_forged_callback_of_ipaymu_makes_us_ask_and_moves_nothing(
    shop: Shop, buyer: Buyer
) -> None:
    """Part 4, 1: "could make a transaction success with Postman" (ipaymu-php-api#12). Whoever
    knows the VA signs as they do, so not even a good signature is believed."""
    order = (await orders(buyer, IPAYMU_PAGE))["transaction"]
    deposit = (await deposits(buyer, 50_000, IPAYMU_QRIS))["deposit"]
    for one in (order, deposit):
        reference = (await link_of(shop, one["id"]))["reference"]
        if one is order:
            await shop.sim.ipaymu.choose(reference, channel="mpm")
        genuine = dict(parse_qsl((await letter(shop, "ipaymu", reference)).decode()))
        said = {
            **genuine,
            "status": "berhasil",
            "status_code": "1",
            "paid_at": "2026-11-21 10:00:00",
        }
        body = urlencode({**said, "transaction_status_code": "1"}).encode()
        for proof in ({}, {"X_Signature": "0" * 64}, signed("ipaymu", body)):
            answer = await knock(shop, "ipaymu", body, **proof)
            assert (answer.status_code, answer.text) == (200, REPLIES["ipaymu"])
    await asyncio.gather(*(until_asked(shop, one["id"]) for one in (order, deposit)))
    await assert_nothing_moved(shop, order, deposit)


async def test_bug_02_another_header_or_formula_is_refused_at_the_door(
    shop: Shop, buyer: Buyer
) -> None:
    """Part 4, 2: ``x-signature``, the key in place of an HMAC, the formula of requests,
    ``[object Object]`` (vermaysha/tripay-node, tripay-laravel PR #4)."""
    order = (await orders(buyer, QRIS))["transaction"]
    reference = (await link_of(shop, order["id"]))["reference"]
    lie = {"status": "PAID", "paid_at": 1_895_713_200}
    await shop.sim.tripay.callback(reference, set=lie, forged=True)
    body = await letter(shop, "tripay", reference)
    right = signed("tripay", body)["X_Callback_Signature"]
    formula = signed("tripay", f"{TRIPAY_MERCHANT}{reference}{PRICE}".encode())
    for proof in (
        {"X_Signature": right},
        {"HTTP_X_Callback_Signature": right},
        {"X_Callback_Signature": TRIPAY_PRIVATE_KEY},
        {"X_Callback_Signature": f"sha256={right}"},
        formula,
        signed("tripay", b"[object Object]"),
    ):
        assert (await knock(shop, "tripay", body, **proof)).status_code == 401, proof
    await assert_nothing_moved(shop, order)


async def test_bug_03_what_is_proved_is_the_raw_bytes_and_they_are_kept(
    shop: Shop, buyer: Buyer
) -> None:
    """Part 4, 3: the body was written again before it was compared (the vendor's own samples)."""
    order = (await orders(buyer, QRIS))["transaction"]
    reference = (await link_of(shop, order["id"]))["reference"]
    note = {"note": "Lunas via A/B \u2013 terima kasih, Jos\u00e9"}
    await shop.sim.tripay.script(reference, {"do": "callback", "set": note})
    await shop.sim.tripay.pay(reference)
    await shop.until(order["id"], "delivered")
    body = await letter(shop, "tripay", reference)
    assert b"A\\/B" in body
    proof = signed("tripay", body)
    for rewritten in (
        json.dumps(json.loads(body)).encode(),
        body.replace(b"\\/", b"/"),
        body + b"\n",
    ):
        assert (await knock(shop, "tripay", rewritten, **proof)).status_code == 401
    assert [bytes(r["body"]) for r in await rows(shop, BODIES, reference=reference)] == [body]


# -- 4 to 7: what it is worth -----------------------------------------------------------------


async def test_bug_04_neither_the_return_address_nor_a_callbacks_word_decides(
    shop: Shop, buyer: Buyer
) -> None:
    """Part 4, 4: "marks paid from return URL" (SHOF): here both say berhasil, and nobody paid."""
    order = (await orders(buyer, IPAYMU_QRIS))["transaction"]
    guest = await guest_buys(shop, IPAYMU_PAGE)
    for purpose_id, code in ((order["id"], order["code"]), (guest.id, guest.code)):
        link = await link_of(shop, purpose_id)
        theirs = await shop.sim.ipaymu.choose(link["reference"])
        query = {"code": code, "return": "true", "sid": theirs["sid"], "trx_id": theirs["id"]}
        for word in ("berhasil", "success", "paid"):
            back = urlencode({**query, "status": word, "status_code": "1", "tipe": "qris"})
            answer = await shop.client.get(f"/bayar/selesai?{back}")
            assert answer.status_code == 200
            assert "berhasil" not in answer.text
        lie = {"status": "berhasil", "status_code": 1, "transaction_status_code": 1}
        await shop.sim.ipaymu.callback(theirs["id"], set=lie)
    await asyncio.gather(*(until_asked(shop, one) for one in (order["id"], guest.id)))
    await assert_nothing_moved(shop, order, {"id": guest.id, "code": guest.code})
    assert (await guest.looks())["payment"]["status"] == "pending"


async def test_bug_05_pending_delivers_nothing(shop: Shop, buyer: Buyer) -> None:
    """Part 4, 5: ``status == "berhasil" || status == "pending"`` shipped the goods."""
    order = (await orders(buyer, IPAYMU_PAGE))["transaction"]
    deposit = (await deposits(buyer, 50_000, IPAYMU_BCA))["deposit"]
    for one in (order, deposit):
        reference = (await link_of(shop, one["id"]))["reference"]
        theirs = await shop.sim.ipaymu.choose(reference)
        await shop.sim.ipaymu.callback(theirs["id"], times=3)
        assert b"status=pending" in await letter(shop, "ipaymu", reference)
    await asyncio.gather(*(until_asked(shop, one["id"]) for one in (order, deposit)))
    seen = (await buyer.get(f"/api/transactions/{order['id']}/refresh-status")).json()
    assert (seen["transaction"]["status"], seen["payment"]["status"]) == ("pending", "pending")
    await assert_nothing_moved(shop, order, deposit)


@pytest.mark.parametrize(("code", "channel"), [("tripay", QRIS), ("ipaymu", IPAYMU_QRIS)])
async def test_bug_06_a_paid_transaction_pays_no_other_order(
    shop: Shop, buyer: Buyer, code: str, channel: str
) -> None:
    """Part 4, 6: the order's id was taken from the query string, and the transaction bound to none
    (IPWHMCS, IPMOODLE). Here even the signature over the other reference is right."""
    paid = (await orders(buyer, channel))["transaction"]
    await customer_pays(shop, paid["id"])
    await shop.until(paid["id"], "delivered")
    ours = (await link_of(shop, paid["id"]))["reference"]
    body = await letter(shop, code, ours, paid=True)
    thief = await shop.buyer(money=0)
    other = (await orders(thief, channel))["transaction"]
    deposit = (await deposits(thief, PRICE, channel))["deposit"]
    for one in (other, deposit):
        reference = (await link_of(shop, one["id"]))["reference"]
        replayed = body.replace(ours.encode(), reference.encode())
        assert replayed != body
        query = f"?order_id={one['id']}&reference_id={reference}"
        for sent in (replayed, body):
            answer = await knock(shop, code, sent, query, **signed(code, sent))
            assert (answer.status_code, answer.text) == (200, REPLIES[code])
    await assert_nothing_moved(shop, other, deposit)
    (confirmed,) = [p for p in await payments(shop, paid["id"]) if p["confirmed_at"]]
    assert confirmed["amount"] == PRICE
    await customer_pays(shop, other["id"])
    await shop.until(other["id"], "delivered")
    assert await thief.balance() == 0


async def test_bug_07_less_than_was_asked_buys_nothing(shop: Shop, buyer: Buyer) -> None:
    """Part 4, 7: the amount was never compared (IPMOODLE, IPWOO, TPWOO). One rupiah is enough; and
    where the buyer bears the fee, paying without it is too little as well."""
    await set_channel(shop.house.funding, IPAYMU_QRIS, is_on=None, fee_on=FeeOn.BUYER, actor="rina")
    for channel, less in ((QRIS, 1), (IPAYMU_BCA, 1), (IPAYMU_QRIS, 81)):
        order = (await orders(buyer, channel))["transaction"]
        theirs = await customer_pays(shop, order["id"], amount=-less)
        assert theirs["amount"] == PRICE + (81 if channel == IPAYMU_QRIS else 0) - less
        await until(lambda order=order: in_review(shop, order["id"]))  # type: ignore[misc]
        assert (await shop.order(order["id"])).state == "awaiting_payment"
        (payment,) = await payments(shop, order["id"])
        subject = f"payment:{payment['id']}"
        assert await tasks(shop, [subject]) == {subject: ["payment_review"]}
        seen = (await buyer.get(f"/api/transactions/{order['id']}")).json()
        assert "sudah kami terima" in seen["payment"]["message"]
        before = await buyer.balance()
        await release_payment(
            shop.house.funding, payment["id"], user_id=buyer.id, actor="rina", reason="kurang"
        )
        assert await buyer.balance() == before + PRICE - less
    await set_channel(shop.house.funding, IPAYMU_QRIS, is_on=None, fee_on=FeeOn.SHOP, actor="rina")


# -- 8 to 11: how often, and in what order ----------------------------------------------------


@pytest.mark.parametrize(("code", "channel"), [("tripay", QRIS), ("ipaymu", IPAYMU_QRIS)])
async def test_bug_08_one_payment_confirmed_fifty_times_at_once_is_credited_once(
    shop: Shop, buyer: Buyer, code: str, channel: str
) -> None:
    """Part 4, 8: retries without a unique key, and a check before the act: a top-up of Rp 10,000
    gave 19,180 (canvango). Fifty callbacks, ten refreshes and our own polling at one moment."""
    deposit = (await deposits(buyer, 10_000, channel))["deposit"]
    order = (await orders(buyer, channel))["transaction"]
    await shop.stop_worker()
    sent = []
    for one in (deposit, order):
        link = await link_of(shop, one["id"])
        theirs = await gateways(shop)[code].pay(link["reference"])
        body = await letter(shop, code, theirs["id"], paid=True)
        sent.append((body, signed(code, body)))
    await shop.start_worker()
    answers = await asyncio.gather(
        *(knock(shop, code, body, **proof) for body, proof in sent * 50),
        *(buyer.get(f"/api/deposits/{deposit['code']}/refresh-status") for _ in range(10)),
    )
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.text for answer in answers[:100]} == {REPLIES[code]}
    await credited(buyer, deposit)
    await shop.until(order["id"], "delivered")
    await until(lambda: all_heard(shop))
    assert await buyer.balance() == 10_000
    lines = (await buyer.get("/api/mutations")).json()["data"]
    assert [line["amount"] for line in lines] == ["10000.00"]
    for one, kind in ((deposit, "deposit"), (order, "hold")):
        found = [entry[0] for entry in await journal(shop, one["code"])]
        assert (found.count("payment"), found.count(kind)) == (1, 1)
        assert len(await payments(shop, one["id"])) == 1
    bought = [one["ref_id"] for one in (await shop.sim.books())["transactions"]]
    assert bought.count(order["code"]) == 1


@pytest.mark.parametrize("theirs", ["merchant", "customer"])
@pytest.mark.parametrize("fee_on", list(FeeOn))
async def test_bug_09_whoever_pays_the_fee_what_was_ordered_is_credited(
    shop: Shop, buyer: Buyer, fee_on: FeeOn, theirs: str
) -> None:
    """Part 4, 9: ``amount_received`` and ``total_amount`` were confused (canvango; Paymenter
    credits what is left). By Tripay's own setting, and by the shop's at both gateways."""
    desk = shop.house.funding
    await shop.sim.tripay.options(fee_on=theirs)
    await refresh_channels(desk)
    for channel in (QRIS, IPAYMU_QRIS):
        await set_channel(desk, channel, is_on=None, fee_on=fee_on, actor="rina")
    before = {name: await shop.account(name) for name in ("gateway:tripay", "gateway:ipaymu")}
    for code, channel in (("tripay", QRIS), ("ipaymu", IPAYMU_QRIS)):
        said = await deposits(buyer, 100_000, channel)
        paid = await customer_pays(shop, said["deposit"]["id"])
        assert said["payment"]["amount"] == f"{paid['amount']}.00"
        await credited(buyer, said["deposit"])
        gained = before[f"gateway:{code}"] - await shop.account(f"gateway:{code}")
        assert gained == paid["received"]
        on_buyer = fee_on is FeeOn.BUYER or (code == "tripay" and theirs == "customer")
        assert (paid["amount"] > 100_000) is on_buyer
        assert (paid["received"] >= 100_000) is on_buyer
    assert await buyer.balance() == 200_000
    await shop.sim.tripay.options(fee_on="merchant")
    for channel in (QRIS, IPAYMU_QRIS):
        await set_channel(desk, channel, is_on=None, fee_on=FeeOn.SHOP, actor="rina")
    await refresh_channels(desk)


async def test_bug_10_paid_then_pending_then_expired_stays_paid(shop: Shop, buyer: Buyer) -> None:
    """Part 4, 10: a late word overwrote paid (phpnuxbill sets expired even then). Even their own
    books may change their mind: the money was there."""
    told: dict[str, list[dict[str, Any]]] = {
        "tripay": [{"status": word, "paid_at": None} for word in ("UNPAID", "EXPIRED", "FAILED")],
        "ipaymu": [
            {"status": word, "status_code": code, "transaction_status_code": code, "paid_at": ""}
            for word, code in (("pending", 0), ("expired", -2), ("gagal", 5))
        ],
    }
    for code, channel in (("tripay", QRIS), ("ipaymu", IPAYMU_QRIS)):
        order = (await orders(buyer, channel))["transaction"]
        deposit = (await deposits(buyer, 50_000, channel))["deposit"]
        paid = [await customer_pays(shop, one["id"]) for one in (order, deposit)]
        await shop.until(order["id"], "delivered")
        await credited(buyer, deposit)
        gateway = gateways(shop)[code]
        for theirs in paid:
            for late in told[code]:
                await gateway.callback(theirs["id"], set=late)
            await gateway.state(theirs["id"], "expired")
        standing = [await journal(shop, one["code"]) for one in (order, deposit)]
        await all_told(shop, code, [theirs["id"] for theirs in paid], 5)
        await until(lambda: all_heard(shop))
        await asyncio.sleep(0.3)
        assert [await journal(shop, one["code"]) for one in (order, deposit)] == standing
        seen = (await buyer.get(f"/api/transactions/{order['id']}/refresh-status")).json()
        one = seen["transaction"]
        assert (one["status"], one["payment_status"]) == ("success", "paid")
        said = (await buyer.get(f"/api/deposits/{deposit['code']}/refresh-status")).json()
        assert said["deposit"]["status"] == "paid"
        for theirs in paid:
            await gateway.state(theirs["id"], "paid", callback=False)
    assert await buyer.balance() == 100_000


async def test_bug_11_every_callback_is_answered_so_that_it_is_never_sent_again(
    shop: Shop, buyer: Buyer
) -> None:
    """Part 4, 11: ``OK``, ``{"status": …}`` or an error page to Tripay: three useless repeats, and
    after them the payment was lost. A first one, a repeat, one that comes too late, a stranger."""
    for code, channel in (("tripay", QRIS), ("ipaymu", IPAYMU_QRIS)):
        deposit = (await deposits(buyer, 50_000, channel))["deposit"]
        theirs = await customer_pays(shop, deposit["id"])
        await credited(buyer, deposit)
        await gateways(shop)[code].callback(theirs["id"], times=3)
        await all_told(shop, code, [theirs["id"]], 4)
        body = await letter(shop, code, theirs["id"], paid=True)
        reference = (await link_of(shop, deposit["id"]))["reference"].encode()
        stranger = body.replace(reference, b"INV-OF-SOMEBODY-ELSE")
        for sent in (body, body, stranger):
            answer = await knock(shop, code, sent, **signed(code, sent))
            assert (answer.status_code, answer.text) == (200, REPLIES[code])
            assert answer.headers["content-type"].startswith("application/json")
        genuine = [one for one in await gateways(shop)[code].callbacks() if not one["forged"]]
        assert {(one["try"], one["accepted"]) for one in genuine} == {(1, True)}


# -- 12 to 17: what else goes wrong -----------------------------------------------------------


async def test_bug_12_an_amount_however_written_is_asked_for_in_whole_rupiah(
    shop: Shop, buyer: Buyer
) -> None:
    """Part 4, 12: ``round($total, 2)`` in the signed text. That no gateway saw a wrong signature,
    or a fraction, is asserted after every test here."""
    for amount in (10_000.0, "10000", "10000.00"):
        for channel in (QRIS, IPAYMU_QRIS):
            body = {"amount": amount, "payment_method": channel, "customer_phone": "081234567890"}
            said = (await buyer.post("/api/deposits", body)).json()
            reference = (await link_of(shop, said["deposit"]["id"]))["reference"]
            (theirs,) = await gateways(shop)[channel.split(":")[0]].payments(reference)
            assert theirs["amount"] == 10_000


async def test_bug_13_unsettled_and_escrow_are_paid(shop: Shop, buyer: Buyer) -> None:
    """Part 4, 13: codes 6 and 7 were taken for refunded and expired (SHOF). Escrow is flagged."""
    deposit = (await deposits(buyer, 50_000, IPAYMU_QRIS))["deposit"]
    order = (await orders(buyer, IPAYMU_QRIS))["transaction"]
    await shop.sim.ipaymu.options(unsettled_first=True)
    await customer_pays(shop, deposit["id"])
    await shop.sim.ipaymu.options(unsettled_first=False)
    await shop.stop_worker()
    theirs = await customer_pays(shop, order["id"])
    await shop.sim.ipaymu.state(theirs["id"], "escrow")
    await shop.start_worker()
    await credited(buyer, deposit)
    await shop.until(order["id"], "delivered")
    held = [(await payments(shop, one["id"]))[0]["on_hold"] for one in (deposit, order)]
    assert held == [False, True]


async def test_bug_14_a_customer_who_says_little_is_no_wrong_key(shop: Shop) -> None:
    """Part 4, 14: nulls and odd letters made iPaymu answer 401 "unauthorized"."""
    for name in ("José `Pepe` “Ñ”", "Siti 🙂", "O'Brien <b>&amp;"):
        for channel in (IPAYMU_PAGE, IPAYMU_BCA, QRIS):
            guest = await guest_buys(shop, channel, name=name, address=None, city="")
            payment = guest.said["payment"]
            assert payment["url"] or payment["pay_code"] or payment["qr"], payment["message"]


async def test_bug_16_no_answer_and_no_transcript_tells_what_signs(
    shop: Shop, buyer: Buyer
) -> None:
    """Part 4, 16: ``debug.calculated`` in the 400 told the valid signature. 15, verified TLS, is a
    law of the wire (``tests/upstreams``)."""
    deposit = (await deposits(buyer, 50_000, QRIS))["deposit"]
    await customer_pays(shop, deposit["id"])
    await credited(buyer, deposit)
    body = await letter(shop, "tripay", (await link_of(shop, deposit["id"]))["reference"])
    answer = await knock(shop, "tripay", body, X_Callback_Signature="0" * 64)
    assert answer.status_code == 401
    assert not re.search(r"[0-9a-f]{32}", answer.text)
    for told in await rows(shop, TRANSCRIPTS):
        for secret in (IPAYMU_API_KEY, IPAYMU_VA, TRIPAY_API_KEY, TRIPAY_PRIVATE_KEY):
            assert secret not in told["text"]


async def test_bug_17_hostile_references_and_dates_harm_nothing(shop: Shop, buyer: Buyer) -> None:
    """Part 4, 17: SQL built from ``merchant_ref`` (the vendor's sample), ``strtotime`` of unix
    seconds. The genuine one that comes between them counts."""
    deposit = (await deposits(buyer, 50_000, QRIS))["deposit"]
    reference = (await link_of(shop, deposit["id"]))["reference"]
    theirs = await customer_pays(shop, deposit["id"])
    body = json.loads(await letter(shop, "tripay", theirs["id"]))
    hostile = (
        {"merchant_ref": "' OR 1=1; UPDATE funding.deposits SET state = 'credited'; --"},
        {"merchant_ref": f"{reference}'", "reference": "x' OR ''='"},
        {"merchant_ref": "%", "reference": "_"},
        {"merchant_ref": {"$ne": None}, "reference": [theirs["id"]]},
        {"paid_at": "besok"},
        {"paid_at": -(10**18)},
        {"paid_at": 1e400, "total_amount": 1e400},
    )
    for said in hostile:
        sent = json.dumps({**body, **said}).encode()
        answer = await knock(shop, "tripay", sent, **signed("tripay", sent))
        assert (answer.status_code, answer.text) == (200, REPLIES["tripay"])
    await credited(buyer, deposit)
    await until(lambda: all_heard(shop))
    assert await buyer.balance() == 50_000
    (payment,) = await payments(shop, deposit["id"])
    assert payment["paid_at"] is not None
