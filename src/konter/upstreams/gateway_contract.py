"""The contract of a payment gateway: how to ask it for money, and when to believe that it came.

Like a provider's adapter a gateway's is stateless and knows no I/O. The moment a request is made
is handed in. Money moves on ``Paid`` alone; a callback is never more than a hint to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from konter.kernel.errors import Refused
from konter.kernel.money import ZERO, Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireAnswer, WireCall, WireRequest


class Gateway(Protocol):
    """How to speak to one upstream that collects money for us."""

    @property
    def account(self) -> str:
        """The account's code in our books and transcripts, e.g. ``ipaymu``."""
        ...

    @property
    def traits(self) -> GatewayTraits: ...

    @property
    def history(self) -> History | None:
        """Their list: how a payment is found whose id we were never told; None: they have none."""
        ...

    @property
    def purse(self) -> Purse | None:
        """How our money there is asked for; None: it cannot be asked."""
        ...

    def create(self, ask: Invoice, at: datetime) -> WireRequest:
        """Ask for a payment. A repeat makes a second one. Raises NotAskable."""
        ...

    def read_created(self, ask: Invoice, answer: WireAnswer) -> Creation:
        """Never raises; Unknown by default."""
        ...

    def ask_state(self, ask: Question, at: datetime) -> WireRequest:
        """Ask what became of a payment; asking changes nothing there."""
        ...

    def read_state(self, ask: Question, answer: WireAnswer) -> State:
        """Never raises; Unknown by default, and for an answer about anything else."""
        ...

    def channels(self, at: datetime) -> WireRequest: ...

    def read_channels(self, answer: WireAnswer) -> ChannelList:
        """Raises UpstreamRefused."""
        ...

    def prove(self, call: WireCall) -> None:
        """Raise NotGenuine unless the callback is proved. There is no default."""
        ...

    def read_callback(self, call: WireCall) -> Hint:
        """Never raises. A hint, never a verdict, whatever it claims and however it is proved."""
        ...

    def judge_callback(self, ask: Question, call: WireCall) -> State:
        """What a callback is worth that the caller has proved, for a shop that trusts the proof
        without asking: as strict as ``read_state``. Never raises; Unknown where no proof counts."""
        ...


class History(Protocol):
    """The gateway's own list of payments, newest first, page by page from 1."""

    def ask(
        self, page: int, since: datetime, at: datetime, *, until: datetime | None = None
    ) -> WireRequest:
        """Payments created from the day of ``since`` to that of ``until`` (WIB; None: now).

        A gateway that cannot be told days answers all: whoever asks stops at the first row that
        was created before, and leaves out what came after.
        """
        ...

    def read(self, answer: WireAnswer) -> HistoryPage:
        """Raises UpstreamRefused."""
        ...


class Purse(Protocol):
    """What the gateway holds for us."""

    def ask(self, at: datetime) -> WireRequest: ...

    def read(self, answer: WireAnswer) -> Rupiah:
        """Whole rupiah, a fraction dropped. Raises UpstreamRefused."""
        ...


class FeeOn(StrEnum):
    """Who pays the gateway's fee, where we may choose."""

    SHOP = "shop"
    BUYER = "buyer"


class Trust(StrEnum):
    """What a proved callback is worth, and what to do with one that is not."""

    PROVED = "proved"
    """The key is a secret: an unproved call is refused."""
    HINT = "hint"
    """Anybody may know the key: proved or not, a call only makes us ask."""


@dataclass(frozen=True, slots=True)
class GatewayTraits:
    """What a gateway can do and demands, declared."""

    code: str
    call_timeouts_s: Mapping[str, float]
    """Seconds by purpose: ``create``, ``state``, ``list``."""
    trust: Trust
    callback_reply: bytes
    """The JSON that tells it that its callback arrived, for a repeat too."""
    shop_chooses_fee: bool
    """Whether ``Invoice.fee_on`` is heeded; False: the gateway's own settings decide."""
    needs_channel: bool
    """Whether the channel must be chosen before; False: the buyer may choose on its page."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who pays, as far as the gateway wants to know."""

    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One payment to be asked for. ``reference`` is ours, and new for every renewal.

    ``amount``: what the shop wants, whole rupiah, before any fee that the buyer pays.
    ``channel``: the gateway's own code; None: the buyer chooses. ``lasts``: how long it is open.
    ``return_url``, ``cancel_url``: where the buyer comes back to; neither decides anything.
    """

    reference: str
    amount: Rupiah
    title: str
    buyer: Buyer
    callback_url: str
    return_url: str
    cancel_url: str
    lasts: timedelta
    channel: str | None = None
    fee_on: FeeOn = FeeOn.SHOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What became of this payment? ``fee_on`` and ``charged`` are what we stored at creation.

    ``charged``: what the buyer was told to pay, fees included; None: we were not told.
    """

    reference: str
    their_id: str
    amount: Rupiah
    fee_on: FeeOn = FeeOn.SHOP
    charged: Rupiah | None = None


class Instruction(NamedTuple):
    """How to pay by one road, step by step, as plain text."""

    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The payment stands there and waits. ``url``: the page to send the buyer to.

    ``their_id`` None: they tell it later, or never. ``expires_at`` UTC; None: as was asked.
    ``charged`` and ``fee`` (theirs in all, whoever pays it) None: not told, or not readable.
    """

    their_id: str | None
    session_id: str | None = None
    url: str | None = None
    pay_code: str | None = None
    qr: str | None = None
    qr_url: str | None = None
    charged: Rupiah | None = None
    fee: Rupiah | None = None
    expires_at: datetime | None = None
    instructions: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class NotCreated:
    """An explicit refusal. ``ours``: about our account, key or address, so every next one fails."""

    reason: str
    ours: bool


Creation = Created | NotCreated | Unknown


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a payment brought, in whole rupiah.

    ``amount``: what counts towards the invoice; ``kept``: what the gateway keeps of it, so that
    it owes us the rest; ``charged``: what the buyer paid. None: not told, or not readable.
    """

    their_id: str
    amount: Rupiah
    kept: Rupiah | None = None
    charged: Rupiah | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """Paid, in exactly the amount of the invoice. ``on_hold``: they settle it later (escrow)."""

    receipt: Receipt
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class PaidOtherwise:
    """They say paid, and another amount than was asked: a person looks, no order moves."""

    receipt: Receipt
    detail: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not paid, and still payable."""


@dataclass(frozen=True, slots=True)
class Expired:
    """Not paid in time."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Ended unpaid: cancelled, failed, an error. ``reason``: their word for it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refunded:
    """It was paid, and they gave the money back: news for an operator."""


State = Paid | PaidOtherwise | Waiting | Expired | Failed | Refunded | Unknown


class Claim(StrEnum):
    """What a callback or a list says of a payment; worth a question, never money."""

    PAID = "paid"
    WAITING = "waiting"
    EXPIRED = "expired"
    FAILED = "failed"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Hint:
    """Which payment to ask about. Both None: it names none that we could know."""

    reference: str | None
    their_id: str | None
    claim: Claim = Claim.UNKNOWN
    session_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A payment as their list has it: worth a question and a comparison, never money.

    ``amount``: what counts towards the invoice; ``fee``: what they keep of it; ``charged``: what
    the buyer paid; ``net``: what they owe us of it, whoever pays the fee. Whole rupiah, times UTC;
    None: not told, or not readable.
    """

    their_id: str
    reference: str | None
    claim: Claim = Claim.UNKNOWN
    session_id: str | None = None
    amount: Rupiah | None = None
    fee: Rupiah | None = None
    charged: Rupiah | None = None
    net: Rupiah | None = None
    created_at: datetime | None = None
    paid_at: datetime | None = None

    def worth(self, fee_on: FeeOn) -> tuple[Rupiah | None, Rupiah | None]:
        """Amount and fee, where we told the gateway who pays the fee: a fee that the buyer pays
        is nothing that they keep of ours."""
        return (self.net, ZERO) if fee_on is FeeOn.BUYER else (self.amount, self.fee)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page, and whether another follows. ``unreadable``: how many rows named nothing."""

    rows: tuple[Listed, ...]
    more: bool
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Fee:
    """A flat part in whole rupiah and a part of the amount in 1/100 of a percent."""

    flat: Rupiah = ZERO
    basis_points: int = 0
    least: Rupiah | None = None
    most: Rupiah | None = None

    def of(self, amount: Rupiah) -> Rupiah:
        """The fee for this amount, a fraction lifted to the next rupiah: an estimate to show."""
        fee = self.flat + amount.share(self.basis_points, round_up=True)
        if self.least is not None:
            fee = max(fee, self.least)
        return fee if self.most is None else min(fee, self.most)


class Channel(NamedTuple):
    """One way to pay. ``least`` and ``most`` None: no limit told, or none.

    ``fee``: the gateway's in all; ``buyer_fee``: the part that its settings put on the buyer.
    """

    code: str
    name: str
    group: str
    fee: Fee
    buyer_fee: Fee
    least: Rupiah | None
    most: Rupiah | None
    open: bool

    def takes(self, amount: Rupiah) -> bool:
        """Whether this amount may be paid by it, as far as the list says."""
        return (
            self.open
            and (self.least is None or amount >= self.least)
            and (self.most is None or amount <= self.most)
        )


@dataclass(frozen=True, slots=True)
class ChannelList:
    """All channels, and the rows that could not be read (named, never silently dropped)."""

    channels: tuple[Channel, ...]
    unreadable: tuple[str, ...] = ()


class NotAskable(Refused):
    """The gateway demands something that this payment lacks: a channel, an e-mail address."""

    code = "payment_not_askable"
    message = "Data pembayaran belum lengkap"
