"""Tripay: signed at creation, proved over raw bytes, believed when asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tripay import TriPay

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.upstreams.contract import NotGenuine, UpstreamRefused
from konter.upstreams.gateway_contract import (
    Buyer,
    Claim,
    Created,
    Expired,
    Failed,
    FeeOn,
    Hint,
    Instruction,
    NotAskable,
    NotCreated,
    Paid,
    PaidOtherwise,
    Refunded,
    State,
    Waiting,
)
from konter.upstreams.gateways.tripay import Tripay, TripaySettings, sign
from tests.upstreams.payments import (
    MERCHANT,
    NOW,
    PRIVATE_KEY,
    REFERENCE,
    TRIPAY,
    TRIPAY_KEY,
    VECTORS,
    an_invoice,
    call,
    detail,
    from_tripay,
    of_tripay,
    raw,
    tripay_says,
    tripay_signature,
)

OFFICIAL = VECTORS["tripay"]["official_create"]
CALLBACKS = VECTORS["tripay"]["callbacks"]


def test_every_measured_creation_signature_is_ours() -> None:
    ours = VECTORS["tripay"]["create"][0] | {"private_key": PRIVATE_KEY, "merchant_code": MERCHANT}
    for vector in (ours, OFFICIAL):
        key, code, ref = (vector[n] for n in ("private_key", "merchant_code", "merchant_ref"))
        assert sign(key, code, ref, Rupiah(vector["amount"])) == vector["signature"]


def test_a_signature_is_the_one_that_a_public_package_makes() -> None:
    package = TriPay(TRIPAY_KEY, MERCHANT, PRIVATE_KEY)
    body = json.loads(TRIPAY.create(an_invoice(channel="QRIS2"), NOW).body)
    expected = package.closed_payment.create_signature(150_000, REFERENCE)
    assert body["signature"] == expected == VECTORS["tripay"]["create"][0]["signature"]


def test_a_payment_is_asked_for_with_items_that_sum_to_its_amount() -> None:
    request = TRIPAY.create(an_invoice(channel="QRIS2"), NOW)
    assert request.url == "https://tripay.co.id/api-sandbox/transaction/create"
    assert request.headers["Authorization"] == f"Bearer {TRIPAY_KEY}"
    body = json.loads(request.body)
    assert body.pop("signature")
    assert body == {
        "method": "QRIS2",
        "merchant_ref": REFERENCE,
        "amount": 150_000,
        "customer_name": "Budi Santoso",
        "customer_email": "budi@example.id",
        "customer_phone": "081200000001",
        "order_items": [{"name": "Pulsa 150.000", "price": 150_000, "quantity": 1}],
        "callback_url": "https://toko.example.id/webhook",
        "return_url": "https://toko.example.id/bayar",
        "expired_time": int(NOW.timestamp()) + 86_400,
    }


def test_a_payment_needs_a_channel_a_name_and_an_address() -> None:
    for changes in ({}, {"channel": "QRIS2", "buyer": Buyer("Budi")}, {"channel": " "}):
        with pytest.raises(NotAskable):
            TRIPAY.create(an_invoice(**changes), NOW)


def test_a_key_of_the_sandbox_asks_the_sandbox_unless_told_otherwise() -> None:
    def url(key: str, base: str | None) -> str:
        settings = TripaySettings(key, PRIVATE_KEY, MERCHANT, base_url=base)
        return Tripay(settings).channels(NOW).url.removesuffix("/merchant/payment-channel")

    assert url("DEV-1", None) == "https://tripay.co.id/api-sandbox"
    assert url("1", None) == "https://tripay.co.id/api"
    assert url("DEV-1", "http://127.0.0.1:9/tripay/api/") == "http://127.0.0.1:9/tripay/api"


MADE = detail(
    status="UNPAID",
    pay_code=None,
    pay_url=None,
    checkout_url="https://tripay.co.id/checkout/T9999900000000000001",
    expired_time=1_895_716_800,
    qr_string="SANDBOX MODE",
    qr_url="https://tripay.co.id/qr/T9999900000000000001",
    instructions=[
        {"title": "Lewat <b>DANA</b>", "steps": ["Buka <i>aplikasi</i> &amp; pindai", 1]},
        {"title": None},
    ],
)


def test_a_creation_tells_its_reference_and_how_to_pay() -> None:
    assert TRIPAY.read_created(an_invoice(channel="QRIS2"), tripay_says(MADE)) == Created(
        their_id="T9999900000000000001",
        url="https://tripay.co.id/checkout/T9999900000000000001",
        qr="SANDBOX MODE",
        qr_url="https://tripay.co.id/qr/T9999900000000000001",
        charged=Rupiah(150_000),
        fee=Rupiah(1_800),
        expires_at=datetime.fromtimestamp(1_895_716_800, UTC),
        instructions=(Instruction("Lewat DANA", ("Buka aplikasi & pindai", "1")),),
    )


def created(**changes: Any) -> Any:
    return TRIPAY.read_created(an_invoice(channel="QRIS2"), tripay_says(MADE | changes))


def test_a_fee_that_the_buyer_pays_is_on_top_of_our_amount() -> None:
    found = created(amount=151_590, fee_customer=1_590, pay_code=578_893)
    assert isinstance(found, Created)
    assert (found.charged, found.pay_code) == (Rupiah(151_590), "578893")
    for wrong in (
        {"amount": 151_590},
        {"fee_customer": None},
        {"amount": "150000.5"},
        {"merchant_ref": "other"},
        {"reference": None},
    ):
        assert isinstance(created(**wrong), Unknown)


@pytest.mark.parametrize(
    ("message", "status", "ours"),
    [
        ("Invalid API Key", 200, True),
        ("Invalid signature", 400, True),
        ("Unauthorized IP (1.2.3.4). Please add this IP to your merchant Whitelist IP", 403, True),
        ("Invalid customer email", 400, False),
    ],
)
def test_a_refusal_is_read_from_the_body_and_says_whose_fault_it_is(
    message: str, status: int, ours: bool
) -> None:
    answer = tripay_says(None, status, success=False, message=message)
    assert TRIPAY.read_created(an_invoice(), answer) == NotCreated(message, ours=ours)
    behind_a_proxy = tripay_says(None, 502, success=False, message=message)
    assert isinstance(TRIPAY.read_created(an_invoice(), behind_a_proxy), Unknown)


def state(question: Any = None, **changes: Any) -> State:
    return TRIPAY.read_state(question or of_tripay(), tripay_says(detail(**changes)))


def test_paid_tells_what_counts_what_they_keep_and_when() -> None:
    for written in (1_895_713_200, "1895713200"):
        found = state(paid_at=written)
        assert isinstance(found, Paid) and not found.on_hold
        assert found.receipt.amount == found.receipt.charged == Rupiah(150_000)
        assert found.receipt.kept == Rupiah(1_800)
        assert found.receipt.paid_at == datetime.fromtimestamp(1_895_713_200, UTC)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("UNPAID", Waiting()),
        ("EXPIRED", Expired()),
        ("FAILED", Failed("FAILED")),
        ("REFUND", Refunded()),
    ],
)
def test_every_other_status_is_what_the_document_says(status: str, expected: State) -> None:
    assert state(status=status, paid_at=None) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "paid"},
        {"status": "SUCCESS"},
        {"status": 1},
        {"status": True},
        {"status": ["PAID"]},
        {"status": None},
        {"reference": "T9999900000000000002"},
        {"reference": None},
        {"merchant_ref": "INV-2030-0002"},
        {"merchant_ref": None},
        {"amount": None},
        {"amount": "150000.5"},
        {"amount": -1},
        {"fee_customer": None},
        {"fee_customer": 150_000},
    ],
)
def test_what_is_unlisted_or_names_another_payment_is_unknown(changes: dict[str, Any]) -> None:
    assert isinstance(state(**changes), Unknown)


def test_the_amount_is_compared_with_ours_and_with_what_the_buyer_was_told() -> None:
    told = of_tripay(charged=Rupiah(151_590))
    found = state(told, amount=151_590, fee_customer=1_590)
    assert isinstance(found, Paid) and found.receipt.amount == Rupiah(150_000)
    for question, changes in (
        (of_tripay(), {"amount": 149_999}),
        (of_tripay(), {"amount": 151_590}),
        (told, {"amount": 151_000, "fee_customer": 1_000}),
    ):
        assert isinstance(state(question, **changes), PaidOtherwise)


def test_a_paid_answer_inside_an_error_is_unknown() -> None:
    for answer in (
        tripay_says(detail(), 500, success=True),
        tripay_says(detail(), success=False),
        tripay_says(detail(), success="true"),
        tripay_says([detail()]),
    ):
        assert isinstance(TRIPAY.read_state(of_tripay(), answer), Unknown)


@pytest.mark.parametrize("vector", CALLBACKS, ids=["plain", "escaped slash"])
def test_a_genuine_callback_is_proved_over_its_raw_bytes(vector: dict[str, str]) -> None:
    body = vector["body"].encode()
    genuine = call(
        body,
        x_callback_signature=vector["x_callback_signature"],
        x_callback_event="payment_status",
    )
    TRIPAY.prove(genuine)
    assert TRIPAY.read_callback(genuine) == Hint(REFERENCE, "T9999900000000000001", Claim.PAID)


def test_another_event_or_an_open_payment_names_nothing_of_ours() -> None:
    fields = json.loads(CALLBACKS[0]["body"])
    for wrong in (
        from_tripay(fields, event="test"),
        from_tripay(fields | {"is_closed_payment": 0}),
        from_tripay(fields | {"is_closed_payment": None}),
    ):
        assert TRIPAY.read_callback(wrong) == Hint(None, None)
    nameless = TRIPAY.read_callback(from_tripay(fields | {"merchant_ref": None}))
    assert (nameless.reference, nameless.their_id) == (None, "T9999900000000000001")


def test_without_the_key_no_callback_is_genuine() -> None:
    body = CALLBACKS[0]["body"].encode()
    for wrong in ("", "0" * 64, tripay_signature(body, TRIPAY_KEY), tripay_signature(body + b" ")):
        with pytest.raises(NotGenuine):
            TRIPAY.prove(call(body, x_callback_signature=wrong))


def row(**changes: Any) -> dict[str, Any]:
    return {
        "group": "E-Wallet", "code": "QRIS2", "name": "QRIS", "type": "direct",
        "fee_merchant": {"flat": 750, "percent": "0.70"},
        "fee_customer": {"flat": 0, "percent": "0.00"},
        "total_fee": {"flat": 750, "percent": "0.70"},
        "minimum_fee": None, "maximum_fee": 0, "minimum_amount": 1_000,
        "maximum_amount": 5_000_000, "active": True,
    } | changes  # fmt: skip


def test_channels_tell_fees_and_limits_and_what_cannot_be_read_is_named() -> None:
    ovo = row(code="OVO", total_fee={"flat": 0, "percent": "3.00"}, minimum_fee=1_000, active=False)
    bad = row(code="X", total_fee={"flat": 0, "percent": "0.705"})
    found = TRIPAY.read_channels(tripay_says([row(), ovo, bad, None]))
    qris, wallet = found.channels
    assert found.unreadable == ("row 2", "row 3")
    assert qris.fee.of(Rupiah(5_800)) == Rupiah(791)
    assert qris.fee.of(Rupiah(192_080)) == Rupiah(2_095)
    assert qris.takes(Rupiah(1_000)) and not qris.takes(Rupiah(999))
    assert not qris.takes(Rupiah(5_000_001))
    assert wallet.fee.of(Rupiah(10_000)) == Rupiah(1_000)
    assert not wallet.takes(Rupiah(10_000)), "closed"
    with pytest.raises(UpstreamRefused):
        TRIPAY.read_channels(tripay_says(None, success=False, message="Invalid API Key"))
    with pytest.raises(UpstreamRefused):
        TRIPAY.read_channels(raw(b"<html>", 403))


def test_the_calculator_tells_the_shops_part_and_the_buyers() -> None:
    asked = TRIPAY.fees(Rupiah(100_000), "QRIS")
    assert asked.url.endswith("/merchant/fee-calculator?amount=100000&code=QRIS")
    said = tripay_says([{"code": "QRIS", "total_fee": {"merchant": 1450, "customer": 0}}])
    assert TRIPAY.read_fees("QRIS", said) == (Rupiah(1_450), Rupiah(0))
    assert TRIPAY.read_fees("BRIVA", said) is None


def judged(question: Any = None, **changes: Any) -> State:
    fields = json.loads(CALLBACKS[0]["body"]) | changes
    return TRIPAY.judge_callback(question or of_tripay(), from_tripay(fields))


def test_a_proved_callback_says_what_a_detail_answer_would() -> None:
    found = judged()
    assert isinstance(found, Paid)
    assert found.receipt.amount == found.receipt.charged == Rupiah(150_000)
    assert found.receipt.kept == Rupiah(1_800) and found.receipt.paid_at is not None
    assert judged(status="EXPIRED", paid_at=None) == Expired()
    assert judged(status="FAILED", paid_at=None) == Failed("FAILED")
    assert judged(status="REFUND") == Refunded()
    told = of_tripay(charged=Rupiah(151_590))
    passed_on = judged(told, total_amount=151_590, fee_customer=1_590)
    assert isinstance(passed_on, Paid) and passed_on.receipt.amount == Rupiah(150_000)


def test_a_proved_callback_is_compared_with_what_we_stored() -> None:
    for question, changes in (
        (of_tripay(), {"total_amount": 149_999}),
        (of_tripay(), {"total_amount": 151_590}),
        (of_tripay(charged=Rupiah(151_590)), {}),
    ):
        assert isinstance(judged(question, **changes), PaidOtherwise)
    unlike: tuple[dict[str, Any], ...] = (
        {"reference": "T9999900000000000002"},
        {"merchant_ref": "INV-2030-0002"},
        {"merchant_ref": None},
        {"is_closed_payment": 0},
        {"total_amount": None},
        {"total_amount": None, "amount": 150_000},
        {"status": "paid"},
    )
    for changes in unlike:
        assert isinstance(judged(None, **changes), Unknown)


def test_a_list_is_read_by_pages_of_fifty_the_newest_first() -> None:
    request = TRIPAY.history.ask(2, NOW, NOW, until=NOW)
    assert request.url.endswith("/merchant/transactions?page=2&per_page=50&sort=desc")
    row = detail(amount=151_590, fee_customer=1_590, fee_merchant=210, amount_received=149_790)
    rows = [row | {"created_at": 1_895_713_000, "pay_code": 575_854}, {}, None]
    page = TRIPAY.history.read(
        tripay_says(rows, pagination={"current_page": 1, "last_page": 2, "total_records": 51})
    )
    assert (page.more, page.unreadable) == (True, 2)
    (found,) = page.rows
    assert (found.reference, found.their_id) == (REFERENCE, "T9999900000000000001")
    assert found.claim is Claim.PAID and found.charged == Rupiah(151_590)
    assert found.worth(FeeOn.SHOP) == (Rupiah(150_000), Rupiah(210))
    assert found.created_at == datetime.fromtimestamp(1_895_713_000, UTC)
    assert found.paid_at == datetime.fromtimestamp(1_895_713_200, UTC)
    (odd,) = TRIPAY.history.read(tripay_says([detail(amount=1, fee_customer=2, status=[])])).rows
    assert (odd.amount, odd.claim) == (None, Claim.UNKNOWN)
    assert not TRIPAY.history.read(tripay_says([])).more
    with pytest.raises(UpstreamRefused):
        TRIPAY.history.read(tripay_says(None, 400, message="Invalid API Key"))
