"""iPaymu: what is sent is signed as measured, what comes back is read for what it is."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import ipaymu.v2.utils as oracle
import pytest

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.upstreams.contract import NotGenuine, UpstreamRefused
from konter.upstreams.gateway_contract import (
    Buyer,
    Claim,
    Created,
    Expired,
    Failed,
    Fee,
    FeeOn,
    Listed,
    NotAskable,
    NotCreated,
    Paid,
    PaidOtherwise,
    Refunded,
    State,
    Waiting,
)
from konter.upstreams.gateways.ipaymu import Ipaymu, IpaymuSettings, sign
from konter.upstreams.gateways.ipaymu_callbacks import canonical
from tests.upstreams.payments import (
    API_KEY,
    IPAYMU,
    NOW,
    REFERENCE,
    VA,
    VECTORS,
    a_question,
    an_invoice,
    call,
    ipaymu_says,
    raw,
    transaction,
)

CALLBACKS = VECTORS["ipaymu"]["callbacks"]


@pytest.mark.parametrize("vector", VECTORS["ipaymu"]["requests"], ids=lambda v: str(v["path"]))
def test_every_measured_request_signature_is_ours(vector: dict[str, str]) -> None:
    body = vector["body"].encode()
    assert sign(vector["method"], VA, API_KEY, body) == vector["signature"]


def test_the_calls_that_were_measured_are_made_letter_for_letter() -> None:
    measured = {v["path"]: v for v in VECTORS["ipaymu"]["requests"]}
    made = {
        "/transaction": IPAYMU.ask_state(a_question(), NOW),
        "/balance": IPAYMU.purse.ask(NOW),
        "/payment-channels": IPAYMU.channels(NOW),
    }
    for path, request in made.items():
        vector = measured[path]
        assert request.url == f"https://sandbox.ipaymu.com/api/v2{path}"
        assert request.method == vector["method"]
        assert request.headers["signature"] == vector["signature"]
        assert request.body == (vector["body"].encode() if vector["method"] == "POST" else b"")
        assert request.headers["timestamp"] == "20261121193000", "WIB"


def test_a_signature_is_the_one_that_a_public_package_makes() -> None:
    oracle.settings.IPAYMU_VA_ACCOUNT, oracle.settings.IPAYMU_API_KEY = VA, API_KEY
    request = IPAYMU.create(an_invoice(), NOW)
    assert request.headers["signature"] == oracle.create_signature(request.body.decode())


def body_of(**changes: Any) -> dict[str, Any]:
    found = json.loads(IPAYMU.create(an_invoice(**changes), NOW).body)
    assert isinstance(found, dict)
    return found


def test_a_page_is_asked_for_with_one_product_at_our_price() -> None:
    assert body_of() == {
        "product": ["Pulsa 150.000"],
        "qty": [1],
        "price": [150_000],
        "description": ["Pulsa 150.000"],
        "returnUrl": "https://toko.example.id/bayar",
        "cancelUrl": "https://toko.example.id/batal",
        "notifyUrl": "https://toko.example.id/webhook",
        "referenceId": REFERENCE,
        "buyerName": "Budi Santoso",
        "buyerEmail": "budi@example.id",
        "buyerPhone": "081200000001",
        "expired": 24,
        "expiredType": "hours",
        "feeDirection": "MERCHANT",
    }


def test_a_time_that_is_no_whole_hour_is_told_in_minutes() -> None:
    told = body_of(lasts=timedelta(minutes=90), fee_on=FeeOn.BUYER)
    assert (told["expired"], told["expiredType"]) == (90, "minutes")
    assert told["feeDirection"] == "BUYER"


def test_what_they_may_sign_otherwise_is_not_sent() -> None:
    """Null and empty values, spaces at the ends, letters beyond ASCII, backticks: a 401 each."""
    buyer = Buyer(" Büdi`  Santosó 😀 ", "büdi@example.id", "")
    told = body_of(buyer=buyer, title="Kuota “10 GB”\n1 hari / malam")
    assert told["buyerName"] == "Budi Santoso"
    assert "buyerEmail" not in told and "buyerPhone" not in told
    assert told["product"] == ["Kuota 10 GB 1 hari / malam"]
    request = IPAYMU.create(an_invoice(title="a/b"), NOW)
    assert b'"a/b"' in request.body and request.body.isascii() and b": " not in request.body


def test_a_number_to_pay_to_needs_who_pays() -> None:
    request = IPAYMU.create(an_invoice(channel="va.bca"), NOW)
    told = json.loads(request.body)
    assert request.url.endswith("/payment/direct")
    assert (told["paymentMethod"], told["paymentChannel"], told["amount"]) == ("va", "bca", 150_000)
    for changes in ({"buyer": Buyer("Budi")}, {"channel": ".bca"}, {"channel": "va."}):
        with pytest.raises(NotAskable):
            IPAYMU.create(an_invoice(**({"channel": "va.bca"} | changes)), NOW)


@pytest.mark.parametrize("method", ["qris", "va", "cstore"])
def test_a_method_without_a_code_is_a_page_where_it_is_chosen(method: str) -> None:
    request = IPAYMU.create(an_invoice(channel=method, buyer=Buyer("Budi")), NOW)
    told = json.loads(request.body)
    assert request.url.endswith("/payment") and told["paymentMethod"] == method
    made = IPAYMU.read_created(an_invoice(channel=method), ipaymu_says(PAGE))
    assert made == Created(their_id=None, session_id="b563659f", url=PAGE["Url"])


PAGE = {"SessionID": "b563659f", "Url": "https://sandbox-payment.ipaymu.com/#/b563659f"}


def test_a_page_is_created_without_a_transaction_id() -> None:
    expected = Created(their_id=None, session_id="b563659f", url=PAGE["Url"])
    assert IPAYMU.read_created(an_invoice(), ipaymu_says(PAGE)) == expected
    documented = b'{"Status":200,"Message":"success","Data":%s}' % json.dumps(PAGE).encode()
    assert IPAYMU.read_created(an_invoice(), raw(documented)) == expected


@pytest.mark.parametrize(
    "data", [None, {}, [], PAGE | {"Url": "javascript:alert(1)"}, {"Url": PAGE["Url"]}]
)
def test_a_page_without_its_address_or_session_is_unknown(data: Any) -> None:
    assert isinstance(IPAYMU.read_created(an_invoice(), ipaymu_says(data)), Unknown)


DIRECT = {
    "SessionId": REFERENCE, "TransactionId": 130770, "ReferenceId": REFERENCE, "Via": "QRIS",
    "Channel": "MPM", "PaymentNo": "000201", "QrString": "000201", "SubTotal": 150_000,
    "Fee": 1_050, "Total": 151_050, "FeeDirection": "BUYER", "Expired": "2024-03-19 14:43:51",
    "QrImage": "https://sandbox.ipaymu.com/qr/130770",
}  # fmt: skip


def test_a_direct_payment_tells_its_number_its_fee_and_its_end() -> None:
    ask = an_invoice(channel="qris.mpm", fee_on=FeeOn.BUYER)
    assert IPAYMU.read_created(ask, ipaymu_says(DIRECT)) == Created(
        their_id="130770",
        session_id=REFERENCE,
        qr="000201",
        qr_url="https://sandbox.ipaymu.com/qr/130770",
        charged=Rupiah(151_050),
        fee=Rupiah(1_050),
        expires_at=datetime(2024, 3, 19, 7, 43, 51, tzinfo=UTC),
    )
    va = {name: DIRECT[name] for name in ("SessionId", "TransactionId", "ReferenceId", "Fee")}
    made = IPAYMU.read_created(
        an_invoice(channel="va.bca"),
        ipaymu_says(va | {"PaymentNo": "578893000000163", "Total": "150000"}),
    )
    assert isinstance(made, Created) and made.pay_code == "578893000000163" and made.qr is None


@pytest.mark.parametrize(
    "changes", [{"ReferenceId": "other"}, {"Total": 150_000}, {"Total": None}, {"TransactionId": 0}]
)
def test_a_direct_payment_of_another_reference_or_amount_is_unknown(changes: Any) -> None:
    ask = an_invoice(channel="qris.mpm", fee_on=FeeOn.BUYER)
    assert isinstance(IPAYMU.read_created(ask, ipaymu_says(DIRECT | changes)), Unknown)


def refusal(status: int, message: str, **more: Any) -> Any:
    return IPAYMU.read_created(
        an_invoice(), ipaymu_says(None, status, Message=message, Success=False, **more)
    )


def test_a_refusal_says_whose_fault_it_is() -> None:
    assert refusal(401, "unauthorized signature") == NotCreated("unauthorized signature", ours=True)
    assert refusal(406, "invalid domain") == NotCreated("invalid domain", ours=True)
    said = refusal(400, "error - invalid request", Error={"name": ["name wajib diisi."]})
    assert said == NotCreated("error - invalid request; name wajib diisi.", ours=False)
    assert isinstance(refusal(500, "error"), Unknown)
    assert isinstance(refusal(502, "bad gateway"), Unknown)


OTHER_STATES: list[tuple[int, State]] = [
    (-2, Expired()),
    (0, Waiting()),
    (2, Failed("batal")),
    (3, Refunded()),
    (4, Failed("error")),
    (5, Failed("gagal")),
]


def state(question: Any = None, status: int = 200, **changes: Any) -> State:
    answer = ipaymu_says(transaction(**changes), status)
    return IPAYMU.read_state(question or a_question(), answer)


@pytest.mark.parametrize("code", [1, 6, 7])
def test_paid_is_one_six_and_seven(code: int) -> None:
    for written in (code, str(code)):
        found = state(Status=written)
        assert isinstance(found, Paid)
        assert found.on_hold is (code == 7)
        assert found.receipt.amount == found.receipt.charged == Rupiah(150_000)
        assert found.receipt.kept == Rupiah(1_050)
        assert found.receipt.paid_at == datetime(2030, 1, 26, 19, 48, 8, tzinfo=UTC)


@pytest.mark.parametrize(("code", "expected"), OTHER_STATES)
def test_every_other_status_is_what_the_document_says(code: int, expected: State) -> None:
    assert state(Status=code, StatusDesc="?", PaidStatus="unpaid") == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"Status": 8},
        {"Status": -1},
        {"Status": "berhasil"},
        {"Status": True},
        {"Status": 1.0},
        {"Status": None},
        {"PaidStatus": "unpaid"},
        {"PaidStatus": None},
        {"PaidStatus": "PAID"},
        {"PaidStatus": True},
        {"Status": 0},
        {"Status": -2},
        {"TransactionId": 193206},
        {"TransactionId": None},
        {"ReferenceId": None},
        {"ReferenceId": "INV-2030-0002"},
        {"Amount": None},
        {"Amount": "150000.50"},
        {"Amount": -150_000},
        {"Amount": 0},
    ],
)
def test_what_contradicts_or_names_another_payment_is_unknown(changes: dict[str, Any]) -> None:
    assert isinstance(state(**changes), Unknown)


def test_the_fee_is_taken_off_only_where_we_put_it_on_the_buyer() -> None:
    buyer_pays = a_question(fee_on=FeeOn.BUYER)
    found = state(buyer_pays, Amount="151050", Fee="1050")
    assert isinstance(found, Paid)
    assert (found.receipt.amount, found.receipt.kept) == (Rupiah(150_000), Rupiah(0))
    assert found.receipt.charged == Rupiah(151_050)
    for question, gross in ((a_question(), 151_050), (buyer_pays, 150_000)):
        assert isinstance(state(question, Amount=gross), PaidOtherwise)
    assert isinstance(state(buyer_pays, Amount=151_050, Fee=None), Unknown)


def test_a_fee_with_a_fraction_weakens_no_verdict_and_enters_no_book() -> None:
    found = state(Fee="1399.02")
    assert isinstance(found, Paid) and found.receipt.kept is None


def test_a_paid_answer_inside_an_error_is_unknown() -> None:
    assert isinstance(state(status=500), Unknown)
    refused = ipaymu_says(transaction(), Success=False)
    assert isinstance(IPAYMU.read_state(a_question(), refused), Unknown)
    behind_a_proxy = raw(ipaymu_says(transaction()).body, 502)
    assert isinstance(IPAYMU.read_state(a_question(), behind_a_proxy), Unknown)


@pytest.mark.parametrize("vector", CALLBACKS, ids=lambda v: str(v["name"]))
def test_a_genuine_callback_is_proved_as_json_and_as_a_form(vector: dict[str, str]) -> None:
    gateway = Ipaymu(IpaymuSettings(va=vector["va"], api_key="x"))
    fields = json.loads(vector["canonical"])
    assert canonical(fields) == vector["canonical"]
    spaced = json.dumps(dict(reversed(fields.items())), indent=1).encode()
    form = urlencode(
        {n: int(v) if isinstance(v, bool) else v for n, v in fields.items() if v != []}
    )
    bodies = [vector["canonical"].encode(), spaced, vector.get("form_body", form).encode()]
    for body in bodies:
        genuine = call(body, x_signature=vector["x_signature"])
        gateway.prove(genuine)
        hint = gateway.read_callback(genuine)
        assert hint.reference == fields["reference_id"]
        assert hint.their_id == str(fields["trx_id"])
        assert (hint.session_id, hint.claim) == (fields["sid"], Claim.PAID)


@pytest.mark.parametrize(
    "wrong",
    [
        "5464751bc042a3245d3bfa1af7d46b287f64bf04320be1ddf675bd74a3a32b1e",
        "ca99d80288c4c05d170235d046ad06f880e9a1c9ec8407dc6f882e93b0472b85",
    ],
    ids=["amounts as numbers", "slashes as they are"],
)
def test_the_signatures_of_wrong_public_handlers_are_refused(wrong: str) -> None:
    with pytest.raises(NotGenuine):
        IPAYMU.prove(call(CALLBACKS[1]["canonical"].encode(), x_signature=wrong))


def test_a_name_outside_ascii_is_proved_escaped_or_not() -> None:
    fields = json.loads(CALLBACKS[1]["canonical"]) | {"buyer_name": "Budi Santosó 😀"}
    for escaped in (True, False):
        text = canonical(fields, escape_unicode=escaped)
        signature = hmac_hex(VA, text)
        IPAYMU.prove(call(json.dumps(fields).encode(), x_signature=signature))


def test_a_form_of_a_pending_payment_is_proved_where_nothing_stood_for_null() -> None:
    fields = json.loads(CALLBACKS[1]["canonical"]) | {"paid_at": None, "system_notes": None}
    form = urlencode(
        {n: "" if v is None else int(v) if v is False else v for n, v in fields.items() if v != []}
    )
    IPAYMU.prove(call(form.encode(), x_signature=hmac_hex(VA, canonical(fields))))
    assert dict(parse_qsl(form, keep_blank_values=True))["paid_at"] == ""


def hmac_hex(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), "sha256").hexdigest()


def test_a_history_is_read_in_either_of_its_shapes() -> None:
    row = transaction(Status="0", PaidStatus="unpaid")
    new = {"Transaction": [row, {}], "Pagination": {"current_page": 1, "total_pages": 2}}
    old = {"Results": [row], "Current_Page": 2, "Total_Page": 2}
    first = IPAYMU.history.read(ipaymu_says(new))
    last = IPAYMU.history.read(ipaymu_says(old))
    assert (first.more, first.unreadable, last.more) == (True, 1, False)
    for page in (first, last):
        (found,) = page.rows
        assert (found.reference, found.their_id) == (REFERENCE, "193205")
        assert found.claim is Claim.WAITING
    with pytest.raises(UpstreamRefused):
        IPAYMU.history.read(ipaymu_says({"Transaction": None}))


def listed(**changes: Any) -> Listed:
    page = IPAYMU.history.read(ipaymu_says({"Transaction": [transaction(**changes)]}))
    (found,) = page.rows
    return found


def test_a_listed_payment_is_worth_what_a_question_would_say() -> None:
    """Amounts come as numbers, text and with decimals; who pays the fee is what we stored."""
    for gross, fee in ((151_050, 1_050), ("151050", "1050"), ("151050.00", "1050.00")):
        found = listed(Amount=gross, Fee=fee, CreatedDate="2030-01-27 02:47:53")
        assert found.charged == Rupiah(151_050)
        assert found.worth(FeeOn.SHOP) == (Rupiah(151_050), Rupiah(1_050))
        assert found.worth(FeeOn.BUYER) == (Rupiah(150_000), Rupiah(0))
        assert found.created_at == datetime(2030, 1, 26, 19, 47, 53, tzinfo=UTC)
        assert found.paid_at == datetime(2030, 1, 26, 19, 48, 8, tzinfo=UTC)


def test_a_fraction_in_the_list_is_dropped_by_nobody() -> None:
    found = listed(Amount="101399.02", Fee="1399.02", SuccessDate="-", CreatedDate=None)
    assert found.worth(FeeOn.BUYER) == (Rupiah(100_000), Rupiah(0))
    assert found.worth(FeeOn.SHOP) == (None, None)
    assert found.paid_at is found.created_at is None
    assert listed(Amount="satu", Fee=None).worth(FeeOn.BUYER)[0] is None


def test_a_history_is_asked_for_by_days_in_wib() -> None:
    late, since = NOW + timedelta(hours=6), NOW - timedelta(days=1)
    told = json.loads(IPAYMU.history.ask(3, since, late).body)
    assert (told["startdate"], told["enddate"]) == ("2026-11-20", "2026-11-22")
    assert (told["page"], told["limit"]) == (3, 20)
    request = IPAYMU.history.ask(1, since, late, until=NOW)
    assert json.loads(request.body)["enddate"] == "2026-11-21"
    assert request.headers["timestamp"] == "20261122013000", "the moment of the call all the same"


def test_a_balance_is_whole_rupiah_and_a_refusal_is_told() -> None:
    balance = {"Va": VA, "MerchantBalance": "1500000.75", "MemberBalance": "0"}
    assert IPAYMU.purse.read(ipaymu_says(balance)) == Rupiah(1_500_000)
    for answer in (ipaymu_says({}), raw(b"<html>"), ipaymu_says(None, 401, Message="unauthorized")):
        with pytest.raises(UpstreamRefused):
            IPAYMU.purse.read(answer)


def channel(**changes: Any) -> dict[str, Any]:
    fee = {"ActualFee": 3500, "ActualFeeType": "FLAT", "AdditionalFee": 0}
    return {
        "Code": "bca", "Name": "BCA", "FeatureStatus": "active", "HealthStatus": "online",
        "TransactionFee": fee,
    } | changes  # fmt: skip


def test_channels_tell_their_fees_and_a_fee_that_cannot_be_read_is_named() -> None:
    card = {"ActualFee": "2.8", "ActualFeeType": "PERCENT", "AdditionalFee": 5000}
    methods = [
        {"Code": "va", "Name": "Virtual Account", "Channels": [channel()]},
        {
            "Code": "cc",
            "Name": "Kartu",
            "Channels": [
                channel(Code="cc", TransactionFee=card, FeatureStatus="inactive"),
                channel(TransactionFee={"ActualFee": 1, "ActualFeeType": "?"}),
            ],
        },
        {"Code": "ewallet-asia", "Name": "E-wallet"},
    ]
    found = IPAYMU.read_channels(ipaymu_says(methods))
    by_code = {row.code: row for row in found.channels}
    assert set(by_code) == {"va.bca", "cc.cc", "va", "cc", "page"}
    assert by_code["va.bca"].fee == Fee(Rupiah(3500)) and by_code["va.bca"].open
    assert by_code["cc.cc"].fee.of(Rupiah(100_001)) == Rupiah(5000 + 2801)
    assert not by_code["cc.cc"].open
    assert len(found.unreadable) == 1


def method(code: str, name: str, *channels: dict[str, Any]) -> dict[str, Any]:
    return {"Code": code, "Name": name, "Channels": list(channels)}


def test_their_page_is_a_channel_by_method_and_with_a_free_choice() -> None:
    mpm = {"ActualFee": 0.7, "ActualFeeType": "PERCENT", "AdditionalFee": 0}
    dear = {"ActualFee": 4000, "ActualFeeType": "FLAT", "AdditionalFee": 0}
    methods = [
        method("va", "Virtual Account", channel(Code="bni", HealthStatus="offline"),
               channel(Code="bca", TransactionFee=dear)),
        method("cstore", "Convenience Store", channel(Code="alfamart", FeatureStatus="inactive")),
        method("cod", "COD", channel(Code="rpx")),
        method("qris", "QRIS", channel(Code="mpm", TransactionFee=mpm)),
    ]  # fmt: skip
    found = {row.code: row for row in IPAYMU.read_channels(ipaymu_says(methods)).channels}
    pages = {code: row for code, row in found.items() if "." not in code}
    assert set(pages) == {"va", "cstore", "qris", "page"}, "COD wants a parcel"
    assert pages["va"].name == "Virtual Account (halaman iPaymu)" and pages["va"].open
    assert pages["va"].fee == Fee(Rupiah(4_000)), "of the first that is open"
    assert not pages["cstore"].open
    assert (pages["page"].name, pages["page"].group) == ("Halaman iPaymu", "Halaman iPaymu")
    assert pages["page"].fee == pages["qris"].fee == Fee(basis_points=70)
    without = {row.code: row for row in IPAYMU.read_channels(ipaymu_says(methods[:1])).channels}
    assert without["page"].fee == without["va"].fee
    assert IPAYMU.read_channels(ipaymu_says([])).channels == ()


def test_no_callback_is_a_verdict_however_it_is_proved() -> None:
    (vector,) = [v for v in CALLBACKS if v["va"] == VA]
    genuine = call(vector["canonical"].encode(), x_signature=vector["x_signature"])
    IPAYMU.prove(genuine)
    hint = IPAYMU.read_callback(genuine)
    assert hint.claim is Claim.PAID and hint.their_id is not None
    question = a_question(reference=hint.reference, their_id=hint.their_id)
    assert isinstance(IPAYMU.judge_callback(question, genuine), Unknown)
