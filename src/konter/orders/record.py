"""What one commit of settlement will write, noted item by item before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from konter.hooks import notices, tasks
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Delivered, Fault, Outcome, Pending, Rejected
from konter.ledger.holds import Hold
from konter.ledger.post import Transfer
from konter.orders import follow, store
from konter.orders.decide import Cost, Follow, Price, Step
from konter.orders.states import HOLDING, OrderState
from konter.orders.tidings import Tidings
from konter.orders.words import buyers_words


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


def note_words(
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
        order.last_words, order.last_words_at = buyers_words(words), happened_at


def move_money(
    work: Work,
    order: store.OrderRow,
    attempt: store.AttemptRow,
    *,
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


def move_order(
    work: Work, order: store.OrderRow, step: Step, news: Outcome, *, because: str | None
) -> None:
    """Note the order's move, if it makes one; ``because``: a person's reason instead of a code."""
    if isinstance(news, Delivered) and step.cost is Cost.BOOK and order.serial is None:
        order.serial = news.serial
    if step.order_to is order.state:
        return
    because = because or _because(news)
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


def _because(news: Outcome) -> str:
    if isinstance(news, Rejected) and news.code:
        return f"rejected {news.code}"
    return type(news).__name__.lower()


def note_follow(
    work: Work,
    order: store.OrderRow,
    attempt: store.AttemptRow,
    step: Step,
    *,
    news: Outcome,
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


def note_overtaken(work: Work, attempt: store.AttemptRow, refusal: Rejected) -> None:
    """A refusal that waited for a call which then brought a success: a person compares."""
    order = work.orders[attempt.order_id]
    detail = f"{order.code}: refused (rc {refusal.code}) while being asked, then delivered"
    work.tasks.append(tasks.Task("review", f"order:{order.id}", detail, work.at))
