"""OkeConnect's price list: goods among thousands of rows that only look like goods.

Bills have negative prices (our commission), their inquiries cost nothing, open denominations list
a fee, and checks of names and vouchers carry dummy prices. Cost plus markup would sell each of
them at a loss, so what is not certainly prepaid goods is named and never sold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from konter.kernel.money import MAX_RUPIAH, Rupiah
from konter.upstreams.contract import PriceItem, PriceList


class _Row(msgspec.Struct):
    """One row as it stands there: every field is text, numbers too."""

    kode: Any = None
    keterangan: Any = ""
    produk: Any = ""
    kategori: Any = ""
    harga: Any = None
    status: Any = None


class _Unreadable(Exception):
    """A row that cannot be sold from; says which field."""


_decode_rows: Final = msgspec.json.Decoder(list[_Row]).decode
_decode_raw: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_row: Final = msgspec.json.Decoder(_Row).decode


def read_list(body: bytes) -> PriceList:
    """Every row becomes an item, or is named as unreadable or as not for sale, with its SKU.

    Raises ValueError and RecursionError where no list stands.
    """
    rows = _rows_of(body)
    prices = {_text(row.kode): _price(row.harga) for row in rows if row is not None}
    items: list[PriceItem] = []
    unreadable: list[str] = []
    not_for_sale: list[str] = []
    for place, row in enumerate(rows):
        if row is None:
            unreadable.append(f"row {place}: not an object that can be read")
            continue
        sku = _text(row.kode)
        try:
            found = _item(row, sku, prices)
        except _Unreadable as why:
            unreadable.append(f"row {place} ({(sku or 'no SKU')[:60]}): {why}")
            continue
        if isinstance(found, str):
            not_for_sale.append(f"row {place} ({sku[:60]}): {found}")
        else:
            items.append(found)
    return PriceList(tuple(items), tuple(unreadable), tuple(not_for_sale))


def _rows_of(body: bytes) -> Sequence[_Row | None]:
    """All rows in one go; only where one of them is spoilt, one by one, that one as None."""
    try:
        return _decode_rows(body)
    except (ValueError, RecursionError):
        return [_row_of(raw) for raw in _decode_raw(body)]


def _row_of(raw: msgspec.Raw) -> _Row | None:
    try:
        return _decode_row(raw)
    except (ValueError, RecursionError):
        return None


def _item(row: _Row, sku: str, prices: Mapping[str, int | None]) -> PriceItem | str:
    """The item, or why it is none that may be sold. Raises _Unreadable."""
    price = _price(row.harga)
    if not sku or not sku.isprintable():
        raise _Unreadable("kode")
    if price is None:
        raise _Unreadable("harga")
    name, category, kind = _text(row.keterangan), _text(row.kategori), _text(row.produk)
    if trap := _trap(sku, name, category, price=price, prices=prices):
        return trap
    shop_category, operator = _PLACES.get(_plain(category), (category, ""))
    # By position: there are ten thousand of them in a list.
    return PriceItem(
        sku,
        name or sku,
        shop_category,
        _brand(kind) or operator or kind,
        kind,
        "",
        Rupiah(price),
        True,
        _open(row.status),
        None,
        # Their guard refuses a second sale of it to one number on one day.
        False,
        None,
        None,
        "",
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
    if _plain(category) in _BILLS or (twin and _is_free(prices.get(twin + sku[1:], 1))):
        return "a bill or its inquiry"
    if _INQUIRES.match(name):
        return "an inquiry or a bill by its name"
    if _plain(category) == _OPEN_CATEGORY or code.startswith("BBS"):
        return "an open denomination: its price is a fee"
    return None if LEAST_PRICE <= price <= MOST_PRICE else f"a dummy price: {price}"


def _is_free(price: int | None) -> bool:
    """A twin with no price to sell at, or none that can be read, is a bill's."""
    return price is None or price <= 0


LEAST_PRICE: Final = 100
MOST_PRICE: Final = 20_000_000
"""Whole rupiah; nothing that is sold costs less or more, and dummies cost 1."""

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

_BRANDS: Final = (("by u", "by.U"), ("by.u", "by.U"), ("xl - axis", "XL"))


def _brand(kind: str) -> str:
    """by.U is Telkomsel's second name with numbers of its own; XL and Axis are XL's one product."""
    lowered = kind.casefold()
    return next((brand for start, brand in _BRANDS if lowered.startswith(start)), "")


def _plain(category: str) -> str:
    return "".join(letter for letter in category.casefold() if letter.isalnum())


def _text(value: Any) -> str:
    """Text without NUL, which no database takes; anything that is not text counts as none."""
    return value.replace("\x00", "").strip() if type(value) is str else ""


def _price(value: Any) -> int | None:
    """Digits, perhaps behind a minus. ``134.600`` is no number of theirs: a point means a guess."""
    if type(value) is int:
        return value if abs(value) <= MAX_RUPIAH else None
    if type(value) is not str or not _WHOLE.fullmatch(value.strip()):
        return None
    return int(value)


_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")


def _open(value: Any) -> bool:
    """A wrong guess would sell what is closed, so anything but 1 or 0 is unreadable."""
    if value in ("1", "0") or (type(value) is int and value in (1, 0)):
        return str(value) == "1"
    raise _Unreadable("status")
