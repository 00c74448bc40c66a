"""The price list: what can be bought, at what price, and when it is closed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from konter_sim.digiflazz.pasca_sample import PASCA_ROWS, PAYEES, Payee
from konter_sim.digiflazz.sample import PREPAID_ROWS

_FILTERS: Final = (
    ("code", "buyer_sku_code"),
    ("category", "category"),
    ("brand", "brand"),
    ("type", "type"),
)


class Item(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One prepaid product; fields, order and types as in Digiflazz's own example."""

    product_name: str
    category: str
    brand: str
    type: str = "Umum"
    seller_name: str = "PT. ABC"
    price: int
    buyer_sku_code: str
    buyer_product_status: bool = True
    seller_product_status: bool = True
    unlimited_stock: bool = True
    stock: int = 0
    multi: bool = True
    start_cut_off: str = "00:00"
    end_cut_off: str = "00:00"
    desc: str = "-"


class Bill(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One postpaid product: no price, no stock, but an admin fee and our commission."""

    product_name: str
    category: str = "Pascabayar"
    brand: str
    seller_name: str
    admin: int
    commission: int
    buyer_sku_code: str
    buyer_product_status: bool = True
    seller_product_status: bool = True
    desc: str = "-"


def in_cut_off(item: Item, at: datetime) -> bool:
    """Whether the seller is closed at this WIB time; equal hours mean never."""
    start, end = _minutes(item.start_cut_off), _minutes(item.end_cut_off)
    now = at.hour * 60 + at.minute
    if start <= end:
        return start <= now < end
    return now >= start or now < end


def _minutes(hhmm: str) -> int:
    hour, _, minute = hhmm.partition(":")
    return int(hour) * 60 + int(minute or "0")


class Catalogue:
    """Products and bills by SKU. They can be replaced, changed and removed."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.bills: dict[str, Bill] = {}
        self.replace_bills(msgspec.convert(row, Bill) for row in PASCA_ROWS)
        self.replace(msgspec.convert(row, Item) for row in PREPAID_ROWS)

    def replace(self, items: Iterable[Item]) -> None:
        self.items = {item.buyer_sku_code: item for item in items}

    def replace_bills(self, bills: Iterable[Bill]) -> None:
        self.bills = {bill.buyer_sku_code: bill for bill in bills}

    def change_bill(self, sku: str, changes: Mapping[str, object]) -> Bill:
        """Raises KeyError for an unknown SKU and msgspec.ValidationError for nonsense."""
        merged = {**msgspec.structs.asdict(self.bills[sku]), **changes}
        self.bills[sku] = msgspec.convert(merged, Bill)
        return self.bills[sku]

    def payee(self, sku: str) -> Payee:
        """Whose bills it pays; a SKU that the sample does not know is its own biller's."""
        return PAYEES.get(sku) or Payee("hp", sku)

    def generate(self, count: int) -> None:
        """Invented products, for benchmarks: SKU `sim00001` and so on, `xld10` first."""
        xld10 = msgspec.convert(PREPAID_ROWS[0], Item)
        self.replace([xld10, *(_invented(number) for number in range(1, count))][:count])

    def change(self, sku: str, changes: Mapping[str, object]) -> Item:
        """Raises KeyError for an unknown SKU and msgspec.ValidationError for nonsense."""
        merged = {**msgspec.structs.asdict(self.items[sku]), **changes}
        self.items[sku] = msgspec.convert(merged, Item)
        return self.items[sku]

    def prepaid(self, wanted: Mapping[str, object]) -> list[Item]:
        return [item for item in self.items.values() if _matches(item, wanted)]

    def pasca(self, wanted: Mapping[str, object]) -> list[Bill]:
        return [bill for bill in self.bills.values() if _matches(bill, wanted)]


def _matches(item: Item | Bill, wanted: Mapping[str, object]) -> bool:
    return all(
        getattr(item, field, None) == wanted[asked]
        for asked, field in _FILTERS
        if wanted.get(asked)
    )


def _invented(number: int) -> Item:
    brands = ("TELKOMSEL", "INDOSAT", "XL", "AXIS", "TRI", "SMARTFREN", "by.U")
    brand = brands[number % len(brands)]
    return Item(
        product_name=f"{brand} Simulasi {number}",
        category="Pulsa" if number % 2 else "Data",
        brand=brand,
        price=1_000 + number % 500 * 100,
        buyer_sku_code=f"sim{number:05d}",
        desc=f"Produk simulasi nomor {number}",
    )
