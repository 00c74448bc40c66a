"""Tripay, closed payments: one channel, one amount, one code to pay to.

Creation is signed with the private key; a callback is proved over its raw bytes with the same
key, and its payment is asked for all the same before anything is credited.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireAnswer, WireCall, WireRequest
from konter.upstreams.gateway_contract import (
    Channel,
    ChannelList,
    Creation,
    Fee,
    GatewayTraits,
    Hint,
    HistoryPage,
    Invoice,
    NotAskable,
    Question,
    State,
    Trust,
)
from konter.upstreams.gateways.tripay_words import (
    claim_of,
    judge_callback,
    judge_created,
    judge_state,
    listed_of,
    page_of,
    payment_news,
    rows_of,
)
from konter.upstreams.proofs import prove_hmac
from konter.upstreams.strangers import (
    Fields,
    basis_points_of,
    integer_of,
    name_of,
    rupiah_of,
    text_of,
)

SANDBOX: Final = "https://tripay.co.id/api-sandbox"
PRODUCTION: Final = "https://tripay.co.id/api"

LONGEST_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class TripaySettings:
    """One merchant. ``base_url`` None: the sandbox for a key that begins with ``DEV-``, else the
    real one. Times in seconds."""

    api_key: str = field(repr=False)
    private_key: str = field(repr=False)
    merchant_code: str
    base_url: str | None = None
    account: str = "tripay"
    create_timeout_s: float = 30.0
    state_timeout_s: float = 30.0
    list_timeout_s: float = 30.0


class Tripay:
    """Tripay's closed payments; implements ``gateway_contract.Gateway``."""

    def __init__(self, settings: TripaySettings) -> None:
        self._settings = settings
        by_key = SANDBOX if settings.api_key.startswith("DEV-") else PRODUCTION
        self._base_url = (settings.base_url or by_key).rstrip("/")
        self.account: str = settings.account
        self.traits: GatewayTraits = GatewayTraits(
            code="tripay",
            call_timeouts_s={
                "create": settings.create_timeout_s,
                "state": settings.state_timeout_s,
                "list": settings.list_timeout_s,
            },
            trust=Trust.PROVED,
            callback_reply=b'{"success":true}',
            shop_chooses_fee=False,
            needs_channel=True,
        )
        self.history: TripayHistory = TripayHistory(self._get_list)
        self.purse: None = None

    def create(self, ask: Invoice, at: datetime) -> WireRequest:
        """Needs a channel, the buyer's name and e-mail address. Raises NotAskable."""
        given = {"channel": ask.channel, "name": ask.buyer.name, "email": ask.buyer.email}
        if missing := [name for name, value in given.items() if not (value or "").strip()]:
            raise NotAskable(missing=", ".join(missing))
        settings = self._settings
        signature = sign(settings.private_key, settings.merchant_code, ask.reference, ask.amount)
        body = {
            "method": ask.channel,
            "merchant_ref": ask.reference,
            "amount": ask.amount.amount,
            "customer_name": ask.buyer.name.strip()[:100],
            "customer_email": (ask.buyer.email or "").strip(),
            "order_items": [{"name": ask.title, "price": ask.amount.amount, "quantity": 1}],
            "callback_url": ask.callback_url,
            "return_url": ask.return_url,
            "expired_time": int((at + ask.lasts).timestamp()),
            "signature": signature,
        }
        if ask.buyer.phone:
            body["customer_phone"] = ask.buyer.phone.strip()
        return WireRequest(
            method="POST",
            url=f"{self._base_url}/transaction/create",
            headers={**self._headers(), "Content-Type": "application/json"},
            body=msgspec.json.encode(body),
            timeout_s=settings.create_timeout_s,
            purchase_capable=True,
            secrets=(settings.api_key, settings.private_key, signature),
        )

    def read_created(self, ask: Invoice, answer: WireAnswer) -> Creation:
        return judge_created(ask, answer)

    def ask_state(self, ask: Question, at: datetime) -> WireRequest:
        query = {"reference": ask.their_id}
        return self._get("/transaction/detail", query, self._settings.state_timeout_s)

    def read_state(self, ask: Question, answer: WireAnswer) -> State:
        return judge_state(ask, answer)

    def channels(self, at: datetime) -> WireRequest:
        return self._get_list("/merchant/payment-channel", {})

    def read_channels(self, answer: WireAnswer) -> ChannelList:
        """Raises UpstreamRefused."""
        found: list[Channel] = []
        unreadable: list[str] = []
        for place, row in enumerate(rows_of(answer)):
            channel = _channel(row) if isinstance(row, dict) else None
            if channel is None:
                unreadable.append(f"row {place}")
            else:
                found.append(channel)
        return ChannelList(tuple(found), tuple(unreadable))

    def fees(self, amount: Rupiah, channel: str) -> WireRequest:
        """Ask their calculator what one amount costs by one channel."""
        query = {"amount": str(amount.amount), "code": channel}
        return self._get_list("/merchant/fee-calculator", query)

    def read_fees(self, channel: str, answer: WireAnswer) -> tuple[Rupiah, Rupiah] | None:
        """The shop's part and the buyer's, whole rupiah; None: it names no such channel or no
        readable fee. Raises UpstreamRefused."""
        for row in rows_of(answer):
            if isinstance(row, dict) and row.get("code") == channel:
                parts = row.get("total_fee")
                fees = parts if isinstance(parts, dict) else {}
                shop, buyer = rupiah_of(fees.get("merchant")), rupiah_of(fees.get("customer"))
                return None if shop is None or buyer is None else (shop, buyer)
        return None

    def prove(self, call: WireCall) -> None:
        """HMAC-SHA256 over the raw body. Raises NotGenuine."""
        given = call.headers.get("x-callback-signature")
        prove_hmac(call.body, given, secret=self._settings.private_key, digest="sha256")

    def read_callback(self, call: WireCall) -> Hint:
        """Never raises. Other events, and payments without an amount of ours, name nothing."""
        fields = payment_news(call)
        if fields is None:
            return Hint(None, None)
        return Hint(
            reference=name_of(fields.get("merchant_ref")),
            their_id=name_of(fields.get("reference")),
            claim=claim_of(fields.get("status")),
        )

    def judge_callback(self, ask: Question, call: WireCall) -> State:
        """The key is a secret, so what is proved is theirs; amounts are compared all the same."""
        return judge_callback(ask, call)

    def _get_list(self, path: str, query: dict[str, str]) -> WireRequest:
        return self._get(path, query, self._settings.list_timeout_s)

    def _get(self, path: str, query: dict[str, str], timeout_s: float) -> WireRequest:
        return WireRequest(
            method="GET",
            url=self._base_url + path + (f"?{urlencode(query)}" if query else ""),
            headers=self._headers(),
            timeout_s=timeout_s,
            secrets=(self._settings.api_key, self._settings.private_key),
        )

    def _headers(self) -> dict[str, str]:
        bearer = f"Bearer {self._settings.api_key}"
        return {"Authorization": bearer, "Accept": "application/json"}


class TripayHistory:
    """Their list of transactions, which knows no days; implements ``History``."""

    def __init__(self, get: Callable[[str, dict[str, str]], WireRequest]) -> None:
        self._get = get

    def ask(
        self, page: int, since: datetime, at: datetime, *, until: datetime | None = None
    ) -> WireRequest:
        query = {"page": str(page), "per_page": str(LONGEST_PAGE), "sort": "desc"}
        return self._get("/merchant/transactions", query)

    def read(self, answer: WireAnswer) -> HistoryPage:
        """Raises UpstreamRefused."""
        listed, pages = page_of(answer)
        rows = [found for row in listed if (found := listed_of(row))]
        page, last = integer_of(pages.get("current_page")), integer_of(pages.get("last_page"))
        return HistoryPage(
            rows=tuple(rows),
            more=page is not None and last is not None and page < last,
            unreadable=len(listed) - len(rows),
        )


def sign(private_key: str, merchant_code: str, reference: str, amount: Rupiah) -> str:
    """Lower-case hex HMAC-SHA256 over the three, joined; the amount as plain digits."""
    text = f"{merchant_code}{reference}{amount.amount}"
    return hmac.new(private_key.encode(), text.encode(), "sha256").hexdigest()


def _channel(row: Fields) -> Channel | None:
    """None where a fee cannot be read: a wrong one would be shown to a buyer."""
    code = name_of(row.get("code"))
    least_fee, most_fee = rupiah_of(row.get("minimum_fee")), rupiah_of(row.get("maximum_fee"))
    fee = _fee(row.get("total_fee"), least_fee, most_fee)
    buyer_fee = _fee(row.get("fee_customer"), None, None)
    if code is None or fee is None or buyer_fee is None:
        return None
    return Channel(
        code=code,
        name=text_of(row.get("name"), 100) or code,
        group=text_of(row.get("group"), 100) or "",
        fee=fee,
        buyer_fee=buyer_fee,
        least=_limit(rupiah_of(row.get("minimum_amount"))),
        most=_limit(rupiah_of(row.get("maximum_amount"))),
        open=row.get("active") is True,
    )


def _fee(listed: Any, least: Rupiah | None, most: Rupiah | None) -> Fee | None:
    parts = listed if isinstance(listed, dict) else {}
    flat, points = rupiah_of(parts.get("flat")), basis_points_of(parts.get("percent"))
    if flat is None or points is None:
        return None
    return Fee(flat, points, _limit(least), _limit(most))


def _limit(amount: Rupiah | None) -> Rupiah | None:
    """Nothing and zero both say that there is no limit."""
    return amount if amount is not None and amount.amount > 0 else None
