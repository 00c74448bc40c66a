"""Gateways on paper: a test writes what they say, and the real adapters read it.

For tests in which many questions are answered in little time, with whatever a gateway could say:
creations and states are handed to the acts as they are, lists, refunds and callbacks are written.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg

from konter.kernel.clock import Clock
from konter.kernel.errors import CommitUnknown
from konter.kernel.money import ZERO, Rupiah
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import Exchange, Heard, WireAnswer, WireCall, WireRequest, WireSilence
from konter.upstreams.gateway_contract import (
    Created,
    Expired,
    Failed,
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
from konter.upstreams.wire import StartBy
from tests.upstreams.payments import (
    call,
    detail,
    from_tripay,
    ipaymu_says,
    raw,
    transaction,
    tripay_says,
)

FEE = 800
CODES: dict[str, dict[str, Any]] = {
    "ipaymu": {"paid": 1, "waiting": 0, "expired": -2, "failed": 5, "refunded": 3},
    "tripay": {
        "paid": "PAID",
        "waiting": "UNPAID",
        "expired": "EXPIRED",
        "failed": "FAILED",
        "refunded": "REFUND",
    },
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a gateway's list. ``said``: a word of ``CODES``."""

    their_id: str
    reference: str
    said: str
    amount: int


@dataclass
class PaperWire:
    """A wire that reaches nobody: lists are those written in ``rows``, by gateway, newest first.

    ``garbled``: lists are no JSON. ``refunds``: whether a question about a single payment is
    answered, always with a refund; otherwise there is silence.
    """

    clock: Clock
    rows: dict[str, list[Row]] = field(default_factory=dict)
    garbled: bool = False
    refunds: bool = True

    async def ask(
        self,
        request: WireRequest,
        *,
        account: str,
        purpose: str,
        reference: str | None = None,
        lease: StartBy | None = None,
    ) -> Heard:
        if purpose == "list":
            said: WireAnswer | WireSilence = self._list(account)
        elif purpose == "state" and self.refunds:
            said = self._refund(account, request, reference or "")
        else:
            said = WireSilence(left=True, detail="timeout")
        now = self.clock.now()
        body = said.body.decode() if isinstance(said, WireAnswer) else ""
        exchange = Exchange(
            account, purpose, reference, request.method, "/", "", 200, body, now, now
        )
        return Heard(said, exchange)

    def _list(self, account: str) -> WireAnswer:
        if self.garbled:
            return raw(b"<html>Bad gateway</html>", 502)
        codes, made = CODES[account], f"{self.clock.now():%Y-%m-%d %H:%M:%S}"
        rows = self.rows.get(account, [])
        if account == "ipaymu":
            listed = [
                transaction(
                    TransactionId=row.their_id,
                    ReferenceId=row.reference,
                    SessionId=None,
                    Amount=row.amount,
                    Status=codes[row.said],
                    CreatedDate=made,
                )
                for row in rows
            ]
            return ipaymu_says({"Transaction": listed})
        listed = [
            detail(
                reference=row.their_id,
                merchant_ref=row.reference,
                amount=row.amount,
                status=codes[row.said],
            )
            for row in rows
        ]
        return tripay_says(listed)

    def _refund(self, account: str, request: WireRequest, reference: str) -> WireAnswer:
        status = CODES[account]["refunded"]
        if account == "ipaymu":
            their_id = json.loads(request.body)["transactionId"]
            facts = {"TransactionId": their_id, "ReferenceId": reference, "Status": status}
            return ipaymu_says(transaction(**facts))
        their_id = request.url.rpartition("reference=")[2]
        return tripay_says(detail(reference=their_id, merchant_ref=reference, status=status))


def callback(
    gateway: str,
    *,
    their_id: str | None,
    reference: str,
    said: str,
    amount: int,
    session_id: str | None = None,
    signed: bool = True,
) -> WireCall:
    """A callback as this gateway writes it; iPaymu's signature is a hint's, so it has none."""
    status = CODES[gateway][said]
    if gateway == "ipaymu":
        fields = {"trx_id": their_id, "sid": session_id, "reference_id": reference}
        said_so = {name: value for name, value in fields.items() if value is not None}
        return call(json.dumps({**said_so, "status_code": status}).encode())
    facts = detail(reference=their_id, merchant_ref=reference, status=status)
    facts |= {
        "is_closed_payment": 1,
        "total_amount": amount,
        "fee_merchant": FEE,
        "amount_received": amount - FEE,
    }
    made = from_tripay(facts)
    return made if signed else call(made.body, x_callback_event="payment_status")


def creation(n: int, ask: Invoice, their_id: str | None, clock: Clock) -> Created:
    """Made, in one of three ways: as asked, for a shorter time, with their fee on top."""
    amount = ask.amount
    return Created(
        their_id=their_id,
        session_id=None if their_id else f"S-{ask.reference}",
        url="https://bayar.example.id/1",
        charged=amount + Rupiah(FEE) if n == 2 else amount,
        fee=Rupiah(FEE),
        expires_at=clock.now() + timedelta(seconds=600) if n == 1 else None,
    )


REFUSALS = (
    NotCreated("kunci salah", ours=True),
    NotCreated("nominal terlalu kecil", ours=False),
    Unknown("timeout"),
    WireSilence(left=False, detail="refused"),
)
"""What else the creation of a link may come to."""

WORDS: tuple[Callable[[Question], State], ...] = (
    lambda q: Paid(_receipt(q)),
    lambda q: Paid(_receipt(q), on_hold=True),
    lambda q: Paid(_receipt(q, kept=None)),
    lambda q: Paid(_receipt(q, kept=q.amount.amount + 500)),
    lambda q: PaidOtherwise(_receipt(q, more=5_000), "paid more"),
    lambda q: PaidOtherwise(_receipt(q, more=-1_000), "paid less"),
    lambda q: PaidOtherwise(_receipt(q, charged=77), "the buyer paid another sum"),
    lambda q: Waiting(),
    lambda q: Unknown("502"),
    lambda q: Expired(),
    lambda q: Failed("batal"),
    lambda q: Refunded(),
)
"""Whatever a gateway may say about one of its transactions."""


def _receipt(q: Question, *, more: int = 0, kept: int | None = FEE, charged: int = 0) -> Receipt:
    amount = q.amount + Rupiah(more)
    return Receipt(
        their_id=q.their_id,
        amount=amount,
        kept=None if kept is None else Rupiah(kept),
        charged=amount + (q.charged - q.amount if q.charged else ZERO) + Rupiah(charged),
    )


@dataclass
class WeakLine:
    """Told of every commit: at the one it was armed for, the line to the database breaks.

    ``breaks``: how often it did. One that breaks before COMMIT took nothing with it; one that
    breaks in it may have, and whoever waits cannot tell.
    """

    breaks: int = 0
    _left: int = 0
    _when: str = ""
    _certain: bool = False

    def arm(self, n: int, how: int) -> None:
        """The n-th commit from now fails: 0 before it, 1 in it and it does not stand, 2 in it and
        it stands."""
        self._left, self._when, self._certain = n, "after" if how == 2 else "before", how == 0

    def disarm(self) -> None:
        self._when = ""

    def __call__(self, when: str) -> None:
        if when != self._when:
            return
        self._left -= 1
        if self._left > 0:
            return
        self.disarm()
        self.breaks += 1
        if self._certain:
            raise psycopg.OperationalError("the line broke")
        raise CommitUnknown("the line broke in COMMIT")
