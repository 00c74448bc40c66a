"""Who is asking: a token's person, remembered for some seconds in this process.

A revocation therefore takes effect within those seconds everywhere, at once in the process that
revoked. Money does not depend on it: a blocked wallet refuses in the money statement itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from konter.db.batch import Batcher
from konter.people.desk import PeopleDesk
from konter.people.permits import STAFF_ROLES, Person
from konter.people.tokens import Bearer, bearers, is_shaped


@dataclass(frozen=True, slots=True)
class _Remembered:
    person: Person
    until: float


class Sessions:
    """Answers who a token stands for: a dictionary look-up while it is remembered.

    ``seconds``: how long (0 asks the database every time). ``most``: how many tokens; beyond it
    the one remembered longest goes. Misses of the same moment share one statement.
    """

    def __init__(self, desk: PeopleDesk, *, seconds: float = 5.0, most: int = 20_000) -> None:
        self._desk = desk
        self._seconds = seconds
        self._most = most
        self._known: dict[str, _Remembered] = {}
        self._asking: Batcher[str, Bearer | None] = Batcher(self._ask)
        self._forgotten = 0

    def recall(self, token: str) -> Person | None:
        """The person if remembered, without awaiting anything. None says nothing."""
        known = self._known.get(token)
        if known is None or known.until <= self._desk.clock.monotonic():
            return None
        return known.person

    async def who(self, token: str) -> Person | None:
        """The person this token stands for, or None: unknown, expired, revoked, disabled."""
        person = self.recall(token)
        if person is not None or not is_shaped(token):
            return person
        forgotten = self._forgotten
        bearer = await self._asking.submit(token)
        if bearer is None:
            self._known.pop(token, None)
            return None
        # Whoever was forgotten while we asked may be this one: then believe it, but only now.
        if forgotten == self._forgotten:
            self._remember(token, bearer)
        return bearer.person

    def forget(self, token: str) -> None:
        """After a log-out: the next call asks the database."""
        self._forgotten += 1
        self._known.pop(token, None)

    def forget_person(self, user_id: int) -> None:
        """After their log-ins ended or they changed: each next call asks the database."""
        self._forgotten += 1
        known = [t for t, remembered in self._known.items() if remembered.person.id == user_id]
        for token in known:
            del self._known[token]

    def _remember(self, token: str, bearer: Bearer) -> None:
        left = (bearer.expires_at - self._desk.clock.now()).total_seconds()
        until = self._desk.clock.monotonic() + min(self._seconds, left)
        self._known.pop(token, None)
        if len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[token] = _Remembered(bearer.person, until)

    async def _ask(self, tokens: Sequence[str]) -> list[Bearer | None]:
        at = self._desk.clock.now()
        distinct = list(dict.fromkeys(tokens))
        async with self._desk.db.read() as tx:
            found = await bearers(tx, distinct, at=at)
        answers = dict(zip(distinct, map(self._judged, found), strict=True))
        return [answers[token] for token in tokens]

    def _judged(self, bearer: Bearer | None) -> Bearer | None:
        """With what the shop wants of its staff."""
        wants = self._desk.staff_two_factor and bearer is not None and not bearer.has_second
        if bearer is None or not wants or bearer.person.role not in STAFF_ROLES:
            return bearer
        return replace(bearer, person=replace(bearer.person, must_enrol=True))
