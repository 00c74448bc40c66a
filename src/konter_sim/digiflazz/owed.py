"""What somebody owes a biller. Invented, but the same each time for one number."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import md5
from typing import Final, Literal

Kind = Literal[
    "pln",
    "pdam",
    "internet",
    "bpjs",
    "multifinance",
    "pbb",
    "pajak",
    "pgas",
    "tv",
    "bpjstk",
    "bpjstkpu",
    "nontaglis",
    "emoney",
    "samsat",
    "hp",
]

YEARLY: Final = frozenset({"pbb", "pajak", "samsat"})
ONCE: Final = frozenset({"nontaglis", "emoney"})
FINED: Final = frozenset({"pln", "pdam", "multifinance"})
FINE: Final = 3_000
OTHER: Final = 1_500

_NAMES = ("BUDI SANTOSO", "SITI AMINAH", "AGUS SALIM", "DEWI LESTARI", "MADE WIRAWAN")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One month of a bill, in rupiah. `period` is yyyymm, of a yearly tax yyyy."""

    period: str
    amount: int
    fine: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        return self.amount + self.fine + self.other


@dataclass(frozen=True, slots=True)
class Owed:
    """One bill as it was asked for. `admin` and `commission` are for each sheet, in rupiah.

    `surcharge` makes our price dearer than the bill says: no real seller should do that.
    """

    kind: Kind
    biller: str
    customer_no: str
    customer_name: str
    sheets: tuple[Sheet, ...]
    admin: int
    commission: int
    official: bool = False
    surcharge: int = 0

    @property
    def periods(self) -> tuple[str, ...]:
        return tuple(sheet.period for sheet in self.sheets)

    @property
    def admin_total(self) -> int:
        return self.admin * len(self.sheets)

    @property
    def selling_price(self) -> int:
        """What the customer owes."""
        return sum(sheet.total for sheet in self.sheets) + self.admin_total

    @property
    def price(self) -> int:
        """What our deposit pays."""
        return self.selling_price - self.commission * len(self.sheets) + self.surcharge

    def without(self, paid: Collection[str]) -> "Owed":
        left = tuple(sheet for sheet in self.sheets if sheet.period not in paid)
        return replace(self, sheets=left)


def owner(customer_no: str) -> str:
    return _NAMES[seed(customer_no) % len(_NAMES)]


def seed(text: str) -> int:
    return int(md5(text.encode(), usedforsecurity=False).hexdigest(), 16)


def invented(kind: Kind, biller: str, customer_no: str, at: datetime) -> tuple[Sheet, ...]:
    """What this number owes at this WIB time: one month, of every fourth number two."""
    if kind in ONCE:
        return (_sheet(kind, biller, customer_no, "1"),)
    if kind in YEARLY:
        return (_sheet(kind, biller, customer_no, f"{at:%Y}"),)
    this = at.year * 12 + at.month - 1
    first = this - int(seed(biller + customer_no) % 4 == 0)
    periods = [f"{month // 12}{month % 12 + 1:02d}" for month in range(first, this + 1)]
    sheets = [_sheet(kind, biller, customer_no, period) for period in periods]
    if kind in FINED:
        sheets[:-1] = [replace(sheet, fine=FINE) for sheet in sheets[:-1]]
    return tuple(sheets)


def _sheet(kind: Kind, biller: str, customer_no: str, period: str) -> Sheet:
    amount = 20_000 + seed(biller + customer_no + period) % 180 * 1_000
    return Sheet(period, amount, other=OTHER if kind == "pdam" else 0)
