"""Which member a name or a key stands for, remembered for some seconds in this process.

What an operator changes therefore holds within those seconds everywhere. Money does not depend on
it: a blocked wallet refuses in the money statement itself. Unknown names are remembered alike, so
that how fast the answer comes tells nothing about who is there.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from konter.db.batch import Batcher
from konter.people.desk import PeopleDesk
from konter.people.keys import holders, is_key_shaped
from konter.people.members import Member, find_members, members_of, nobody
from konter.people.tokens import digest_of
from konter.people.vault import Vault

Sought = str | bytes
"""A member id, or the digest of a key."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    member: Member
    until: float


class MemberCache:
    """Answers with a member, or with one that is nobody and not active.

    ``seconds``: how long (0 asks the database every time). ``most``: how many names and keys;
    beyond it the one remembered longest goes. Misses of the same moment share their statements.
    """

    def __init__(self, desk: PeopleDesk, *, seconds: float = 5.0, most: int = 20_000) -> None:
        self._desk = desk
        self._seconds = seconds
        self._most = most
        self._known: dict[Sought, _Remembered] = {}
        self._asking: Batcher[Sought, Member] = Batcher(self._ask)
        # Of this process alone: a shop without members need not have a secret to refuse them.
        self._nobody = nobody(Vault(lambda: secrets.token_urlsafe(32)), desk.members)

    async def named(self, member_id: str | None) -> Member:
        """By its id in capitals; None is nobody."""
        return self._nobody if member_id is None else await self._find(member_id)

    async def holding(self, key: str) -> Member:
        """By one of its API keys."""
        return await self._find(digest_of(key)) if is_key_shaped(key) else self._nobody

    async def _find(self, sought: Sought) -> Member:
        known = self._known.get(sought)
        if known is not None and known.until > self._desk.clock.monotonic():
            return known.member
        until = self._desk.clock.monotonic() + self._seconds
        member = await self._asking.submit(sought)
        self._known.pop(sought, None)
        if len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[sought] = _Remembered(member, until)
        return member

    async def _ask(self, sought: Sequence[Sought]) -> list[Member]:
        digests = sorted({one for one in sought if isinstance(one, bytes)})
        names = sorted({one for one in sought if isinstance(one, str)})
        found: dict[Sought, Member] = {}
        async with self._desk.db.read() as tx:
            if digests:
                owners = await holders(tx, digests, at=self._desk.clock.now())
                people = await members_of(tx, self._desk, set(owners.values()))
                found |= {digest: people[user_id] for digest, user_id in owners.items()}
            if names:
                members = await find_members(tx, self._desk, member_ids=names)
                found |= {member.member_id: member for member in members}
        return [found.get(one, self._nobody) for one in sought]
