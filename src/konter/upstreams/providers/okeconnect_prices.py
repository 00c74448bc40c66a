"""OkeConnect's price list: goods among thousands of rows that only look like goods.

Bills have negative prices (our commission), their inquiries cost nothing, and checks of names and
vouchers carry dummy prices. Cost plus markup would sell each of them at a loss, so what is not
certainly prepaid goods is named and never sold. Open denominations list a fee, and less of it than
is charged: they are items of a kind of their own, at no less than a fee that we are told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from konter.kernel.money import Rupiah
from konter.upstreams.contract import PriceItem, PriceList
from konter.upstreams.providers.okeconnect_rows import (
    OPEN_AMOUNTS,
    OPEN_CODES,
    Row,
    Unreadable,
    is_open,
    plain,
    rows_of,
    text,
    whole,
)


def read_list(body: bytes, *, open_fee: int) -> PriceList:
    """Every row becomes an item, or is named as unreadable or as not for sale, with its SKU.

    ``open_fee``: what an open denomination costs at least beside its amount, whole rupiah.
    Raises ValueError and RecursionError where no list stands.
    """
    rows = rows_of(body)
    prices = {text(row.kode): whole(row.harga) for row in rows if row is not None}
    items: list[PriceItem] = []
    unreadable: list[str] = []
    not_for_sale: list[str] = []
    for place, row in enumerate(rows):
        if row is None:
            unreadable.append(f"row {place}: not an object that can be read")
            continue
        sku = text(row.kode)
        try:
            found = _item(row, sku, prices, open_fee)
        except Unreadable as why:
            unreadable.append(f"row {place} ({(sku or 'no SKU')[:60]}): {why}")
            continue
        if isinstance(found, str):
            not_for_sale.append(f"row {place} ({sku[:60]}): {found}")
        else:
            items.append(found)
    return PriceList(tuple(items), tuple(unreadable), tuple(not_for_sale))


def _item(row: Row, sku: str, prices: Mapping[str, int | None], open_fee: int) -> PriceItem | str:
    """The item, or why it is none that may be sold. Raises Unreadable."""
    price = whole(row.harga)
    if not sku or not sku.isprintable():
        raise Unreadable("kode")
    if price is None:
        raise Unreadable("harga")
    name, category, kind = text(row.keterangan), text(row.kategori), text(row.produk)
    if trap := _trap(sku, name, category, price=price, prices=prices):
        return trap
    by_amount = _is_open_denomination(sku, category)
    shop_category, operator = _PLACES.get(plain(category), (category, ""))
    if by_amount and (wallet := _WALLETS.search(name)):
        shop_category, kind = _PLACES["dompetdigital"][0], wallet[0].capitalize()
    # By position: there are ten thousand of them in a list.
    return PriceItem(
        sku,
        name or sku,
        shop_category,
        _brand(kind) or operator or kind,
        kind,
        "",
        Rupiah(max(price, open_fee) if by_amount else price),
        True,
        is_open(row.status),
        None,
        # Their guard refuses a second sale of it to one number on one day.
        False,
        None,
        None,
        "",
        OPEN_AMOUNTS if by_amount else None,
    )


def _trap(
    sku: str, name: str, category: str, *, price: int, prices: Mapping[str, int | None]
) -> str | None:
    """Why a readable row is no prepaid goods; None: it is."""
    code = sku.upper()
    twin = {"B": "C", "C": "B"}.get(code[0])
    if price < 0:
        return "a bill: its price is our commission"
    if price == 0:
        return "an inquiry or a dummy: it costs nothing"
    if code.startswith("CEK"):
        return "an inquiry: its code begins with CEK"
    if plain(category) in _BILLS or (twin and _is_free(prices.get(twin + sku[1:], 1))):
        return "a bill or its inquiry"
    if _INQUIRES.match(name):
        return "an inquiry or a bill by its name"
    if _is_open_denomination(sku, category):
        return None if price <= MOST_FEE else f"an open denomination: no fee is {price}"
    return None if LEAST_PRICE <= price <= MOST_PRICE else f"a dummy price: {price}"


def _is_open_denomination(sku: str, category: str) -> bool:
    return plain(category) == _OPEN_CATEGORY or sku.upper().startswith(OPEN_CODES)


def _is_free(price: int | None) -> bool:
    """A twin with no price to sell at, or none that can be read, is a bill's."""
    return price is None or price <= 0


LEAST_PRICE: Final = 100
MOST_PRICE: Final = 20_000_000
"""Whole rupiah; nothing that is sold costs less or more, and dummies cost 1."""

MOST_FEE: Final = 10_000
"""Whole rupiah; an open denomination that lists more lists no fee, but perhaps a whole price."""

_BILLS: Final = frozenset({"airpdam", "tagihanpbb", "finance", "pascabayar", "tagihan"})
_OPEN_CATEGORY: Final = "nominalbebas"
_INQUIRES: Final = re.compile(r"\W*(?:cek|check|bayar|inquiry|tagihan)\b", re.IGNORECASE)

_PLACES: Final[Mapping[str, tuple[str, str]]] = {
    "pulsa": ("Pulsa", ""),
    "kuotanasional": ("Data", ""),
    "kuotatelkomsel": ("Data", "Telkomsel"),
    "kuotabyu": ("Data", "by.U"),
    "kuotaindosat": ("Data", "Indosat"),
    "kuotatri": ("Data", "Tri"),
    "kuotaxl": ("Data", "XL"),
    "kuotaaxis": ("Data", "Axis"),
    "kuotasmartfren": ("Data", "Smartfren"),
    "tokenpln": ("PLN", "PLN"),
    "dompetdigital": ("E-Money", ""),
}
"""Their categories by the shop's names, which know what a destination looks like, and whose
numbers such a product serves. Any other category keeps its own name."""

_WALLETS: Final = re.compile(r"\b(?:dana|gopay|ovo|shopeepay|linkaja)\b", re.IGNORECASE)
"""Of an open denomination only the name says whose wallet it fills; the rest may be anything."""

_BRANDS: Final = (("by u", "by.U"), ("by.u", "by.U"), ("xl - axis", "XL"))


def _brand(kind: str) -> str:
    """by.U is Telkomsel's second name with numbers of its own; XL and Axis are XL's one product."""
    lowered = kind.casefold()
    return next((brand for start, brand in _BRANDS if lowered.startswith(start)), "")
