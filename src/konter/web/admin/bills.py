"""``/admin/bills``: the bills that can be paid, whose they are, and our fee on each."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.catalogue.bill_fees import BillFee, drop_bill_fee, list_bill_fees, set_bill_fee
from konter.catalogue.bill_products import Said, list_bill_products, set_biller, switch_bill
from konter.catalogue.billers import BillKind
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah
from konter.web.admin.deed import catalogue_of, deed
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN, STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

HERE: Final = "/admin/bills"


class FeeForm(Struct):
    """``of``: ``all``, ``kind:water`` or ``biller:pln``."""

    of: str
    fee: int = 0


class SwitchForm(Struct):
    code: str
    on: str


class BillerForm(Struct):
    """Empty: as its name says."""

    code: str
    biller: str | None = None
    kind: BillKind | None = None


@get(HERE, include_in_schema=False, opt=STAFF)
async def get_bills(request: SiteRequest) -> Page:
    return await _shown(request)


@post(f"{HERE}/fee", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_fee(request: SiteRequest) -> Response[str]:
    """Bills that were checked before keep the fee they were told."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, FeeForm)
        biller, kind = _scope(said.of)
        told = deed(request, "bill.fee", f"bill_fee:{said.of}", fee=said.fee)
        rule = BillFee(Rupiah(said.fee), biller, kind)
        changed = await set_bill_fee(catalogue_of(request), rule, deed=told)
    except Refused as error:
        return await _shown(request, typed, error)
    news = visit(request).say("Biaya disimpan. Produk tagihan yang berubah: %(changed)s")
    return go(request, HERE, said=news % {"changed": changed})


@post(f"{HERE}/fee/drop", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_drop_fee(request: SiteRequest) -> Response[str]:
    """The general fee can only be replaced."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, FeeForm)
        biller, kind = _scope(said.of)
        told = deed(request, "bill.fee_drop", f"bill_fee:{said.of}")
        await drop_bill_fee(catalogue_of(request), biller=biller, kind=kind, deed=told)
    except Refused as error:
        return await _shown(request, {}, error)
    return go(request, HERE, said=visit(request).say("Aturan biaya dihapus"))


@post(f"{HERE}/switch", include_in_schema=False, opt=STAFF, status_code=200)
async def post_switch(request: SiteRequest) -> Response[str]:
    """Off the shelf, or back; no sync says otherwise."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, SwitchForm)
        on = said.on == "yes"
        told = deed(request, "bill.open" if on else "bill.close", f"bill:{said.code}")
        await switch_bill(catalogue_of(request), said.code, on=on, deed=told)
    except Refused as error:
        return await _shown(request, {}, error)
    say = visit(request).say
    return go(request, HERE, said=say("Tagihan dibuka") if on else say("Tagihan ditutup"))


@post(f"{HERE}/biller", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_biller(request: SiteRequest) -> Response[str]:
    """Say whose bill it is, or (both empty) leave it to its name again."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, BillerForm)
        told = deed(request, "bill.biller", f"bill:{said.code}", biller=said.biller, kind=said.kind)
        await set_biller(
            catalogue_of(request),
            said.code,
            Said(said.biller, said.kind),
            by=request.user.email,
            deed=told,
        )
    except Refused as error:
        return await _shown(request, {}, error)
    return go(request, HERE, said=visit(request).say("Biller disimpan"))


def _scope(of: str) -> tuple[str | None, BillKind | None]:
    """The biller and the kind that a rule is for. Raises Invalid."""
    what, _, name = of.partition(":")
    if what == "biller" and name:
        return name, None
    if what == "kind" and name in set(BillKind):
        return None, BillKind(name)
    if of != "all":
        raise Invalid({"of": ["Pilih biller, jenis, atau semua tagihan"]})
    return None, None


async def _shown(
    request: SiteRequest, typed: dict[str, str] | None = None, error: Refused | None = None
) -> Page:
    desk = catalogue_of(request)
    bills = await list_bill_products(desk)
    facts = {
        "bills": bills,
        "fees": await list_bill_fees(desk),
        "billers": sorted({bill.biller for bill in bills}),
        "kinds": list(BillKind),
        "typed": typed or {},
        "faults": error.errors if isinstance(error, Invalid) else {},
        "trouble_said": error.text if error else "",
    }
    return page(request, "admin/bills.html", facts, status=error.status if error else 200)


ROUTES = [get_bills, post_fee, post_drop_fee, post_switch, post_biller]
