"""One call about one reference: whether it is let in, what it leaves behind, how it is answered."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from konter_sim.broken import cut, hang_up
from konter_sim.digiflazz.answers import brief_refusal
from konter_sim.digiflazz.gate import Refused, admit, check_mode
from konter_sim.digiflazz.play import Reply, reply_with
from konter_sim.digiflazz.sell import Purchase, settle_early
from konter_sim.digiflazz.state import Call, Digiflazz

Body = dict[str, object]


async def visit(
    digi: Digiflazz,
    request: web.Request,
    call: Call,
    asked: Purchase,
    *,
    gap_s: float,
    answer: Callable[[], Reply],
) -> web.StreamResponse:
    """Note the visit, decide at once, answer in whatever broken way the step wants."""
    call.ref_id, call.sku = asked.ref_id, asked.buyer_sku_code
    call.customer_no = asked.customer_no
    rules = digi.rules
    call.overlap = rules.arrive(asked.ref_id, gap_s=gap_s)
    try:
        reply = answer()
        call.rc = reply.rc
        return await deliver(digi, request, reply)
    finally:
        rules.leave(asked.ref_id)


def admitted(digi: Digiflazz, body: Body, asked: Purchase, *, is_test: bool) -> Reply | None:
    """None lets it in; otherwise what the door says."""
    try:
        mode = admit(digi, body, asked.ref_id, ref_id=asked.ref_id)
        check_mode(digi, asked, mode, is_test=is_test)
    except Refused as no:
        return reply_with(digi, brief_refusal(no.rc, tail=no.tail), rc=no.rc)
    return None


async def deliver(digi: Digiflazz, request: web.Request, reply: Reply) -> web.StreamResponse:
    if reply.early is not None:
        known, step = reply.early
        await settle_early(digi, known, step)
    if pause_ms := reply.wait_ms + digi.options.latency_ms:
        await asyncio.sleep(pause_ms / 1000)
    if reply.hang_s is not None:
        await asyncio.sleep(reply.hang_s)
        return hang_up(request)
    if reply.cut:
        return await cut(request, reply.body, "application/json")
    content_type = reply.content_type
    return web.Response(body=reply.body, status=reply.status, content_type=content_type)
