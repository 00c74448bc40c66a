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
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireAnswer, WireCall, WireRequest
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import (
    Channel,
    ChannelList,
    Claim,
    Creation,
    Fee,
    FeeOn,
    GatewayTraits,
    Hint,
    HistoryPage,
    Invoice,
    NotAskable,
    Question,
    State,
    Trust,
)
from konter.upstreams.gateways.ipaymu_callbacks import (
    CLAIMS,
    prove_callback,
    read_hint,
    transaction_id,
)
from konter.upstreams.gateways.ipaymu_words import (
    judge_created,
    judge_state,
    lowered,
    well_said,
)
from konter.upstreams.strangers import (
    basis_points_of,
    decimal_of,
    integer_of,
    name_of,
    plain_ascii,
    rupiah_of,
    text_of,
)

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
        self.history: IpaymuHistory = IpaymuHistory(self)
        self.purse: IpaymuPurse = IpaymuPurse(self)

    def create(self, ask: Invoice, at: datetime) -> WireRequest:
        """Without a channel a page to choose on; with one (``va.bca``) paid at once, which needs
        the buyer's name, phone and e-mail address. Raises NotAskable."""
        path = "/payment" if ask.channel is None else "/payment/direct"
        body = _page_body(ask) if ask.channel is None else _direct_body(ask, ask.channel)
        return self.post(path, body, at, self._settings.create_timeout_s, creates=True)

    def read_created(self, ask: Invoice, answer: WireAnswer) -> Creation:
        return judge_created(ask, answer)

    def ask_state(self, ask: Question, at: datetime) -> WireRequest:
        body = {"transactionId": ask.their_id}
        return self.post("/transaction", body, at, self._settings.state_timeout_s)

    def read_state(self, ask: Question, answer: WireAnswer) -> State:
        return judge_state(ask, answer)

    def channels(self, at: datetime) -> WireRequest:
        """A GET without parameters signs the empty object."""
        return self._request("GET", "/payment-channels", b"{}", at)

    def read_channels(self, answer: WireAnswer) -> ChannelList:
        """Fees as listed; the transaction's own is what counts. Raises UpstreamRefused."""
        found: list[Channel] = []
        unreadable: list[str] = []
        for place, method in enumerate(well_said(answer).rows):
            fields = method if isinstance(method, dict) else {}
            listed = fields.get("Channels", [])
            if name_of(fields.get("Code")) is None or not isinstance(listed, list):
                unreadable.append(f"method {place}")
                continue
            for row in listed:
                channel = _channel(fields, row) if isinstance(row, dict) else None
                if channel is None:
                    unreadable.append(f"method {place} ({fields['Code']}): a channel")
                else:
                    found.append(channel)
        return ChannelList(tuple(found), tuple(unreadable))

    def prove(self, call: WireCall) -> None:
        """The key is known to many, so a proof is worth little. Raises NotGenuine."""
        prove_callback(call, va=self._settings.va)

    def read_callback(self, call: WireCall) -> Hint:
        return read_hint(call)

    def post(
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

    def post_list(self, path: str, body: dict[str, Any], at: datetime) -> WireRequest:
        return self.post(path, body, at, self._settings.list_timeout_s)

    def post_balance(self, at: datetime) -> WireRequest:
        return self.post_list("/balance", {"account": self._settings.va}, at)

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


class IpaymuHistory:
    """The only way to a payment whose callbacks were lost; implements ``History``."""

    def __init__(self, gateway: Ipaymu) -> None:
        self._gateway = gateway

    def ask(self, page: int, since: datetime, at: datetime) -> WireRequest:
        body = {
            "date": "created_at",
            "startdate": since.astimezone(WIB).strftime("%Y-%m-%d"),
            "enddate": at.astimezone(WIB).strftime("%Y-%m-%d"),
            "page": page,
            "limit": 20,
            "orderBy": "id",
            "order": "DESC",
        }
        return self._gateway.post_list("/history", body, at)

    def read(self, answer: WireAnswer) -> HistoryPage:
        """In either of its two shapes. Raises UpstreamRefused."""
        data = well_said(answer).data
        listed = data.get("transaction", data.get("results"))
        if not isinstance(listed, list):
            raise UpstreamRefused("iPaymu: riwayat tidak terbaca", http_status=answer.status)
        pages = data.get("pagination")
        numbers = lowered(pages) if isinstance(pages, dict) else data
        page = integer_of(numbers.get("current_page"))
        last = integer_of(numbers.get("total_pages", numbers.get("total_page")))
        rows = [hint for row in listed if (hint := _history_row(row))]
        return HistoryPage(
            rows=tuple(rows),
            more=page is not None and last is not None and page < last,
            unreadable=len(listed) - len(rows),
        )


class IpaymuPurse:
    """The merchant's balance; implements ``Purse``."""

    def __init__(self, gateway: Ipaymu) -> None:
        self._gateway = gateway

    def ask(self, at: datetime) -> WireRequest:
        return self._gateway.post_balance(at)

    def read(self, answer: WireAnswer) -> Rupiah:
        """Raises UpstreamRefused."""
        held = decimal_of(well_said(answer).data.get("merchantbalance"))
        if held is None:
            raise UpstreamRefused("iPaymu: saldo tidak terbaca", http_status=answer.status)
        return Rupiah(int(held))


def sign(method: str, va: str, api_key: str, body: bytes) -> str:
    """Lower-case hex HMAC-SHA256 over method, VA, the body's digest and the key itself."""
    text = f"{method}:{va}:{sha256(body).hexdigest()}:{api_key}"
    return hmac.new(api_key.encode(), text.encode(), "sha256").hexdigest()


def _page_body(ask: Invoice) -> dict[str, Any]:
    return {
        "product": [_title(ask)],
        "qty": [1],
        "price": [ask.amount.amount],
        "description": [_title(ask)],
        "returnUrl": ask.return_url,
        "cancelUrl": ask.return_url,
        "notifyUrl": ask.callback_url,
        "referenceId": ask.reference,
        "buyerName": plain_ascii(ask.buyer.name, 60),
        "buyerEmail": _email(ask),
        "buyerPhone": _phone(ask),
        **_terms(ask),
    }


def _direct_body(ask: Invoice, channel: str) -> dict[str, Any]:
    method, dot, code = channel.partition(".")
    who = {
        "name": plain_ascii(ask.buyer.name, 60),
        "phone": _phone(ask),
        "email": _email(ask),
    }
    missing = [name for name, value in who.items() if not value]
    if missing or not (method and dot and code):
        raise NotAskable(missing=", ".join([*missing, *([] if code else ["channel"])]))
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


def _channel(method: dict[str, Any], row: dict[str, Any]) -> Channel | None:
    """None where a fee cannot be read: a wrong one would be shown to a buyer."""
    code, listed = name_of(row.get("Code")), row.get("TransactionFee")
    fee = _fee(listed) if isinstance(listed, dict) else None
    if code is None or fee is None:
        return None
    return Channel(
        code=f"{name_of(method.get('Code'))}.{code}",
        name=text_of(row.get("Name"), 100) or code,
        group=text_of(method.get("Name"), 100) or "",
        fee=fee,
        buyer_fee=Fee(),
        least=None,
        most=None,
        open=row.get("FeatureStatus") == "active" and row.get("HealthStatus") != "offline",
    )


def _fee(listed: dict[str, Any]) -> Fee | None:
    more = rupiah_of(listed.get("AdditionalFee") or 0)
    if listed.get("ActualFeeType") == "PERCENT":
        points = basis_points_of(listed.get("ActualFee"))
        return None if points is None or more is None else Fee(more, points)
    flat = rupiah_of(listed.get("ActualFee"))
    if listed.get("ActualFeeType") != "FLAT" or flat is None or more is None:
        return None
    return Fee(flat + more)


def _history_row(row: Any) -> Hint | None:
    fields = lowered(row) if isinstance(row, dict) else {}
    their_id = transaction_id(fields.get("transactionid"))
    if their_id is None:
        return None
    code = integer_of(fields.get("status"))
    return Hint(
        reference=name_of(fields.get("referenceid")),
        their_id=their_id,
        claim=Claim.UNKNOWN if code is None else CLAIMS.get(code, Claim.UNKNOWN),
        session_id=name_of(fields.get("sessionid")),
    )
