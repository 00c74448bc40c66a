"""How iPaymu words a payment: the callback's fields and bytes, and the row of /transaction."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from konter_sim.clock import WIB
from konter_sim.gateway.books import Payment, State
from konter_sim.ipaymu.channels import TYPES
from konter_sim.ipaymu.options import Options

STATUS: Final[Mapping[State, tuple[int, str]]] = {
    "expired": (-2, "expired"),
    "pending": (0, "pending"),
    "paid": (1, "berhasil"),
    "cancelled": (2, "batal"),
    "refunded": (3, "refund"),
    "error": (4, "error"),
    "failed": (5, "gagal"),
    "unsettled": (6, "berhasil"),
    "escrow": (7, "berhasil"),
}


def news(payment: Payment, knobs: Options) -> dict[str, object]:
    """The callback's fields, in the order they are sent."""
    code, word = STATUS[payment.state]
    blank = None if knobs.blanks_as_null else ""
    was_paid = payment.paid_at is not None
    data: dict[str, object] = {
        "trx_id": int(payment.id),
        "sid": payment.session,
        "reference_id": payment.reference,
        "status": word,
        "status_code": 1 if word == "berhasil" else code,
        "sub_total": str(payment.order),
        "total": str(payment.amount),
        "amount": str(payment.amount),
        "fee": str(payment.fee),
        "paid_off": payment.received,
        "created_at": wib_text(payment.created_at),
        "expired_at": wib_text(payment.expires_at),
        "paid_at": blank if payment.paid_at is None else wib_text(payment.paid_at),
        "settlement_status": "settled" if payment.state == "paid" else "unsettle",
        "transaction_status_code": code,
        "is_escrow": payment.state == "escrow",
        "system_notes": "Sandbox notify" if was_paid else blank,
        "via": payment.channel.group,
        "channel": payment.channel.code,
        "payment_no": payment.pay_code,
        "buyer_name": payment.buyer.get("name", ""),
        "buyer_email": payment.buyer.get("email", ""),
        "buyer_phone": payment.buyer.get("phone", ""),
        "additional_info": [],
        "url": payment.notify_url,
    }
    if payment.channel.group == "va":
        data["va"] = payment.pay_code
    return data


def record(payment: Payment, knobs: Options) -> dict[str, object]:
    """The Data of /transaction, and a row of /history."""
    code, word = STATUS[payment.state]
    kind, kind_name = TYPES[payment.channel.group]
    was_paid = payment.paid_at is not None and payment.state not in ("pending", "expired")
    amounts: tuple[object, object] = payment.amount, payment.fee
    if knobs.numbers_as_text:
        amounts = str(payment.amount), str(payment.fee)
    paid_at = None if payment.paid_at is None else wib_text(payment.paid_at)
    return {
        "TransactionId": int(payment.id),
        "SessionId": payment.session,
        "ReferenceId": payment.reference or None,
        "RelatedId": 0,
        "Sender": payment.buyer.get("name") or "System",
        "Receiver": "Toko Contoh",
        "Amount": amounts[0],
        "Fee": amounts[1],
        "Status": code,
        "StatusDesc": word.capitalize(),
        "PaidStatus": "paid" if was_paid else "unpaid",
        "IsLocked": False,
        "Type": kind,
        "TypeDesc": kind_name,
        "Notes": f"Pembayaran {payment.reference}",
        "CreatedDate": wib_text(payment.created_at),
        "SuccessDate": paid_at if was_paid else None,
        "ExpiredDate": wib_text(payment.expires_at),
        "SettlementDate": paid_at if payment.state == "paid" else None,
        "PaymentChannel": payment.channel.code,
        "PaymentCode": payment.pay_code,
        "BuyerName": payment.buyer.get("name", ""),
        "BuyerPhone": payment.buyer.get("phone", ""),
        "BuyerEmail": payment.buyer.get("email", ""),
    }


def wib_text(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, WIB):%Y-%m-%d %H:%M:%S}"


def php_json(data: Mapping[str, object]) -> bytes:
    """As PHP's json_encode writes it: compact, `/` and non-ASCII escaped."""
    return json.dumps(data, separators=(",", ":")).replace("/", "\\/").encode()


def form(data: Mapping[str, object]) -> bytes:
    """As http_build_query writes it: booleans 0 and 1, no empty arrays, nulls as blanks."""
    fields = {
        name: int(value) if isinstance(value, bool) else "" if value is None else value
        for name, value in data.items()
        if value != []
    }
    return urlencode(fields).encode()
