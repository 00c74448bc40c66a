"""What Digiflazz knows of bills: every inquiry, who paid what. Pure: no clock, no I/O."""

from collections import defaultdict
from dataclasses import dataclass

from konter_sim.digiflazz.books import Transaction
from konter_sim.digiflazz.owed import Owed, Sheet

Debtor = tuple[str, str]
"""A biller and the number somebody has there."""


@dataclass(slots=True)
class Inquiry:
    """One inq-pasca that was recorded. `owed` is None when no bill was found.

    `pays` counts the payments asked for under it; `refused`: the last one formed nothing and
    said so, which frees the reference for another try.
    """

    ref_id: str
    sku: str
    customer_no: str
    day: str
    at: float
    rc: str
    message: str
    owed: Owed | None = None
    amount: int | None = None
    pays: int = 0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A bill put there by the control API."""

    customer_name: str
    sheets: tuple[Sheet, ...]


class Bills:
    """Payments are the books' own transactions, found here by debtor."""

    def __init__(self) -> None:
        self.inquiries: dict[str, Inquiry] = {}
        self.written: dict[Debtor, Written] = {}
        self.paid_elsewhere: defaultdict[Debtor, set[str]] = defaultdict(set)
        self._payments: defaultdict[Debtor, list[Transaction]] = defaultdict(list)

    def note(self, payment: Transaction) -> None:
        if payment.bill is not None:
            self._payments[_debtor(payment.bill)].append(payment)

    def settled(self, debtor: Debtor) -> set[str]:
        """The periods that were paid here."""
        return {
            period
            for payment in self._payments[debtor]
            if payment.bill is not None and payment.status == "Sukses"
            for period in payment.bill.periods
        }

    def also_paid(self, payment: Transaction) -> str | None:
        """The reference of another payment, paid or under way, of one of the same periods.

        Money can be loaded as often as one likes, so e-money is never paid twice.
        """
        bill = payment.bill
        if bill is None or bill.kind == "emoney":
            return None
        for other in self._payments[_debtor(bill)]:
            if other is payment or not other.charged or other.bill is None:
                continue
            if set(other.bill.periods) & set(bill.periods):
                return other.ref_id
        return None


def _debtor(owed: Owed) -> Debtor:
    return owed.biller, owed.customer_no
