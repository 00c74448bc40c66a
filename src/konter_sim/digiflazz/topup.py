"""POST /transaction: a prepaid purchase, and the same words again as its status question."""

from aiohttp import web

from konter_sim.digiflazz.books import Transaction
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.gate import read_object, read_purchase
from konter_sim.digiflazz.pasca import postpaid
from konter_sim.digiflazz.play import Reply, Scene, formed, play, refusal, stored
from konter_sim.digiflazz.sell import TEST_NUMBERS, TEST_SKU, Purchase, objection
from konter_sim.digiflazz.state import Call, Digiflazz
from konter_sim.digiflazz.steps import Fail
from konter_sim.digiflazz.tricks import trick_for
from konter_sim.digiflazz.visit import Body, admitted, visit


async def transaction(digi: Digiflazz, request: web.Request, call: Call) -> web.StreamResponse:
    body = await read_object(request, digi)
    if "commands" in body:
        return await postpaid(digi, request, body, call)
    return await prepaid(digi, request, body, call)


async def prepaid(
    digi: Digiflazz, request: web.Request, body: Body, call: Call
) -> web.StreamResponse:
    asked = read_purchase(digi, body, Purchase)
    is_test = asked.buyer_sku_code == TEST_SKU and asked.customer_no in TEST_NUMBERS

    def answer() -> Reply:
        return admitted(digi, body, asked, is_test=is_test) or decide(digi, asked)

    gap_s = digi.options.repost_gap_s
    return await visit(digi, request, call, asked, gap_s=gap_s, answer=answer)


def decide(digi: Digiflazz, asked: Purchase) -> Reply:
    """Known reference: its current answer, never a second sale. Unknown: check, then sell."""
    item = digi.catalogue.items.get(asked.buyer_sku_code)
    forget_days = digi.options.forget_days
    known = digi.books.find(asked.ref_id, now=digi.clock.now(), forget_days=forget_days)
    scene = Scene(digi, asked, None if item is None else item.price, known)
    if asked.ref_id in digi.bills.inquiries:
        digi.rules.breach("ref_reused_differently", "a bill was asked for", asked.ref_id)
        return refusal(scene, "49")
    if known is not None:
        if not _same_purchase(digi, asked, known):
            return refusal(scene, "49")
        digi.books.ask_again(known)
    elif (rc := objection(digi, asked, item)) is not None:
        return _object(scene, rc)
    trick = trick_for(asked.customer_no)
    step = digi.scripts.next_step(
        asked.customer_no, asked.ref_id, trick=trick, known=known is not None
    )
    if step is not None:
        return play(scene, step)
    if known is None:
        raise LookupError(asked.ref_id)
    return stored(digi, known)


def _same_purchase(digi: Digiflazz, asked: Purchase, known: Transaction) -> bool:
    """A changed max_price is a breach too, but Digiflazz does not mind it."""
    same = (asked.buyer_sku_code, asked.customer_no) == (known.sku, known.customer_no)
    same = same and known.bill is None
    if not same:
        detail = "other buyer_sku_code or customer_no"
        digi.rules.breach("ref_reused_differently", detail, asked.ref_id)
    elif asked.max_price != known.max_price:
        digi.rules.breach("ref_reused_differently", "other max_price", asked.ref_id)
    return same


def _object(scene: Scene, rc: str) -> Reply:
    """53 and 58 are formed, so they burn the reference; the other objections leave no trace."""
    if CODES[rc].formed and scene.price is not None:
        return stored(scene.digi, formed(scene, Fail(rc=rc)))
    return refusal(scene, rc)
