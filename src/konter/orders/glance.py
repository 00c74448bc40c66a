"""What an operator wants to know of the orders at a glance, and what stands with one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from konter.db.pool import Tx
from konter.orders.read import OrderNotFound

# OFFSET 0 keeps the attempts a step for each order of the day, however many attempts there are.
BY_ACCOUNT = """
SELECT a.account, (count(*) FILTER (WHERE a.state = 'delivered'))::int AS delivered,
       (count(*) FILTER (WHERE a.state IN ('rejected', 'reversed') AND a.sends > 0))::int
           AS refused,
       (count(*) FILTER (WHERE a.next_action_at IS NOT NULL))::int AS waiting
FROM orders.orders o CROSS JOIN LATERAL (
    SELECT t.account, t.state, t.sends, t.next_action_at FROM orders.attempts t
    WHERE t.order_id = o.id OFFSET 0) a
WHERE o.business_date = %(day)s GROUP BY a.account ORDER BY a.account
"""

WAITING = """
SELECT (SELECT count(*) FROM orders.attempts
        WHERE next_action_at IS NOT NULL AND state = 'due')::int AS to_send,
       (SELECT count(*) FROM orders.attempts
        WHERE next_action_at IS NOT NULL AND state <> 'due')::int AS at_supplier,
       (SELECT count(*) FROM orders.checkouts WHERE waits)::int AS unpaid
"""

STANDING = """
SELECT o.user_id, o.user_id = 0 AS is_guests, o.price_at, o.state, o.moves, a.state AS attempt,
       a.sends, m.member_id, u.email
FROM orders.orders o
LEFT JOIN orders.attempts a ON a.order_id = o.id AND a.is_current
LEFT JOIN people.users u ON u.id = o.user_id
LEFT JOIN people.members m ON m.user_id = o.user_id
WHERE o.id = %(order_id)s
"""

REFERENCES = """
SELECT reference FROM orders.attempts WHERE order_id = ANY(%(ids)s)
UNION SELECT reference FROM funding.invoices
WHERE purpose = 'order' AND purpose_id = ANY(%(ids)s)
"""

CODES = "SELECT id, code FROM orders.orders WHERE id = ANY(%(ids)s)"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A supplier account's attempts of one day's orders. ``refused``: after they had left."""

    account: str
    delivered: int
    refused: int
    waiting: int

    @property
    def success(self) -> int | None:
        """Percent of those that ended; None: none did."""
        ended = self.delivered + self.refused
        return None if ended == 0 else round(100 * self.delivered / ended)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many orders wait to be sent, for a supplier's word, for their payment."""

    to_send: int
    at_supplier: int
    unpaid: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands: what may be decided about it depends on it. ``price_at``: buyer,
    escrow or sales."""

    user_id: int
    is_guests: bool
    price_at: str
    state: str
    moves: int
    attempt: str | None
    sends: int | None
    member_id: str | None
    email: str | None

    @property
    def decisions(self) -> list[str]:
        """Those that a dispute can be ended with."""
        if self.state != "disputed":
            return []
        if self.price_at == "sales":
            return ["reverse", "absorb"]
        return ["absorb"] if self.is_guests else ["charge", "absorb"]

    @property
    def is_undecided(self) -> bool:
        return self.state in ("awaiting_payment", "held", "sent", "disputed")

    @property
    def may_end(self) -> bool:
        return self.state == "sent"

    @property
    def may_cancel(self) -> bool:
        return self.state == "awaiting_payment" or (
            self.state == "held" and self.attempt == "due" and self.sends == 0
        )

    @property
    def may_ask(self) -> bool:
        """Whether there is something to ask the supplier about."""
        return self.attempt in ("sending", "open")


async def by_account(tx: Tx, day: date) -> list[AccountLine]:
    """One WIB day's attempts, account by account."""
    return await tx.records(AccountLine, BY_ACCOUNT, {"day": day})


async def waiting(tx: Tx) -> Waiting:
    """From partial indices: it costs what waits, not what there is."""
    (found,) = await tx.records(Waiting, WAITING)
    return found


async def standing(tx: Tx, order_id: int) -> Standing:
    """Raises OrderNotFound."""
    found = await tx.records(Standing, STANDING, {"order_id": order_id})
    if not found:
        raise OrderNotFound
    return found[0]


async def codes_of(tx: Tx, ids: list[int]) -> dict[int, str]:
    """What people call these orders."""
    return {row[0]: row[1] for row in await tx.rows(CODES, {"ids": ids})} if ids else {}


async def references_of(tx: Tx, ids: list[int]) -> list[str]:
    """What these orders are called by suppliers and gateways."""
    return [row[0] for row in await tx.rows(REFERENCES, {"ids": ids})] if ids else []
