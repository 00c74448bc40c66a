"""Callbacks of gateways: kept at the door, and in the worker a reason to ask, never more.

A proved one is believed without asking only where the shop has said so, and then as strictly as
an answer would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from konter.db.pool import Tx
from konter.funding.ask_refund import ask_refund
from konter.funding.confirm import Told, confirm_many
from konter.funding.desk import FundingDesk
from konter.funding.note import note_transactions
from konter.hooks import inbox
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireCall
from konter.upstreams.contract import NotGenuine
from konter.upstreams.gateway_contract import (
    Claim,
    Expired,
    Failed,
    FeeOn,
    Gateway,
    Hint,
    Paid,
    PaidOtherwise,
    Question,
    Refunded,
    State,
    Trust,
)

log = structlog.get_logger("konter.hooks")

INVOICE_BY_REFERENCE = """
SELECT id, reference, amount, fee_on, charged FROM funding.invoices
WHERE gateway = %(gateway)s AND reference = %(reference)s
"""

INVOICE_BY_SESSION = """
SELECT id, reference, amount, fee_on, charged FROM funding.invoices
WHERE gateway = %(gateway)s AND session_id = %(session_id)s
ORDER BY id LIMIT 1
"""

PAYMENT = """
SELECT id, confirmed_at IS NOT NULL AS is_confirmed, refunded_at IS NOT NULL AS is_refunded
FROM funding.payments WHERE invoice_id = %(invoice_id)s AND their_id = %(their_id)s
"""

# Not within the gap: a callback that names no transaction costs its sender nothing, and us a list.
HASTEN_SEARCH = """
UPDATE funding.invoices
SET next_action_at = least(next_action_at, greatest(%(at)s, last_asked_at + %(gap)s))
WHERE id = %(id)s AND state IN ('open', 'doubtful') AND next_action_at IS NOT NULL
"""

BELIEVED = (Paid, PaidOtherwise, Expired, Failed, Refunded)
"""What a trusted callback may say; anything else is asked about."""


async def receive(keep: inbox.Keep, gateway: Gateway, call: WireCall) -> None:
    """At the door, in milliseconds: keep it durably, or raise.

    Where the key is a secret an unproved call raises NotGenuine and is not kept. Where anybody may
    know the key, it is kept all the same: it only makes us ask.
    """
    try:
        gateway.prove(call)
    except NotGenuine:
        if gateway.traits.trust is Trust.PROVED:
            log.warning("callback.not_genuine", source=gateway.account, remote=call.remote)
            raise
        log.info("callback.unproved", source=gateway.account, remote=call.remote)
    hint = gateway.read_callback(call)
    await keep(inbox.Incoming(source=gateway.account, call=call, reference=hint.reference))


async def hear(desk: FundingDesk, message: inbox.Message) -> None:
    """In the worker: have its payment asked about, and mark the callback handled in that commit.

    One whose sender the shop trusts is settled at once. A repeat hastens the next question.
    """
    gateway = desk.gateways[message.source]
    hint = gateway.read_callback(message.call)
    at = desk.clock.now()
    async with desk.db.transaction() as tx:
        invoice = await _invoice(tx, gateway.account, hint)
        if invoice is None:
            log.warning("callback.not_ours", source=message.source, reference=hint.reference)
            told = f"unknown reference {hint.reference}"
            await inbox.finish(tx, [inbox.Finished(message, "not_ours", told)], at=at)
            return
        payment = await _note(desk, tx, invoice, hint, at=at)
        believed = None
        if payment is not None and hint.their_id is not None:
            question = invoice.question(hint.their_id)
            believed = _believed(desk, gateway, question, message.call)
        at_once = payment is not None and (believed is not None or payment.may_be_refunded(hint))
        if not at_once:
            outcome = _outcome(hint, payment)
            await inbox.finish(tx, [inbox.Finished(message, "handled", outcome)], at=at)
    log.info("callback.heard", source=message.source, reference=invoice.reference, claim=hint.claim)
    if payment is None or not at_once:
        desk.hints.payments_due()
    elif believed is not None:
        await _settle(desk, Told(payment.id, believed, at, message=message))
    else:
        # Unheard, it is not marked: it comes again when its lease ends.
        await ask_refund(desk, payment.id, message=message)


@dataclass(frozen=True, slots=True)
class _Invoice:
    id: int
    reference: str
    amount: int
    fee_on: str
    charged: int | None

    def question(self, their_id: str) -> Question:
        return Question(
            reference=self.reference,
            their_id=their_id,
            amount=Rupiah(self.amount),
            fee_on=FeeOn(self.fee_on),
            charged=None if self.charged is None else Rupiah(self.charged),
        )


@dataclass(frozen=True, slots=True)
class _Payment:
    id: int
    is_confirmed: bool
    is_refunded: bool

    def may_be_refunded(self, hint: Hint) -> bool:
        """Whether this is news about money that is in the books already."""
        return hint.claim is Claim.REFUNDED and self.is_confirmed and not self.is_refunded


async def _invoice(tx: Tx, gateway: str, hint: Hint) -> _Invoice | None:
    """By our reference, else by their session: a hint may name either."""
    facts = {"gateway": gateway, "reference": hint.reference, "session_id": hint.session_id}
    found = await tx.records(_Invoice, INVOICE_BY_REFERENCE, facts)
    if not found and hint.session_id is not None:
        found = await tx.records(_Invoice, INVOICE_BY_SESSION, facts)
    return found[0] if found else None


async def _note(
    desk: FundingDesk, tx: Tx, invoice: _Invoice, hint: Hint, *, at: datetime
) -> _Payment | None:
    """Have its transaction asked about, or, where none is named, looked for. The payment that it
    is; None: none is named, this invoice was told of too many, or it is another invoice's."""
    if hint.their_id is None:
        gap = timedelta(seconds=desk.times.min_gap)
        await tx.run(HASTEN_SEARCH, {"id": invoice.id, "at": at, "gap": gap})
        return None
    await note_transactions(desk, tx, [(invoice.id, hint.their_id)], at=at)
    facts = {"invoice_id": invoice.id, "their_id": hint.their_id}
    found = await tx.records(_Payment, PAYMENT, facts)
    return found[0] if found else None


def _outcome(hint: Hint, payment: _Payment | None) -> str:
    """What came of it, for whoever looks at the inbox."""
    if hint.their_id is None:
        return "looked for"
    if payment is None:
        return "dropped"
    return "known" if payment.is_confirmed else "asked"


def _believed(
    desk: FundingDesk, gateway: Gateway, question: Question, call: WireCall
) -> State | None:
    """What the callback says, if the shop trusts this gateway's proof; None: ask."""
    if gateway.account not in desk.trusted:
        return None
    try:
        gateway.prove(call)
    except NotGenuine:
        return None
    state = gateway.judge_callback(question, call)
    return state if isinstance(state, BELIEVED) else None


async def _settle(desk: FundingDesk, told: Told) -> None:
    (error,) = await confirm_many(desk, [told])
    if isinstance(error, Exception):
        raise error
