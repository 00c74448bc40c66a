"""``/tagihan``: whose bills can be paid, and one bill from its number to what is owed."""

from __future__ import annotations

import secrets
from typing import Annotated, Final

from litestar import get
from litestar.params import PathParameter, QueryParameter

from konter.catalogue.bill_products import BillProduct, NoSuchBill, bill_product
from konter.catalogue.bill_shelf import BillOffered, bills_offered
from konter.catalogue.billers import BillKind
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.orders.bills import BillView, bill_by_ref
from konter.web.page.guard import visit
from konter.web.page.permits import ANYBODY
from konter.web.page.render import Page, page
from konter.web.page.words import Say
from konter.web.request import SiteRequest
from konter.web.store.bill_words import details_of, periods_of
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


async def bill_page(
    request: SiteRequest,
    product: BillProduct,
    typed: dict[str, str],
    bill: BillView | None = None,
    *,
    error: Refused | None = None,
    ref_id: str = "",
) -> Page:
    """``error``: why the check or the payment was refused. ``ref_id``: of the next check; a fresh
    one where none is given."""
    faults = dict(error.errors) if isinstance(error, Invalid) else {}
    known = {"customer_no", "denom", "year"}
    here, now = visit(request), request.shop.orders.clock.now()
    facts = {
        "product": product,
        "mark_kind": mark_of(product.kind),
        "kind_said": kind_name(product.kind, here.say),
        "typed": typed,
        "faults": faults,
        "trouble_said": error.text if error and not faults.keys() & known else "",
        "bill": bill,
        "purse": await _purse(request) if here.person and bill else None,
        "periods": periods_of(bill, here.lang) if bill else "",
        "details": details_of(bill) if bill else [],
        "is_over": bool(bill and bill.expires_at and bill.expires_at <= now),
        "ref_id": ref_id or f"web-{secrets.token_hex(12)}",
    }
    return page(request, "store/bill.html", facts, status=error.status if error else 200)


async def product_of(request: SiteRequest, code: str) -> BillProduct:
    """Open or not. Raises NoSuchBill."""
    async with request.desks.db.read() as tx:
        product = await bill_product(tx, code)
    if product is None:
        raise NoSuchBill(product=code)
    return product


async def _purse(request: SiteRequest) -> Rupiah:
    async with request.desks.db.read() as tx:
        return await balance(tx, request.user.id)


def kind_name(kind: BillKind, say: Say) -> str:
    names = {
        BillKind.ELECTRICITY: say("Listrik PLN"),
        BillKind.WATER: say("Air PDAM"),
        BillKind.INTERNET: say("Internet & TV kabel"),
        BillKind.HEALTH: say("BPJS Kesehatan"),
        BillKind.EMPLOYMENT: say("BPJS Ketenagakerjaan"),
        BillKind.FINANCE: say("Angsuran kredit"),
        BillKind.LAND_TAX: say("Pajak bumi dan bangunan (PBB)"),
        BillKind.REGIONAL_TAX: say("Pajak dan retribusi daerah"),
        BillKind.VEHICLE_TAX: say("Pajak kendaraan (SAMSAT)"),
        BillKind.GAS: say("Gas alam"),
        BillKind.TV: say("TV berlangganan"),
        BillKind.PHONE: say("HP pascabayar"),
        BillKind.EMONEY: say("Isi uang elektronik"),
        BillKind.OTHER: say("Tagihan lainnya"),
    }
    return names[kind]
