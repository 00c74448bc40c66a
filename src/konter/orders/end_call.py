"""A call about an attempt has ended: its lease ends, and it is counted, once."""

from __future__ import annotations

from konter.kernel.outcome import NotSent
from konter.orders import absence
from konter.orders.blame import Blame, note_first_doubt
from konter.orders.desk import OrdersDesk
from konter.orders.store import AttemptRow
from konter.orders.tidings import CALLS, Tidings, Via


def end_call(desk: OrdersDesk, blame: Blame, attempt: AttemptRow, item: Tidings) -> bool:
    """True: this news is a call's own answer, and its lease ended with it."""
    if item.via is Via.RECHECK:
        attempt.last_call_at = item.happened_at
    if item.via not in CALLS:
        return False
    buys = item.via is Via.PURCHASE or desk.asks_by_reposting(attempt)
    if not _count(attempt, item, buys=buys):
        return False
    absence.note_answer(attempt, item)
    note_first_doubt(blame, attempt, item)
    return True


def _count(attempt: AttemptRow, item: Tidings, *, buys: bool) -> bool:
    """A call ended. True: its lease ended with it; somebody else may hold the lease by now.

    Only the first to tell of a call counts it, so that settling it again changes nothing; a call
    that did not leave after all is then still taken for one that may have. ``buys``: it was a
    purchase-capable one.
    """
    ends_lease = item.fence == attempt.fence and attempt.lease_until is not None
    if ends_lease:
        attempt.lease_until = None
    if isinstance(item.news, NotSent):
        if ends_lease:
            attempt.sends -= int(buys)
            attempt.not_sent += 1
            attempt.first_sent_at = attempt.first_sent_at if attempt.sends else None
        return ends_lease
    attempt.enquiries += int(ends_lease and item.via is Via.ENQUIRY)
    attempt.not_sent = 0
    if attempt.last_call_at is None or attempt.last_call_at < item.happened_at:
        attempt.last_call_at = item.happened_at
    return ends_lease
