"""The one road from a gateway's word to money in the books.

A list at a time: lock, decide each, write everything in one commit. What one item does wrong does
not touch the others: the list is then confirmed singly. Only the gateway's own answer about a
transaction comes here (or a callback that the shop has chosen to trust), and it counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
import structlog

from konter.funding import record
from konter.funding.desk import FundingDesk
from konter.funding.payment import PaymentNotFound
from konter.funding.rows import confirmed_there, lock_payments
from konter.funding.states import PaymentState, Purpose
from konter.hooks import inbox
from konter.kernel.errors import KonterError
from konter.kernel.wire_types import Exchange
from konter.suppliers import exchanges
from konter.upstreams.gateway_contract import State

log = structlog.get_logger("konter.funding")


@dataclass(frozen=True, slots=True)
class Told:
    """A gateway's word about one payment, heard ``at`` (UTC).

    ``fence``: of the lease under which it was asked; None: it came by itself. ``message``: the
    callback it came by, marked handled in the same commit.
    """

    payment_id: int
    state: State
    at: datetime
    fence: int | None = None
    exchange: Exchange | None = None
    message: inbox.Message | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Where the payment stands afterwards. ``is_new``: this word put its money into the books."""

    payment_id: int
    purpose: Purpose
    purpose_id: int
    state: PaymentState
    is_new: bool


async def confirm_many(desk: FundingDesk, tolds: Sequence[Told]) -> list[Confirmed | Exception]:
    """Believe a list of words in one commit; on an error each by itself, with its own result.

    A repeat, of a word or of the whole list after an unknown commit, moves no money again. The
    result for a payment that does not exist is PaymentNotFound.
    """
    if not tolds:
        return []
    try:
        return await _confirm(desk, tolds)
    except (psycopg.Error, KonterError) as error:
        # Whether it stands or not, or whoever was faster: what is found then decides.
        log.warning("funding.confirm_again", payments=len(tolds), problem=str(error))
    results: list[Confirmed | Exception] = []
    for told in tolds:
        try:
            results.extend(await _confirm(desk, [told]))
        except (psycopg.Error, KonterError) as error:
            log.error("funding.confirm_failed", payment=told.payment_id, problem=str(error))
            results.append(error)
    return results


async def _confirm(desk: FundingDesk, tolds: Sequence[Told]) -> list[Confirmed | Exception]:
    heard = [told.exchange for told in tolds if told.exchange is not None]
    async with desk.db.transaction() as tx:
        rows = await lock_payments(tx, [told.payment_id for told in tolds])
        taken = await confirmed_there(tx, list(rows.values()))
        work = record.Work(desk.times, desk.clock.now(), rows, taken)
        results = [_take(work, told) for told in tolds]
        await record.write(tx, work)
        await exchanges.keep(tx, heard)
        finished = [_finished(told.message, told.state) for told in tolds if told.message]
        await inbox.finish(tx, finished, at=work.at)
    done = [result for result in results if isinstance(result, Confirmed)]
    if any(result.is_new for result in done):
        desk.hints.payments_confirmed()
    desk.hints.news(sorted({result.purpose_id for result in done}))
    return results


def _take(work: record.Work, told: Told) -> Confirmed | Exception:
    row = work.rows.get(told.payment_id)
    if row is None:
        return PaymentNotFound(payment=told.payment_id)
    is_new = record.take(work, row, told.state, at=told.at, fence=told.fence)
    return Confirmed(row.id, row.purpose, row.purpose_id, row.state, is_new)


def _finished(message: inbox.Message, state: State) -> inbox.Finished:
    return inbox.Finished(message, "handled", type(state).__name__)
