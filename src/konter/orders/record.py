"""A decision is noted: what it moves, and what is to be done next. Nothing is written yet."""

from __future__ import annotations

from datetime import datetime

from konter.hooks import tasks
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Absent, Delivered, Outcome, Rejected
from konter.ledger.holds import Hold
from konter.ledger.post import Transfer
from konter.orders import store
from konter.orders.blame import note_end
from konter.orders.decide import Cost, Follow, Price, Step
from konter.orders.noted import Work
from konter.orders.states import HOLDING, OrderState
from konter.orders.tell_buyer import tell_buyer
from konter.orders.tidings import Tidings


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
            booked = Rupiah(attempt.cost).shown()
            detail = f"{order.code}: cost unreadable, booked the expected {booked}"
            work.tasks.append(tasks.Task("unreadable_cost", f"order:{order.id}", detail, work.at))
        elif attempt.cost > (most := _dearest(attempt)):
            taken, expected = Rupiah(attempt.cost).shown(), Rupiah(most).shown()
            detail = f"{order.code}: {attempt.account} took {taken}, not {expected}"
            work.tasks.append(tasks.Task("dear_cost", f"order:{order.id}", detail, work.at))
    elif step.cost is Cost.RETURN and attempt.cost is not None:
        work.costs.append(_cost(order, attempt, "costback", item.happened_at))


def _dearest(attempt: store.AttemptRow) -> int:
    """Whole rupiah above which a cost is a person's business: not every upstream takes a limit with
    the purchase. A bill has the price that its check named."""
    return attempt.expected_cost if attempt.is_bill else attempt.max_price


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
    tell_buyer(work.told, order, news, work.at)


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
    item: Tidings,
    news: Outcome,
) -> None:
    """Note what is to be done next, ``news`` being as much of ``item`` as was believed."""
    if step.follow in (Follow.NEXT_OFFER, Follow.WAIT_FOR_SUPPLIER):
        attempt.is_current = False
        work.onward.append((attempt, step.follow))
    if step.follow is Follow.REVIEW:
        said = "has no record of" if isinstance(news, Absent) else "answered in doubt about"
        detail = f"{order.code}: {attempt.account} {said} {attempt.reference}: {attempt.message}"
        work.tasks.append(tasks.Task("review", f"order:{order.id}", detail, work.at))


def end_attempt(work: Work, attempt: store.AttemptRow, news: Outcome, item: Tidings) -> None:
    """It is over: nothing is asked about it any more."""
    attempt.next_action_at = None
    attempt.lease_until = None
    attempt.ended_at = work.at
    note_end(work.blame, attempt, news, item)


def note_overtaken(work: Work, attempt: store.AttemptRow, refusal: Rejected) -> None:
    """A refusal that waited for a call which then brought a success: a person compares."""
    order = work.orders[attempt.order_id]
    detail = f"{order.code}: refused (rc {refusal.code}) while being asked, then delivered"
    work.tasks.append(tasks.Task("review", f"order:{order.id}", detail, work.at))
