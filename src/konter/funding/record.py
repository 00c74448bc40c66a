"""What one commit of confirmation will write, noted word by word before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import structlog

from konter.db.pool import Tx
from konter.funding.backoff import next_question, soonest
from konter.funding.decide import Step, decide, problem_of, word_of
from konter.funding.desk import PayTimes
from konter.funding.legs import legs_in, presumed_fee
from konter.funding.rows import PaymentRow, end_invoices, write_payments
from konter.funding.states import PaymentState
from konter.hooks import tasks
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer, post
from konter.upstreams.gateway_contract import Paid, PaidOtherwise, State

log = structlog.get_logger("konter.funding")

ELSEWHERE = "belongs to another invoice"


@dataclass(slots=True)
class Work:
    """All that one commit will write. ``taken``: transactions (gateway, the gateway's id) that are
    in the books already."""

    times: PayTimes
    at: datetime
    rows: dict[int, PaymentRow]
    taken: set[tuple[str, str]]
    transfers: list[Transfer] = field(default_factory=list)
    tasks: list[tasks.Task] = field(default_factory=list)
    ended_invoices: set[int] = field(default_factory=set)


def take(
    work: Work, row: PaymentRow, news: State, *, at: datetime, fence: int | None = None
) -> bool:
    """One word about one payment, heard ``at``. True: it puts the payment's money into the books.

    ``fence``: of the lease under which it was asked; None: it came by itself.
    """
    hastened = row.was_hastened
    if fence is not None:
        _note_question(row, at, fence)
    step = decide(row.state, news, asked=Rupiah(row.asked))
    match step, news:
        case Step.CONFIRM | Step.REVIEW, Paid() | PaidOtherwise():
            return _take_money(work, row, news, at=at, review=step is Step.REVIEW)
        case (Step.ASK_AGAIN, _):
            _ask_again(work, row, news, at=at, asked=fence is not None, hastened=hastened)
        case (Step.END, _) if hastened:
            # Something has happened since they were asked.
            _ask_again(work, row, news, at=at, asked=fence is not None, hastened=True)
        case (Step.END, _):
            _end(row, said=word_of(news), problem=problem_of(news))
        case (Step.GIVEN_BACK, _):
            _note_refund(work, row, at)
            _end(row, said=word_of(news))
        case (Step.NOTE_REFUND, _):
            _note_refund(work, row, at)
    return False


async def write(tx: Tx, work: Work) -> None:
    """Everything that was noted, in a fixed number of statements."""
    await write_payments(tx, list(work.rows.values()))
    await end_invoices(tx, sorted(work.ended_invoices))
    await post(tx, work.transfers, at=work.at)
    for kind, subject, detail in await tasks.open_many(tx, work.tasks):
        log.warning("alert." + kind, subject=subject, detail=detail)


def _note_question(row: PaymentRow, at: datetime, fence: int) -> None:
    """A question ended. Its lease ends with it, unless somebody else holds it by now."""
    if row.last_asked_at is None or row.last_asked_at < at:
        row.last_asked_at = at
    if fence == row.fence and row.lease_until is not None:
        row.lease_until = None
        row.asks += 1


def _take_money(
    work: Work, row: PaymentRow, news: Paid | PaidOtherwise, *, at: datetime, review: bool
) -> bool:
    """It enters the books, to be applied or to wait for a person; unless it did so before, as the
    payment of another invoice."""
    if (row.gateway, row.their_id) in work.taken:
        _end(row, problem=ELSEWHERE)
        log.warning("payment.elsewhere", payment=row.id, code=row.shown_as, their_id=row.their_id)
        return False
    receipt = news.receipt
    kept = presumed_fee(row, receipt) if receipt.kept is None else receipt.kept.amount
    row.state = PaymentState.REVIEW if review else PaymentState.UNAPPLIED
    row.amount, row.kept = receipt.amount.amount, kept
    row.charged = None if receipt.charged is None else receipt.charged.amount
    row.on_hold = isinstance(news, Paid) and news.on_hold
    row.said, row.problem = word_of(news), problem_of(news)
    row.paid_at, row.confirmed_at = receipt.paid_at, work.at
    row.next_action_at = None if review else work.at
    row.lease_until = None
    work.transfers += legs_in(row, amount=row.amount, kept=kept, happened_at=receipt.paid_at or at)
    work.taken.add((row.gateway, row.their_id))
    work.ended_invoices.add(row.invoice_id)
    if review:
        asked = Rupiah(row.asked).shown()
        detail = (
            f"asked {asked}, {row.gateway} says: {row.problem}; konter payment release {row.id}"
        )
        _open_task(work, row, "payment_review", detail)
    if receipt.kept is None:
        detail = f"{row.gateway}'s fee unreadable, booked {Rupiah(kept).shown()}"
        _open_task(work, row, "unreadable_fee", detail)
    log.info("payment.confirmed", payment=row.id, code=row.shown_as, amount=row.amount)
    return True


def _ask_again(
    work: Work, row: PaymentRow, news: State, *, at: datetime, asked: bool, hastened: bool
) -> None:
    """Still undecided: the next question by back-off, at once after a hint, or none any more."""
    row.said = word_of(news) or row.said
    row.problem = problem_of(news)
    if not asked or row.lease_until is not None:
        return  # It came by itself, or somebody asks just now: their next question stands.
    if hastened:
        row.next_action_at = soonest(work.times, work.at, row.last_asked_at)
        return
    row.next_action_at = next_question(
        work.times, created_at=row.invoiced_at, expires_at=row.expires_at, ended_at=at
    )
    if row.next_action_at is None:
        row.state = PaymentState.ENDED


def _end(row: PaymentRow, *, said: str | None = None, problem: str | None = None) -> None:
    row.state = PaymentState.ENDED
    row.next_action_at = row.lease_until = None
    row.said, row.problem = said or row.said, problem


def _note_refund(work: Work, row: PaymentRow, at: datetime) -> None:
    """They gave it back: news for an operator, once. Nothing moves; and what was still to be
    applied is not, until a person has looked."""
    if row.refunded_at is None:
        row.refunded_at = at
        if row.state is PaymentState.UNAPPLIED:
            row.state, row.next_action_at = PaymentState.REVIEW, None
            detail = f"{row.gateway} gave it back before it was applied; konter payment reversal"
            _open_task(work, row, "payment_review", f"{detail} {row.id}")
        here = "not in our books" if row.amount is None else f"{Rupiah(row.amount).shown()} in ours"
        detail = f"{row.gateway} gave {row.their_id} back to whoever paid it, {here}"
        _open_task(work, row, "gateway_refund", detail)


def _open_task(work: Work, row: PaymentRow, kind: str, detail: str) -> None:
    work.tasks.append(tasks.Task(kind, row.subject, f"{row.shown_as}: {detail}", work.at))
