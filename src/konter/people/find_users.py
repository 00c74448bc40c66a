"""Looking for people by name, e-mail, number or member id; and all that is known of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.people.permits import Role
from konter.people.roster import NoSuchUser

# The newest first; NULL means any. A part of a name or address will do, the start of a member id.
FIND = """
SELECT u.id, u.email, u.name, u.role, u.disabled_at, u.created_at, m.member_id,
       coalesce(w.balance, 0) AS balance, coalesce(w.blocked, false) AS blocked
FROM people.users u
LEFT JOIN people.members m ON m.user_id = u.id
LEFT JOIN ledger.wallets w ON w.user_id = u.id
WHERE (%(role)s::text IS NULL OR u.role = %(role)s)
  AND (%(before)s::bigint IS NULL OR (u.created_at, u.id) < (
       SELECT b.created_at, b.id FROM people.users b WHERE b.id = %(before)s))
  AND (%(part)s::text IS NULL OR u.email LIKE %(part)s OR u.name ILIKE %(part)s
       OR m.member_id LIKE %(start)s OR u.id::text = %(text)s)
ORDER BY u.created_at DESC, u.id DESC LIMIT %(most)s
"""

CARD = """
SELECT u.id, u.email, u.name, u.role, u.disabled_at, u.created_at, m.member_id,
       coalesce(w.balance, 0) AS balance, coalesce(-w.floor, 0) AS credit,
       coalesce(w.blocked, false) AS blocked,
       (SELECT count(*) FROM people.tokens t
        WHERE t.user_id = u.id AND t.expires_at > %(now)s) AS sessions
FROM people.users u
LEFT JOIN people.members m ON m.user_id = u.id
LEFT JOIN ledger.wallets w ON w.user_id = u.id
WHERE u.id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class FoundUser:
    """One line; ``balance`` in whole rupiah, times UTC."""

    id: int
    email: str
    name: str
    role: str
    disabled_at: datetime | None
    created_at: datetime
    member_id: str | None
    balance: int
    blocked: bool


@dataclass(frozen=True, slots=True)
class UserCard:
    """One user. ``credit``: how far below zero the wallet may go; whole rupiah, as ``balance``.
    ``sessions``: how many are signed in."""

    id: int
    email: str
    name: str
    role: str
    disabled_at: datetime | None
    created_at: datetime
    member_id: str | None
    balance: int
    credit: int
    blocked: bool
    sessions: int

    @property
    def is_staff(self) -> bool:
        return self.role in (Role.OPERATOR, Role.ADMIN)


async def find_users(
    tx: Tx,
    text: str = "",
    *,
    role: Role | None = None,
    before: int | None = None,
    most: int = 50,
) -> list[FoundUser]:
    """The newest first, older than user ``before``; all of them where nothing is asked for."""
    text = text.strip()[:254].replace("\0", "")
    literal = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    facts = {
        "role": role,
        "before": before,
        "part": f"%{literal.lower()}%" if text else None,
        "start": f"{literal.upper()}%",
        "text": text,
        "most": most,
    }
    return await tx.records(FoundUser, FIND, facts)


async def user_card(tx: Tx, user_id: int, *, now: datetime) -> UserCard:
    """Raises NoSuchUser."""
    found = await tx.records(UserCard, CARD, {"id": user_id, "now": now})
    if not found:
        raise NoSuchUser(user=user_id)
    return found[0]
