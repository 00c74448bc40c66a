"""Who does something in the shop's name: a member of staff, or somebody at the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from konter.people.audit import Deed


@dataclass(frozen=True, slots=True)
class Actor:
    """``name``: as the books keep it, an e-mail address or ``cli:<login>``. ``id`` None: by
    command. ``remote``: where the request came from."""

    name: str
    id: int | None = None
    remote: str | None = None

    def deed(self, act: str, subject: str, **detail: str | int | bool | None) -> Deed:
        """For the audit log: ``act`` done to ``subject``, in this one's name."""
        return Deed(
            actor_id=self.id,
            actor=self.name,
            act=act,
            subject=subject,
            detail=detail,
            remote=self.remote,
        )


def actor_of(who: Actor | str) -> Actor:
    """A bare name is somebody at the terminal."""
    return who if isinstance(who, Actor) else Actor(who)
