"""The other calls of iPaymu's API, and the routes of them all."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from konter_sim.gateway.serve import json, logged, serve
from konter_sim.gateway.state import Call
from konter_sim.ipaymu import create
from konter_sim.ipaymu.channels import listed
from konter_sim.ipaymu.gate import Refused, admit
from konter_sim.ipaymu.state import Ipaymu
from konter_sim.ipaymu.words import record

Handler = Callable[[Ipaymu, web.Request, Call], Awaitable[web.StreamResponse]]

PREFIX: Final = "/ipaymu/api/v2"
LONGEST_PAGE: Final = 20


def add_routes(app: web.Application, ipaymu: Ipaymu) -> None:
    posts: Mapping[str, Handler] = {
        "/payment": create.redirect,
        "/payment/direct": create.direct,
        "/transaction": transaction,
        "/history": history,
        "/balance": balance,
    }
    for path, handler in posts.items():
        app.router.add_post(PREFIX + path, logged(ipaymu, _polite(ipaymu, handler)))
    handle = logged(ipaymu, _polite(ipaymu, payment_channels))
    app.router.add_get(f"{PREFIX}/payment-channels", handle)


def _polite(
    ipaymu: Ipaymu, handler: Handler
) -> Callable[[web.Request, Call], Awaitable[web.StreamResponse]]:
    """A refusal in iPaymu's words; HTTP status = Status."""

    async def handle(request: web.Request, call: Call) -> web.StreamResponse:
        try:
            return await handler(ipaymu, request, call)
        except Refused as no:
            if no.status == 400:
                ipaymu.rules.breach("missing_field", str(no.said), call.reference)
            return json(no.said, no.status)

    return handle


async def transaction(ipaymu: Ipaymu, request: web.Request, call: Call) -> web.StreamResponse:
    """The confirm call, by iPaymu's own number alone."""
    body = await admit(ipaymu, request)
    if "transactionId" not in body:
        text = ["transaction id wajib diisi."]
        raise Refused(400, "error - invalid request", Error={"transactionId": text})
    call.id = str(body["transactionId"])
    ipaymu.expire_due()
    known = ipaymu.books.payments.get(call.id)
    if known is None:
        # What they answer here is not documented.
        ipaymu.rules.breach("unknown_payment", f"transactionId {call.id}")
        raise Refused(404, "transaction not found", Success=False, Data=None)
    call.reference = known.reference
    ipaymu.rules.ask(known.id, known.reference, gap_s=ipaymu.knobs.poll_gap_s)
    step = ipaymu.play(known).next_call()
    call.step = type(step).__name__.lower()
    return await serve(ipaymu, request, step, lambda: _said(record(known, ipaymu.knobs)))


async def history(ipaymu: Ipaymu, request: web.Request, _: Call) -> web.StreamResponse:
    """The newest first unless `order` is asc; at most 20 a page."""
    body = await admit(ipaymu, request)
    ipaymu.expire_due()
    limit, page = _number(body, "limit", LONGEST_PAGE), max(1, _number(body, "page", 1))
    if limit > LONGEST_PAGE:
        ipaymu.rules.breach("page_too_large", f"limit {limit}, most {LONGEST_PAGE}")
    limit = max(1, min(limit, LONGEST_PAGE))
    rows = [record(known, ipaymu.knobs) for known in ipaymu.books.payments.values()]
    rows = [row for row in rows if _fits(row, body)]
    if str(body.get("order", "desc")).lower() != "asc":
        rows.reverse()
    shown = rows[(page - 1) * limit : page * limit]
    pages = -(-len(rows) // limit)
    counts = {"total": len(rows), "count": len(shown), "per_page": limit}
    pagination = {**counts, "current_page": page, "total_pages": pages}
    return _said({"Transaction": shown, "Pagination": pagination})


def _fits(row: Mapping[str, object], body: Mapping[str, object]) -> bool:
    """The filters id, bulkId, status, type, startdate and enddate (YYYY-MM-DD, by creation)."""
    number, day = str(row["TransactionId"]), str(row["CreatedDate"])[:10]
    bulk = [one.strip() for one in str(body.get("bulkId", number)).split(",")]
    return (
        str(body.get("id", number)) == number
        and number in bulk
        and str(body.get("status", row["Status"])) == str(row["Status"])
        and str(body.get("type", row["Type"])) == str(row["Type"])
        and str(body.get("startdate", day)) <= day <= str(body.get("enddate", day))
    )


def _number(body: Mapping[str, object], name: str, otherwise: int) -> int:
    try:
        return int(str(body.get(name, otherwise)))
    except ValueError as bad:
        raise Refused(400, "invalid request", Error={name: [f"{name} harus angka."]}) from bad


async def balance(ipaymu: Ipaymu, request: web.Request, _: Call) -> web.StreamResponse:
    body = await admit(ipaymu, request)
    if str(body.get("account")) != ipaymu.knobs.va:
        text = ["account wajib diisi."]
        raise Refused(400, "error - invalid request", Error={"account": text})
    money = {"MerchantBalance": str(ipaymu.books.owed), "MemberBalance": "0"}
    return json({"Status": 200, "Data": {"Va": ipaymu.knobs.va, **money}, "Message": "success"})


async def payment_channels(ipaymu: Ipaymu, request: web.Request, _: Call) -> web.StreamResponse:
    await admit(ipaymu, request)
    return _said(listed())


def _said(data: object) -> web.Response:
    return json({"Status": 200, "Success": True, "Message": "success", "Data": data})
