"""Creations: POST /payment (a session and its page) and POST /payment/direct (at once a code)."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from aiohttp import web

from konter_sim.gateway.books import Payment
from konter_sim.gateway.serve import Doing, json, serve
from konter_sim.gateway.state import Call
from konter_sim.gateway.steps import Answer
from konter_sim.ipaymu.channels import channel_named
from konter_sim.ipaymu.gate import Refused, admit
from konter_sim.ipaymu.state import Ipaymu, Session, new_sid
from konter_sim.ipaymu.words import wib_text

MOST_TOTAL: Final = 999_999_999
HOURS: Final = {"days": 24.0, "hours": 1.0, "minutes": 1 / 60, "seconds": 1 / 3600}
LONGEST_HOURS: Final[Mapping[str, float]] = {"bsi": 3, "bri": 2}
FIXED_HOURS: Final[Mapping[str, float]] = {"bca": 12, "alfamart": 24, "mpm": 24}


async def redirect(ipaymu: Ipaymu, request: web.Request, call: Call) -> web.StreamResponse:
    """A session and the address of its page. No TransactionId: nobody has chosen a channel."""
    body = await admit(ipaymu, request)
    _require(body, ("product", "qty", "price", "returnUrl", "notifyUrl"), "invalid request")
    items = _items(body)
    session = _session(ipaymu, body, items, _total(ipaymu, items))
    session.return_url = str(body["returnUrl"])
    session.cancel_url = str(body.get("cancelUrl", ""))
    session.method = str(body.get("paymentMethod", ""))
    session.buyer = _buyer(body, ("buyerName", "buyerEmail", "buyerPhone"))
    call.reference, call.id = session.reference, session.sid

    def doing() -> web.Response:
        ipaymu.start(session)
        data = {"SessionID": session.sid, "Url": f"{ipaymu.url}/payment/{session.sid}"}
        return json({"Status": 200, "Success": True, "Message": "Success", "Data": data})

    return await _played(ipaymu, request, call, session=session, doing=doing)


async def direct(ipaymu: Ipaymu, request: web.Request, call: Call) -> web.StreamResponse:
    """A transaction with its code at once. SessionId is the ReferenceId here."""
    body = await admit(ipaymu, request)
    fields = ("name", "phone", "email", "amount", "notifyUrl", "paymentMethod", "paymentChannel")
    _require(body, fields, "error - invalid request")
    channel = channel_named(str(body["paymentMethod"]), str(body["paymentChannel"]))
    if channel is None:
        text = ["payment channel tidak valid."]
        raise Refused(400, "error - invalid request", Error={"paymentChannel": text})
    items = _items(body) if "product" in body and "price" in body and "qty" in body else []
    order = _whole(ipaymu, body["amount"], str(body.get("referenceId", "")))
    if items and sum(_cost(item) for item in items) != order:
        detail = "amount is not the sum of qty x price"
        ipaymu.rules.breach("items_do_not_sum", detail, str(body.get("referenceId", "")))
    session = _session(ipaymu, body, items, _limited(ipaymu, order))
    hours = FIXED_HOURS.get(channel.code) or _hours(ipaymu, body)
    hours = min(hours, LONGEST_HOURS.get(channel.code, hours))
    session.expires_at = session.created_at + hours * 3600
    session.method = channel.group
    session.return_url = str(body.get("successUrl", ""))
    session.buyer = _buyer(body, ("name", "email", "phone"))
    call.reference, call.id = session.reference, session.sid

    def doing() -> web.Response:
        payment = ipaymu.choose(session, channel)
        ipaymu.start(session)
        said = {"Status": 200, "Success": True, "Message": "Success"}
        return json({**said, "Data": _direct_data(ipaymu, payment)})

    return await _played(ipaymu, request, call, session=session, doing=doing)


async def _played(
    ipaymu: Ipaymu, request: web.Request, call: Call, *, session: Session, doing: Doing
) -> web.StreamResponse:
    reference, headers = session.reference, request.headers
    signature, timestamp = headers.get("signature", ""), headers.get("timestamp", "")
    ipaymu.rules.create(reference, signature, timestamp)
    step = ipaymu.plans.play(reference, session.order).next_call()
    call.step = type(step).__name__.lower()
    said = await serve(ipaymu, request, step, doing)
    if isinstance(step, Answer):
        ipaymu.rules.answered(reference)
    return said


def _direct_data(ipaymu: Ipaymu, payment: Payment) -> dict[str, object]:
    qris = payment.channel.group == "qris"
    payload = f"00020101021226SIMULASI{payment.id}" if qris else payment.pay_code
    data: dict[str, object] = {
        "SessionId": payment.reference or payment.session,
        "TransactionId": int(payment.id),
        "ReferenceId": payment.reference or None,
        "Via": payment.channel.group.upper(),
        "Channel": payment.channel.code.upper(),
        "PaymentNo": payload,
        "PaymentName": "iPaymu Toko Contoh",
        "SubTotal": payment.order,
        "Fee": payment.fee,
        "Total": payment.amount,
        "FeeDirection": "BUYER" if payment.fee_on == "customer" else "MERCHANT",
        "Expired": wib_text(payment.expires_at),
        "Url": f"{ipaymu.url}/payment/{payment.session}",
    }
    if qris:
        picture = f"{ipaymu.url}/qr/{payment.id}"
        data |= {"QrString": payload, "QrImage": picture, "Terminal": "A01", "NNSCode": "93600503"}
    return data


def _require(body: Mapping[str, object], names: Sequence[str], message: str) -> None:
    missing = {name: [f"{name} wajib diisi."] for name in names if name not in body}
    if missing:
        raise Refused(400, message, Error=missing)
    if not re.match(r"https?://\S+$", str(body["notifyUrl"])):
        raise Refused(400, "Format isian notify url tidak valid.", Success=False, Data=None)


def _session(
    ipaymu: Ipaymu, body: Mapping[str, object], items: list[dict[str, object]], order: int
) -> Session:
    now = ipaymu.clock.now()
    return Session(
        sid=new_sid(),
        reference=str(body.get("referenceId", "")),
        order=order,
        fee_on="customer" if body.get("feeDirection") == "BUYER" else "merchant",
        created_at=now,
        expires_at=now + _hours(ipaymu, body) * 3600,
        notify_url=str(body["notifyUrl"]),
        items=items,
    )


def _hours(ipaymu: Ipaymu, body: Mapping[str, object]) -> float:
    if "expired" not in body:
        return ipaymu.knobs.expires_hours
    unit = HOURS.get(str(body.get("expiredType", "hours")))
    try:
        span = float(str(body["expired"]))
    except ValueError:
        span = 0.0
    if unit is None or span <= 0:
        raise Refused(400, "invalid request", Error={"expired": ["expired tidak valid."]})
    return span * unit


def _items(body: Mapping[str, object]) -> list[dict[str, object]]:
    lists = [body[name] for name in ("product", "qty", "price")]
    columns = [one for one in lists if isinstance(one, list) and one]
    if len(columns) != 3 or len({len(one) for one in columns}) != 1:
        text = ["product, qty dan price harus array yang sama panjang."]
        raise Refused(400, "invalid request", Error={"product": text})
    rows = zip(*columns, strict=True)
    return [{"name": str(name), "quantity": qty, "price": price} for name, qty, price in rows]


def _cost(item: Mapping[str, object]) -> Decimal:
    try:
        return Decimal(str(item["quantity"])) * Decimal(str(item["price"]))
    except InvalidOperation as bad:
        raise Refused(400, "invalid request", Error={"price": ["price harus angka."]}) from bad


def _total(ipaymu: Ipaymu, items: Sequence[Mapping[str, object]]) -> int:
    total = sum((_cost(item) for item in items), Decimal(0))
    return _limited(ipaymu, _whole(ipaymu, total, ""))


def _whole(ipaymu: Ipaymu, amount: object, reference: str) -> int:
    try:
        value = Decimal(str(amount))
    except InvalidOperation as bad:
        raise Refused(400, "error - invalid request", Error={"amount": ["harus angka."]}) from bad
    if value != value.to_integral_value():
        ipaymu.rules.breach("amount_not_whole", f"{value}", reference)
    return int(value)


def _limited(ipaymu: Ipaymu, total: int) -> int:
    least = ipaymu.knobs.least_total
    if not least <= total <= MOST_TOTAL:
        ipaymu.rules.breach("outside_limits", f"total {total}")
        text = f"Total price min Rp {least} and max Rp {MOST_TOTAL}"
        raise Refused(400, text, Success=False, Data=None)
    return total


def _buyer(body: Mapping[str, object], names: Sequence[str]) -> dict[str, str]:
    keys = ("name", "email", "phone")
    return {key: str(body.get(name, "")) for key, name in zip(keys, names, strict=True)}
