"""An operator decides a dispute, with a reason and evidence: one act, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import structlog

from konter.db.pool import Tx
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.read import of_order
from konter.orders import store
from konter.orders.announce import announce_decision
from konter.orders.desk import OrdersDesk
from konter.orders.giveback import owe_price
from konter.orders.read import CallUnderWay, OrderNotFound, orders_by_id
from konter.orders.states import LIVE, AttemptState, OrderState
from konter.people.audit import Deed, note_if

log = structlog.get_logger("konter.orders")

ATTEMPT_IDS = "SELECT id FROM orders.attempts WHERE order_id = %(order_id)s"


class Decision(StrEnum):
    """What becomes of a disputed order's price.

    charge: the buyer has the goods and pays again (wallet to sales; a guest has none). absorb:
    everything stays as it is and what it cost beyond the sale is our loss. reverse: the buyer gets
    the price back; a guest is owed it.
    """

    CHARGE = "charge"
    ABSORB = "absorb"
    REVERSE = "reverse"


class NotDisputed(Refused):
    """Only a disputed order is decided by a person; it may have been decided already."""

    code = "not_disputed"
    status = 409
    message = "Transaksi ini tidak sedang disengketakan"


class DecisionImpossible(Refused):
    """The price is not where this decision would take it from."""

    code = "decision_impossible"
    status = 409
    message = "Keputusan ini tidak dapat diterapkan"


async def resolve(
    desk: OrdersDesk,
    order_id: int,
    decision: Decision,
    *,
    actor: str,
    reason: str,
    deed: Deed | None = None,
) -> OrderState:
    """Decide a dispute; answers the order's new state.

    ``reason`` names the evidence; ``deed`` is noted with it. Raises OrderNotFound,
    NotDisputed, DecisionImpossible, CallUnderWay, Invalid, FloorPassed (the wallet cannot pay a
    charge).
    """
    if len(reason.strip()) < 5:
        raise Invalid({"reason": ["Sebutkan alasan dan buktinya"]})
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        attempts, order = await _lock(tx, order_id)
        if order.state is not OrderState.DISPUTED:
            raise NotDisputed(state=order.state.value)
        _close_attempts(attempts, now)
        owed = _uncovered(order, attempts) - await _absorbed(tx, order_id)
        transfer, to = _decided(order, owed, decision, actor=actor, reason=reason, at=now)
        await post(tx, [transfer] if transfer else [], at=now)
        if decision is Decision.REVERSE and transfer is not None:
            await owe_price(desk, tx, order, key=transfer.key, because=reason, at=now)
        order.moves += 1
        because = f"{decision.value} by {actor}: {reason}"[:300]
        move = store.Move(order.id, order.moves, order.state, to, because)
        order.state = to
        await store.write_attempts(tx, attempts)
        await store.write_orders(tx, [order], at=now)
        await store.write_moves(tx, [move], at=now)
        await announce_decision(desk, tx, order, at=now, by=actor)
        await note_if(tx, deed, at=now)
    desk.hints.news([order_id])
    log.info("order.resolved", order=order.code, decision=decision.value, actor=actor)
    return to


def _decided(
    order: store.OrderRow,
    uncovered: int,
    decision: Decision,
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> tuple[Transfer | None, OrderState]:
    """The one transfer of a decision, and where the order ends. ``uncovered``: whole rupiah."""
    paid = order.price_at == "sales"
    wallet = order.buyers_account
    if decision is Decision.CHARGE and order.is_guests:
        raise DecisionImpossible(decision=decision.value, because="a guest has no wallet to charge")
    match decision:
        case Decision.CHARGE if not paid:
            debit, credit, amount, to = wallet, "sales", order.price, OrderState.DELIVERED
            order.price_at = "sales"
        case Decision.REVERSE if paid:
            debit, credit, amount, to = "sales", wallet, order.price, OrderState.REFUNDED
            order.price_at = "buyer"
        case Decision.ABSORB:
            debit, credit, amount = "losses", "cost", max(0, uncovered)
            to = OrderState.DELIVERED if paid else OrderState.FAILED
        case _:
            where = "has been paid" if paid else "is with the buyer"
            raise DecisionImpossible(decision=decision.value, because=f"the price {where}")
    if amount == 0:
        return None, to
    transfer = Transfer(
        key=f"dispute:{order.id}:{order.disputes}",
        kind=f"dispute_{decision.value}",
        debit=debit,
        credit=credit,
        amount=Rupiah(amount),
        order_id=order.id,
        reference=order.code,
        note=reason[:300],
        actor=actor,
        happened_at=at,
    )
    return transfer, to


def _uncovered(order: store.OrderRow, attempts: Sequence[store.AttemptRow]) -> int:
    """What deliveries cost beyond the one that the sale covers, whole rupiah."""
    costs = sorted(a.cost or 0 for a in attempts if a.state is AttemptState.DELIVERED)
    return sum(costs[:-1] if order.price_at == "sales" else costs)


async def _absorbed(tx: Tx, order_id: int) -> int:
    """What earlier disputes of this order have written off already, whole rupiah."""
    entries = await of_order(tx, order_id)
    return sum(entry.amount for entry in entries if entry.kind == "dispute_absorb")


def _close_attempts(attempts: Sequence[store.AttemptRow], now: datetime) -> None:
    for attempt in attempts:
        if attempt.lease_until is not None and attempt.lease_until > now:
            raise CallUnderWay(until=attempt.lease_until.isoformat())
        if attempt.state in LIVE:
            attempt.state, attempt.next_action_at = AttemptState.REJECTED, None
            attempt.lease_until, attempt.ended_at = None, now
            attempt.message = "closed by an operator's decision"


async def _lock(tx: Tx, order_id: int) -> tuple[list[store.AttemptRow], store.OrderRow]:
    ids = [row[0] for row in await tx.rows(ATTEMPT_IDS, {"order_id": order_id})]
    if not ids:
        # Nobody has paid for it yet, so nothing was ever bought.
        if order := (await orders_by_id(tx, [order_id])).get(order_id):
            raise NotDisputed(state=order.state.value)
        raise OrderNotFound
    attempts, orders = await store.lock_for_news(tx, ids)
    return list(attempts.values()), orders[order_id]
