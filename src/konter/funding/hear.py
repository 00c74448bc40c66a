"""Callbacks of gateways: kept at the door, and in the worker a reason to ask, never more.

A proved one is believed without asking only where the shop has said so, and then as strictly as
an answer would be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
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

INVOICES_BY_REFERENCE = """
SELECT n.place, i.id, i.reference, i.amount, i.fee_on, i.charged
FROM unnest(%(place)s::integer[], %(gateway)s::text[], %(name)s::text[]) AS n (place, gateway, name)
JOIN funding.invoices i ON i.gateway = n.gateway AND i.reference = n.name
"""

INVOICES_BY_SESSION = """
SELECT DISTINCT ON (n.place) n.place, i.id, i.reference, i.amount, i.fee_on, i.charged
FROM unnest(%(place)s::integer[], %(gateway)s::text[], %(name)s::text[]) AS n (place, gateway, name)
JOIN funding.invoices i ON i.gateway = n.gateway AND i.session_id = n.name
ORDER BY n.place, i.id
"""

PAYMENTS = """
SELECT p.invoice_id, p.their_id, p.id, p.confirmed_at IS NOT NULL, p.refunded_at IS NOT NULL
FROM unnest(%(invoice_id)s::bigint[], %(their_id)s::text[]) AS n (invoice_id, their_id)
JOIN funding.payments p ON p.invoice_id = n.invoice_id AND p.their_id = n.their_id
"""

# Not within the gap: a callback that names no transaction costs its sender nothing, and us a list.
HASTEN_SEARCHES = """
UPDATE funding.invoices
SET next_action_at = least(next_action_at, greatest(%(at)s, last_asked_at + %(gap)s))
WHERE id = ANY(%(ids)s) AND state IN ('open', 'doubtful') AND next_action_at IS NOT NULL
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


async def hear_many(desk: FundingDesk, messages: Sequence[inbox.Message]) -> None:
    """In the worker: have their payments asked about, and mark them handled in that one commit.

    One whose sender the shop trusts, or that tells of a refund, is settled at once by itself. A
    repeat hastens the next question. An error leaves all of them to the end of their lease.
    """
    calls = [_Call(m, desk.gateways[m.source].read_callback(m.call)) for m in messages]
    at = desk.clock.now()
    async with desk.db.transaction() as tx:
        await _find(tx, calls)
        await _note(desk, tx, [call for call in calls if call.invoice is not None], at=at)
        for call in calls:
            call.believed = _believed(desk, call)
        ended = [call.ended() for call in calls if not call.at_once]
        await inbox.finish(tx, ended, at=at)
    strangers = [call.hint.reference for call in calls if call.invoice is None]
    if strangers:
        log.warning("callback.not_ours", count=len(strangers), references=strangers[:10])
    if len(strangers) < len(calls):
        desk.hints.payments_due()
    log.info("callback.heard", count=len(calls))
    at_once = [_settle(desk, call, at) for call in calls if call.at_once]
    for result in await asyncio.gather(*at_once, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


async def hear(desk: FundingDesk, message: inbox.Message) -> None:
    """One callback; a list of one."""
    await hear_many(desk, [message])


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


@dataclass(slots=True, eq=False)
class _Call:
    """A callback, and what was found out about it. ``invoice`` None: it is not ours. ``payment``
    None: it names none, its invoice was told of too many, or it is another invoice's."""

    message: inbox.Message
    hint: Hint
    invoice: _Invoice | None = None
    payment: _Payment | None = None
    believed: State | None = None

    @property
    def at_once(self) -> bool:
        """Whether it is settled by itself: believed, or news about money in the books already."""
        if self.payment is None:
            return False
        refund = self.hint.claim is Claim.REFUNDED and self.payment.is_confirmed
        return self.believed is not None or (refund and not self.payment.is_refunded)

    def ended(self) -> inbox.Finished:
        """What came of it, for whoever looks at the inbox."""
        if self.invoice is None:
            told = f"unknown reference {self.hint.reference}"
            return inbox.Finished(self.message, "not_ours", told)
        outcome = "looked for"
        if self.hint.their_id is not None:
            outcome = "dropped"
            if self.payment is not None:
                outcome = "known" if self.payment.is_confirmed else "asked"
        return inbox.Finished(self.message, "handled", outcome)


async def _find(tx: Tx, calls: Sequence[_Call]) -> None:
    """Their invoices by our reference, else by their session: a hint may name either."""
    by_reference = {n: c.hint.reference for n, c in enumerate(calls) if c.hint.reference}
    rows = await tx.rows(INVOICES_BY_REFERENCE, _named(calls, by_reference))
    found = {row[0] for row in rows}
    by_session = {
        n: c.hint.session_id
        for n, c in enumerate(calls)
        if n not in found and c.hint.session_id is not None
    }
    if by_session:
        rows += await tx.rows(INVOICES_BY_SESSION, _named(calls, by_session))
    for place, *facts in rows:
        calls[place].invoice = _Invoice(*facts)


def _named(calls: Sequence[_Call], names: Mapping[int, str]) -> dict[str, object]:
    return {
        "place": list(names),
        "gateway": [calls[place].message.source for place in names],
        "name": list(names.values()),
    }


async def _note(desk: FundingDesk, tx: Tx, calls: Sequence[_Call], *, at: datetime) -> None:
    """Have their transactions asked about, or, where none is named, looked for."""
    named = {
        call: (call.invoice.id, call.hint.their_id)
        for call in calls
        if call.invoice is not None and call.hint.their_id is not None
    }
    pairs = sorted(set(named.values()))
    if pairs:
        await note_transactions(desk, tx, pairs, at=at)
        facts = {"invoice_id": [i for i, _ in pairs], "their_id": [t for _, t in pairs]}
        rows = await tx.rows(PAYMENTS, facts)
        known = {(row[0], row[1]): _Payment(*row[2:]) for row in rows}
        for call, pair in named.items():
            call.payment = known.get(pair)
    searched = [call.invoice.id for call in calls if call.invoice and call not in named]
    if searched:
        gap = timedelta(seconds=desk.times.min_gap)
        await tx.run(HASTEN_SEARCHES, {"ids": searched, "at": at, "gap": gap})


def _believed(desk: FundingDesk, call: _Call) -> State | None:
    """What the callback says, if the shop trusts this gateway's proof; None: ask."""
    gateway = desk.gateways[call.message.source]
    if call.payment is None or call.invoice is None or gateway.account not in desk.trusted:
        return None
    try:
        gateway.prove(call.message.call)
    except NotGenuine:
        return None
    state = gateway.judge_callback(
        call.invoice.question(call.hint.their_id or ""), call.message.call
    )
    return state if isinstance(state, BELIEVED) else None


async def _settle(desk: FundingDesk, call: _Call, at: datetime) -> None:
    """Unheard, it is not marked: it comes again when its lease ends."""
    if call.payment is None:
        return
    if call.believed is None:
        await ask_refund(desk, call.payment.id, message=call.message)
        return
    told = Told(call.payment.id, call.believed, at, message=call.message)
    (error,) = await confirm_many(desk, [told])
    if isinstance(error, Exception):
        raise error
