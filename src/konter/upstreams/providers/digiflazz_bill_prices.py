"""Digiflazz's list of bills: no prices, for these depend on the bill, but fees and commissions."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from konter.kernel.money import Rupiah
from konter.upstreams.biller_contract import BillItem, BillList
from konter.upstreams.providers.digiflazz_rows import Unreadable, flag, text, whole
from konter.upstreams.providers.digiflazz_words import decode_mended


class _Row(msgspec.Struct):
    buyer_sku_code: Any = None
    product_name: Any = ""
    brand: Any = ""
    seller_name: Any = ""
    admin: Any = None
    commission: Any = None
    buyer_product_status: Any = None
    seller_product_status: Any = None
    desc: Any = ""


class _Rows(msgspec.Struct):
    data: list[msgspec.Raw]


_decode_rows: Final = msgspec.json.Decoder(_Rows).decode
_decode_row: Final = msgspec.json.Decoder(_Row).decode


def read_bills(body: bytes) -> BillList:
    """Every row becomes an item or is named as unreadable, with its place and its SKU.

    Raises ValueError and RecursionError where no list stands.
    """
    items: list[BillItem] = []
    unreadable: list[str] = []
    for place, raw in enumerate(decode_mended(_decode_rows, body).data):
        try:
            row = _decode_row(raw)
        except (ValueError, RecursionError):
            unreadable.append(f"row {place}: not an object that can be read")
            continue
        try:
            items.append(_item(row))
        except Unreadable as why:
            sku = text(row.buyer_sku_code) or "no SKU"
            unreadable.append(f"row {place} ({sku[:60]}): {why}")
    return BillList(tuple(items), tuple(unreadable))


def _item(row: _Row) -> BillItem:
    sku = text(row.buyer_sku_code)
    if not sku:
        raise Unreadable("buyer_sku_code")
    return BillItem(
        sku=sku,
        name=text(row.product_name) or sku,
        brand=text(row.brand),
        seller=text(row.seller_name),
        admin=_fee(row.admin, "admin"),
        commission=_fee(row.commission, "commission"),
        buyer_open=flag(row.buyer_product_status, "buyer_product_status"),
        seller_open=flag(row.seller_product_status, "seller_product_status"),
        description=text(row.desc),
    )


def _fee(value: Any, field: str) -> Rupiah:
    """Nothing is a fee too; less than nothing is their mistake."""
    found = whole(value, field)
    if found < 0:
        raise Unreadable(field)
    return Rupiah(found)
