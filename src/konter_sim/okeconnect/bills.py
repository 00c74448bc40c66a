"""Bills: what a customer owes a biller. Invented, but the same each time for one number."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import md5
from typing import Final

from konter_sim.okeconnect.steps import BillTwist

NAMES: Final = ("BUDI SANTOSO", "SITI AMINAH", "AGUS SALIM", "DEWI LESTARI", "MADE WIRAWAN")
ADMIN: Final = {"PLA": 2_750, "HOME": 5_000}
ADMIN_ELSEWHERE: Final = 2_500
FINE: Final = 5_000
GROWTH: Final = 10_000
ERROR: Final = 1_000


@dataclass(frozen=True, slots=True)
class Bill:
    """One month's bill, rupiah. `period` is yyyymm; `error` is how far its total is wrong."""

    name: str
    amount: int
    admin: int
    period: str
    fine: int = 0
    error: int = 0

    @property
    def total(self) -> int:
        return self.amount + self.fine + self.admin + self.error


def owner(dest: str) -> str:
    return NAMES[_seed(dest) % len(NAMES)]


def invented(biller: str, dest: str, now: datetime, twist: BillTwist = "") -> Bill:
    """This month's bill of one number; `biller` is the code without its C or B."""
    fresh = Bill(
        name=owner(dest),
        amount=50_000 + _seed(biller + dest) % 400 * 1_000,
        admin=ADMIN.get(biller, ADMIN_ELSEWHERE),
        period=f"{now:%Y%m}",
    )
    if twist == "fine":
        return replace(fresh, fine=FINE)
    return replace(fresh, error=ERROR) if twist == "wrong_sum" else fresh


def at_payment(asked: Bill, twist: BillTwist) -> Bill:
    """The bill as it is paid, which may not be as it was asked."""
    return replace(asked, amount=asked.amount + GROWTH) if twist == "grown" else asked


def _seed(text: str) -> int:
    return int(md5(text.encode(), usedforsecurity=False).hexdigest(), 16)
