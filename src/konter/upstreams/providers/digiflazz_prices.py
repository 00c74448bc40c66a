"""Digiflazz's prepaid price list: ten thousand rows of strangers' text become our items."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from konter.kernel.money import Rupiah
from konter.upstreams.contract import PriceItem, PriceList
from konter.upstreams.providers.digiflazz_rows import Unreadable, flag, text, whole
from konter.upstreams.providers.digiflazz_words import decode_mended

_MINUTES_A_DAY: Final = 24 * 60


class _Row(msgspec.Struct):
    """One row as it stands there. The documents say string where the examples show numbers."""

    buyer_sku_code: Any = None
    product_name: Any = ""
    category: Any = ""
    brand: Any = ""
    type: Any = ""
    seller_name: Any = ""
    price: Any = None
    buyer_product_status: Any = None
    seller_product_status: Any = None
    unlimited_stock: Any = None
    stock: Any = None
    multi: Any = True
    start_cut_off: Any = None
    end_cut_off: Any = None
    desc: Any = ""


class _Rows(msgspec.Struct):
    data: list[_Row]


class _RawRows(msgspec.Struct):
    data: list[msgspec.Raw]


_decode_rows: Final = msgspec.json.Decoder(_Rows).decode
_decode_raw: Final = msgspec.json.Decoder(_RawRows).decode
_decode_row: Final = msgspec.json.Decoder(_Row).decode


def read_list(body: bytes) -> PriceList:
    """Every row becomes an item or is named as unreadable, with its place and its SKU.

    Raises ValueError and RecursionError where no list stands.
    """
    items: list[PriceItem] = []
    unreadable: list[str] = []
    for place, row in enumerate(_rows_of(body)):
        if row is None:
            unreadable.append(f"row {place}: not an object that can be read")
            continue
        try:
            items.append(_item(row))
        except Unreadable as why:
            sku = text(row.buyer_sku_code) or "no SKU"
            unreadable.append(f"row {place} ({sku[:60]}): {why}")
    return PriceList(tuple(items), tuple(unreadable))


def _rows_of(body: bytes) -> Sequence[_Row | None]:
    """All rows in one go; only where one of them is spoilt, one by one, that one as None."""
    try:
        return _decode_rows(body).data
    except (ValueError, RecursionError):
        return [_row_of(raw) for raw in decode_mended(_decode_raw, body).data]


def _row_of(raw: msgspec.Raw) -> _Row | None:
    try:
        return _decode_row(raw)
    except (ValueError, RecursionError):
        return None


def _item(row: _Row) -> PriceItem:
    sku = text(row.buyer_sku_code)
    if not sku:
        raise Unreadable("buyer_sku_code")
    price = whole(row.price, "price")
    if price <= 0:
        raise Unreadable("price")
    start, end = _cut_off(row.start_cut_off, row.end_cut_off)
    unlimited = flag(row.unlimited_stock, "unlimited_stock")
    # By position: there are ten thousand of them in a list.
    return PriceItem(
        sku,
        text(row.product_name) or sku,
        text(row.category),
        text(row.brand),
        text(row.type),
        text(row.seller_name),
        Rupiah(price),
        flag(row.buyer_product_status, "buyer_product_status"),
        flag(row.seller_product_status, "seller_product_status"),
        None if unlimited else whole(row.stock, "stock"),
        flag(row.multi, "multi"),
        start,
        end,
        text(row.desc),
    )


def _cut_off(start: Any, end: Any) -> tuple[int | None, int | None]:
    """Minutes after midnight WIB. Equal ends are no cut-off, and so is what cannot be read:
    buying within a cut-off is only refused."""
    first, last = _minutes(start), _minutes(end)
    if first is None or last is None or first == last:
        return None, None
    return first, last


def _minutes(value: Any) -> int | None:
    """``23:45``, ``0:0``, ``24:00``; None when it is no time of day."""
    return _minutes_of(value) if type(value) is str and len(value) < 20 else None


@lru_cache(maxsize=3000)  # ten thousand rows name a few dozen times
def _minutes_of(text: str) -> int | None:
    hour, colon, minute = text.strip().partition(":")
    if not (colon and _is_number(hour) and _is_number(minute)):
        return None
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > _MINUTES_A_DAY:
        return None
    return total % _MINUTES_A_DAY


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2
