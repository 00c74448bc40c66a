"""What refusals and doubt say about a supplier: its gate closes, its breaker counts, an offer ends.

Noted item by item, written in the commit that settles them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from konter.catalogue.offers import Closing, close_offers
from konter.db.pool import Tx
from konter.hooks import tasks
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Fault, Outcome, Rejected, Unknown
from konter.orders import store
from konter.orders.desk import OrdersDesk
from konter.orders.tidings import OURS, Tidings, Via
from konter.suppliers import gate
from konter.suppliers.breaker import Heard, note_outcomes, verdict

NOT_SOLD: Final = frozenset({"43", "produk"})
"""Codes that say that a SKU does not exist, or is not sold there: only a price list knows more."""


@dataclass(slots=True)
class Blame:
    """What one commit tells of the suppliers. ``gates``: whose faults of ours close them."""

    gates: list[tuple[store.AttemptRow, Rejected]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)


def note_first_doubt(blame: Blame, attempt: store.AttemptRow, item: Tidings) -> None:
    """A sale that was not answered, or not in words that are known, speaks against its offer."""
    news = item.news
    if item.via is Via.PURCHASE and isinstance(news, Unknown) and not news.for_review:
        blame.heard.append(Heard(attempt.account, attempt.sku, False, item.happened_at))


def note_end(blame: Blame, attempt: store.AttemptRow, news: Outcome, item: Tidings) -> None:
    """An attempt ended with ``news``; what the shop itself decides is nobody's fault."""
    if item.via in OURS:
        return
    good = verdict(news)
    if good is not None:
        blame.heard.append(Heard(attempt.account, attempt.sku, good, item.happened_at))
    if isinstance(news, Rejected) and news.code in NOT_SOLD:
        because = f"{news.code}: {news.reason}"
        blame.closings.append(Closing(attempt.account, attempt.sku, because, item.happened_at))
    if isinstance(news, Rejected) and news.fault is Fault.SUPPLIER:
        blame.gates.append((attempt, news))


async def write_blame(
    desk: OrdersDesk, tx: Tx, blame: Blame, *, at: datetime
) -> Sequence[tasks.Task]:
    """Before wallets are locked, as whoever places does. Answers what a person must look at."""
    wanted: list[tasks.Task] = []
    # In the accounts' order, so that two batches never wait for each other in a circle.
    for attempt, refusal in sorted(blame.gates, key=lambda closing: closing[0].account):
        if await _close_gate(tx, attempt, refusal, at):
            detail = f"{attempt.account} refused us with rc {refusal.code}: {refusal.reason}"
            wanted.append(tasks.Task("gate_closed", f"supplier:{attempt.account}", detail, at))
    swung = await note_outcomes(tx, blame.heard, desk.breaker)
    for breaker in swung.opened:
        place = f"{breaker.account} {breaker.sku}".strip()
        detail = f"{place}: {len(breaker.failures)} purchases in a row failed there"
        wanted.append(tasks.Task("breaker_open", breaker.subject, detail, at))
    closed = [breaker.subject for breaker in swung.closed]
    await tasks.close_many(tx, closed, at=at, by="delivered", kind="breaker_open")
    await close_offers(tx, blame.closings)
    return wanted


async def _close_gate(tx: Tx, attempt: store.AttemptRow, refusal: Rejected, at: datetime) -> bool:
    """A fault of ours at the supplier: stop buying there until somebody, or a deposit, helps. True
    if it was open."""
    return await gate.close(
        tx,
        account=attempt.account,
        code=refusal.code,
        reason=refusal.reason,
        needs=Rupiah(attempt.max_price) if refusal.code == "44" else None,
        at=at,
    )
