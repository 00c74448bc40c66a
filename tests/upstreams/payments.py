"""Shorthand for talking about one payment at iPaymu and Tripay, with the invented credentials."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireAnswer, WireCall
from konter.upstreams.gateway_contract import Buyer, FeeOn, Invoice, Question
from konter.upstreams.gateways.ipaymu import Ipaymu, IpaymuSettings
from konter.upstreams.gateways.tripay import Tripay, TripaySettings

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "vectors_payments.json").read_text("utf-8")
)
VA: str = VECTORS["ipaymu"]["va"]
API_KEY: str = VECTORS["ipaymu"]["api_key"]
PRIVATE_KEY: str = VECTORS["tripay"]["private_key"]
MERCHANT: str = VECTORS["tripay"]["merchant_code"]
TRIPAY_KEY = "DEV-invented-key-of-nobody"

IPAYMU = Ipaymu(IpaymuSettings(va=VA, api_key=API_KEY))
TRIPAY = Tripay(TripaySettings(api_key=TRIPAY_KEY, private_key=PRIVATE_KEY, merchant_code=MERCHANT))
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
REFERENCE = "INV-2030-0001"


def an_invoice(**changes: Any) -> Invoice:
    given: dict[str, Any] = {
        "reference": REFERENCE,
        "amount": Rupiah(150_000),
        "title": "Pulsa 150.000",
        "buyer": Buyer("Budi Santoso", "budi@example.id", "081200000001"),
        "callback_url": "https://toko.example.id/webhook",
        "return_url": "https://toko.example.id/bayar",
        "cancel_url": "https://toko.example.id/batal",
        "lasts": timedelta(hours=24),
    }
    return Invoice(**(given | changes))


def a_question(**changes: Any) -> Question:
    given: dict[str, Any] = {
        "reference": REFERENCE,
        "their_id": "193205",
        "amount": Rupiah(150_000),
    }
    return Question(**(given | changes))


def of_tripay(**changes: Any) -> Question:
    return a_question(**({"their_id": "T9999900000000000001"} | changes))


BUYER_PAYS = {"fee_on": FeeOn.BUYER}


def transaction(**changes: Any) -> dict[str, Any]:
    """iPaymu's own record of the payment, paid, the fee on the shop."""
    return {
        "TransactionId": 193205,
        "SessionId": "5892246C-82E6-4397-AF7A-92BFF3F96D77",
        "ReferenceId": REFERENCE,
        "Amount": 150_000,
        "Fee": 1_050,
        "Status": 1,
        "StatusDesc": "Berhasil",
        "PaidStatus": "paid",
        "SuccessDate": "2030-01-27 02:48:08",
    } | changes


def detail(**changes: Any) -> dict[str, Any]:
    """Tripay's own record of the payment, paid, the fee on the shop."""
    return {
        "reference": "T9999900000000000001",
        "merchant_ref": REFERENCE,
        "payment_method": "QRIS2",
        "amount": 150_000,
        "fee_merchant": 1_800,
        "fee_customer": 0,
        "total_fee": 1_800,
        "amount_received": 148_200,
        "status": "PAID",
        "paid_at": 1_895_713_200,
    } | changes


def raw(body: bytes, status: int = 200) -> WireAnswer:
    return WireAnswer(status, {}, body)


def ipaymu_says(data: Any, status: int = 200, **envelope: Any) -> WireAnswer:
    whole = {"Status": status, "Success": status == 200, "Message": "success", "Data": data}
    return raw(json.dumps(whole | envelope).encode(), status)


def tripay_says(data: Any, status: int = 200, **envelope: Any) -> WireAnswer:
    whole = {"success": status == 200, "message": "", "data": data}
    return raw(json.dumps(whole | envelope).encode(), status)


def call(body: bytes, **headers: str) -> WireCall:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return WireCall("POST", "/callback", "", named, body, "120.89.93.249")


def from_tripay(fields: dict[str, Any], event: str = "payment_status") -> WireCall:
    body = json.dumps(fields, separators=(",", ":")).encode()
    return call(body, x_callback_event=event, x_callback_signature=tripay_signature(body))


def tripay_signature(body: bytes, key: str = PRIVATE_KEY) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
