"""The bugs that public integrations of these gateways have, each as the law that it broke.

Three of them are not an adapter's to make: a payment is credited twice, or goes back from paid,
or is lost with a failed reply, where payments are kept.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from konter.kernel.clock import SystemClock
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireCall
from konter.upstreams.contract import NotGenuine
from konter.upstreams.gateway_contract import (
    Claim,
    Expired,
    FeeOn,
    Gateway,
    Hint,
    Paid,
    PaidOtherwise,
    Waiting,
)
from konter.upstreams.gateways import ipaymu as ipaymu_adapter
from konter.upstreams.gateways import tripay as tripay_adapter
from konter.upstreams.gateways.ipaymu import Ipaymu, IpaymuSettings
from konter.upstreams.gateways.tripay import Tripay, TripaySettings, sign
from konter.upstreams.wire import Wire
from tests.upstreams.payments import (
    API_KEY,
    IPAYMU,
    MERCHANT,
    NOW,
    PRIVATE_KEY,
    REFERENCE,
    TRIPAY,
    TRIPAY_KEY,
    VA,
    VECTORS,
    a_question,
    an_invoice,
    call,
    detail,
    from_tripay,
    ipaymu_says,
    of_tripay,
    transaction,
    tripay_says,
)
from tests.upstreams.raw_server import RawServer, Visit, raw_server

FROM_IPAYMU: str = VECTORS["ipaymu"]["callbacks"][1]["canonical"]
GENUINE_IPAYMU: str = VECTORS["ipaymu"]["callbacks"][1]["x_signature"]
FROM_TRIPAY: dict[str, Any] = VECTORS["tripay"]["callbacks"][1]


def genuine_tripay(body: bytes | None = None) -> WireCall:
    given = FROM_TRIPAY["x_callback_signature"]
    return call(body or FROM_TRIPAY["body"].encode(), x_callback_signature=given)


def test_bug_01_a_callback_without_a_signature_proves_nothing() -> None:
    for gateway, body in ((IPAYMU, FROM_IPAYMU), (TRIPAY, FROM_TRIPAY["body"])):
        for headers in ({}, {"x_signature": "", "x_callback_signature": ""}):
            with pytest.raises(NotGenuine):
                gateway.prove(call(body.encode(), **headers))


def test_bug_02_another_header_or_formula_proves_nothing() -> None:
    body = FROM_TRIPAY["body"].encode()
    right = FROM_TRIPAY["x_callback_signature"]
    request_formula = sign(PRIVATE_KEY, MERCHANT, REFERENCE, Rupiah(150_000))
    for wrong in (
        call(body, x_signature=right),
        call(body, x_callback_signature=hashlib.sha256(body).hexdigest()),
        call(body, x_callback_signature=request_formula),
        call(b"[object Object]", x_callback_signature=right),
    ):
        with pytest.raises(NotGenuine):
            TRIPAY.prove(wrong)
    with_api_key = hmac.new(API_KEY.encode(), FROM_IPAYMU.encode(), "sha256").hexdigest()
    for given in (with_api_key, ipaymu_adapter.sign("POST", VA, API_KEY, FROM_IPAYMU.encode())):
        with pytest.raises(NotGenuine):
            IPAYMU.prove(call(FROM_IPAYMU.encode(), x_signature=given))


def test_bug_03_tripay_is_proved_over_the_raw_bytes_and_no_rewriting_of_them() -> None:
    TRIPAY.prove(genuine_tripay())
    parsed = json.loads(FROM_TRIPAY["body"])
    for text in (json.dumps(parsed), json.dumps(parsed, separators=(",", ":"))):
        with pytest.raises(NotGenuine):
            TRIPAY.prove(genuine_tripay(text.encode()))


def test_bug_04_what_a_callback_claims_is_no_verdict() -> None:
    hint = IPAYMU.read_callback(call(FROM_IPAYMU.encode(), x_signature=GENUINE_IPAYMU))
    assert type(hint) is Hint and hint.claim is Claim.PAID
    question = a_question(their_id=hint.their_id)
    said = ipaymu_says(transaction(Status=0, PaidStatus="unpaid"))
    assert IPAYMU.read_state(question, said) == Waiting()


def test_bug_05_pending_is_not_paid() -> None:
    fields = json.loads(FROM_IPAYMU) | {"status": "pending", "status_code": 0}
    assert IPAYMU.read_callback(call(json.dumps(fields).encode())).claim is Claim.WAITING
    said = tripay_says(detail(status="UNPAID"))
    assert TRIPAY.read_state(of_tripay(), said) == Waiting()


def test_bug_06_a_paid_transaction_of_another_order_pays_nothing() -> None:
    other = "INV-2030-0002"
    ours, theirs = ipaymu_says(transaction()), tripay_says(detail())
    assert isinstance(IPAYMU.read_state(a_question(reference=other), ours), Unknown)
    assert isinstance(TRIPAY.read_state(of_tripay(reference=other), theirs), Unknown)
    assert isinstance(IPAYMU.read_state(a_question(their_id="193206"), ours), Unknown)
    assert isinstance(TRIPAY.read_state(of_tripay(their_id="T1"), theirs), Unknown)


def test_bug_07_another_amount_is_not_paid() -> None:
    for paid in (1, 149_999, 150_001):
        found = IPAYMU.read_state(a_question(), ipaymu_says(transaction(Amount=paid)))
        assert isinstance(found, PaidOtherwise) and found.receipt.amount == Rupiah(paid)
        found = TRIPAY.read_state(of_tripay(), tripay_says(detail(amount=paid)))
        assert isinstance(found, PaidOtherwise) and found.receipt.amount == Rupiah(paid)


def test_bug_08_a_repeated_callback_names_the_same_payment() -> None:
    once = IPAYMU.read_callback(call(FROM_IPAYMU.encode(), x_external_id="1"))
    again = IPAYMU.read_callback(call(FROM_IPAYMU.encode(), x_external_id="2"))
    assert once == again and once.their_id == "193205"


def test_bug_09_what_counts_is_neither_the_net_nor_the_gross() -> None:
    customer = {"amount": 151_590, "fee_customer": 1_590, "fee_merchant": 0}
    for said, kept in ((detail(**customer, amount_received=150_000), 0), (detail(), 1_800)):
        found = TRIPAY.read_state(of_tripay(), tripay_says(said))
        assert isinstance(found, Paid)
        assert (found.receipt.amount, found.receipt.kept) == (Rupiah(150_000), Rupiah(kept))
    paid = ipaymu_says(transaction(Amount=151_050))
    assert isinstance(IPAYMU.read_state(a_question(fee_on=FeeOn.BUYER), paid), Paid)


def test_bug_10_a_late_word_is_only_a_hint_to_ask_again() -> None:
    late = json.loads(FROM_IPAYMU) | {"status": "expired", "status_code": -2}
    assert IPAYMU.read_callback(call(json.dumps(late).encode())).claim is Claim.EXPIRED
    assert isinstance(IPAYMU.read_state(a_question(), ipaymu_says(transaction())), Paid)
    contradiction = ipaymu_says(transaction(Status=-2))
    assert isinstance(IPAYMU.read_state(a_question(), contradiction), Unknown)
    unpaid = ipaymu_says(transaction(Status=-2, PaidStatus="unpaid"))
    assert IPAYMU.read_state(a_question(), unpaid) == Expired()


def test_bug_11_each_gateway_is_answered_as_it_expects() -> None:
    assert json.loads(TRIPAY.traits.callback_reply) == {"success": True}
    assert json.loads(IPAYMU.traits.callback_reply) == {"status": "success"}


def test_bug_12_an_amount_is_signed_as_plain_digits() -> None:
    with pytest.raises(TypeError):
        Rupiah(10_000.0)  # type: ignore[arg-type]
    expected = hmac.new(PRIVATE_KEY.encode(), f"{MERCHANT}R10000".encode(), "sha256")
    assert sign(PRIVATE_KEY, MERCHANT, "R", Rupiah(10_000)) == expected.hexdigest()


def test_bug_13_a_word_is_no_code_and_six_and_seven_are_paid() -> None:
    said = ipaymu_says(transaction(Status="berhasil", PaidStatus="unpaid"))
    assert isinstance(IPAYMU.read_state(a_question(), said), Unknown)
    for code in (6, 7):
        assert isinstance(
            IPAYMU.read_state(a_question(), ipaymu_says(transaction(Status=code))), Paid
        )


def test_bug_14_nothing_empty_is_sent() -> None:
    bare = type(an_invoice().buyer)("")
    body = json.loads(IPAYMU.create(an_invoice(buyer=bare), NOW).body)
    assert None not in body.values() and "" not in body.values()
    assert not {"buyerName", "buyerEmail", "buyerPhone"} & set(body)


def test_bug_15_both_are_asked_over_tls_unless_somebody_says_otherwise() -> None:
    """That the wire verifies certificates is a law of the wire's own tests."""
    for url in (
        ipaymu_adapter.SANDBOX,
        ipaymu_adapter.PRODUCTION,
        tripay_adapter.SANDBOX,
        tripay_adapter.PRODUCTION,
    ):
        assert url.startswith("https://")


async def echo(visit: Visit) -> None:
    """A gateway that quotes everything it was sent, as some error pages do."""
    await visit.answer(await visit.request(), headers="Connection: close\r\n")


@pytest.fixture
async def parrot() -> AsyncIterator[RawServer]:
    async with raw_server(echo) as server:
        yield server


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire(SystemClock())
    yield wire
    await wire.close()


async def test_bug_16_no_secret_is_kept_of_any_call(parrot: RawServer, wire: Wire) -> None:
    gateways: tuple[Gateway, ...] = (
        Ipaymu(IpaymuSettings(va=VA, api_key=API_KEY, base_url=parrot.url)),
        Tripay(TripaySettings(TRIPAY_KEY, PRIVATE_KEY, MERCHANT, base_url=parrot.url)),
    )
    for gateway in gateways:
        requests = [
            gateway.create(an_invoice(channel="va.bca"), NOW),
            gateway.ask_state(a_question(), NOW),
            gateway.channels(NOW),
            *([gateway.purse.ask(NOW)] if gateway.purse else []),
            *([gateway.history.ask(1, NOW, NOW)] if gateway.history else []),
        ]
        for request in requests:
            heard = await wire.ask(request, account=gateway.account, purpose="state")
            kept = repr(heard.exchange)
            assert "/" in kept and heard.exchange.status == 200
            assert not re.search(r"[0-9a-f]{64}", kept), "a signature"
            for secret in (VA, API_KEY, TRIPAY_KEY, PRIVATE_KEY):
                assert secret not in kept
                assert secret not in repr(gateway.account) + repr(gateway.traits)


def test_bug_16_a_refused_callback_is_not_told_what_would_have_fitted() -> None:
    for gateway, body in ((IPAYMU, FROM_IPAYMU), (TRIPAY, FROM_TRIPAY["body"])):
        with pytest.raises(NotGenuine) as refused:
            gateway.prove(call(body.encode(), x_signature="0", x_callback_signature="0"))
        assert not re.search(r"[0-9a-f]{64}", f"{refused.value!r} {refused.value}")
    settings = IpaymuSettings(VA, API_KEY), TripaySettings(TRIPAY_KEY, PRIVATE_KEY, MERCHANT)
    for secret in (VA, API_KEY, TRIPAY_KEY, PRIVATE_KEY):
        assert secret not in repr(settings)


def test_bug_17_a_time_is_unix_seconds_or_wib_and_anything_else_is_none() -> None:
    for written, right in ((1_895_713_200, True), ("1895713200", True), ("besok", False)):
        found = TRIPAY.read_state(of_tripay(), tripay_says(detail(paid_at=written)))
        assert isinstance(found, Paid)
        assert (found.receipt.paid_at is not None) is right
    for missing in (None, "-", "", "2030-13-01 00:00:00", 10**18):
        found = IPAYMU.read_state(a_question(), ipaymu_says(transaction(SuccessDate=missing)))
        assert isinstance(found, Paid) and found.receipt.paid_at is None


def test_a_reference_is_never_part_of_an_address_unescaped() -> None:
    hostile = of_tripay(their_id="T1&reference=T2#x/../..")
    assert TRIPAY.ask_state(hostile, NOW).url.endswith(
        "/transaction/detail?reference=T1%26reference%3DT2%23x%2F..%2F.."
    )


def test_a_tripay_callback_is_proved_and_read_by_its_own_numbers() -> None:
    said = from_tripay(json.loads(FROM_TRIPAY["body"]) | {"status": "REFUND"})
    TRIPAY.prove(said)
    assert TRIPAY.read_callback(said).claim is Claim.REFUNDED
