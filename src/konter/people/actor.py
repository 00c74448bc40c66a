"""Who does something in the shop's name: a member of staff, or somebody at the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.people.audit import Deed, note


@dataclass(frozen=True, slots=True)
class Actor:
    """``name``: as the books keep it, an e-mail address or ``cli:<login>``. ``id`` None: by
    command. ``remote``: where the request came from."""

    name: str
    id: int | None = None
    remote: str | None = None

    def deed(self, act: str, subject: str, **detail: str | int | bool | None) -> Deed:
        """What this one does: ``act`` to ``subject``. ``detail``: what was said and what changed,
        no secret."""
        return Deed(
            actor_id=self.id,
            actor=self.name,
            act=act,
            subject=subject,
            detail=detail,
            remote=self.remote,
        )

    async def did(
        self, tx: Tx, act: str, subject: str, *, at: datetime, **detail: str | int | bool | None
    ) -> None:
        """Keep that deed in the audit log, with whatever else this transaction does."""
        await note(tx, self.deed(act, subject, **detail), at=at)


def actor_of(who: Actor | str) -> Actor:
    """A bare name is somebody at the terminal."""
    return who if isinstance(who, Actor) else Actor(who)
