"""The other calls of Tripay's API, and the routes of them all."""

from collections.abc import Awaitable, Callable, Mapping
from hmac import compare_digest
from typing import Final

from aiohttp import web

from konter_sim.gateway.books import Channel, Payment
from konter_sim.gateway.serve import json, logged, serve
from konter_sim.gateway.state import Call
from konter_sim.tripay.channels import CHANNELS, instructions, percent, row
from konter_sim.tripay.create import Refused, create
from konter_sim.tripay.state import STATUS, Tripay

Handler = Callable[[Tripay, web.Request, Call], Awaitable[web.StreamResponse]]

PREFIX: Final = "/tripay/api"
LONGEST_PAGE: Final = 50


def add_routes(app: web.Application, tripay: Tripay) -> None:
    gets: Mapping[str, Handler] = {
        "/merchant/payment-channel": payment_channels,
        "/merchant/fee-calculator": fee_calculator,
        "/merchant/transactions": transactions,
        "/payment/instruction": instruction,
        "/transaction/detail": detail,
        "/transaction/check-status": check_status,
    }
    for path, handler in gets.items():
        app.router.add_get(PREFIX + path, logged(tripay, _admitted(tripay, handler)))
    handle = logged(tripay, _admitted(tripay, create))
    app.router.add_post(f"{PREFIX}/transaction/create", handle)


def _admitted(
    tripay: Tripay, handler: Handler
) -> Callable[[web.Request, Call], Awaitable[web.StreamResponse]]:
    """Check the Bearer key and the caller's address; say refusals in Tripay's words."""

    async def handle(request: web.Request, call: Call) -> web.StreamResponse:
        try:
            _check_key(tripay, request)
            return await handler(tripay, request, call)
        except Refused as no:
            return json({"success": False, "message": no.message}, no.status)

    return handle


def _check_key(tripay: Tripay, request: web.Request) -> None:
    knobs = tripay.knobs
    given = request.headers.get("Authorization", "").encode()
    if not compare_digest(given, f"Bearer {knobs.api_key}".encode()):
        tripay.rules.breach("wrong_key", "Authorization is not our Bearer key")
        raise Refused("Invalid API Key", knobs.bad_key_status)
    if not knobs.ip_known:
        whitelist = f"Please add this IP to your merchant Whitelist IP ({knobs.merchant_code})"
        raise Refused(f"Unauthorized IP (127.0.0.1). {whitelist}", 403)


async def detail(tripay: Tripay, request: web.Request, call: Call) -> web.StreamResponse:
    """The confirm call, by Tripay's reference."""
    known = _asked_for(tripay, request, call)
    step = tripay.play(known).next_call()
    call.step = type(step).__name__.lower()
    return await serve(tripay, request, step, lambda: _found(tripay, known))


def _found(tripay: Tripay, known: Payment) -> web.Response:
    paid_at: object = None if known.paid_at is None else int(known.paid_at)
    if paid_at is not None and tripay.knobs.paid_at_as_text:
        paid_at = str(paid_at)
    data = {**tripay.detail(known), "paid_at": paid_at}
    return json({"success": True, "message": "Transaction found", "data": data})


async def check_status(tripay: Tripay, request: web.Request, call: Call) -> web.StreamResponse:
    known = _asked_for(tripay, request, call)
    message = f"Status transaksi saat ini {STATUS[known.state]}"
    return json({"success": True, "message": message})


def _asked_for(tripay: Tripay, request: web.Request, call: Call) -> Payment:
    call.id = request.query.get("reference", "")
    tripay.expire_due()
    known = tripay.books.payments.get(call.id)
    if known is None:
        # Neither the status nor the words are documented.
        tripay.rules.breach("unknown_payment", f"reference {call.id}")
        raise Refused("Transaction not found", 404)
    call.reference = known.reference
    tripay.rules.ask(known.id, known.reference, gap_s=tripay.knobs.poll_gap_s)
    return known


async def payment_channels(tripay: Tripay, request: web.Request, _: Call) -> web.StreamResponse:
    return _said([row(one, tripay.knobs.fee_on) for one in _channels(request)])


async def fee_calculator(tripay: Tripay, request: web.Request, _: Call) -> web.StreamResponse:
    told = request.query.get("amount", "")
    if not told.isdecimal():
        tripay.rules.breach("missing_field", "amount")
        raise Refused("The amount field is required.")
    return _said([_fee(tripay, channel, int(told)) for channel in _channels(request)])


def _fee(tripay: Tripay, channel: Channel, amount: int) -> dict[str, object]:
    ours = tripay.knobs.fee_on == "merchant"
    total = channel.fee(amount)
    fee = {"flat": channel.fee_flat, "percent": percent(channel)}
    return {
        "code": channel.code,
        "name": channel.name,
        "fee": {**fee, "min": channel.fee_least or None, "max": None},
        "total_fee": {"merchant": total if ours else 0, "customer": 0 if ours else total},
    }


def _channels(request: web.Request) -> list[Channel]:
    code = request.query.get("code")
    return [one for one in CHANNELS.values() if code in (None, "", one.code)]


async def instruction(tripay: Tripay, request: web.Request, _: Call) -> web.StreamResponse:
    channel = CHANNELS.get(request.query.get("code", ""))
    if channel is None:
        tripay.rules.breach("missing_field", "code")
        raise Refused("Invalid payment method")
    return _said(instructions(channel, request.query.get("pay_code", "")))


async def transactions(tripay: Tripay, request: web.Request, _: Call) -> web.StreamResponse:
    """The newest first unless `sort` is asc; at most 50 a page."""
    tripay.expire_due()
    asked = request.query
    per_page, page = _number(asked, "per_page", 25), max(1, _number(asked, "page", 1))
    if per_page > LONGEST_PAGE:
        tripay.rules.breach("page_too_large", f"per_page {per_page}, most {LONGEST_PAGE}")
    per_page = max(1, min(per_page, LONGEST_PAGE))
    rows = [known for known in tripay.books.payments.values() if _fits(known, asked)]
    sort = asked.get("sort", "desc")
    if sort != "asc":
        rows.reverse()
    start = (page - 1) * per_page
    shown = rows[start : start + per_page]
    last = max(1, -(-len(rows) // per_page))
    pagination = {
        "sort": sort,
        "offset": {"from": start + 1 if shown else 0, "to": start + len(shown)},
        "current_page": page,
        "previous_page": page - 1 if page > 1 else None,
        "next_page": page + 1 if page < last else None,
        "last_page": last,
        "per_page": per_page,
        "total_records": len(rows),
    }
    data = [_listed(tripay, known) for known in shown]
    return json({"success": True, "message": "", "data": data, "pagination": pagination})


def _fits(known: Payment, asked: Mapping[str, str]) -> bool:
    told = {
        "reference": known.id,
        "merchant_ref": known.reference,
        "method": known.channel.code,
        "status": STATUS[known.state],
    }
    return all(asked.get(name) in (None, "", value) for name, value in told.items())


def _listed(tripay: Tripay, known: Payment) -> dict[str, object]:
    """A row of the list: other names for the times than in the detail."""
    found = tripay.detail(known)
    for name in ("expired_time", "instructions", "qr_string", "qr_url"):
        del found[name]
    return {
        **found,
        "expired_at": int(known.expires_at),
        "created_at": int(known.created_at),
        "paid_at": None if known.paid_at is None else int(known.paid_at),
    }


def _number(asked: Mapping[str, str], name: str, otherwise: int) -> int:
    told = asked.get(name) or str(otherwise)
    if not told.isdecimal():
        raise Refused(f"Invalid {name}")
    return int(told)


def _said(data: object) -> web.Response:
    return json({"success": True, "message": "", "data": data})
