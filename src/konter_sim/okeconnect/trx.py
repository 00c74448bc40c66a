"""GET /trx: a purchase or an inquiry, and with check=1 the question what became of it."""

import asyncio

from aiohttp import web

from konter_sim.broken import cut, hang_up
from konter_sim.okeconnect.books import DAY_S, Transaction
from konter_sim.okeconnect.gate import Asked, Refused, admit, read
from konter_sim.okeconnect.play import Reply, answer_check, sell, turned_away
from konter_sim.okeconnect.sell import Sale, form, no_bill, objection, sale_of, settle_early
from konter_sim.okeconnect.state import Call, Okeconnect
from konter_sim.okeconnect.steps import Fail
from konter_sim.okeconnect.words import at_check, at_sale, guarded


async def transaction(oke: Okeconnect, request: web.Request, call: Call) -> web.StreamResponse:
    """Note the visit, decide at once, answer in whatever broken way the step wants."""
    asked = read(request.query)
    call.kind = "check" if asked.is_check else "purchase"
    call.ref_id, call.product, call.dest = asked.ref_id, asked.product, asked.dest
    call.qty = request.query.get("qty", "")
    admit(oke, request.query, asked)
    if asked.is_check:
        return await deliver(oke, request, call, check(oke, asked))
    call.overlap = oke.rules.arrive(asked.ref_id)
    try:
        return await deliver(oke, request, call, purchase(oke, asked))
    finally:
        oke.rules.leave(asked.ref_id)


def purchase(oke: Okeconnect, asked: Asked) -> Reply:
    """A known reference is told its state and never sold again; an unknown one is sold."""
    first = oke.rules.send(asked.ref_id)
    options = oke.options
    known = oke.books.find(asked.ref_id, now=oke.clock.now(), forget_days=options.forget_days)
    if known is not None:
        if (asked.product, asked.dest, asked.qty) != _facts(known, asked):
            detail = "other product, dest or qty"
            oke.rules.breach("ref_reused_differently", detail, asked.ref_id)
        return Reply(at_check(oke, known), "known")
    reply = _fresh(oke, asked)
    if first and not reply.created:
        oke.rules.refused(asked.ref_id)
    return reply


def _facts(known: Transaction, asked: Asked) -> tuple[str, str, int | None]:
    """What a repeated call must say. A qty where none is needed (1, say) is not minded."""
    return known.product, known.dest, asked.qty if known.qty is None else known.qty


def _fresh(oke: Okeconnect, asked: Asked) -> Reply:
    item = oke.catalogue.find(asked.product)
    reason = objection(oke, asked, item)
    if item is None or reason is not None:
        return turned_away(asked, reason or "")
    sale = sale_of(oke, asked, item)
    if oke.books.deposit < sale.price:
        return _too_poor(sale)
    older = _older(oke, sale)
    if older is not None:
        return Reply(guarded(oke, older, asked.ref_id), "duplicate")
    reason = no_bill(sale)
    if reason is not None:
        return Reply(at_sale(oke, form(sale, Fail(reason=reason))), "Gagal")
    if item.kind == "pay" and not _was_asked(oke, sale):
        oke.rules.breach("paid_without_check", "no inquiry of this bill today", asked.ref_id)
    at_once = item.is_inquiry and oke.options.inquiry_at_once
    return sell(sale, sale.play.next_sale(at_once=at_once))


def _too_poor(sale: Sale) -> Reply:
    reason = "Saldo tidak cukup"
    if sale.oke.options.short_balance == "rejected":
        return turned_away(sale.asked, f"{reason}.")
    return Reply(at_sale(sale.oke, form(sale, Fail(reason=reason))), "Gagal")


def _older(oke: Okeconnect, sale: Sale) -> Transaction | None:
    """What stands in the way by the rule of one product to one number on one day."""
    asked, item, options = sale.asked, sale.item, oke.options
    if item.is_inquiry and not options.guard_inquiries:
        return None
    older = oke.books.sold_today(
        item.kode, asked.dest, oke.today(), failed_too=options.guard_after_failure
    )
    if older is None or (options.counter_allowed and asked.counter > 1):
        return None
    if older.state != "Gagal":
        detail = f"{item.kode} to that number was sold today, R#{older.ref_id}"
        oke.rules.breach("second_sale_same_day", detail, asked.ref_id)
    return older


def _was_asked(oke: Okeconnect, sale: Sale) -> bool:
    inquiry = oke.books.latest(f"C{sale.item.biller}", sale.asked.dest)
    return inquiry is not None and (inquiry.state, inquiry.day) == ("Sukses", oke.today())


def check(oke: Okeconnect, asked: Asked) -> Reply:
    """Nothing is bought by this, whatever it asks about."""
    options, known = oke.options, _checked(oke, asked)
    sold = asked.ref_id in oke.books.by_ref
    oke.rules.check(
        asked.ref_id, known=sold, gap_s=options.check_gap_s, most=options.unknown_checks
    )
    _compare(oke, asked)
    item = oke.catalogue.find(asked.product)
    play = oke.scripts.play(asked.dest, asked.ref_id)
    sale = None if item is None else sale_of(oke, asked, item)
    return answer_check(oke, asked, play.next_check(), known=known, sale=sale)


def _checked(oke: Okeconnect, asked: Asked) -> Transaction | None:
    """What the question finds, within its window."""
    if oke.options.check_matches == "dest":
        found = oke.books.latest(asked.product, asked.dest)
    else:
        found = oke.books.by_ref.get(asked.ref_id)
    if found is None or (found.product, found.dest) != (asked.product, asked.dest):
        return None
    if oke.options.check_window == "date":
        return found if found.day == oke.today() else None
    return found if oke.clock.now() - found.created_at <= DAY_S else None


def _compare(oke: Okeconnect, asked: Asked) -> None:
    """A check is the purchase's own address with &check=1, to the letter."""
    known = oke.books.by_ref.get(asked.ref_id)
    if known is not None and (asked.product, asked.dest, asked.qty) != _facts(known, asked):
        detail = "product, dest or qty differ from the purchase's"
        oke.rules.breach("check_differs", detail, asked.ref_id)


async def deliver(
    oke: Okeconnect, request: web.Request, call: Call, reply: Reply
) -> web.StreamResponse:
    call.says = reply.says
    if (early := reply.early) is not None:
        await settle_early(early.sale, early.known, early.step)
    if pause_ms := reply.wait_ms + oke.options.latency_ms:
        await asyncio.sleep(pause_ms / 1000)
    if reply.hang_s is not None:
        await asyncio.sleep(reply.hang_s)
        return hang_up(request)
    content_type = reply.content_type or oke.options.content_type
    if reply.cut:
        return await cut(request, reply.text.encode(), content_type)
    return web.Response(
        text=reply.text, status=reply.status, content_type=content_type, charset="utf-8"
    )


def refusal(no: Refused) -> Reply:
    return Reply(no.text, "refused", created=False)
