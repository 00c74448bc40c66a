"""Digiflazz: one call buys, and the very same call again asks what became of it.

Every call is a POST with a JSON body that carries its own signature; every answer is wrapped in
``data``. An answer's HTTP status says little: refusals come as 400 and as 200.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final

import msgspec

from konter.kernel.errors import UnreadableAmount
from konter.kernel.money import Rupiah, rupiah_from_wire
from konter.kernel.outcome import Delivered, Outcome, Unknown
from konter.kernel.wire_types import WireAnswer, WireCall, WireRequest
from konter.upstreams.contract import (
    Doubt,
    News,
    NotJoinable,
    PriceList,
    ProviderTraits,
    Purchase,
)
from konter.upstreams.proofs import prove_hmac
from konter.upstreams.providers.digiflazz_post import Login, refusal
from konter.upstreams.providers.digiflazz_prices import read_list
from konter.upstreams.providers.digiflazz_words import (
    is_mere_check,
    is_ping,
    judge_heard,
    judge_news,
    read_words,
    words_about,
)


@dataclass(frozen=True, slots=True)
class DigiflazzSettings:
    """One login at Digiflazz. A key that starts with ``dev-`` only ever sends tests.

    Without ``webhook_secret`` no webhook is believed. Times in seconds unless named otherwise.
    """

    username: str
    api_key: str = field(repr=False)
    base_url: str = "https://api.digiflazz.com/v1"
    webhook_secret: str | None = field(default=None, repr=False)
    account: str = "digiflazz-main"
    purchase_timeout_s: float = 60.0
    price_list_timeout_s: float = 60.0
    balance_timeout_s: float = 30.0
    check_timeout_s: float = 30.0
    repost_gap_s: float = 60.0
    repost_horizon_days: int = 85
    price_list_gap_s: float = 300.0


class Digiflazz:
    """The prepaid side of Digiflazz for buyers; implements ``contract.Provider``."""

    def __init__(self, settings: DigiflazzSettings) -> None:
        self._settings = settings
        self._login = Login(settings.username, settings.api_key, settings.base_url)
        self.account: str = settings.account
        self.traits: ProviderTraits = traits_of(settings)

    def purchase(self, ask: Purchase) -> WireRequest:
        """The same bytes for the same ask, every time: a re-post must not look like another."""
        body: dict[str, str | int | bool] = {
            "buyer_sku_code": ask.sku,
            "customer_no": ask.customer_no,
            "ref_id": ask.reference,
            "max_price": ask.max_price.amount,
        }
        if self._login.is_testing:
            body["testing"] = True
        if "." in ask.customer_no:
            body["allow_dot"] = True
        timeout_s = self._settings.purchase_timeout_s
        return self._login.post("/transaction", body, ask.reference, timeout_s, buys=True)

    def enquiry(self, ask: Purchase) -> WireRequest:
        """There is no other way to ask than to post the purchase again."""
        return self.purchase(ask)

    def read(self, ask: Purchase, answer: WireAnswer) -> Outcome:
        """Never raises. ``ask.first`` decides how far a refusal without a record is believed."""
        words = words_about(ask, answer)
        if isinstance(words, Unknown):
            return words
        return judge_heard(words, answer, first=ask.first)

    def prove(self, call: WireCall) -> None:
        """HMAC-SHA1 over the raw body. Raises NotGenuine."""
        given = call.headers.get("x-hub-signature")
        secret = self._settings.webhook_secret
        prove_hmac(call.body, given, secret=secret, digest="sha1", prefix="sha1=")

    def read_callback(self, call: WireCall) -> News:
        """Create, update and whatever else the event header calls it are read alike.

        Never raises. A ping says nothing; its body holds the webhook's secret, so do not keep it.
        What may be about a bill's check alone has no outcome: the status call tells.
        """
        words = read_words(call.body)
        if words is None:
            unread = Unknown("not a webhook in JSON about a transaction")
            return News(None, None) if is_ping(call.body) else News(None, unread)
        if type(words.ref_id) is not str or not words.ref_id.isprintable() or not words.ref_id:
            return News(None, Unknown("a webhook without a readable ref_id"))
        outcome: Outcome | None = judge_news(words)
        if isinstance(outcome, Delivered) and is_mere_check(words):
            outcome = None
        return News(
            reference=words.ref_id,
            outcome=outcome,
            sku=words.buyer_sku_code if type(words.buyer_sku_code) is str else None,
            customer_no=words.customer_no if type(words.customer_no) is str else None,
        )

    def balance(self) -> WireRequest:
        timeout_s = self._settings.balance_timeout_s
        return self._login.post("/cek-saldo", {"cmd": "deposit"}, "depo", timeout_s)

    def read_balance(self, answer: WireAnswer) -> Rupiah:
        """Our deposit, a fraction of a rupiah dropped. Raises UpstreamRefused."""
        try:
            told = msgspec.json.decode(answer.body, type=_Balance).data
            whole = Decimal(str(told.deposit)).to_integral_value(ROUND_FLOOR)
            return rupiah_from_wire(whole)
        except (ValueError, RecursionError, ArithmeticError, UnreadableAmount) as error:
            raise refusal(answer) from error

    def price_list(self) -> WireRequest:
        timeout_s = self._settings.price_list_timeout_s
        return self._login.post("/price-list", {"cmd": "prepaid"}, "pricelist", timeout_s)

    def read_price_list(self, answer: WireAnswer) -> PriceList:
        """Raises UpstreamRefused: a refusal comes as an object where the list would stand."""
        try:
            return read_list(answer.body)
        except (ValueError, RecursionError) as error:
            raise refusal(answer) from error

    def join(self, parts: tuple[str, ...], brand: str) -> str:
        """One part as it is; several as this brand's sellers want them. Raises NotJoinable."""
        given = [part for part in parts if part]
        if len(given) == 1:
            return given[0]
        separator = _separator(brand)
        if separator is None or not given:
            raise NotJoinable(brand=brand, parts=len(given))
        return separator.join(given)


_SEPARATORS: Final = {
    "mobilelegends": "",
    "genshinimpact": "|",
    "honkaistarrail": "|",
    "zenlesszonezero": "|",
    "dragonnestm": "|",
    "heroesevolved": ",",
    "nbainfinite": ",",
}
"""How sellers want user id and server, by the start of the brand's name in letters and digits."""


def _separator(brand: str) -> str | None:
    name = "".join(letter for letter in brand.casefold() if letter.isalnum())
    return next((mark for start, mark in _SEPARATORS.items() if name.startswith(start)), None)


def traits_of(settings: DigiflazzSettings) -> ProviderTraits:
    """Of the prepaid side. Absence proves nothing: asking creates the purchase that was absent."""
    return ProviderTraits(
        code="digiflazz",
        doubt=Doubt.REPOST,
        call_timeouts_s={
            "purchase": settings.purchase_timeout_s,
            "balance": settings.balance_timeout_s,
            "price_list": settings.price_list_timeout_s,
        },
        repost_gap=timedelta(seconds=settings.repost_gap_s),
        repost_horizon=timedelta(days=settings.repost_horizon_days),
        absence_proves_after=None,
        price_list_gap=timedelta(seconds=settings.price_list_gap_s),
    )


class _Deposit(msgspec.Struct):
    deposit: Any


class _Balance(msgspec.Struct):
    data: _Deposit
