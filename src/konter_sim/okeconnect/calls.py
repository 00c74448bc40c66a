"""The other calls of OkeConnect's API, and the routes of them all."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from aiohttp import web

from konter_sim.broken import BAD_GATEWAY
from konter_sim.clock import stamp
from konter_sim.okeconnect.gate import Refused, admit
from konter_sim.okeconnect.play import Reply
from konter_sim.okeconnect.state import Call, Okeconnect
from konter_sim.okeconnect.trx import deliver, refusal, transaction
from konter_sim.okeconnect.words import rupiah

Handler = Callable[[Okeconnect, web.Request, Call], Awaitable[web.StreamResponse]]

PREFIX: Final = "/okeconnect"


def add_routes(app: web.Application, oke: Okeconnect) -> None:
    handlers: Mapping[str, Handler] = {
        "/trx": transaction,
        "/trx/balance": balance,
        "/harga/json": price_list,
    }
    for path, handler in handlers.items():
        app.router.add_get(PREFIX + path, _logged(oke, handler), allow_head=False)


def _logged(
    oke: Okeconnect, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Write the call down, and answer a refusal at the door in OkeConnect's words."""

    async def handle(request: web.Request) -> web.StreamResponse:
        call = Call(at=stamp(oke.clock.now()), path=request.path, kind=handler.__name__)
        oke.calls.append(call)
        try:
            return await handler(oke, request, call)
        except Refused as no:
            return await deliver(oke, request, call, refusal(no))
        finally:
            call.ended_at = stamp(oke.clock.now())

    return handle


async def balance(oke: Okeconnect, request: web.Request, call: Call) -> web.StreamResponse:
    admit(oke, request.query, None)
    reply = Reply(f"Saldo {rupiah(oke.books.deposit)}", "balance")
    return await deliver(oke, request, call, reply)


async def price_list(oke: Okeconnect, request: web.Request, call: Call) -> web.StreamResponse:
    """Open to everybody: no member, no PIN, no address. A wrong id gets an empty list."""
    options = oke.options
    token = request.query.get("id", "")
    rows = oke.catalogue.listed(request.query.get("produk", ""))
    if options.price_token and token != options.price_token:
        oke.rules.breach("wrong_token", "the price list's id is not ours")
        rows = []
    call.says = options.list_fault
    await asyncio.sleep(options.latency_ms / 1000)
    if options.list_fault == "html":
        return web.Response(text=BAD_GATEWAY, status=502, content_type="text/html")
    body = msgspec.json.encode([] if options.list_fault == "empty" else rows)
    if options.list_fault == "half":
        body = body[: len(body) // 2]
    return web.Response(body=body, content_type="application/json")
