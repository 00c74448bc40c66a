"""Beat 1: take due attempts under a lease and a fence, before a single byte leaves.

Rows that somebody else holds are skipped, never waited for; what is claimed is written down as
``sending`` with its next action at the lease's end, so a crash costs a delay and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from konter.db.pool import Tx
from konter.hooks import tasks
from konter.orders import store
from konter.orders.desk import OrdersDesk
from konter.orders.states import HOLDING, AttemptState, OrderState
from konter.suppliers.gate import blocked_accounts, closed
from konter.upstreams.biller_contract import Biller
from konter.upstreams.contract import Doubt, Provider

# An order past its deadline is not begun any more; the sweep refunds it. It counts from the first
# attempt, which is as old as the order, or as its payment. What is only to be settled (news that
# waited for a lost call) asks nothing, so no gate and no pause stops it; nor do they stop a
# question that buys nothing, for it can be asked for a day only. A bill that has not left by the
# end of its check's day never does; the sweep refunds it as well.
DUE = """
SELECT a.id
FROM orders.attempts a JOIN orders.orders o ON o.id = a.order_id
WHERE a.next_action_at <= %(now)s
  AND a.account = ANY(CASE WHEN a.is_bill THEN %(billers)s::text[] ELSE %(accounts)s::text[] END)
  AND (NOT a.account = ANY(%(blocked)s) OR a.parked_news IS NOT NULL
       OR (a.sends > 0 AND a.account = ANY(
           CASE WHEN a.is_bill THEN %(asking_bills)s::text[] ELSE %(asking)s::text[] END)))
  AND (a.send_by IS NULL OR a.sends > 0 OR a.send_by > %(now)s)
  AND (a.lease_until IS NULL OR a.lease_until <= %(now)s)
  AND (a.state <> 'due' OR o.state <> 'held' OR o.created_at > %(oldest)s OR (
    SELECT f.created_at FROM orders.attempts f
    WHERE f.order_id = o.id AND f.number = 1) > %(oldest)s)
ORDER BY a.next_action_at LIMIT %(most)s
FOR NO KEY UPDATE OF o, a SKIP LOCKED
"""

# Other calls about the same SKU and number: in flight now, or ended not long ago.
NEIGHBOURS = """
SELECT n.id, max(CASE WHEN a.lease_until > %(now)s THEN %(now)s ELSE a.last_call_at END)
FROM unnest(%(id)s::bigint[], %(account)s::text[], %(sku)s::text[], %(customer_no)s::text[])
    AS n (id, account, sku, customer_no)
JOIN orders.attempts a ON a.customer_no = n.customer_no AND a.sku = n.sku
    AND a.account = n.account AND a.id <> n.id
WHERE a.last_call_at > %(since)s OR a.lease_until > %(now)s
GROUP BY n.id
"""

# Two workers that claim two orders for one number at one moment: one of them comes back later.
TAKE_TURNS = """
SELECT n.id FROM unnest(%(id)s::bigint[], %(thing)s::text[]) AS n (id, thing)
WHERE pg_try_advisory_xact_lock(hashtextextended(n.thing, 7362513))
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One attempt to be asked about. ``first``: no purchase call of it may have left before.

    ``start_by``: monotonic seconds after which the call may not begin any more. ``only_parked``:
    nothing is asked, the news that waited for a lost call is settled.
    """

    attempt: store.AttemptRow
    order_code: str
    first: bool
    start_by: float
    only_parked: bool = False


async def claim(desk: OrdersDesk, most: int) -> list[Claimed]:
    """Claim at most ``most`` due attempts in one commit."""
    began = desk.clock.monotonic()
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        attempts, orders = await _due(desk, tx, most, now)
        if not attempts:
            return []
        crowded = await _crowded(desk, tx, attempts, now)
        claimed: list[Claimed] = []
        moved: list[store.OrderRow] = []
        moves: list[store.Move] = []
        for attempt in attempts:
            order = orders[attempt.order_id]
            _note_lost_call(attempt)
            wait = _not_now(desk, attempt, order, crowded, now=now)
            if wait is not None:
                attempt.next_action_at = wait
                continue
            if attempt.parked_news is not None:
                claimed.append(_parked(desk, attempt, order, began=began, now=now))
                continue
            if order.state is OrderState.HELD:
                order.moves += 1
                moves.append(store.Move(order.id, order.moves, "held", "sent", "claimed"))
                order.state = OrderState.SENT
                moved.append(order)
            claimed.append(_send(desk, attempt, order, began=began, now=now))
        await _drop_needless(desk, tx, attempts, orders, now=now)
        await store.write_attempts(tx, attempts)
        await store.write_orders(tx, moved, at=now)
        await store.write_moves(tx, moves, at=now)
    return claimed


async def _due(
    desk: OrdersDesk, tx: Tx, most: int, now: datetime
) -> tuple[list[store.AttemptRow], dict[int, store.OrderRow]]:
    blocked = await blocked_accounts(tx)
    asking, asking_bills = await _may_be_asked(desk, tx, blocked)
    facts = {
        "now": now,
        "most": most,
        "accounts": list(desk.providers),
        "billers": list(desk.billers),
        "blocked": sorted(blocked),
        "asking": asking,
        "asking_bills": asking_bills,
        "oldest": now - timedelta(seconds=desk.times.held_deadline),
    }
    found = [row[0] for row in await tx.rows(DUE, facts)]
    if not found:
        return [], {}
    attempts, orders = await store.lock_for_news(tx, found)
    return list(attempts.values()), orders


async def _may_be_asked(desk: OrdersDesk, tx: Tx, blocked: Set[str]) -> tuple[list[str], list[str]]:
    """Those that are sent nothing and can be asked without buying, about purchases and about bills,
    unless it was asking as such that they refused: our PIN, password or address."""
    both: tuple[Mapping[str, Provider | Biller], ...] = (desk.providers, desk.billers)
    asking, bills = (
        [a for a in sorted(blocked & one.keys()) if one[a].traits.doubt is not Doubt.REPOST]
        for one in both
    )
    gates = await closed(tx, sorted({*asking, *bills})) if asking or bills else {}
    refused = {account for account, gate in gates.items() if gate.needs is None}
    return [a for a in asking if a not in refused], [a for a in bills if a not in refused]


def _note_lost_call(attempt: store.AttemptRow) -> None:
    """A lease that ran out counts as a call that ended then, with an unknown answer."""
    if attempt.lease_until is None:
        return
    if attempt.last_call_at is None or attempt.last_call_at < attempt.lease_until:
        attempt.last_call_at = attempt.lease_until
    attempt.lease_until = None
    attempt.state = AttemptState.OPEN


def _not_now(
    desk: OrdersDesk,
    attempt: store.AttemptRow,
    order: store.OrderRow,
    crowded: dict[int, datetime],
    *,
    now: datetime,
) -> datetime | None:
    """When this attempt may be looked at again, or None: it may be asked about now."""
    if attempt.parked_news is not None:
        return None
    if order.state not in HOLDING and _buys(desk, attempt):
        # Nothing is bought any more for an order that is decided; a late answer is still heard.
        return now + timedelta(days=1)
    gap = desk.gap(attempt)
    if attempt.last_call_at is not None and attempt.last_call_at + gap > now:
        return attempt.last_call_at + gap
    horizon = desk.adapter_of(attempt).traits.repost_horizon
    if attempt.first_sent_at is not None and attempt.first_sent_at + horizon <= now:
        return now + timedelta(days=1)
    return crowded.get(attempt.id) if _buys(desk, attempt) else None


def _buys(desk: OrdersDesk, attempt: store.AttemptRow) -> bool:
    """Whether the next call about it could buy: the first, and all where one asks by re-post.

    A first call that was lost may have left, so it is asked about, and never sent again.
    """
    return attempt.sends == 0 or desk.asks_by_reposting(attempt)


def _send(
    desk: OrdersDesk,
    attempt: store.AttemptRow,
    order: store.OrderRow,
    *,
    began: float,
    now: datetime,
) -> Claimed:
    lease_s = desk.lease_s(attempt)
    first = attempt.sends == 0
    attempt.state = AttemptState.SENDING
    attempt.fence += 1
    attempt.sends += int(_buys(desk, attempt))
    attempt.first_sent_at = attempt.first_sent_at or now
    attempt.lease_until = now + timedelta(seconds=lease_s)
    attempt.next_action_at = attempt.lease_until
    return Claimed(attempt, order.code, first, began + lease_s / 4)


def _parked(
    desk: OrdersDesk,
    attempt: store.AttemptRow,
    order: store.OrderRow,
    *,
    began: float,
    now: datetime,
) -> Claimed:
    """The call that held this lease was lost; what was heard meanwhile is settled without one."""
    attempt.next_action_at = now + timedelta(seconds=desk.times.enquiry_min_gap)
    return Claimed(attempt, order.code, False, began, only_parked=True)


async def _crowded(
    desk: OrdersDesk, tx: Tx, attempts: Sequence[store.AttemptRow], now: datetime
) -> dict[int, datetime]:
    """Attempts that must wait for another one about the same SKU and number, and until when."""
    gap = timedelta(seconds=desk.times.repeat_gap)
    things = {a.id: f"{a.account}|{a.sku}|{a.customer_no}" for a in attempts}
    crowded: dict[int, datetime] = {}
    seen: set[str] = set()
    for attempt in attempts:
        if things[attempt.id] in seen:
            crowded[attempt.id] = now + gap
        seen.add(things[attempt.id])
    facts = {"id": list(things), "thing": list(things.values())}
    free = {row[0] for row in await tx.rows(TAKE_TURNS, facts)}
    crowded.update({a.id: now + gap for a in attempts if a.id not in free})
    neighbours = await tx.rows(
        NEIGHBOURS,
        {
            "id": [a.id for a in attempts],
            "account": [a.account for a in attempts],
            "sku": [a.sku for a in attempts],
            "customer_no": [a.customer_no for a in attempts],
            "now": now,
            "since": now - gap,
        },
    )
    crowded.update({attempt_id: until + gap for attempt_id, until in neighbours})
    return crowded


async def _drop_needless(
    desk: OrdersDesk,
    tx: Tx,
    attempts: Sequence[store.AttemptRow],
    orders: dict[int, store.OrderRow],
    *,
    now: datetime,
) -> None:
    """End attempts that never left though their order is decided; name those past the horizon."""
    opened: list[tasks.Task] = []
    for attempt in attempts:
        order = orders[attempt.order_id]
        if order.state not in HOLDING and attempt.state is AttemptState.DUE:
            attempt.state = AttemptState.REJECTED
            attempt.message = "never sent: the order was decided before"
            attempt.next_action_at, attempt.ended_at = None, now
        elif order.state in HOLDING and attempt.state is AttemptState.OPEN:
            horizon = desk.adapter_of(attempt).traits.repost_horizon
            if attempt.first_sent_at is not None and attempt.first_sent_at + horizon <= now:
                detail = f"{order.code}: {attempt.reference} is too old to be asked about again"
                opened.append(tasks.Task("review", f"order:{order.id}", detail, now))
    await tasks.open_many(tx, opened)
