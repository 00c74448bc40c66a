"""POST /transaction: a prepaid purchase, and the same words again as its status question."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from aiohttp import web

from konter_sim.broken import cut, hang_up
from konter_sim.digiflazz.answers import brief_refusal
from konter_sim.digiflazz.books import Transaction
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.gate import Mode, Refused, admit, read_object, text
from konter_sim.digiflazz.play import Reply, Scene, formed, play, refusal, reply_with, stored
from konter_sim.digiflazz.sell import TEST_NUMBERS, TEST_SKU, Purchase, objection, settle_early
from konter_sim.digiflazz.state import Call, Digiflazz
from konter_sim.digiflazz.steps import Fail

Body = dict[str, object]
Command = Callable[[Digiflazz, web.Request, Body, Call], Awaitable[web.StreamResponse]]

COMMANDS: Final[Mapping[str, Command]] = {}
"""Postpaid (inq-pasca, pay-pasca, status-pasca) goes here; anything not listed is rc 40."""


async def transaction(digi: Digiflazz, request: web.Request, call: Call) -> web.StreamResponse:
    body = await read_object(request, digi)
    if "commands" in body:
        call.ref_id = str(body.get("ref_id", ""))
        command = COMMANDS.get(text(body, "commands"))
        if command is None:
            raise Refused("40")
        return await command(digi, request, body, call)
    return await prepaid(digi, request, body, call)


async def prepaid(
    digi: Digiflazz, request: web.Request, body: Body, call: Call
) -> web.StreamResponse:
    """Note the visit, decide at once, answer in whatever broken way the step wants."""
    asked = _read(digi, body)
    call.ref_id, call.sku = asked.ref_id, asked.buyer_sku_code
    call.customer_no = asked.customer_no
    call.overlap = digi.rules.arrive(asked.ref_id, gap_s=digi.options.repost_gap_s)
    rules = digi.rules
    try:
        reply = _decide_or_refuse(digi, asked, body)
        call.rc = reply.rc
        return await deliver(digi, request, reply)
    finally:
        rules.leave(asked.ref_id)


def _read(digi: Digiflazz, body: Body) -> Purchase:
    if "customer_no" in body and not isinstance(body["customer_no"], str):
        kind = type(body["customer_no"]).__name__
        digi.rules.breach("customer_no_not_text", f"it is a {kind}", str(body.get("ref_id", "")))
        raise Refused("40")
    for name in ("ref_id", "buyer_sku_code", "customer_no", "username", "sign"):
        text(body, name)
    try:
        return msgspec.convert(body, Purchase)
    except msgspec.ValidationError as bad:
        raise Refused("40") from bad


def _decide_or_refuse(digi: Digiflazz, asked: Purchase, body: Body) -> Reply:
    try:
        mode = admit(digi, body, asked.ref_id, ref_id=asked.ref_id)
        _check_mode(digi, asked, mode)
    except Refused as no:
        return reply_with(digi, brief_refusal(no.rc, tail=no.tail), rc=no.rc)
    return decide(digi, asked)


def _check_mode(digi: Digiflazz, asked: Purchase, mode: Mode) -> None:
    """Digiflazz calls every mix-up of key, flag and test number a wrong signature."""
    if mode == "production":
        if asked.testing:
            detail = "testing:true with the production key"
            digi.rules.breach("testing_in_production", detail, asked.ref_id)
            raise Refused("41")
        return
    if not asked.testing:
        detail = "development key without testing:true"
        digi.rules.breach("testing_missing", detail, asked.ref_id)
        raise Refused("41")
    if asked.buyer_sku_code != TEST_SKU or asked.customer_no not in TEST_NUMBERS:
        raise Refused("41")


def decide(digi: Digiflazz, asked: Purchase) -> Reply:
    """Known reference: its current answer, never a second sale. Unknown: check, then sell."""
    item = digi.catalogue.items.get(asked.buyer_sku_code)
    forget_days = digi.options.forget_days
    known = digi.books.find(asked.ref_id, now=digi.clock.now(), forget_days=forget_days)
    scene = Scene(digi, asked, item, known)
    if known is not None:
        if not _same_purchase(digi, asked, known):
            return refusal(scene, "49")
        _count_repost(digi, known)
    elif (rc := objection(digi, asked, item)) is not None:
        return _object(scene, rc)
    step = digi.scripts.next_step(asked.customer_no, asked.ref_id, known=known is not None)
    if step is not None:
        return play(scene, step)
    if known is None:
        raise LookupError(asked.ref_id)
    return stored(digi, known)


def _same_purchase(digi: Digiflazz, asked: Purchase, known: Transaction) -> bool:
    """A changed max_price is a breach too, but Digiflazz does not mind it."""
    same = (asked.buyer_sku_code, asked.customer_no) == (known.sku, known.customer_no)
    if not same:
        detail = "other buyer_sku_code or customer_no"
        digi.rules.breach("ref_reused_differently", detail, asked.ref_id)
    elif asked.max_price != known.max_price:
        digi.rules.breach("ref_reused_differently", "other max_price", asked.ref_id)
    return same


def _count_repost(digi: Digiflazz, known: Transaction) -> None:
    if known.told_final:
        digi.books.reposts_after_final += 1
    known.told_final = known.status != "Pending"


def _object(scene: Scene, rc: str) -> Reply:
    """53 and 58 are formed, so they burn the reference; the other objections leave no trace."""
    if CODES[rc].formed and scene.item is not None:
        return stored(scene.digi, formed(scene, Fail(rc=rc)))
    return refusal(scene, rc)


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
