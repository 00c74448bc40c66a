"""The adapter contract: how to speak to one upstream. It fits on a card and knows no I/O.

An adapter is stateless: no clock, no database, no retries, no logging. It turns an ask into a
request, an answer into an Outcome, a callback into news. Its limits are declared as data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from konter.kernel.errors import KonterError, Refused
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Outcome
from konter.kernel.wire_types import WireAnswer, WireCall, WireRequest


class Doubt(StrEnum):
    """How an upstream lets us find out what became of a purchase."""

    REPOST = "repost"
    STATUS_CALL = "status_call"


class Amounts(NamedTuple):
    """What a buyer may choose of an open denomination, whole rupiah: from ``least`` to ``most``, in
    multiples of ``step``."""

    least: int
    most: int
    step: int = 1

    def fits(self, amount: int) -> bool:
        return self.least <= amount <= self.most and amount % self.step == 0


@dataclass(frozen=True, slots=True)
class ProviderTraits:
    """What an upstream can do and demands, declared, not discovered by exception."""

    code: str
    doubt: Doubt
    call_timeouts_s: Mapping[str, float]
    """Seconds by purpose: ``purchase``, ``balance``, ``price_list``."""
    repost_gap: timedelta
    """Least time between the end of one purchase-capable call and the start of the next."""
    repost_horizon: timedelta
    """After this age a re-post could become a new purchase: never send one."""
    absence_proves_after: timedelta | None
    """How long 'no record here' must be said, again and again on the day of the sale, to prove that
    nothing was bought; None: never, a person looks."""
    price_list_gap: timedelta
    amounts: Amounts | None = None
    """What may be asked of an open denomination; None: it sells none."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase as it was asked, and as it must be asked again, letter for letter.

    ``parts`` are the destination's parts in order (user id, zone); the adapter joins them.
    ``max_price``: refuse if the upstream's price is above it. ``first``: this is the attempt's
    first purchase call, so a refusal 'not formed' is proof that nothing was bought.
    ``sent_at``: when that first call may have left (UTC), for an upstream that names a sale by
    its time; None: not known. ``amount``: what the buyer chose of an open denomination.
    """

    reference: str
    sku: str
    customer_no: str
    max_price: Rupiah
    first: bool
    sent_at: datetime | None = None
    amount: Rupiah | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What a proved callback says. ``reference`` None: it names no purchase we could know."""

    reference: str | None
    outcome: Outcome | None
    sku: str | None = None
    customer_no: str | None = None

    @property
    def is_ping(self) -> bool:
        """Only a sign of life, and perhaps secrets: nothing of it is kept or acted on."""
        return self.reference is None and self.outcome is None


class PriceItem(NamedTuple):
    """One sellable thing as the upstream lists it; ten thousand come at once. ``stock`` None:
    unlimited.

    Cut-off times are minutes after midnight WIB, both None when there is none; the window may
    cross midnight. ``multi`` False: one sale of it to one number a day. ``amounts``: it is an open
    denomination, and its ``price`` a fee that comes on top of the chosen amount.
    """

    sku: str
    name: str
    category: str
    brand: str
    kind: str
    seller: str
    price: Rupiah
    buyer_open: bool
    seller_open: bool
    stock: int | None
    multi: bool
    cut_off_start: int | None
    cut_off_end: int | None
    description: str
    amounts: Amounts | None = None

    @property
    def open(self) -> bool:
        """Whether it can be bought now as far as the list says."""
        return self.buyer_open and self.seller_open and (self.stock is None or self.stock > 0)


@dataclass(frozen=True, slots=True)
class PriceList:
    """A whole list, and the rows that could not be read (named, never silently dropped).

    ``not_for_sale``: rows that were read well and are no prepaid goods (bills, inquiries, dummy
    prices). What became one of those is not sold on; what became unreadable keeps its standing.
    """

    items: tuple[PriceItem, ...]
    unreadable: tuple[str, ...] = ()
    not_for_sale: tuple[str, ...] = ()


class NotGenuine(KonterError):
    """A callback whose proof is missing or wrong."""

    code = "not_genuine"
    status = 401
    message = "Tanda tangan tidak sah"


class NotJoinable(Refused):
    """How an upstream writes several parts in one destination is not known; a guess would
    misdeliver."""

    code = "destination_not_joinable"
    message = "Format nomor tujuan untuk produk ini belum dikenal"


class UpstreamRefused(KonterError):
    """The upstream refused a question of ours (not a purchase): whose fault is in the text."""

    code = "upstream_refused"
    status = 502
    message = "Penyedia menolak permintaan kami"


class Provider(Protocol):
    """How to speak to one upstream that sells."""

    @property
    def account(self) -> str:
        """The supplier account's code, e.g. ``digiflazz-main``."""
        ...

    @property
    def traits(self) -> ProviderTraits: ...

    def join(self, parts: tuple[str, ...], brand: str) -> str:
        """The destination's parts as this upstream wants them in ``customer_no``."""
        ...

    def purchase(self, ask: Purchase) -> WireRequest: ...

    def enquiry(self, ask: Purchase) -> WireRequest:
        """How to ask what became of it. Where doubt is REPOST this is a purchase again."""
        ...

    def read(self, ask: Purchase, answer: WireAnswer) -> Outcome:
        """What an answer to ``purchase`` or ``enquiry`` means; never raises, Unknown by default."""
        ...

    def prove(self, call: WireCall) -> None:
        """Raise NotGenuine unless the callback is proved. There is no default."""
        ...

    def read_callback(self, call: WireCall) -> News: ...

    def balance(self) -> WireRequest: ...

    def read_balance(self, answer: WireAnswer) -> Rupiah:
        """Our deposit there. Raises UpstreamRefused."""
        ...

    def price_list(self) -> WireRequest: ...

    def read_price_list(self, answer: WireAnswer) -> PriceList:
        """Raises UpstreamRefused (rate limits, HTML, wrong shape)."""
        ...
