"""The control API's part about bills: who owes what, what was asked for, what was paid."""

from typing import Annotated

import msgspec
from aiohttp import web

from konter_sim.clock import stamp
from konter_sim.digiflazz.bills import Inquiry, Written
from konter_sim.digiflazz.books import Transaction
from konter_sim.digiflazz.catalogue import Bill
from konter_sim.digiflazz.owed import Sheet, invented, owner
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.knobs import Count
from konter_sim.wishes import Act, Impossible, Wish, wish

Amount = Annotated[int, msgspec.Meta(ge=1)]


class Owing(Wish, kw_only=True):
    """A number's bill: `amounts` in rupiah, one for each of the last months, newest last.

    `fine` and `other` come on top of the first. `paid` settles elsewhere what is owed now.
    """

    sku: str
    customer_no: Annotated[str, msgspec.Meta(min_length=1)]
    amounts: list[Amount] = []
    fine: Count = 0
    other: Count = 0
    name: str = ""
    paid: bool = False


class BillStocking(Wish, kw_only=True):
    """One of: `rows`, `remove`, or `sku` with the fields to change."""

    rows: list[Bill] | None = None
    remove: str | None = None
    sku: str | None = None
    product_name: str | None = None
    brand: str | None = None
    seller_name: str | None = None
    admin: int | None = None
    commission: int | None = None
    buyer_product_status: bool | None = None
    seller_product_status: bool | None = None
    desc: str | None = None


def shown_bill(payment: Transaction) -> dict[str, object]:
    """One payment of a bill; `formed` is whether money left our deposit for it and stayed away."""
    bill = payment.bill
    if bill is None:
        raise TypeError(f"{payment.ref_id} is no bill")
    return {
        "ref_id": payment.ref_id,
        "sku": payment.sku,
        "biller": bill.biller,
        "customer_no": payment.customer_no,
        "periods": list(bill.periods),
        "status": payment.status,
        "rc": payment.rc,
        "sn": payment.sn,
        "price": payment.price,
        "selling_price": bill.selling_price,
        "formed": payment.charged,
        "formed_count": payment.formed_count,
        "created_at": stamp(payment.created_at),
    }


def payments(digi: Digiflazz) -> list[Transaction]:
    return [known for known in digi.books.transactions.values() if known.bill is not None]


async def bills(digi: Digiflazz, _: web.Request) -> object:
    return [shown_bill(payment) for payment in payments(digi)]


async def inquiries(digi: Digiflazz, _: web.Request) -> object:
    return [_shown_inquiry(inquiry) for inquiry in digi.bills.inquiries.values()]


def _shown_inquiry(inquiry: Inquiry) -> dict[str, object]:
    owed = inquiry.owed
    return {
        "ref_id": inquiry.ref_id,
        "sku": inquiry.sku,
        "customer_no": inquiry.customer_no,
        "rc": inquiry.rc,
        "found": owed is not None,
        "periods": [] if owed is None else list(owed.periods),
        "price": None if owed is None else owed.price,
        "selling_price": None if owed is None else owed.selling_price,
        "pays": inquiry.pays,
        "at": stamp(inquiry.at),
    }


async def owe(digi: Digiflazz, request: web.Request) -> object:
    """Write a number's bill, or settle it as if it had been paid at another counter."""
    wished = await wish(request, Owing)
    _listed(digi, wished.sku)
    kind, biller = digi.catalogue.payee(wished.sku)
    debtor = (biller, wished.customer_no)
    if wished.amounts:
        name = wished.name or owner(wished.customer_no)
        digi.bills.written[debtor] = Written(name, _sheets(digi, wished))
    if wished.paid:
        written = digi.bills.written.get(debtor)
        sheets = invented(kind, *debtor, digi.clock.wib()) if written is None else written.sheets
        digi.bills.paid_elsewhere[debtor].update(sheet.period for sheet in sheets)
    return {"biller": biller, "paid_elsewhere": sorted(digi.bills.paid_elsewhere[debtor])}


def _sheets(digi: Digiflazz, wished: Owing) -> tuple[Sheet, ...]:
    at = digi.clock.wib()
    this, count = at.year * 12 + at.month - 1, len(wished.amounts)
    months = range(this - count + 1, this + 1)
    sheets = [
        Sheet(f"{month // 12}{month % 12 + 1:02d}", amount)
        for month, amount in zip(months, wished.amounts, strict=True)
    ]
    first = sheets[0]
    sheets[0] = Sheet(first.period, first.amount, fine=wished.fine, other=wished.other)
    return tuple(sheets)


async def products(digi: Digiflazz, _: web.Request) -> object:
    return list(digi.catalogue.bills.values())


async def stock(digi: Digiflazz, request: web.Request) -> object:
    wished = await wish(request, BillStocking)
    shelf = digi.catalogue
    if wished.rows is not None:
        shelf.replace_bills(wished.rows)
    if wished.remove is not None:
        _listed(digi, wished.remove)
        del shelf.bills[wished.remove]
    if wished.sku is not None:
        _listed(digi, wished.sku)
        shelf.change_bill(wished.sku, _changes(wished))
    return {"bills": len(shelf.bills)}


def _changes(wished: BillStocking) -> dict[str, object]:
    fields = msgspec.structs.asdict(wished)
    for name in ("rows", "remove", "sku"):
        del fields[name]
    return {name: value for name, value in fields.items() if value is not None}


def _listed(digi: Digiflazz, sku: str) -> None:
    if sku not in digi.catalogue.bills:
        raise Impossible(f"no bill product {sku!r}")


LOOKS: dict[str, Act[Digiflazz]] = {
    "bills": bills,
    "inquiries": inquiries,
    "bill-catalogue": products,
}
ACTS: dict[str, Act[Digiflazz]] = {"owe": owe, "bill-catalogue": stock}
