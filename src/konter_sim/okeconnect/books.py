"""What OkeConnect knows: our deposit and every transaction it formed. Pure: no clock, no I/O."""

from dataclasses import dataclass
from typing import Final, Literal

from konter_sim.okeconnect.bills import Bill
from konter_sim.okeconnect.catalogue import Item
from konter_sim.okeconnect.steps import Told

DAY_S: Final = 86_400
CheckWindow = Literal["day", "date"]


@dataclass(slots=True)
class Transaction:
    """One formed purchase or inquiry. `price`, `before`, `after` rupiah; `created_at` epoch s.

    `before` and `after` are the deposit around its own charge, as its sentences repeat them.
    """

    trx: int
    ref_id: str
    item: Item
    dest: str
    price: int
    created_at: float
    day: str
    jam: str
    qty: int | None = None
    state: Told = "Menunggu"
    sn: str = ""
    reason: str = ""
    bill: Bill | None = None
    before: int = 0
    after: int = 0
    charged: bool = False
    formed_count: int = 1
    version: int = 0

    @property
    def product(self) -> str:
        return self.item.kode


class Books:
    """Debits at creation, restores on Gagal; `opening + topups - spent == deposit` always."""

    def __init__(self, opening: int, first_trx: int) -> None:
        self.opening = opening
        self.deposit = opening
        self.topups = 0
        self.formed: list[Transaction] = []
        self.by_ref: dict[str, Transaction] = {}
        self._last_trx = first_trx

    @property
    def spent(self) -> int:
        """Rupiah held by transactions that are Sukses or Menunggu, one by one."""
        return sum(known.price for known in self.formed if known.charged)

    def next_trx(self) -> int:
        self._last_trx += 1
        return self._last_trx

    def find(self, ref_id: str, *, now: float, forget_days: int) -> Transaction | None:
        """The transaction under this reference, unless it is too old to be remembered."""
        found = self.by_ref.get(ref_id)
        if found is None or now - found.created_at > forget_days * DAY_S:
            return None
        return found

    def latest(self, product: str, dest: str) -> Transaction | None:
        """The newest of this product to this number."""
        for known in reversed(self.formed):
            if (known.product, known.dest) == (product, dest):
                return known
        return None

    def sold_today(
        self, product: str, dest: str, day: str, *, failed_too: bool
    ) -> Transaction | None:
        """What the duplicate guard finds: the newest of that product, number and WIB date."""
        for known in reversed(self.formed):
            same = (known.product, known.dest, known.day) == (product, dest, day)
            if same and (failed_too or known.state != "Gagal"):
                return known
        return None

    def form(self, fresh: Transaction, *, owes: bool) -> Transaction:
        """Record a new transaction; an older one under the same reference is superseded."""
        older = self.by_ref.get(fresh.ref_id)
        if older is not None:
            fresh.formed_count = older.formed_count + 1
        self.by_ref[fresh.ref_id] = fresh
        self.formed.append(fresh)
        self._charge(fresh, owes=owes)
        return fresh

    def settle(self, known: Transaction, state: Told, *, sn: str, reason: str) -> bool:
        """Move a transaction and its money; the same news twice is nothing (and false)."""
        if (known.state, known.sn, known.reason) == (state, sn, reason):
            return False
        known.state, known.sn, known.reason = state, sn, reason
        known.version += 1
        self._charge(known, owes=state != "Gagal")
        return True

    def top_up(self, amount: int) -> None:
        self.deposit += amount
        self.topups += amount

    def _charge(self, known: Transaction, *, owes: bool) -> None:
        if owes == known.charged:
            return
        if owes:
            known.before = self.deposit
            self.deposit -= known.price
            known.after = self.deposit
        else:
            self.deposit += known.price
        known.charged = owes
