"""Who may come to which address: one table, told to each route as its ``opt``.

A page says ``opt=STAFF`` and nothing else about it; ``guard`` reads it before anything of the
request is read. Machines' routes say it too, and prove their askers by themselves. A route without
an entry fails a test; a page without one is refused to everybody. docs/reference/permissions.md is
written from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from konter.people.permits import Role


@dataclass(frozen=True, slots=True)
class Who:
    """``roles`` None: anybody, signed in or not. ``owns``: what is shown is the person's own, or
    theirs by a secret in the address; the handler looks for it by their id. ``always``: also for
    staff who must set up their second step first."""

    name: str
    roles: frozenset[Role] | None
    owns: bool = False
    always: bool = False

    def admits(self, role: Role | None) -> bool:
        return self.roles is None or role in self.roles


def _opt(name: str, *roles: Role, owns: bool = False, always: bool = False) -> dict[str, object]:
    return {"who": Who(name, frozenset(roles) if roles else None, owns, always)}


ANYBODY: Final = _opt("anybody")
ALWAYS: Final = _opt("anybody, always", always=True)
HOLDER: Final = _opt("holder of the code", owns=True)
OWN: Final = _opt("signed in, their own", *Role, owns=True)
ENROL: Final = _opt("signed in, their second step", *Role, owns=True, always=True)
RESELLERS_OWN: Final = _opt("reseller, their own", Role.RESELLER, owns=True)
MEMBER: Final = _opt("member by proof, their own", owns=True)
UPSTREAM: Final = _opt("upstream by proof")
STAFF: Final = _opt("staff", Role.OPERATOR, Role.ADMIN)
ADMIN: Final = _opt("admin", Role.ADMIN)


def who_of(opt: dict[str, object]) -> Who | None:
    found = opt.get("who")
    return found if isinstance(found, Who) else None
