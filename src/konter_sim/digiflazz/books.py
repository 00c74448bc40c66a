"""What Digiflazz knows: our deposit and every transaction it formed. Pure: no clock, no I/O."""

from dataclasses import dataclass
from typing import Final

from konter_sim.digiflazz.codes import CODES, Status
from konter_sim.digiflazz.owed import Owed

DAY_S: Final = 86_400


@dataclass(slots=True)
class Transaction:
    """One formed purchase, or a payment of `bill`. Money in rupiah, `created_at` epoch seconds."""

    ref_id: str
    sku: str
    customer_no: str
    price: int
    created_at: float
    day: str
    status: Status = "Pending"
    rc: str = "03"
    message: str = ""
    sn: str = ""
    max_price: int | None = None
    cb_url: str = ""
    bill: Owed | None = None
    last_saldo: int = 0
    formed_count: int = 1
    charged: bool = False
    told_final: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """Where a transaction stands, or is about to."""

    status: Status
    rc: str
    message: str
    sn: str = ""

    @classmethod
    def of(cls, rc: str, *, sn: str = "", message: str = "") -> "Result":
        code = CODES[rc]
        return cls(code.status, rc, message or code.message, sn)


class Books:
    """Debits at creation, restores on Gagal; `opening + topups - spent == deposit` always."""

    def __init__(self, opening: int) -> None:
        self.opening = opening
        self.deposit = opening
        self.topups = 0
        self.reposts_after_final = 0
        self.transactions: dict[str, Transaction] = {}
        self._sold: dict[tuple[str, str, str], str] = {}

    @property
    def spent(self) -> int:
        """Rupiah held by transactions that are Sukses or Pending."""
        return self.opening + self.topups - self.deposit

    def find(self, ref_id: str, *, now: float, forget_days: int) -> Transaction | None:
        """The transaction under this reference, unless it is too old to be remembered."""
        found = self.transactions.get(ref_id)
        if found is None or now - found.created_at > forget_days * DAY_S:
            return None
        return found

    def sold_today(self, sku: str, customer_no: str, day: str) -> bool:
        return (sku, customer_no, day) in self._sold

    def form(self, fresh: Transaction, result: Result) -> Transaction:
        """Record a new transaction; an older one under the same reference is superseded."""
        older = self.transactions.get(fresh.ref_id)
        if older is not None:
            fresh.formed_count = older.formed_count + 1
        self.transactions[fresh.ref_id] = fresh
        self._move(fresh, result)
        return fresh

    def settle(self, known: Transaction, result: Result) -> None:
        """Move a transaction to where the seller says it is; the same news twice is nothing."""
        if (known.status, known.rc, known.sn) == (result.status, result.rc, result.sn):
            return
        self._move(known, result)
        known.version += 1

    def ask_again(self, known: Transaction) -> None:
        """Count a question about what was told already."""
        if known.told_final:
            self.reposts_after_final += 1
        known.told_final = known.status != "Pending"

    def top_up(self, amount: int) -> None:
        self.deposit += amount
        self.topups += amount

    def _move(self, known: Transaction, result: Result) -> None:
        owes = result.status != "Gagal"
        if owes != known.charged:
            self.deposit += -known.price if owes else known.price
            known.charged = owes
        key = (known.sku, known.customer_no, known.day)
        if owes:
            self._sold[key] = known.ref_id
        elif self._sold.get(key) == known.ref_id:
            del self._sold[key]
        known.status, known.rc = result.status, result.rc
        known.message, known.sn = result.message, result.sn
        known.last_saldo = self.deposit
