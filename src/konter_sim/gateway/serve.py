"""Answers an API call the way its step says: truly, late, brokenly, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from konter_sim.broken import cut, hang_up
from konter_sim.gateway.state import Call, Gateway
from konter_sim.gateway.steps import Answer, CallStep, Http, Silence

Doing = Callable[[], web.Response]
Handler = Callable[[web.Request, Call], Awaitable[web.StreamResponse]]


async def serve(
    gateway: Gateway, request: web.Request, step: CallStep, doing: Doing
) -> web.StreamResponse:
    """`doing` moves the books and makes the true answer; without `commit` it never runs."""
    if isinstance(step, Answer):
        true = _twisted(doing(), step)
        await asyncio.sleep((step.wait_ms + gateway.knobs.latency_ms) / 1000)
        return true
    true = doing() if step.commit else web.Response(body=b"{}")
    if isinstance(step, Silence):
        patience = gateway.knobs.silence_seconds if step.seconds is None else step.seconds
        await asyncio.sleep(patience)
        return hang_up(request)
    if isinstance(step, Http):
        return web.Response(text=step.body, status=step.status, content_type=step.content_type)
    body = true.body if isinstance(true.body, bytes) else b"{}"
    return await cut(request, body, "application/json")


def logged(
    gateway: Gateway, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Write the call down, and how it ended."""

    async def handle(request: web.Request) -> web.StreamResponse:
        call = Call(at=gateway.now_text(), method=request.method, path=request.path)
        gateway.calls.append(call)
        try:
            said = await handler(request, call)
            call.status = said.status
            return said
        finally:
            call.ended_at = gateway.now_text()

    return handle


def json(said: object, status: int = 200) -> web.Response:
    body = msgspec.json.encode(said)
    return web.Response(body=body, status=status, content_type="application/json")


def _twisted(true: web.Response, step: Answer) -> web.Response:
    """The answer with fields of its data changed: `Data` at iPaymu, `data` at Tripay."""
    if not (step.set or step.drop) or not isinstance(true.body, bytes):
        return true
    said = msgspec.json.decode(true.body)
    data = said.get("Data", said.get("data"))
    if isinstance(data, dict):
        data.update(step.set)
        for name in step.drop:
            data.pop(name, None)
    return json(said, true.status)
