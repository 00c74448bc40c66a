"""What Tripay says about a payment: when it makes one, is asked about one, lists or tells of one.

``amount`` is what the buyer pays, the part of the fee that Tripay's settings put on the buyer
included; without that part it is what the invoice asked for.
"""

from __future__ import annotations

import html
import re
from typing import Any, Final

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireAnswer, WireCall
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import (
    Claim,
    Created,
    Creation,
    Expired,
    Failed,
    Instruction,
    Invoice,
    Listed,
    NotCreated,
    Paid,
    PaidOtherwise,
    Question,
    Receipt,
    Refunded,
    State,
    Waiting,
)
from konter.upstreams.strangers import (
    Fields,
    address_of,
    integer_of,
    moment_of,
    name_of,
    object_of,
    rupiah_of,
    shown,
    text_of,
)

_UNPAID: Final[dict[str, State]] = {
    "UNPAID": Waiting(),
    "EXPIRED": Expired(),
    "FAILED": Failed("FAILED"),
    "REFUND": Refunded(),
}
_CLAIMS: Final = {
    "PAID": Claim.PAID,
    "UNPAID": Claim.WAITING,
    "EXPIRED": Claim.EXPIRED,
    "FAILED": Claim.FAILED,
    "REFUND": Claim.REFUNDED,
}
_OURS: Final = ("invalid api key", "invalid signature", "unauthorized ip")
"""What refusals say that are about our account, in small letters."""


def judge_state(ask: Question, answer: WireAnswer) -> State:
    """What a detail answer means for the payment that was asked about."""
    data = _data(answer)
    return data if isinstance(data, Unknown) else _judge(ask, data, charged="amount")


def judge_callback(ask: Question, call: WireCall) -> State:
    """What a proved callback means for the payment: its fields are those of a detail answer, but
    for the name of what the buyer pays."""
    fields = payment_news(call)
    if fields is None:
        return Unknown("no callback about a closed payment")
    return _judge(ask, fields, charged="total_amount")


def payment_news(call: WireCall) -> Fields | None:
    """A callback's fields; None for other events, and for payments without an amount of ours."""
    fields = object_of(call.body) or {}
    event = call.headers.get("x-callback-event")
    if event != "payment_status" or integer_of(fields.get("is_closed_payment")) != 1:
        return None
    return fields


def _judge(ask: Question, data: Fields, *, charged: str) -> State:
    echo = (("reference", ask.their_id), ("merchant_ref", ask.reference))
    for name, expected in echo:
        if name_of(data.get(name)) != expected:
            return Unknown(f"an answer about another {name}: {shown(data.get(name))}")
    status = data.get("status")
    if status == "PAID":
        return _judge_amount(ask, data, rupiah_of(data.get(charged)))
    known = _UNPAID.get(status) if type(status) is str else None
    return known or Unknown(f"unlisted status {shown(status)}")


def _judge_amount(ask: Question, data: Fields, charged: Rupiah | None) -> State:
    on_buyer = rupiah_of(data.get("fee_customer"))
    if charged is None or on_buyer is None or charged <= on_buyer:
        return Unknown("paid, and no readable amount")
    receipt = Receipt(
        their_id=ask.their_id,
        amount=charged - on_buyer,
        kept=rupiah_of(data.get("fee_merchant")),
        charged=charged,
        paid_at=moment_of(data.get("paid_at")),
    )
    if receipt.amount != ask.amount:
        detail = f"paid {receipt.amount.amount}, asked for {ask.amount.amount}"
        return PaidOtherwise(receipt, detail)
    if ask.charged is not None and charged != ask.charged:
        detail = f"the buyer paid {charged.amount}, was told {ask.charged.amount}"
        return PaidOtherwise(receipt, detail)
    return Paid(receipt)


def judge_created(ask: Invoice, answer: WireAnswer) -> Creation:
    """The payment, an explicit refusal, or Unknown; amounts and names compared."""
    found = object_of(answer.body)
    if found is not None and found.get("success") is False and answer.status < 500:
        reason = text_of(found.get("message"), 300) or "ditolak"
        return NotCreated(reason, ours=any(word in reason.casefold() for word in _OURS))
    data = _data(answer)
    if isinstance(data, Unknown):
        return data
    their_id = name_of(data.get("reference"))
    if their_id is None or name_of(data.get("merchant_ref")) != ask.reference:
        return Unknown(f"created, as another merchant_ref: {shown(data.get('merchant_ref'))}")
    charged, on_buyer = rupiah_of(data.get("amount")), rupiah_of(data.get("fee_customer"))
    if charged is None or on_buyer is None or charged - on_buyer != ask.amount:
        return Unknown(f"created, with another amount: {shown(data.get('amount'))}")
    return _created(their_id, charged, data)


def _created(their_id: str, charged: Rupiah, data: Fields) -> Created:
    return Created(
        their_id=their_id,
        url=address_of(data.get("pay_url")) or address_of(data.get("checkout_url")),
        pay_code=text_of(data.get("pay_code"), 100),
        qr=text_of(data.get("qr_string"), 2000),
        qr_url=address_of(data.get("qr_url")),
        charged=charged,
        fee=rupiah_of(data.get("total_fee")),
        expires_at=moment_of(data.get("expired_time")),
        instructions=_instructions(data.get("instructions")),
    )


def listed_of(row: Any) -> Listed | None:
    """A row of their list; None when it names no payment."""
    fields = row if isinstance(row, dict) else {}
    their_id = name_of(fields.get("reference"))
    if their_id is None:
        return None
    charged, on_buyer = rupiah_of(fields.get("amount")), rupiah_of(fields.get("fee_customer"))
    amount = None
    if charged is not None and on_buyer is not None and charged >= on_buyer:
        amount = charged - on_buyer
    return Listed(
        their_id=their_id,
        reference=name_of(fields.get("merchant_ref")),
        claim=claim_of(fields.get("status")),
        amount=amount,
        fee=rupiah_of(fields.get("fee_merchant")),
        charged=charged,
        net=rupiah_of(fields.get("amount_received")),
        created_at=moment_of(fields.get("created_at")),
        paid_at=moment_of(fields.get("paid_at")),
    )


def claim_of(status: Any) -> Claim:
    return _CLAIMS.get(status, Claim.UNKNOWN) if type(status) is str else Claim.UNKNOWN


def rows_of(answer: WireAnswer) -> tuple[Any, ...]:
    """The rows of a list. Raises UpstreamRefused."""
    return page_of(answer)[0]


def page_of(answer: WireAnswer) -> tuple[tuple[Any, ...], Fields]:
    """The rows of a list, and what it says of its pages. Raises UpstreamRefused."""
    found = object_of(answer.body)
    if found is None:
        text = f"Tripay: jawaban tidak terbaca (HTTP {answer.status})"
        raise UpstreamRefused(text, http_status=answer.status)
    rows = found.get("data")
    if found.get("success") is not True or answer.status >= 300 or not isinstance(rows, list):
        reason = text_of(found.get("message"), 300) or "ditolak"
        raise UpstreamRefused(f"Tripay: {reason}", reason=reason, http_status=answer.status)
    pages = found.get("pagination")
    return tuple(rows), pages if isinstance(pages, dict) else {}


def _data(answer: WireAnswer) -> Fields | Unknown:
    found = object_of(answer.body)
    if found is None:
        return Unknown(f"not an answer in JSON (HTTP {answer.status})")
    data = found.get("data")
    if found.get("success") is not True or answer.status >= 300:
        reason = text_of(found.get("message"), 200) or "no message"
        return Unknown(f"Tripay: {reason} (HTTP {answer.status})")
    return data if isinstance(data, dict) else Unknown("an answer without data")


def _instructions(listed: Any) -> tuple[Instruction, ...]:
    """Their steps are HTML; ours are text. What cannot be read is left out."""
    found = []
    for row in listed if isinstance(listed, list) else ():
        title = text_of(row.get("title"), 200) if isinstance(row, dict) else None
        steps = row.get("steps") if isinstance(row, dict) else None
        if title and isinstance(steps, list):
            texts = [_untagged(text) for step in steps[:50] if (text := text_of(step, 1000))]
            found.append(Instruction(_untagged(title), tuple(texts)))
    return tuple(found[:20])


def _untagged(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", text)).split())
