"""What an upstream can say about a purchase: a closed set, Unknown by default.

Only Delivered and Rejected, explicit and verified, ever move money.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from konter.kernel.money import Rupiah


class Fault(StrEnum):
    """Who a refusal is about; decides whether another offer or another day may help."""

    NUMBER = "number"
    OFFER = "offer"
    SUPPLIER = "supplier"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The goods left the upstream. ``cost`` None: not readable, the expected cost is booked."""

    serial: str | None
    cost: Rupiah | None
    message: str = ""
    their_id: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A verified refusal. ``formed`` False: the upstream kept no record of this reference.

    ``twice``: final only when two calls at least 60 s apart agree (Digiflazz 01, 70, 85).
    ``reversal``: may undo an earlier success (Digiflazz 74). ``message``: their whole words, where
    the reason is only a part of them.
    """

    fault: Fault
    formed: bool
    reason: str
    code: str = ""
    twice: bool = False
    reversal: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """Accepted and not yet decided."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Timeouts, surprises, contradictions, new codes: nobody's money moves on this.

    ``for_review``: only a person can end it, and nothing that is heard later does so by itself
    (OkeConnect's duplicate guard, which answers with the words of another sale).
    """

    detail: str
    for_review: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """The upstream says it has no record under this reference."""

    detail: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The wire knows that no byte left: DNS, refused connection, failed TLS, lease too old."""

    detail: str


Outcome = Delivered | Rejected | Pending | Unknown | Absent | NotSent
