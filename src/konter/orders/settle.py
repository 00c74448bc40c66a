"""The one road into settlement, whether the news came as an answer, a callback or an enquiry.

A list at a time: lock, decide each, write everything in one commit. What one item does wrong
does not touch the others: the list is then settled singly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import psycopg
import structlog

from konter.db.pool import Tx
from konter.hooks import inbox, notices, tasks
from konter.kernel.errors import CommitUnknown, KonterError
from konter.kernel.money import Rupiah
from konter.kernel.outcome import (
    Delivered,
    Fault,
    NotSent,
    Outcome,
    Pending,
    Rejected,
    Unknown,
)
from konter.kernel.wire_types import Exchange
from konter.ledger.holds import Hold, end_many
from konter.ledger.post import Transfer, post
from konter.orders import follow, parked, store
from konter.orders.decide import Circumstances, Cost, Follow, Price, Step, decide
from konter.orders.desk import OrdersDesk, PendingDeadline
from konter.orders.states import HOLDING, LIVE, AttemptState, OrderState
from konter.suppliers import exchanges, gate

log = structlog.get_logger("konter.orders")


class Via(StrEnum):
    """How news came. Only a call's own answer ends its lease and can agree with an earlier one.

    PARKED carries no news of its own: it settles what waited for a call that was lost.
    """

    PURCHASE = "purchase"
    ENQUIRY = "enquiry"
    CALLBACK = "callback"
    DEADLINE = "deadline"
    PARKED = "parked"


CALLS = frozenset({Via.PURCHASE, Via.ENQUIRY})

GIVEN_UP = "Batas waktu habis, transaksi masih tertunda di penyedia"


@dataclass(frozen=True, slots=True)
class Tidings:
    """One piece of news about one attempt. ``fence``: of the lease under which a call was made."""

    attempt_id: int
    news: Outcome
    via: Via
    happened_at: datetime
    fence: int | None = None
    exchange: Exchange | None = None
    message: inbox.Message | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the order stands afterwards. ``parked``: the news waits for a call in flight."""

    order_id: int
    state: OrderState
    is_news: bool
    parked: bool = False


@dataclass(slots=True)
class Work:
    """All that one commit will write."""

    at: datetime
    attempts: dict[int, store.AttemptRow]
    orders: dict[int, store.OrderRow]
    moves: list[store.Move] = field(default_factory=list)
    captures: list[Hold] = field(default_factory=list)
    releases: list[Hold] = field(default_factory=list)
    costs: list[Transfer] = field(default_factory=list)
    notices: list[notices.Notice] = field(default_factory=list)
    tasks: list[tasks.Task] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)
    onward: list[tuple[store.AttemptRow, Follow]] = field(default_factory=list)
    gates: list[tuple[store.AttemptRow, Rejected]] = field(default_factory=list)
    offers: follow.Offers = field(default_factory=dict)


async def settle_many(desk: OrdersDesk, tidings: Sequence[Tidings]) -> list[Settled | Exception]:
    """Settle a list in one commit; on an error each item by itself, with its own result."""
    try:
        return list(await _settle(desk, tidings))
    except (psycopg.Error, KonterError) as error:
        # Settling is idempotent by the states it finds, so an unknown commit is simply redone.
        if len(tidings) == 1 and not isinstance(error, CommitUnknown):
            log.error("orders.settle_failed", attempt=tidings[0].attempt_id, problem=str(error))
            return [error]
    results: list[Settled | Exception] = []
    for item in tidings:
        try:
            results.extend(await _settle(desk, [item]))
        except (psycopg.Error, KonterError) as error:
            log.error("orders.settle_failed", attempt=item.attempt_id, problem=str(error))
            results.append(error)
    return results


async def _settle(desk: OrdersDesk, tidings: Sequence[Tidings]) -> list[Settled]:
    async with desk.db.transaction() as tx:
        attempts, orders = await store.lock_for_news(tx, [t.attempt_id for t in tidings])
        work = Work(desk.clock.now(), attempts, orders)
        refused = {
            t.attempt_id
            for t in tidings
            if isinstance(t.news, Rejected) or attempts[t.attempt_id].parked_news is not None
        }
        work.offers = await follow.other_offers(desk, tx, attempts, orders, refused)
        results = [_take(desk, work, item) for item in tidings]
        await _write(desk, tx, work, tidings)
    desk.hints.news([result.order_id for result in results if result.is_news])
    if work.onward:
        desk.hints.due()
    return results


def _take(desk: OrdersDesk, work: Work, item: Tidings) -> Settled:
    """One piece of news, and after a call's own answer the news that waited for it."""
    attempt = work.attempts[item.attempt_id]
    order = work.orders[attempt.order_id]
    was = order.state
    ends_call = item.via in CALLS and _note_call(attempt, item)
    waits = _counts(order, attempt, item, work.at) and _apply(desk, work, attempt, item)
    if _gives_up(desk, attempt, item, work.at):
        refusal = Rejected(Fault.OTHER, formed=True, reason=GIVEN_UP)
        _apply(desk, work, attempt, Tidings(attempt.id, refusal, Via.DEADLINE, work.at))
    if ends_call or item.via is Via.PARKED:
        waits = _take_parked(desk, work, attempt) or waits
    is_news = order.state is not was or isinstance(item.news, Pending)
    return Settled(order.id, order.state, is_news, waits)


def _counts(order: store.OrderRow, attempt: store.AttemptRow, item: Tidings, now: datetime) -> bool:
    """Whether it is news at all. A deadline ends only what has certainly never left.

    The order may have been claimed since its deadline was seen to pass.
    """
    if item.via is Via.DEADLINE:
        return never_left(order, attempt, now)
    return item.via is not Via.PARKED


def never_left(order: store.OrderRow, attempt: store.AttemptRow, now: datetime) -> bool:
    """No call about it is in flight and none may have reached the upstream."""
    unsent = attempt.state is AttemptState.DUE and attempt.sends == 0
    return order.state is OrderState.HELD and unsent and not _in_flight(attempt, now)


def _take_parked(desk: OrdersDesk, work: Work, attempt: store.AttemptRow) -> bool:
    """The refusals that waited for the call. One that a success has overtaken is not a reversal."""
    kept, attempt.parked_news = parked.read(attempt.parked_news), None
    waits = False
    for news, happened_at in kept:
        if attempt.state is AttemptState.DELIVERED and not news.reversal:
            order = work.orders[attempt.order_id]
            detail = f"{order.code}: refused ({news.code}) while asked, then delivered"
            work.tasks.append(tasks.Task("review", f"order:{order.id}", detail, work.at))
            continue
        late = Tidings(attempt.id, news, Via.PARKED, happened_at)
        waits = _apply(desk, work, attempt, late) or waits
    return waits


def _note_call(attempt: store.AttemptRow, item: Tidings) -> bool:
    """A call ended. True: its lease ended with it; somebody else may hold the lease by now.

    Only the first to tell of a call counts it, so that settling it again changes nothing; a call
    that did not leave after all is then still taken for one that may have.
    """
    ends_lease = item.fence == attempt.fence and attempt.lease_until is not None
    if ends_lease:
        attempt.lease_until = None
    if isinstance(item.news, NotSent):
        if ends_lease:
            attempt.sends -= 1
            attempt.not_sent += 1
            attempt.first_sent_at = attempt.first_sent_at if attempt.sends else None
        return ends_lease
    attempt.enquiries += int(ends_lease and item.via is Via.ENQUIRY)
    attempt.not_sent = 0
    if attempt.last_call_at is None or attempt.last_call_at < item.happened_at:
        attempt.last_call_at = item.happened_at
    return ends_lease


def _apply(desk: OrdersDesk, work: Work, attempt: store.AttemptRow, item: Tidings) -> bool:
    """Decide one piece of news and note what follows. True: it was parked behind a live call."""
    order = work.orders[attempt.order_id]
    news = _believed(attempt, item)
    if isinstance(news, Rejected) and _in_flight(attempt, work.at):
        attempt.parked_news = parked.add(attempt.parked_news, news, item.happened_at)
        return True
    step = decide(
        order.state, attempt.state, attempt.is_current, news, _given(desk, work, attempt, item)
    )
    _note_words(order, attempt, news, item.happened_at)
    _note_refusal(attempt, step, item)
    was_live = attempt.state in LIVE
    attempt.state = step.attempt_to
    _move_money(work, order, attempt, step, item)
    _move_order(work, order, step, news)
    if attempt.state in LIVE:
        attempt.next_action_at = follow.next_action(desk, attempt, step.follow, work.at)
    elif was_live:
        attempt.next_action_at = None
        attempt.lease_until = None
        attempt.ended_at = work.at
    _note_follow(work, order, attempt, step, news, ended=was_live and attempt.state not in LIVE)
    return False


def _in_flight(attempt: store.AttemptRow, now: datetime) -> bool:
    """A purchase-capable call holds its lease: nothing frees the order meanwhile."""
    return attempt.lease_until is not None and attempt.lease_until > now


def _believed(attempt: store.AttemptRow, item: Tidings) -> Outcome:
    """'No record' proves nothing once another call than the answered one may have left."""
    news = item.news
    if isinstance(news, Rejected) and not news.formed and item.via in CALLS and attempt.sends > 1:
        return Unknown(f"rc {news.code} came after the purchase was asked for again")
    return news


def _gives_up(desk: OrdersDesk, attempt: store.AttemptRow, item: Tidings, now: datetime) -> bool:
    """The shop's own rule: the fifth enquiry that is still pending ends it, at the shop's risk."""
    return (
        desk.pending_deadline is PendingDeadline.REFUND
        and item.via is Via.ENQUIRY
        and isinstance(item.news, Pending)
        and attempt.enquiries >= follow.FREQUENT_ENQUIRIES
        and attempt.state in LIVE
        and not _in_flight(attempt, now)
    )


def _given(desk: OrdersDesk, work: Work, attempt: store.AttemptRow, item: Tidings) -> Circumstances:
    traits = desk.providers[attempt.account].traits
    gap = timedelta(seconds=desk.times.enquiry_min_gap)
    proves = traits.absence_proves_after
    return Circumstances(
        agreed=item.via is Via.DEADLINE
        or (
            item.via in CALLS
            and attempt.refused_at is not None
            and item.happened_at - attempt.refused_at >= gap
        ),
        another_offer=item.via is not Via.DEADLINE and attempt.order_id in work.offers,
        may_have_left=attempt.sends > 0,
        absence_proves=proves is not None
        and not _in_flight(attempt, work.at)
        and attempt.first_sent_at is not None
        and item.happened_at - attempt.first_sent_at >= proves,
    )


def _note_words(
    order: store.OrderRow, attempt: store.AttemptRow, news: Outcome, happened_at: datetime
) -> None:
    """Keep the upstream's last words: whole beside the attempt, the buyer's part on the order."""
    words: str | None = None
    match news:
        case Delivered():
            words = attempt.message = news.message
            attempt.serial = news.serial
        case Rejected():
            attempt.message, attempt.code = news.reason, news.code
            words = None if news.fault is Fault.SUPPLIER else news.reason
        case Pending():
            words = attempt.message = news.message
        case _:
            attempt.message = news.detail[:500]
    if words is not None:
        order.last_words, order.last_words_at = words, happened_at


def _note_refusal(attempt: store.AttemptRow, step: Step, item: Tidings) -> None:
    """Remember a doubtful refusal until a second call agrees; other news takes it back."""
    if step.follow is Follow.CONFIRM_REFUSAL:
        if item.via in CALLS and attempt.refused_at is None:
            attempt.refused_at = item.happened_at
    elif item.via in CALLS and isinstance(item.news, Delivered | Pending):
        attempt.refused_at = None


def _move_money(
    work: Work,
    order: store.OrderRow,
    attempt: store.AttemptRow,
    step: Step,
    item: Tidings,
) -> None:
    hold = Hold(order.id, order.user_id, Rupiah(order.price), order.code, item.happened_at)
    if step.price is Price.CAPTURE:
        work.captures.append(hold)
        order.price_at = "sales"
    elif step.price is Price.RELEASE:
        work.releases.append(hold)
        order.price_at = "buyer"
    if step.cost is Cost.BOOK and isinstance(item.news, Delivered):
        known = item.news.cost
        attempt.cost = known.amount if known and known.amount > 0 else attempt.expected_cost
        work.costs.append(_cost(order, attempt, "cost", item.happened_at))
        if known is None:
            detail = f"{order.code}: cost unreadable, booked the expected {attempt.cost}"
            work.tasks.append(tasks.Task("unreadable_cost", f"order:{order.id}", detail, work.at))
    elif step.cost is Cost.RETURN and attempt.cost is not None:
        work.costs.append(_cost(order, attempt, "costback", item.happened_at))


def _cost(
    order: store.OrderRow, attempt: store.AttemptRow, kind: str, happened_at: datetime
) -> Transfer:
    supplier = f"provider:{attempt.account}"
    debit, credit = ("cost", supplier) if kind == "cost" else (supplier, "cost")
    return Transfer(
        key=f"{kind}:{attempt.id}",
        kind=kind,
        debit=debit,
        credit=credit,
        amount=Rupiah(attempt.cost or 0),
        order_id=order.id,
        reference=order.code,
        happened_at=happened_at,
    )


def _move_order(work: Work, order: store.OrderRow, step: Step, news: Outcome) -> None:
    if isinstance(news, Delivered) and step.cost is Cost.BOOK and order.serial is None:
        order.serial = news.serial
    if step.order_to is order.state:
        return
    because = type(news).__name__.lower()
    if isinstance(news, Rejected) and news.code:
        because = f"rejected {news.code}"
    order.moves += 1
    work.moves.append(store.Move(order.id, order.moves, order.state, step.order_to, because))
    was, order.state = order.state, step.order_to
    if order.state not in HOLDING:
        work.ended.add(order.id)
    if order.state is OrderState.DISPUTED:
        order.disputes += 1
        detail = f"{order.code}: {because} while {was}; decide with konter order resolve"
        work.tasks.append(tasks.Task("dispute", f"order:{order.id}", detail, work.at))
    follow.tell_buyer(work.notices, order, news, work.at)


def _note_follow(
    work: Work,
    order: store.OrderRow,
    attempt: store.AttemptRow,
    step: Step,
    news: Outcome,
    *,
    ended: bool,
) -> None:
    if step.follow in (Follow.NEXT_OFFER, Follow.WAIT_FOR_SUPPLIER):
        attempt.is_current = False
        work.onward.append((attempt, step.follow))
    if ended and isinstance(news, Rejected) and news.fault is Fault.SUPPLIER:
        work.gates.append((attempt, news))
    if step.follow is Follow.REVIEW:
        detail = f"{order.code}: {attempt.account} has no record of {attempt.reference}"
        work.tasks.append(tasks.Task("review", f"order:{order.id}", detail, work.at))


async def _write(desk: OrdersDesk, tx: Tx, work: Work, tidings: Sequence[Tidings]) -> None:
    """Everything of one commit. Attempts that stop being current make way before new ones come."""
    for attempt, refusal in sorted(work.gates, key=lambda closing: closing[0].account):
        await _close_gate(tx, work, attempt, refusal)
    new_attempts = await _next_attempts(desk, tx, work)
    await store.write_attempts(tx, list(work.attempts.values()))
    await store.insert_attempts(tx, new_attempts, at=work.at)
    await store.write_orders(tx, list(work.orders.values()), at=work.at)
    await store.write_moves(tx, work.moves, at=work.at)
    await end_many(tx, captures=work.captures, releases=work.releases, at=work.at)
    await post(tx, work.costs, at=work.at)
    await notices.add_many(tx, work.notices)
    ended = [f"order:{order_id}" for order_id in work.ended]
    await tasks.close_many(tx, ended, at=work.at, by="settled", kind="stuck")
    for kind, subject, detail in await tasks.open_many(tx, work.tasks):
        log.warning("alert." + kind, subject=subject, detail=detail)
    await exchanges.keep(tx, [t.exchange for t in tidings if t.exchange is not None])
    heard = [
        inbox.Finished(t.message, "handled", type(t.news).__name__)
        for t in tidings
        if t.message is not None
    ]
    await inbox.finish(tx, heard, at=work.at)


async def _next_attempts(desk: OrdersDesk, tx: Tx, work: Work) -> list[store.NewAttempt]:
    """The attempts that follow refused ones; waiting for a supplier uses no try."""
    fresh: list[store.NewAttempt] = []
    for attempt, why in work.onward:
        order = work.orders[attempt.order_id]
        offer = work.offers[order.id][0] if why is Follow.NEXT_OFFER else None
        order.tries += int(offer is not None)
        (new_id,) = await desk.ids.take(tx, 1)
        fresh.append(follow.attempt_after(desk, order, attempt, offer, new_id=new_id, at=work.at))
    return fresh


async def _close_gate(tx: Tx, work: Work, attempt: store.AttemptRow, refusal: Rejected) -> None:
    """A fault of ours at the supplier: stop buying there until somebody, or a deposit, helps."""
    needs = Rupiah(attempt.max_price) if refusal.code == "44" else None
    newly = await gate.close(
        tx,
        account=attempt.account,
        code=refusal.code,
        reason=refusal.reason,
        needs=needs,
        at=work.at,
    )
    if newly:
        detail = f"{attempt.account} refused us with rc {refusal.code}: {refusal.reason}"
        subject = f"supplier:{attempt.account}"
        work.tasks.append(tasks.Task("gate_closed", subject, detail, work.at))
