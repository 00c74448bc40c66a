"""POST /transaction with `commands`: postpaid bills, asked for, paid, and asked after."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from aiohttp import web

from konter_sim.digiflazz.bill_tricks import bill_trick_for
from konter_sim.digiflazz.bills import Inquiry
from konter_sim.digiflazz.books import Transaction
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.gate import Refused, read_purchase, text
from konter_sim.digiflazz.inquire import closed, inquire, nothing_owed
from konter_sim.digiflazz.official_bills import OFFICIAL
from konter_sim.digiflazz.play import Reply, Scene, formed, play, refusal, reply_with, stored
from konter_sim.digiflazz.sell import BillCall
from konter_sim.digiflazz.state import Call, Digiflazz
from konter_sim.digiflazz.steps import Fail, Http, Raw, Refuse, Reset, Silence, Step, Wait
from konter_sim.digiflazz.visit import Body, admitted, visit


async def postpaid(
    digi: Digiflazz, request: web.Request, body: Body, call: Call
) -> web.StreamResponse:
    call.command = str(body["commands"])
    call.ref_id = str(body.get("ref_id", ""))
    command = COMMANDS.get(text(body, "commands"))
    if command is None:
        raise Refused("40")
    asked = read_purchase(digi, body, BillCall)
    is_test = (asked.buyer_sku_code, asked.customer_no) in OFFICIAL

    def answer() -> Reply:
        return admitted(digi, body, asked, is_test=is_test) or command(digi, asked)

    gap_s = 0.0 if _follows_inquiry(digi, asked) else digi.options.repost_gap_s
    return await visit(digi, request, call, asked, gap_s=gap_s, answer=answer)


def _follows_inquiry(digi: Digiflazz, asked: BillCall) -> bool:
    """To pay at once what was just asked for is the normal flow."""
    inquiry = digi.bills.inquiries.get(asked.ref_id)
    return asked.commands == "pay-pasca" and inquiry is not None and inquiry.pays == 0


def pay(digi: Digiflazz, asked: BillCall) -> Reply:
    """Only what was found under this reference today; a second payment is told the first's."""
    known = digi.books.transactions.get(asked.ref_id)
    inquiry = digi.bills.inquiries.get(asked.ref_id)
    if known is not None:
        return _paid_already(digi, asked, known)
    if (rc := closed(digi, asked.buyer_sku_code)) == "43":
        return refusal(Scene(digi, asked, None, None), rc)
    if inquiry is None or inquiry.owed is None or not _payable(digi, asked, inquiry):
        return _unasked(digi, asked)
    scene = Scene(digi, asked, inquiry.owed.price, None, inquiry.owed)
    if inquiry.pays and not inquiry.refused:
        digi.rules.breach("paid_again", "the first payment was not answered", asked.ref_id)
    inquiry.pays += 1
    if rc is None and digi.books.deposit < inquiry.owed.price:
        rc = "44"
    reply = _object(scene, rc) if rc is not None else _played(scene)
    inquiry.refused = asked.ref_id not in digi.books.transactions and reply.rc in CODES
    return reply


def _played(scene: Scene) -> Reply:
    asked = scene.asked
    trick = bill_trick_for(asked.buyer_sku_code, asked.customer_no)
    step = scene.digi.scripts.next_step(
        asked.customer_no, asked.ref_id, trick=trick, known=scene.known is not None
    )
    if step is not None:
        return play(scene, step)
    if scene.known is None:
        raise LookupError(asked.ref_id)
    return stored(scene.digi, scene.known)


def _object(scene: Scene, rc: str) -> Reply:
    """As with purchases: what is formed burns the reference, the rest leaves no trace."""
    if CODES[rc].formed:
        return stored(scene.digi, formed(scene, Fail(rc=rc)))
    return refusal(scene, rc)


def _paid_already(digi: Digiflazz, asked: BillCall, known: Transaction) -> Reply:
    if not _same(digi, asked, known):
        return refusal(Scene(digi, asked, None, known), "49")
    digi.rules.breach("paid_again", "pay-pasca under a ref_id that was paid", asked.ref_id)
    return stored(digi, known)


def _payable(digi: Digiflazz, asked: BillCall, inquiry: Inquiry) -> bool:
    """The same SKU, number and amount, on the same WIB date."""
    same = (asked.buyer_sku_code, asked.customer_no) == (inquiry.sku, inquiry.customer_no)
    same_amount = asked.amount is None or asked.amount == inquiry.amount
    return same and same_amount and inquiry.day == digi.clock.wib().date().isoformat()


def _unasked(digi: Digiflazz, asked: BillCall) -> Reply:
    """What they really answer is not known: here it is Gagal rc 02, and on record."""
    detail = "no successful inq-pasca of this SKU and number under this ref_id today"
    digi.rules.breach("paid_without_inquiry", detail, asked.ref_id)
    scene = Scene(digi, asked, 0, None, nothing_owed(digi, asked))
    return stored(digi, formed(scene, Fail()))


def status(digi: Digiflazz, asked: BillCall) -> Reply:
    """What became of a payment. Forms nothing, whatever the number is scripted to do."""
    days = digi.options.forget_days
    known = digi.books.find(asked.ref_id, now=digi.clock.now(), forget_days=days)
    if known is None or not _same(digi, asked, known):
        return _absent(digi, asked)
    digi.books.ask_again(known)
    return _played(Scene(digi, asked, known.price, known, known.bill))


def _absent(digi: Digiflazz, asked: BillCall) -> Reply:
    scene = Scene(digi, asked, None, None)
    step = digi.scripts.scripted(asked.customer_no)
    if step is not None and (broken := _only_broken(step)) is not None:
        return play(scene, broken)
    data = {
        "ref_id": asked.ref_id,
        "customer_no": asked.customer_no,
        "buyer_sku_code": asked.buyer_sku_code,
        "message": "Data belum ada",
        "status": "Gagal",
        "rc": "50",
    }
    return reply_with(digi, data, rc="50")


def _only_broken(step: Step) -> Step | None:
    """A step that speaks of no payment, for there is none; None if it does."""
    if isinstance(step, Wait):
        inner = _only_broken(step.then)
        return None if inner is None else Wait(ms=step.ms, then=inner)
    if isinstance(step, Silence | Http | Raw | Reset):
        return msgspec.structs.replace(step, commit=False)
    return step if isinstance(step, Refuse) else None


def _same(digi: Digiflazz, asked: BillCall, known: Transaction) -> bool:
    same = (asked.buyer_sku_code, asked.customer_no) == (known.sku, known.customer_no)
    if known.bill is not None and same:
        return True
    detail = "other buyer_sku_code or customer_no, or no bill at all"
    digi.rules.breach("ref_reused_differently", detail, asked.ref_id)
    return False


COMMANDS: Final[Mapping[str, Callable[[Digiflazz, BillCall], Reply]]] = {
    "inq-pasca": inquire,
    "pay-pasca": pay,
    "status-pasca": status,
}
