"""``/tagihan``: whose bills can be paid, and one bill from its number to what is owed."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get
from litestar.params import PathParameter, QueryParameter

from konter.catalogue.bill_shelf import BillOffered, bills_offered
from konter.catalogue.billers import BillKind
from konter.orders.bills import bill_by_ref
from konter.web.page.guard import visit
from konter.web.page.permits import ANYBODY
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest
from konter.web.store.bill_kinds import kind_name
from konter.web.store.bill_page import bill_page, product_of
from konter.web.store.faces import catalogue_of, mark_of

SHOWN: Final = 9

Code = Annotated[str, PathParameter(max_length=64)]
Query = Annotated[str, QueryParameter(max_length=100)]
Kind = Annotated[str, QueryParameter(name="jenis", max_length=30)]
Ref = Annotated[str, QueryParameter(max_length=64)]


@get("/tagihan", include_in_schema=False, opt=ANYBODY)
async def get_bills(request: SiteRequest, q: Query = "", kind: Kind = "") -> Page:
    """By kind; of a kind that was asked for all, of the others a few."""
    offered = await bills_offered(catalogue_of(request))
    words = q.casefold().split()
    fit = [b for b in offered if all(w in f"{b.name} {b.brand}".casefold() for w in words)]
    kinds: dict[BillKind, list[BillOffered]] = {}
    for bill in fit:
        kinds.setdefault(bill.kind, []).append(bill)
    say, asked = visit(request).say, kinds.keys() & {kind}
    rooms = [
        (
            one.value,
            kind_name(one, say),
            mark_of(one),
            some if asked or words else some[:SHOWN],
            some,
        )
        for one in BillKind
        if (some := kinds.get(one)) and (not asked or one in asked)
    ]
    facts = {"rooms": rooms, "query": q, "kind": kind, "none_at_all": not offered}
    return page(request, "store/bills.html", facts)


@get("/tagihan/{code:str}", include_in_schema=False, opt=ANYBODY)
async def get_bill_page(request: SiteRequest, code: Code, ref: Ref = "") -> Page:
    """``ref``: of one's own check, whose bill is shown. Raises NoSuchBill."""
    product = await product_of(request, code)
    person = visit(request).person
    bill = None
    if person and ref.isprintable() and ref:
        async with request.desks.db.read() as tx:
            bill = await bill_by_ref(tx, person.id, ref)
    if bill and bill.product_code.casefold() != product.code.casefold():
        bill = None
    typed = {"customer_no": bill.customer_no} if bill else {}
    return await bill_page(request, product, typed, bill)
