"""The other calls of Digiflazz's API, and the routes of them all."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from konter_sim.clock import stamp
from konter_sim.digiflazz.answers import brief_refusal, pln_customer
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.gate import Refused, admit, read_object, text
from konter_sim.digiflazz.play import Reply, reply_with
from konter_sim.digiflazz.state import Call, Digiflazz
from konter_sim.digiflazz.steps import Fail, Refuse
from konter_sim.digiflazz.topup import transaction
from konter_sim.digiflazz.tricks import trick_for
from konter_sim.digiflazz.visit import deliver

Handler = Callable[[Digiflazz, web.Request, Call], Awaitable[web.StreamResponse]]

BANKS: Final = frozenset({"FLIP", "SHOPEEPAY", "BCA", "MANDIRI", "BRI", "BNI"})
LEAST_TICKET: Final = 200_000
PREFIX: Final = "/digiflazz/v1"


def add_routes(app: web.Application, digi: Digiflazz) -> None:
    handlers: Mapping[str, Handler] = {
        "/cek-saldo": balance,
        "/price-list": price_list,
        "/deposit": ticket,
        "/inquiry-pln": inquiry_pln,
        "/transaction": transaction,
        "/report/hooks/{id}/pings": ping,
    }
    for path, handler in handlers.items():
        app.router.add_post(PREFIX + path, _logged(digi, handler))


def _logged(
    digi: Digiflazz, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Write the call down, and answer a refusal at the door in Digiflazz's words."""

    async def handle(request: web.Request) -> web.StreamResponse:
        call = Call(at=stamp(digi.clock.now()), path=request.path)
        digi.calls.append(call)
        try:
            return await handler(digi, request, call)
        except Refused as no:
            call.rc = no.rc
            data = brief_refusal(no.rc, tail=no.tail)
            return await deliver(digi, request, reply_with(digi, data, rc=no.rc))
        finally:
            call.ended_at = stamp(digi.clock.now())

    return handle


async def _say(
    digi: Digiflazz, request: web.Request, call: Call, data: object, *, rc: str = "00"
) -> web.StreamResponse:
    call.rc = rc
    return await deliver(digi, request, reply_with(digi, data, rc=rc))


async def balance(digi: Digiflazz, request: web.Request, call: Call) -> web.StreamResponse:
    body = await read_object(request, digi)
    if body.get("cmd") != "deposit":
        raise Refused("40")
    admit(digi, body, "depo")
    return await _say(digi, request, call, {"deposit": digi.books.deposit})


async def price_list(digi: Digiflazz, request: web.Request, call: Call) -> web.StreamResponse:
    """All products rarely, one code often; asked too soon, `data` becomes an object."""
    body = await read_object(request, digi)
    cmd, code = text(body, "cmd"), body.get("code")
    if cmd not in ("prepaid", "pasca"):
        raise Refused("40")
    admit(digi, body, "pricelist")
    options = digi.options
    gap_s = options.price_code_gap_s if code else options.price_list_gap_s
    bucket = f"{cmd} {code}" if code else cmd
    if not digi.rules.may_list(bucket, gap_s=gap_s):
        return await _say(digi, request, call, brief_refusal("83"), rc="83")
    catalogue = digi.catalogue
    found = catalogue.prepaid(body) if cmd == "prepaid" else catalogue.pasca(body)
    return await _say(digi, request, call, found)


async def ticket(digi: Digiflazz, request: web.Request, call: Call) -> web.StreamResponse:
    """A deposit ticket: where to transfer and how much. The money itself is a control call."""
    body = await read_object(request, digi)
    admit(digi, body, "deposit")
    bank, amount = body.get("Bank", body.get("bank")), body.get("amount")
    if not isinstance(bank, str) or not isinstance(amount, int):
        raise Refused("40")
    if bank.upper() not in BANKS or amount < LEAST_TICKET:
        return await _say(digi, request, call, brief_refusal("64"), rc="64")
    data = {
        "rc": "00",
        "bank": bank,
        "payment_method": "Bank Transfer",
        "account_no": "0123 4567 89",
        "notes": "A6R5UPV",
        "amount": amount + 1,
    }
    return await _say(digi, request, call, data)


async def inquiry_pln(digi: Digiflazz, request: web.Request, call: Call) -> web.StreamResponse:
    """Who owns this meter; a reserved suffix that fails makes this fail with the same rc."""
    body = await read_object(request, digi)
    customer_no = text(body, "customer_no")
    call.customer_no = customer_no
    admit(digi, body, customer_no)
    trick = trick_for(customer_no)
    if not digi.rules.may_check_meter(per_minute=digi.options.meter_checks_per_minute):
        rc = "86"
    elif trick is not None and isinstance(trick.first, Fail | Refuse):
        rc = trick.first.rc
    else:
        return await _say(digi, request, call, pln_customer(customer_no))
    head = {"message": CODES[rc].message, "status": "Gagal", "rc": rc}
    return await _say(digi, request, call, {**head, "customer_no": customer_no}, rc=rc)


async def ping(digi: Digiflazz, request: web.Request, call: Call) -> web.StreamResponse:
    """Unsigned by design; what Digiflazz answers here is not documented."""
    if request.match_info["id"] != digi.options.hook_id:
        call.rc = "50"
        raise web.HTTPNotFound(text='{"data":{}}', content_type="application/json")
    digi.hooks.spawn(digi.hooks.ping())
    return await deliver(digi, request, Reply(b'{"data":{}}', rc="00"))
