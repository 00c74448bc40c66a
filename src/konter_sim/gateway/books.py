"""What a gateway knows: every payment, its fees, and what it owes the merchant. Pure."""

from dataclasses import dataclass, field
from typing import Final, Literal

State = Literal[
    "pending", "paid", "unsettled", "escrow", "cancelled", "expired", "failed", "refunded", "error"
]
PAID: Final = frozenset({"paid", "unsettled", "escrow"})


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to pay. Fee: flat rupiah plus basis points, rounded up, at least `fee_least`."""

    code: str
    name: str
    group: str
    fee_flat: int
    fee_bp: int = 0
    fee_least: int = 0
    least: int = 1_000
    most: int = 10_000_000
    least_minutes: int = 1
    most_minutes: int = 1_440
    redirect: bool = False

    def fee(self, amount: int) -> int:
        """Whole rupiah. The gateways' roundings are not documented; every sample fits up."""
        return max(self.fee_flat - (-amount * self.fee_bp // 10_000), self.fee_least)


@dataclass(slots=True)
class Payment:
    """One payment; rupiah, epoch seconds. `order` is what the merchant asked for."""

    id: str
    reference: str
    channel: Channel
    order: int
    fee: int
    fee_on: Literal["merchant", "customer"]
    created_at: float
    expires_at: float
    notify_url: str
    return_url: str
    buyer: dict[str, str]
    session: str = ""
    pay_code: str = ""
    state: State = "pending"
    paid_at: float | None = None
    note: str | None = None
    items: list[dict[str, object]] = field(default_factory=list)

    @property
    def amount(self) -> int:
        """What the customer pays."""
        return self.order + (self.fee if self.fee_on == "customer" else 0)

    @property
    def received(self) -> int:
        """What is left for the merchant."""
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class Settlement:
    """Money sent to the merchant's bank, rupiah."""

    amount: int
    at: str


class Books:
    """`collected == fees + settled + owed`, over what is paid and not refunded."""

    def __init__(self) -> None:
        self.payments: dict[str, Payment] = {}
        self.settlements: list[Settlement] = []

    def add(self, payment: Payment) -> Payment:
        self.payments[payment.id] = payment
        return payment

    def under(self, reference: str) -> list[Payment]:
        """All payments of one merchant's reference, oldest first."""
        return [known for known in self.payments.values() if known.reference == reference]

    def settle(self, amount: int | None, at: str) -> Settlement:
        """Pay out `amount`, or all that is owed. May overdraw: a refund after it does too."""
        fresh = Settlement(self.owed if amount is None else amount, at)
        self.settlements.append(fresh)
        return fresh

    @property
    def settled(self) -> int:
        return sum(one.amount for one in self.settlements)

    @property
    def owed(self) -> int:
        return sum(known.received for known in self._paid()) - self.settled

    def summary(self) -> dict[str, int]:
        paid = self._paid()
        back = [known for known in self.payments.values() if known.state == "refunded"]
        return {
            "collected": sum(known.amount for known in paid),
            "fees": sum(known.fee for known in paid),
            "settled": self.settled,
            "owed": self.owed,
            "refunded": sum(known.amount for known in back),
        }

    def _paid(self) -> list[Payment]:
        return [known for known in self.payments.values() if known.state in PAID]
