"""iPaymu, API v2: a page where the buyer chooses how to pay, or a number to pay to at once.

The page's creation tells no transaction id: it comes with the first callback, or is found in the
history. Every call carries a signature over its body, which must be exactly the bytes sent.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec

from konter.kernel.clock import WIB
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireAnswer, WireCall, WireRequest
from konter.upstreams.gateway_contract import (
    ChannelList,
    Creation,
    FeeOn,
    GatewayTraits,
    Hint,
    Invoice,
    NotAskable,
    Question,
    State,
    Trust,
)
from konter.upstreams.gateways.ipaymu_callbacks import prove_callback, read_hint
from konter.upstreams.gateways.ipaymu_lists import IpaymuHistory, IpaymuPurse, list_channels
from konter.upstreams.gateways.ipaymu_words import judge_created, judge_state, method_and_code
from konter.upstreams.strangers import plain_ascii

SANDBOX: Final = "https://sandbox.ipaymu.com/api/v2"
PRODUCTION: Final = "https://my.ipaymu.com/api/v2"


@dataclass(frozen=True, slots=True)
class IpaymuSettings:
    """One account. The VA number is no secret, but it is the key of callbacks, so it is kept out
    of transcripts. Times in seconds."""

    va: str = field(repr=False)
    api_key: str = field(repr=False)
    base_url: str = SANDBOX
    account: str = "ipaymu"
    create_timeout_s: float = 30.0
    state_timeout_s: float = 30.0
    list_timeout_s: float = 30.0


class Ipaymu:
    """iPaymu, redirect and direct payments; implements ``gateway_contract.Gateway``."""

    def __init__(self, settings: IpaymuSettings) -> None:
        self._settings = settings
        self._base_url = settings.base_url.rstrip("/")
        self.account: str = settings.account
        self.traits: GatewayTraits = GatewayTraits(
            code="ipaymu",
            call_timeouts_s={
                "create": settings.create_timeout_s,
                "state": settings.state_timeout_s,
                "list": settings.list_timeout_s,
            },
            trust=Trust.HINT,
            callback_reply=b'{"status":"success"}',
            shop_chooses_fee=True,
            needs_channel=False,
        )
        self.history: IpaymuHistory = IpaymuHistory(self._post_list)
        self.purse: IpaymuPurse = IpaymuPurse(self._post_list, settings.va)

    def create(self, ask: Invoice, at: datetime) -> WireRequest:
        """Without a channel a page to choose on, or with a method alone (``qris``) one where it is
        chosen; a whole channel (``va.bca``) is paid at once, which needs the buyer's name, phone
        and e-mail address. Raises NotAskable."""
        method, code = method_and_code(ask)
        path = "/payment" if code is None else "/payment/direct"
        body = _page_body(ask, method) if code is None else _direct_body(ask, method, code)
        return self._post(path, body, at, self._settings.create_timeout_s, creates=True)

    def read_created(self, ask: Invoice, answer: WireAnswer) -> Creation:
        return judge_created(ask, answer)

    def ask_state(self, ask: Question, at: datetime) -> WireRequest:
        body = {"transactionId": ask.their_id}
        return self._post("/transaction", body, at, self._settings.state_timeout_s)

    def read_state(self, ask: Question, answer: WireAnswer) -> State:
        return judge_state(ask, answer)

    def channels(self, at: datetime) -> WireRequest:
        """A GET without parameters signs the empty object."""
        return self._request("GET", "/payment-channels", b"{}", at)

    def read_channels(self, answer: WireAnswer) -> ChannelList:
        """Fees as listed; the transaction's own is what counts. Raises UpstreamRefused."""
        return list_channels(answer)

    def prove(self, call: WireCall) -> None:
        """The key is known to many, so a proof is worth little. Raises NotGenuine."""
        prove_callback(call, va=self._settings.va)

    def read_callback(self, call: WireCall) -> Hint:
        return read_hint(call)

    def judge_callback(self, ask: Question, call: WireCall) -> State:
        return Unknown("a hint only: anybody may know the key")

    def _post(
        self,
        path: str,
        body: dict[str, Any],
        at: datetime,
        timeout_s: float,
        *,
        creates: bool = False,
    ) -> WireRequest:
        """A signed POST. Nothing empty is sent: they answer 401 to a null, as to a wrong key."""
        said = {name: value for name, value in body.items() if value not in (None, "")}
        signed = msgspec.json.encode(said)
        return self._request(
            "POST", path, signed, at, timeout_s=timeout_s, purchase_capable=creates
        )

    def _post_list(self, path: str, body: dict[str, Any], at: datetime) -> WireRequest:
        return self._post(path, body, at, self._settings.list_timeout_s)

    def _request(
        self,
        method: str,
        path: str,
        signed: bytes,
        at: datetime,
        *,
        timeout_s: float | None = None,
        purchase_capable: bool = False,
    ) -> WireRequest:
        va, api_key = self._settings.va, self._settings.api_key
        signature = sign(method, va, api_key, signed)
        return WireRequest(
            method=method,
            url=self._base_url + path,
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "va": va,
                "signature": signature,
                "timestamp": at.astimezone(WIB).strftime("%Y%m%d%H%M%S"),
            },
            body=signed if method == "POST" else b"",
            timeout_s=self._settings.list_timeout_s if timeout_s is None else timeout_s,
            purchase_capable=purchase_capable,
            secrets=(api_key, signature, va),
        )


def sign(method: str, va: str, api_key: str, body: bytes) -> str:
    """Lower-case hex HMAC-SHA256 over method, VA, the body's digest and the key itself."""
    text = f"{method}:{va}:{sha256(body).hexdigest()}:{api_key}"
    return hmac.new(api_key.encode(), text.encode(), "sha256").hexdigest()


def _page_body(ask: Invoice, method: str) -> dict[str, Any]:
    return {
        "product": [_title(ask)],
        "qty": [1],
        "price": [ask.amount.amount],
        "description": [_title(ask)],
        "returnUrl": ask.return_url,
        "cancelUrl": ask.cancel_url,
        "notifyUrl": ask.callback_url,
        "referenceId": ask.reference,
        "buyerName": plain_ascii(ask.buyer.name, 60),
        "buyerEmail": _email(ask),
        "buyerPhone": _phone(ask),
        "paymentMethod": method,
        **_terms(ask),
    }


def _direct_body(ask: Invoice, method: str, code: str) -> dict[str, Any]:
    who = {
        "name": plain_ascii(ask.buyer.name, 60),
        "phone": _phone(ask),
        "email": _email(ask),
    }
    missing = [name for name, value in who.items() if not value]
    if missing or not (method and code):
        raise NotAskable(missing=", ".join([*missing, *([] if method and code else ["channel"])]))
    return {
        **who,
        "amount": ask.amount.amount,
        "notifyUrl": ask.callback_url,
        "referenceId": ask.reference,
        "paymentMethod": method,
        "paymentChannel": code,
        "product": [_title(ask)],
        "qty": [1],
        "price": [ask.amount.amount],
        **_terms(ask),
    }


def _terms(ask: Invoice) -> dict[str, Any]:
    """Whole hours as they are; anything shorter in minutes."""
    minutes = max(1, int(ask.lasts.total_seconds() // 60))
    lasts: dict[str, Any] = {"expired": minutes // 60, "expiredType": "hours"}
    if minutes % 60:
        lasts = {"expired": minutes, "expiredType": "minutes"}
    return {**lasts, "feeDirection": "BUYER" if ask.fee_on is FeeOn.BUYER else "MERCHANT"}


def _title(ask: Invoice) -> str:
    return plain_ascii(ask.title, 100) or ask.reference


def _email(ask: Invoice) -> str | None:
    email = (ask.buyer.email or "").strip()
    return email if email.isascii() and email.isprintable() else None


def _phone(ask: Invoice) -> str:
    return "".join(sign for sign in ask.buyer.phone or "" if sign in "+0123456789")
