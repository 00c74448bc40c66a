"""inq-pasca: what somebody owes. Costs nothing, but uses up its reference."""

import asyncio
from dataclasses import replace
from typing import assert_never

from konter_sim.digiflazz.answers import Json, owed_answer
from konter_sim.digiflazz.bill_tricks import bill_trick_for
from konter_sim.digiflazz.bills import Inquiry
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.hooks import BILL_AGENT
from konter_sim.digiflazz.official_bills import OFFICIAL
from konter_sim.digiflazz.owed import Owed, Sheet, invented, owner
from konter_sim.digiflazz.owed_words import with_period
from konter_sim.digiflazz.play import Reply, Scene, garbled, refusal, reply_with
from konter_sim.digiflazz.sell import BillCall
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.digiflazz.steps import (
    Fail,
    Http,
    Pending,
    Raw,
    Refuse,
    Reset,
    Silence,
    Step,
    Success,
    Twist,
    Wait,
)


def inquire(digi: Digiflazz, asked: BillCall) -> Reply:
    """A fresh reference each time: a used one is rc 49."""
    scene = Scene(digi, asked, None, None)
    if asked.ref_id in digi.bills.inquiries or asked.ref_id in digi.books.transactions:
        digi.rules.breach("inquired_again", "inq-pasca under a used ref_id", asked.ref_id)
        return refusal(scene, "49")
    rc = closed(digi, asked.buyer_sku_code) or _malformed(digi, asked)
    if rc is not None:
        return _fail(scene, asked, rc) if CODES[rc].formed else refusal(scene, rc)
    trick = bill_trick_for(asked.buyer_sku_code, asked.customer_no)
    return _play(scene, asked, digi.scripts.inquiry_step(asked.customer_no, trick))


def closed(digi: Digiflazz, sku: str) -> str | None:
    """The rc with which this product is not to be had now; None when it is."""
    product = digi.catalogue.bills.get(sku)
    if product is None or not product.buyer_product_status:
        return "43"
    return None if product.seller_product_status else digi.options.closed_rc


def _malformed(digi: Digiflazz, asked: BillCall) -> str | None:
    """E-money wants an amount in whole thousands, though the documents' own example has 22500."""
    kind = digi.catalogue.payee(asked.buyer_sku_code).kind
    if kind == "samsat" and "," not in asked.customer_no:
        return "54"
    if kind != "emoney":
        return None
    if asked.amount is None or asked.amount <= 0:
        return "40"
    official = (asked.buyer_sku_code, asked.customer_no) in OFFICIAL
    return None if official or asked.amount % 1_000 == 0 else "87"


def _play(scene: Scene, asked: BillCall, step: Step) -> Reply:
    digi = scene.digi
    match step:
        case Wait():
            reply = _play(scene, asked, step.then)
            return replace(reply, wait_ms=reply.wait_ms + step.ms)
        case Refuse():
            return refusal(scene, step.rc)
        case Fail():
            return _fail(scene, asked, step.rc, step.message)
        case Success() | Pending():  # Pending is no answer to an inquiry
            found = _find(digi, asked, surcharge=step.dearer)
            if isinstance(step, Success) and step.tells and found.owed is not None:
                digi.hooks.spawn(_tell(digi, asked, found, step.after_ms))
            return reply_with(digi, _shown(digi, found), rc=found.rc)
        case Silence() | Http() | Raw() | Reset() | Twist():
            known = step.commit or isinstance(step, Twist)
            true = _shown(digi, _find(digi, asked)) if known else None
            return garbled(digi, step, true)
        case _:
            assert_never(step)


def _fail(scene: Scene, asked: BillCall, rc: str, message: str = "") -> Reply:
    failed = _record(scene.digi, asked, rc=rc, message=message)
    return reply_with(scene.digi, _shown(scene.digi, failed), rc=rc)


def _find(digi: Digiflazz, asked: BillCall, *, surcharge: int = 0) -> Inquiry:
    owed = _owed_by(digi, asked)
    if not owed.sheets:
        return _record(digi, asked, rc="60")
    return _record(digi, asked, rc="00", owed=replace(owed, surcharge=surcharge))


def _owed_by(digi: Digiflazz, asked: BillCall) -> Owed:
    """What is left to pay under this number now; no sheets when nothing is."""
    sku, number = asked.buyer_sku_code, asked.customer_no
    official = OFFICIAL.get((sku, number))
    owed = _as_sold(digi, sku, number) if official is None else official.owed
    if owed.kind == "emoney":
        return replace(
            owed, sheets=(Sheet(digi.clock.wib().strftime("%Y%m%d"), asked.amount or 0),)
        )
    if asked.year is not None and owed.kind in {"pbb", "pajak"}:
        owed = replace(owed, sheets=(replace(owed.sheets[0], period=str(asked.year)),))
    debtor = (owed.biller, number)
    which = digi.options.settled_bills
    is_settled = which == "all" or (which == "generated" and official is None)
    paid = digi.bills.settled(debtor) if is_settled else set[str]()
    return owed.without(paid | digi.bills.paid_elsewhere[debtor])


def nothing_owed(digi: Digiflazz, asked: BillCall) -> Owed:
    """A bill without sheets, for a payment of nothing."""
    return replace(_as_sold(digi, asked.buyer_sku_code, asked.customer_no), sheets=())


def _as_sold(digi: Digiflazz, sku: str, number: str) -> Owed:
    """A written bill, else an invented one, with the fees of the product it is asked by."""
    kind, biller = digi.catalogue.payee(sku)
    product, written = digi.catalogue.bills[sku], digi.bills.written.get((biller, number))
    at = digi.clock.wib()
    return Owed(
        kind=kind,
        biller=biller,
        customer_no=number,
        customer_name=owner(number) if written is None else written.customer_name,
        sheets=invented(kind, biller, number, at) if written is None else written.sheets,
        admin=product.admin,
        commission=product.commission,
    )


def _record(
    digi: Digiflazz, asked: BillCall, *, rc: str, message: str = "", owed: Owed | None = None
) -> Inquiry:
    inquiry = Inquiry(
        ref_id=asked.ref_id,
        sku=asked.buyer_sku_code,
        customer_no=asked.customer_no,
        day=digi.clock.wib().date().isoformat(),
        at=digi.clock.now(),
        rc=rc,
        message=message or CODES[rc].message,
        owed=owed,
        amount=asked.amount,
    )
    digi.bills.inquiries[asked.ref_id] = inquiry
    return inquiry


def _shown(digi: Digiflazz, inquiry: Inquiry) -> Json:
    return owed_answer(inquiry, saldo=digi.books.deposit)


async def _tell(digi: Digiflazz, asked: BillCall, found: Inquiry, after_ms: int | None) -> None:
    if after_ms is None:
        after_ms = digi.options.webhook_create_delay_ms
    await asyncio.sleep(after_ms / 1000)
    data = _shown(digi, found)
    if found.owed is not None:
        data = with_period(data, found.owed)
    await digi.hooks.tell("create", data, url=asked.cb_url or "", agent=BILL_AGENT)
