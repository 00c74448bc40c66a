"""The adapter contract for postpaid bills: ask what somebody owes, then pay exactly that.

Paying is a purchase like any other, so a biller is a Provider's younger sibling: ``purchase`` pays,
``enquiry`` asks what became of the payment and never pays. It shares its account with the Provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Outcome
from konter.kernel.wire_types import WireAnswer, WireRequest
from konter.upstreams.contract import ProviderTraits, Purchase


@dataclass(frozen=True, slots=True)
class BillQuestion:
    """One check. ``amount``: what the customer chose (e-money); ``year``: of a land tax.

    ``first``: what is heard answers the check itself, not a question about it. ``sent_at``: when
    the check left (UTC), for an upstream that names it by its time; None: not known.
    """

    reference: str
    sku: str
    customer_no: str
    amount: Rupiah | None = None
    year: int | None = None
    first: bool = True
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BillFound:
    """What somebody owes. All in whole rupiah: ``selling_price`` is what the customer pays there,
    ``admin`` the part of it that is their fee, ``cost`` what our deposit pays.

    ``periods``: ``YYYY-MM`` each, in order; empty where the product has none. ``due_date``:
    ``YYYY-MM-DD`` or None. ``details``: the upstream's product-specific part, whole.
    """

    customer_name: str
    selling_price: Rupiah
    admin: Rupiah
    cost: Rupiah
    periods: tuple[str, ...]
    due_date: str | None
    details: Mapping[str, object]
    message: str = ""


class BillProblem(StrEnum):
    """Why there is no bill to pay."""

    NOT_FOUND = "not_found"
    ALREADY_PAID = "already_paid"
    NUMBER = "number"
    OFFER = "offer"
    """This product cannot be checked now: closed, disturbed, cut off."""
    SUPPLIER = "supplier"
    """A fault between us and the upstream: our key, our address, our account."""


@dataclass(frozen=True, slots=True)
class NoBill:
    """A verified answer that there is nothing to pay under this number here and now.

    ``why``: whose matter it is. ``code``: theirs.
    """

    why: BillProblem
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class CheckUnclear:
    """Silence, a proxy's page, surprises: worth another try under a fresh reference."""

    detail: str


@dataclass(frozen=True, slots=True)
class CheckUnderway:
    """They look it up, under the check's reference. ``again`` asks what came of it; it begins no
    other check, and its answer is read as one that is not ``first``."""

    detail: str
    again: WireRequest = field(repr=False)


Checked = BillFound | NoBill | CheckUnderway | CheckUnclear


class BillItem(NamedTuple):
    """One kind of bill as the upstream lists it. ``admin``: their fee on each bill, ``commission``:
    what we keep of it; whole rupiah."""

    sku: str
    name: str
    brand: str
    seller: str
    admin: Rupiah
    commission: Rupiah
    buyer_open: bool
    seller_open: bool
    description: str


@dataclass(frozen=True, slots=True)
class BillList:
    """A whole list, and the rows that could not be read (named, never silently dropped)."""

    items: tuple[BillItem, ...]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meter:
    """Whose electricity meter it is, as PLN knows it."""

    customer_no: str
    meter_no: str
    subscriber_id: str
    name: str
    segment_power: str


@dataclass(frozen=True, slots=True)
class NoMeter:
    """A verified answer that nobody's meter has this number. ``code``: theirs."""

    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class MeterLimited:
    """Too many questions about meters: ask again later, and not at once."""

    reason: str


@dataclass(frozen=True, slots=True)
class MeterUnclear:
    """Silence, a refusal of the question itself, surprises: nothing is known of the number."""

    detail: str


MeterTold = Meter | NoMeter | MeterLimited | MeterUnclear


class MeterReader(Protocol):
    """How to ask one upstream whose electricity meter it is. Pure, as Provider is."""

    @property
    def account(self) -> str: ...

    def meter(self, customer_no: str) -> WireRequest: ...

    def read_meter(self, customer_no: str, answer: WireAnswer) -> MeterTold:
        """Never raises; MeterUnclear by default."""
        ...


class Biller(Protocol):
    """How to speak to one upstream about bills. Pure, as Provider is."""

    @property
    def account(self) -> str: ...

    @property
    def traits(self) -> ProviderTraits:
        """``call_timeouts_s`` also names ``check``. ``doubt`` is never REPOST."""
        ...

    @property
    def pays_under_check_reference(self) -> bool:
        """Whether the payment must carry the reference of the check that succeeded."""
        ...

    @property
    def pays_once_a_day(self) -> bool:
        """Whether a second payment of one SKU for one number on one day (WIB) is refused there,
        whatever bill it is for."""
        ...

    def check(self, ask: BillQuestion) -> WireRequest:
        """Ask what is owed; each check has a reference of its own."""
        ...

    def read_check(self, ask: BillQuestion, answer: WireAnswer) -> Checked:
        """Never raises; CheckUnclear by default. A found bill is not a paid one."""
        ...

    def purchase(self, ask: Purchase) -> WireRequest:
        """Pay. ``ask.reference`` is the check's where ``pays_under_check_reference``."""
        ...

    def enquiry(self, ask: Purchase) -> WireRequest:
        """Ask what became of the payment; pays nothing."""
        ...

    def read(self, ask: Purchase, answer: WireAnswer) -> Outcome:
        """Never raises; Unknown by default."""
        ...

    def payment_problem(self, code: str) -> BillProblem | None:
        """What a refusal of a payment under their ``code`` is about; None: nothing that whoever
        pays could mend."""
        ...

    def bill_list(self) -> WireRequest: ...

    def read_bill_list(self, answer: WireAnswer) -> BillList:
        """Raises UpstreamRefused."""
        ...
