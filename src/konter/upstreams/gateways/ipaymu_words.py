"""What iPaymu says about a transaction, and what it is worth.

A transaction counts as paid when its status is 1, 6 or 7 *and* its paid status agrees, and it is
named by both its numbers: ours, which iPaymu lets anybody use twice, and theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from konter.kernel.money import ZERO, Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireAnswer
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import (
    Created,
    Creation,
    Expired,
    Failed,
    FeeOn,
    Invoice,
    NotCreated,
    Paid,
    PaidOtherwise,
    Question,
    Receipt,
    Refunded,
    State,
    Waiting,
)
from konter.upstreams.gateways.ipaymu_callbacks import transaction_id
from konter.upstreams.strangers import (
    Fields,
    address_of,
    decimal_of,
    integer_of,
    moment_of,
    name_of,
    object_of,
    rupiah_of,
    shown,
    text_of,
)

_PAID: Final = frozenset({1, 6, 7})
_ESCROW: Final = 7
_UNPAID: Final[dict[int, State]] = {
    -2: Expired(),
    0: Waiting(),
    2: Failed("batal"),
    4: Failed("error"),
    5: Failed("gagal"),
}
_REFUNDED: Final = 3
_OURS: Final = frozenset({401, 403, 406})
"""Key or signature, permission, address or domain not registered there."""


def judge_state(ask: Question, answer: WireAnswer) -> State:
    """What a transaction's answer means for the payment that was asked about."""
    said = read_said(answer)
    if isinstance(said, Unknown):
        return said
    if said.doubt:
        return Unknown(said.doubt)
    data = said.data
    if transaction_id(data.get("transactionid")) != ask.their_id:
        return Unknown(f"an answer about another TransactionId: {shown(data.get('transactionid'))}")
    if name_of(data.get("referenceid")) != ask.reference:
        return Unknown(f"an answer about another ReferenceId: {shown(data.get('referenceid'))}")
    code, word = integer_of(data.get("status")), data.get("paidstatus")
    if code == _REFUNDED:
        return Refunded()
    if code in _UNPAID:
        return _UNPAID[code] if word != "paid" else Unknown(f"contradiction: paid, status {code}")
    if code not in _PAID:
        return Unknown(f"unlisted status {shown(data.get('status'))}")
    if word != "paid":
        return Unknown(f"contradiction: status {code}, paid status {shown(word)}")
    return _judge_amount(ask, data, on_hold=code == _ESCROW)


def _judge_amount(ask: Question, data: Fields, *, on_hold: bool) -> State:
    """Who pays the fee is what we stored, never whichever fits."""
    gross, fee = decimal_of(data.get("amount")), decimal_of(data.get("fee"))
    if gross is None:
        return Unknown(f"paid, and no readable Amount: {shown(data.get('amount'))}")
    if ask.fee_on is FeeOn.BUYER and fee is None:
        return Unknown(f"paid, and no readable Fee: {shown(data.get('fee'))}")
    towards = gross - fee if ask.fee_on is FeeOn.BUYER and fee is not None else gross
    amount = _whole(towards)
    if amount is None or amount <= ZERO:
        return Unknown(f"paid, and no whole amount: {towards}")
    receipt = Receipt(
        their_id=ask.their_id,
        amount=amount,
        kept=ZERO if ask.fee_on is FeeOn.BUYER else _whole(fee),
        charged=_whole(gross),
        paid_at=moment_of(data.get("successdate")),
    )
    if amount != ask.amount:
        return PaidOtherwise(receipt, f"paid {amount.amount}, asked for {ask.amount.amount}")
    return Paid(receipt, on_hold)


def judge_created(ask: Invoice, answer: WireAnswer) -> Creation:
    """A link, or a number to pay to; an explicit refusal of theirs; or Unknown."""
    said = read_said(answer)
    if isinstance(said, Unknown):
        return said
    if said.code is not None and 400 <= said.code < 500 and answer.status < 500:
        return NotCreated(said.reason, ours=said.code in _OURS)
    if said.doubt:
        return Unknown(said.doubt)
    return _created(ask, said.data)


def _created(ask: Invoice, data: Fields) -> Creation:
    session_id, url = name_of(data.get("sessionid")), address_of(data.get("url"))
    method, channel = method_and_code(ask)
    if channel is None:
        if session_id is None or url is None:
            return Unknown("created, and no readable SessionID and Url")
        return Created(their_id=None, session_id=session_id, url=url)
    their_id = transaction_id(data.get("transactionid"))
    if their_id is None or name_of(data.get("referenceid")) != ask.reference:
        return Unknown(f"created, as another ReferenceId: {shown(data.get('referenceid'))}")
    charged, fee = rupiah_of(data.get("total")), rupiah_of(data.get("fee"))
    expected = ask.amount + (fee or ZERO) if ask.fee_on is FeeOn.BUYER else ask.amount
    if charged != expected:
        return Unknown(f"created, with another Total: {shown(data.get('total'))}")
    code = text_of(data.get("paymentno"), 2000)
    qr = text_of(data.get("qrstring"), 2000)
    if qr is None and method == "qris":
        qr = code
    return Created(
        their_id=their_id,
        session_id=session_id,
        url=url,
        pay_code=None if qr else code,
        qr=qr,
        qr_url=address_of(data.get("qrimage")),
        charged=charged,
        fee=fee,
        expires_at=moment_of(data.get("expired")),
    )


def method_and_code(ask: Invoice) -> tuple[str, str | None]:
    """``va.bca`` is a method and a code of it; ``qris``, and no channel at all, are their page."""
    method, dot, code = (ask.channel or "").partition(".")
    return method, code if dot else None


@dataclass(frozen=True, slots=True)
class Said:
    """An answer's envelope; names in ``data`` are in lower case, because theirs vary."""

    code: int | None
    reason: str
    data: Fields
    rows: tuple[Any, ...]
    doubt: str | None
    """Why it is no answer to rely on; None: they say that it went well."""


def read_said(answer: WireAnswer) -> Said | Unknown:
    """The envelope, whatever the HTTP status; Unknown when it is not theirs."""
    found = object_of(answer.body)
    if found is None:
        return Unknown(f"not an answer in JSON (HTTP {answer.status})")
    found = lowered(found)
    code, data = integer_of(found.get("status")), found.get("data")
    reason = _reason(found)
    doubt = None
    if code != 200 or found.get("success", True) is not True or answer.status >= 300:
        doubt = f"iPaymu: {reason} (Status {shown(found.get('status'))}, HTTP {answer.status})"
    return Said(
        code=code,
        reason=reason,
        data=lowered(data) if isinstance(data, dict) else {},
        rows=tuple(data) if isinstance(data, list) else (),
        doubt=doubt,
    )


def well_said(answer: WireAnswer) -> Said:
    """An envelope that says that all went well. Raises UpstreamRefused with what else it says."""
    said = read_said(answer)
    if isinstance(said, Unknown):
        text = f"iPaymu: jawaban tidak terbaca (HTTP {answer.status})"
        raise UpstreamRefused(text, http_status=answer.status)
    if said.doubt:
        raise UpstreamRefused(
            f"iPaymu: {said.reason}", reason=said.reason, http_status=answer.status
        )
    return said


def lowered(fields: Fields) -> Fields:
    return {name.casefold(): value for name, value in fields.items()}


def _reason(found: Fields) -> str:
    """Their message, and the fields that they found wrong."""
    message = text_of(found.get("message"), 200) or "ditolak"
    wrong = found.get("error")
    if not isinstance(wrong, dict):
        return message
    texts = [text for value in wrong.values() if isinstance(value, list) for text in value]
    return "; ".join([message, *(text_of(text, 100) or "?" for text in texts[:5])])


def _whole(number: Decimal | None) -> Rupiah | None:
    return rupiah_of(number)
