"""The bills in OkeConnect's list, where they stand among its goods.

A bill is a pair of rows: ``C...`` asks and costs nothing, ``B...`` pays, and its price, below
zero, is our commission. What their fee on it is, the list does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from konter.kernel.money import ZERO, Rupiah
from konter.upstreams.biller_contract import BillItem, BillList
from konter.upstreams.providers.okeconnect_rows import (
    OPEN_CODES,
    Row,
    Unreadable,
    is_open,
    plain,
    rows_of,
    text,
    whole,
)

PAYS: Final = "B"
ASKS: Final = "C"


def inquiry_of(sku: str) -> str:
    """The code that asks what the code that pays would pay."""
    return ASKS + sku[1:]


def read_bills(body: bytes) -> BillList:
    """Every bill becomes an item, or is named as unreadable; any other row is simply no bill.

    Raises ValueError and RecursionError where no list stands, or an empty one.
    """
    rows = rows_of(body)
    listed = {text(row.kode): row for row in rows if row is not None}
    if not listed:
        raise ValueError("a list without rows")
    items: list[BillItem] = []
    unreadable: list[str] = []
    for place, row in enumerate(rows):
        if row is None or (asks := _inquiry(row, listed)) is None:
            continue
        try:
            item = _item(row, asks)
        except Unreadable as why:
            unreadable.append(f"row {place} ({text(row.kode)[:60]}): {why}")
            continue
        if item is not None:
            items.append(item)
    return BillList(tuple(items), tuple(unreadable))


def _inquiry(row: Row, listed: Mapping[str, Row]) -> Row | None:
    """The row that asks about what this one pays. One that costs something would spend money with
    every check, and is none."""
    sku = text(row.kode)
    if not sku.startswith(PAYS) or sku.startswith(OPEN_CODES) or not sku.isprintable():
        return None
    asks = listed.get(inquiry_of(sku))
    return asks if asks is not None and whole(asks.harga) == 0 else None


def _item(pays: Row, asks: Row) -> BillItem | None:
    """None: it costs something or nothing, so it is no bill. Raises Unreadable."""
    price = whole(pays.harga)
    if price is None:
        raise Unreadable("harga")
    if price >= 0:
        return None
    sku, brand = text(pays.kode), text(pays.produk)
    return BillItem(
        sku=sku,
        name=text(pays.keterangan) or sku,
        brand=_BRANDS.get(plain(text(pays.kategori)), brand),
        seller="",
        admin=ZERO,
        commission=Rupiah(-price),
        buyer_open=True,
        seller_open=is_open(pays.status) and is_open(asks.status),
        description="",
    )


_BRANDS: Final[Mapping[str, str]] = {
    "airpdam": "PDAM",
    "tagihanpbb": "PBB",
    "finance": "Multifinance",
}
"""Categories that say what a bill is for, where the names of its biller may not."""
