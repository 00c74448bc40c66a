"""POST /transaction/create: a closed payment through one channel, JSON or form."""

import re
from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

import msgspec
from aiohttp import web

from konter_sim.gateway.books import Channel, Payment
from konter_sim.gateway.serve import json, serve
from konter_sim.gateway.state import Call
from konter_sim.gateway.steps import Answer
from konter_sim.tripay.channels import CHANNELS
from konter_sim.tripay.signs import create_signature
from konter_sim.tripay.state import Tripay

REQUIRED: Final = (
    "method",
    "merchant_ref",
    "amount",
    "customer_name",
    "customer_email",
    "order_items",
    "signature",
)
DAY_S: Final = 86_400
ITEM: Final = re.compile(r"order_items\[(\d+)\]\[(\w+)\]")


class Refused(Exception):
    """Turned away: `{"success": false, "message": …}`."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


async def create(tripay: Tripay, request: web.Request, call: Call) -> web.StreamResponse:
    """Sign and sum are checked, then the channel's limits; then the payment stands."""
    body = await read_body(tripay, request)
    reference = str(body.get("merchant_ref") or "")
    call.reference = reference
    _require(tripay, body, reference)
    amount = _signed_amount(tripay, body, reference)
    channel = CHANNELS.get(str(body["method"]))
    if channel is None:
        raise Refused("Invalid payment method")
    items = _items(tripay, body, amount)
    now = tripay.clock.now()
    payment = Payment(
        id=tripay.new_reference(),
        reference=reference,
        channel=channel,
        order=amount,
        fee=channel.fee(amount),
        fee_on=tripay.knobs.fee_on,
        created_at=now,
        expires_at=_expiry(tripay, body, channel, now),
        notify_url=str(body.get("callback_url") or ""),
        return_url=str(body.get("return_url") or ""),
        buyer={key: str(body.get(f"customer_{key}") or "") for key in ("name", "email", "phone")},
        items=items,
    )
    _limited(tripay, channel, amount, reference)
    payment.pay_code = tripay.pay_code(payment)
    call.id = payment.id

    def doing() -> web.Response:
        tripay.books.add(payment)
        tripay.begin(payment.id, reference, amount, payment.expires_at)
        return json({"success": True, "message": "", "data": tripay.detail(payment)})

    tripay.rules.create(reference, str(body["signature"]), "")
    step = tripay.plans.play(reference, amount).next_call()
    call.step = type(step).__name__.lower()
    said = await serve(tripay, request, step, doing)
    if isinstance(step, Answer):
        tripay.rules.answered(reference)
    return said


async def read_body(tripay: Tripay, request: web.Request) -> dict[str, object]:
    """JSON, or a form as PHP's http_build_query writes it."""
    if request.content_type != "application/json":
        form = {name: str(value) for name, value in (await request.post()).items()}
        return _unfolded(form)
    try:
        body = msgspec.json.decode(await request.read())
    except msgspec.DecodeError as bad:
        tripay.rules.breach("not_json", "the body is not JSON")
        raise Refused("Invalid request body") from bad
    if not isinstance(body, dict):
        tripay.rules.breach("not_json", f"the body is a {type(body).__name__}")
        raise Refused("Invalid request body")
    return body


def _unfolded(form: Mapping[str, str]) -> dict[str, object]:
    """`order_items[0][name]` and its like become a list of objects."""
    body: dict[str, object] = {}
    items: dict[int, dict[str, object]] = {}
    for name, value in form.items():
        folded = ITEM.fullmatch(name)
        if folded is None:
            body[name] = value
        else:
            items.setdefault(int(folded[1]), {})[folded[2]] = value
    if items:
        body["order_items"] = [items[place] for place in sorted(items)]
    return body


def _require(tripay: Tripay, body: Mapping[str, object], reference: str) -> None:
    for name in REQUIRED:
        if not body.get(name):
            tripay.rules.breach("missing_field", name, reference)
            raise Refused(f"The {name.replace('_', ' ')} field is required.")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(body["customer_email"])):
        raise Refused("Invalid customer email")


def _signed_amount(tripay: Tripay, body: Mapping[str, object], reference: str) -> int:
    knobs, told = tripay.knobs, str(body["amount"])
    if not told.isdecimal():
        tripay.rules.breach("amount_not_whole", told, reference)
        raise Refused("Invalid amount")
    true = create_signature(knobs.private_key, knobs.merchant_code, reference, told)
    if not compare_digest(true.encode(), str(body["signature"]).encode()):
        tripay.rules.breach("wrong_signature", "signature does not fit ref and amount", reference)
        raise Refused("Invalid signature")
    return int(told)


def _items(tripay: Tripay, body: Mapping[str, object], amount: int) -> list[dict[str, object]]:
    """The order items with their subtotals; they must sum to the amount. Prices may be below 0."""
    given = body["order_items"]
    rows = given if isinstance(given, list) else []
    items = [_item(row) for row in rows if isinstance(row, dict)]
    total = sum(int(str(item["subtotal"])) for item in items)
    if len(items) != len(rows) or not items or total != amount:
        reference = str(body["merchant_ref"])
        tripay.rules.breach("items_do_not_sum", f"items {total}, amount {amount}", reference)
        raise Refused("Amount does not match the total of order items")
    return items


def _item(row: Mapping[str, object]) -> dict[str, object]:
    try:
        price, quantity = int(str(row["price"])), int(str(row["quantity"]))
    except (KeyError, ValueError) as bad:
        raise Refused("Invalid order items") from bad
    return {
        "sku": row.get("sku"),
        "name": str(row.get("name", "")),
        "price": price,
        "quantity": quantity,
        "subtotal": price * quantity,
        "product_url": row.get("product_url"),
        "image_url": row.get("image_url"),
    }


def _limited(tripay: Tripay, channel: Channel, amount: int, reference: str) -> None:
    if not channel.least <= amount <= channel.most:
        detail = f"{channel.code}: {amount}, {channel.least} to {channel.most}"
        tripay.rules.breach("outside_limits", detail, reference)
        raise Refused(f"Amount must be between {channel.least} and {channel.most}")


def _expiry(tripay: Tripay, body: Mapping[str, object], channel: Channel, now: float) -> float:
    """Epoch seconds. By default a day, or as long as the channel allows."""
    longest_s = channel.most_minutes * 60
    told = body.get("expired_time")
    if not told:
        return now + min(DAY_S, longest_s)
    if not str(told).isdecimal():
        raise Refused("Invalid expired time")
    expires_at = float(str(told))
    # A minute's grace at both ends: their clock and the merchant's are not one.
    if not channel.least_minutes * 60 - 60 <= expires_at - now <= longest_s + 60:
        detail = f"{channel.code}: expires in {expires_at - now:.0f} s"
        tripay.rules.breach("outside_limits", detail, str(body["merchant_ref"]))
        span = f"{channel.least_minutes} and {channel.most_minutes} minutes"
        raise Refused(f"Expired time must be between {span}")
    return expires_at
