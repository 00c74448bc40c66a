"""OkeConnect: a GET buys, and the same address with ``check=1`` asks what became of it.

What a sentence of theirs is worth stands in ``okeconnect_grammar``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, unquote

from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Outcome, Unknown
from konter.kernel.wire_types import WireAnswer, WireCall, WireRequest
from konter.upstreams.contract import (
    Doubt,
    News,
    NotGenuine,
    NotJoinable,
    PriceList,
    ProviderTraits,
    Purchase,
)
from konter.upstreams.proofs import equal_text
from konter.upstreams.providers.okeconnect_get import Login, refusal, told, words_of
from konter.upstreams.providers.okeconnect_grammar import balance_of, judge
from konter.upstreams.providers.okeconnect_prices import read_list
from konter.upstreams.providers.okeconnect_rows import OPEN_AMOUNTS, OPEN_CODES


@dataclass(frozen=True, slots=True)
class OkeconnectSettings:
    """One member at OkeConnect; ``password`` is the one for H2H transactions, not of the website.

    ``callback_secret`` stands in the callback's address, as its last part or as ``secret=``;
    without one every callback is taken for a hint, which it is anyway. Times in seconds.
    ``absence_proves_s``: how long the status call must know of no sale to prove that there was
    none; None: it never does. ``open_fee``: least whole rupiah that an open denomination is taken
    to cost beside its amount, whatever the list says: it has listed 50 and charged 171.
    """

    member_id: str
    pin: str = field(repr=False)
    password: str = field(repr=False)
    base_url: str = "https://h2h.okeconnect.com"
    price_list_url: str = "https://okeconnect.com/harga/json?id=905ccd028329b0a"
    callback_secret: str | None = field(default=None, repr=False)
    account: str = "okeconnect-main"
    purchase_timeout_s: float = 60.0
    enquiry_timeout_s: float = 30.0
    price_list_timeout_s: float = 60.0
    balance_timeout_s: float = 30.0
    repost_gap_s: float = 60.0
    status_horizon_hours: float = 23.0
    absence_proves_s: float | None = None
    price_list_gap_s: float = 300.0
    check_timeout_s: float = 30.0
    open_fee: int = 200


class Okeconnect:
    """The prepaid side of OkeConnect; implements ``contract.Provider``."""

    def __init__(self, settings: OkeconnectSettings) -> None:
        self._settings = settings
        self._login = Login(settings.member_id, settings.pin, settings.password, settings.base_url)
        self.account: str = settings.account
        self.traits: ProviderTraits = _traits(settings)

    def purchase(self, ask: Purchase) -> WireRequest:
        """The same address for the same ask. It has no price limit; OkeConnect knows none.

        Raises AmountNotSold for an open denomination outside what OkeConnect takes.
        """
        timeout_s = self._settings.purchase_timeout_s
        return self._login.get("/trx", _asked(ask), timeout_s, buys=True)

    def enquiry(self, ask: Purchase) -> WireRequest:
        """The purchase's address and ``check=1``, which buys nothing. Raises AmountNotSold."""
        timeout_s = self._settings.enquiry_timeout_s
        return self._login.get("/trx", {**_asked(ask), "check": "1"}, timeout_s)

    def read(self, ask: Purchase, answer: WireAnswer) -> Outcome:
        """Never raises."""
        line = told(answer)
        return line if isinstance(line, Unknown) else judge(ask, line)

    def prove(self, call: WireCall) -> None:
        """OkeConnect signs nothing. With a secret configured the address must carry it.

        Raises NotGenuine. What passes is no more than a hint: the status call tells.
        """
        secret = self._settings.callback_secret
        if secret is None:
            return
        given = parse_qs(call.query, keep_blank_values=True).get("secret", [])
        given = [*given, unquote(call.path.rstrip("/").rpartition("/")[2])]
        if not secret or not any([equal_text(text, secret) for text in given]):
            raise NotGenuine(cause="the callback's address does not carry the secret")

    def read_callback(self, call: WireCall) -> News:
        """The reference it names, and no verdict: anybody could have written the message.

        The parameters stand in the query, or in the body where only that was kept. Never raises.
        """
        fields = parse_qs(call.query or call.body.decode("ascii", "replace"))
        named = fields.get("refid", [])
        reference = named[0].strip() if len(named) == 1 else ""
        if not reference or len(reference) > 200 or not reference.isprintable():
            return News(None, Unknown("a callback without a readable refid"))
        return News(reference, None)

    def balance(self) -> WireRequest:
        return self._login.get("/trx/balance", {}, self._settings.balance_timeout_s)

    def read_balance(self, answer: WireAnswer) -> Rupiah:
        """Our deposit. Raises UpstreamRefused."""
        line = words_of(answer.body)
        found = balance_of(line) if answer.status == 200 else None
        if found is None:
            raise refusal(answer, line)
        return found

    def price_list(self) -> WireRequest:
        """From another host, without PIN and password."""
        return WireRequest(
            method="GET",
            url=self._settings.price_list_url,
            headers={"Accept": "application/json"},
            timeout_s=self._settings.price_list_timeout_s,
        )

    def read_price_list(self, answer: WireAnswer) -> PriceList:
        """Raises UpstreamRefused: what is no list is never an empty one."""
        if answer.status != 200:
            raise refusal(answer, "")
        try:
            return read_list(answer.body, open_fee=self._settings.open_fee)
        except (ValueError, RecursionError) as error:
            raise refusal(answer, "") from error

    def join(self, parts: tuple[str, ...], brand: str) -> str:
        """User id and zone without anything between, both digits. Raises NotJoinable.

        How a server with a name is written is not known.
        """
        given = [part for part in parts if part]
        if len(given) == 1:
            return given[0]
        if len(given) == 2 and all(part.isascii() and part.isdigit() for part in given):
            return "".join(given)
        raise NotJoinable(brand=brand, parts=len(given))


class AmountNotSold(Refused):
    """An open denomination is sold from Rp 10.000 to Rp 10.000.000, and never without an amount."""

    code = "amount_not_sold"
    message = "Nominal harus antara Rp 10.000 dan Rp 10.000.000"


def _asked(ask: Purchase) -> dict[str, str]:
    about = {"product": ask.sku, "dest": ask.customer_no, "refID": ask.reference}
    if ask.amount is None and not ask.sku.startswith(OPEN_CODES):
        return about
    if ask.amount is None or not OPEN_AMOUNTS.fits(ask.amount.amount):
        raise AmountNotSold(sku=ask.sku)
    return {**about, "qty": str(ask.amount.amount)}


def _traits(settings: OkeconnectSettings) -> ProviderTraits:
    """The status call looks through about one day, so absence is no proof by itself, and nothing is
    asked when that day is over."""
    proves_s = settings.absence_proves_s
    return ProviderTraits(
        code="okeconnect",
        doubt=Doubt.STATUS_CALL,
        call_timeouts_s={
            "purchase": max(settings.purchase_timeout_s, settings.enquiry_timeout_s),
            "balance": settings.balance_timeout_s,
            "price_list": settings.price_list_timeout_s,
        },
        repost_gap=timedelta(seconds=settings.repost_gap_s),
        repost_horizon=timedelta(hours=settings.status_horizon_hours),
        absence_proves_after=None if proves_s is None else timedelta(seconds=proves_s),
        price_list_gap=timedelta(seconds=settings.price_list_gap_s),
        amounts=OPEN_AMOUNTS,
    )
