"""Whatever bytes come back, reading never raises, and only an exact, echoed, paid word is Paid."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireAnswer
from konter.upstreams.contract import NotGenuine, UpstreamRefused
from konter.upstreams.gateway_contract import (
    FeeOn,
    Gateway,
    Hint,
    Paid,
    PaidOtherwise,
    Question,
)
from tests.upstreams.payments import (
    IPAYMU,
    NOW,
    REFERENCE,
    TRIPAY,
    a_question,
    an_invoice,
    call,
    detail,
    ipaymu_says,
    of_tripay,
    raw,
    transaction,
    tripay_says,
)

GATEWAYS: tuple[Gateway, ...] = (IPAYMU, TRIPAY)
DEEP = b"[" * 100_000
JUNK = [
    b"",
    b"null",
    b"1",
    b"PAID",
    b"<html><h1>502 Bad Gateway</h1></html>",
    b"[]",
    b"{}",
    b'{"Status":200,"Data":null}',
    b'{"Status":200,"Success":true,"Data":[]}',
    b'{"Status":200,"Success":true,"Data":{"Status":1,"PaidStatus":"paid"}}',
    b'{"success":true,"data":null}',
    b'{"success":true,"data":[null,1,{}]}',
    b'{"success":true,"data":{"status":"PAID"}}',
    b'{"Status":' + b"9" * 5000 + b',"Data":{"TransactionId":' + b"9" * 5000 + b"}}",
    b'{"success":true,"data":{"reference":' + b"9" * 5000 + b"}}",
    b'{"Status":200,"Data":' + DEEP,
    b'{"success":true,"data":' + DEEP,
    b"\xff\xfe\x00",
    b'{"Status":200,"Data":{"ReferenceId":"\\ud800"}}',
    b"trx_id=1&trx_id=2&" + b"a=1&" * 1000,
    json.dumps({"Status": 200, "Data": transaction()}).encode()[:-1],
    json.dumps({"success": True, "data": detail()}).encode() + b"<br>",
]

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["PAID", "paid", "1", 1, 6, 7, REFERENCE, "193205", 150_000, "150000"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def read_everything(gateway: Gateway, answer: WireAnswer) -> None:
    for ask in (an_invoice(), an_invoice(channel="va.bca", fee_on=FeeOn.BUYER)):
        gateway.read_created(ask, answer)
    for question in (a_question(), of_tripay(), a_question(fee_on=FeeOn.BUYER)):
        assert not isinstance(gateway.read_state(question, answer), Paid | PaidOtherwise)
    with contextlib.suppress(UpstreamRefused):
        gateway.read_channels(answer)
    if gateway.history is not None:
        with contextlib.suppress(UpstreamRefused):
            gateway.history.read(answer)
    if gateway.purse is not None:
        with contextlib.suppress(UpstreamRefused):
            gateway.purse.read(answer)


@pytest.mark.parametrize("status", [200, 401, 502])
@pytest.mark.parametrize("body", JUNK)
def test_what_is_no_answer_is_unknown(body: bytes, status: int) -> None:
    for gateway in GATEWAYS:
        answer = raw(body, status)
        read_everything(gateway, answer)
        assert isinstance(gateway.read_state(a_question(), answer), Unknown)


@given(st.binary(max_size=200) | anything.map(lambda found: json.dumps(found).encode()))
def test_any_bytes_can_be_read(body: bytes) -> None:
    for gateway in GATEWAYS:
        read_everything(gateway, raw(body))


@pytest.mark.parametrize("body", JUNK)
def test_no_junk_is_a_genuine_callback_and_none_raises(body: bytes) -> None:
    for gateway in GATEWAYS:
        for headers in ({}, {"x_signature": "0" * 64, "x_callback_signature": "0" * 64}):
            said = call(body, x_callback_event="payment_status", **headers)
            with pytest.raises(NotGenuine):
                gateway.prove(said)
            assert isinstance(gateway.read_callback(said), Hint)
            for question in (a_question(), of_tripay()):
                assert isinstance(gateway.judge_callback(question, said), Unknown)


@given(
    st.dictionaries(
        st.sampled_from(["trx_id", "is_escrow", "status_code", "payment_no", "additional_info"])
        | st.text(max_size=5),
        anything,
    ),
    st.text(max_size=70),
)
def test_any_callback_can_be_read_and_refused(fields: dict[str, Any], signature: str) -> None:
    body = json.dumps(fields).encode()
    for gateway in GATEWAYS:
        said = call(body, x_signature=signature, x_callback_signature=signature)
        with pytest.raises(NotGenuine):
            gateway.prove(said)
        assert isinstance(gateway.read_callback(said), Hint)
        found = gateway.judge_callback(of_tripay(), said)
        assert not isinstance(found, Paid | PaidOtherwise)


def exactly(value: Any, *wanted: Any) -> bool:
    """Equal and of the same type: ``True`` is not ``1``."""
    return any(type(value) is type(other) and value == other for other in wanted)


ALLOWED_AMOUNTS = (150_000, "150000", "150000.00", 150_000.0)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "TransactionId": st.sampled_from([193205, "193205", 193206, None]) | anything,
            "ReferenceId": st.sampled_from([REFERENCE, REFERENCE.lower(), ""]) | anything,
            "Status": st.sampled_from([-2, 0, 1, 2, 3, 4, 5, 6, 7, "1", "6", "berhasil"])
            | anything,
            "PaidStatus": st.sampled_from(["paid", "unpaid"]) | anything,
            "Amount": st.sampled_from([150_000, "150000", "150000.00", 149_999, 151_050])
            | anything,
        },
    )
)
def test_ipaymu_is_paid_only_when_all_of_it_says_so(changes: dict[str, Any]) -> None:
    said = transaction(**changes)
    found = IPAYMU.read_state(a_question(), ipaymu_says(said))
    right = (
        exactly(said["TransactionId"], 193205, "193205")
        and said["ReferenceId"] == REFERENCE
        and exactly(said["Status"], 1, 6, 7, "1", "6", "7")
        and said["PaidStatus"] == "paid"
        and exactly(said["Amount"], *ALLOWED_AMOUNTS)
    )
    assert isinstance(found, Paid) is right
    if isinstance(found, PaidOtherwise):
        assert found.receipt.amount != Rupiah(150_000)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "reference": st.sampled_from(["T9999900000000000001", "T1"]) | anything,
            "merchant_ref": st.sampled_from([REFERENCE, REFERENCE.lower()]) | anything,
            "status": st.sampled_from(["PAID", "UNPAID", "EXPIRED", "REFUND", "paid"]) | anything,
            "amount": st.sampled_from([150_000, "150000", 149_999, 150_001]) | anything,
        },
    )
)
def test_tripay_is_paid_only_when_all_of_it_says_so(changes: dict[str, Any]) -> None:
    said = detail(**changes)
    found = TRIPAY.read_state(of_tripay(), tripay_says(said))
    right = (
        said["reference"] == "T9999900000000000001"
        and said["merchant_ref"] == REFERENCE
        and exactly(said["status"], "PAID")
        and exactly(said["amount"], *ALLOWED_AMOUNTS)
    )
    assert isinstance(found, Paid) is right


@given(st.integers(0, 10**9), st.integers(0, 10**7), st.sampled_from(list(FeeOn)))
def test_paid_is_exactly_our_amount_whoever_pays_the_fee(gross: int, fee: int, on: FeeOn) -> None:
    question = Question(reference=REFERENCE, their_id="193205", amount=Rupiah(150_000), fee_on=on)
    found = IPAYMU.read_state(question, ipaymu_says(transaction(Amount=str(gross), Fee=fee)))
    towards = gross - fee if on is FeeOn.BUYER else gross
    assert isinstance(found, Paid) is (towards == 150_000)
    if isinstance(found, Paid):
        assert found.receipt.kept is not None
        assert found.receipt.amount - found.receipt.kept == Rupiah(gross - fee)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20))
def test_any_buyer_and_title_make_a_request_that_holds_nothing_empty(
    name: str, title: str, phone: str
) -> None:
    buyer = type(an_invoice().buyer)(name, "budi@example.id", phone)
    request = IPAYMU.create(an_invoice(buyer=buyer, title=title), NOW)
    assert request.body.isascii()
    flat = [v for value in json.loads(request.body).values() for v in _flat(value)]
    assert all(value not in (None, "") for value in flat)
    assert all(value == value.strip() for value in flat if isinstance(value, str))


def _flat(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
