"""Who a person is to us, and what that lets them do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from konter.kernel.errors import Refused


class Role(StrEnum):
    """Retail and reseller buy, each at their own price; operator and admin run the shop."""

    RETAIL = "retail"
    RESELLER = "reseller"
    OPERATOR = "operator"
    ADMIN = "admin"


STAFF_ROLES: Final = frozenset({Role.OPERATOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever is asking, as their token or an operator's command showed. ``must_enrol``: staff of a
    shop that wants a second step of them, and they have none yet: they may do nothing else."""

    id: int
    email: str
    name: str
    role: Role
    must_enrol: bool = field(default=False, compare=False)


class Unauthenticated(Refused):
    """No token, an unknown one, an expired or revoked one, or a disabled user's."""

    code = "unauthenticated"
    status = 401
    message = "Unauthenticated."


class Forbidden(Refused):
    """We know who asks, and they may not."""

    code = "forbidden"
    status = 403
    message = "Unauthorized"


class SecondStepFirst(Refused):
    """Staff of this shop set up their second step before anything else."""

    code = "second_step_first"
    status = 403
    message = "Aktifkan verifikasi dua langkah terlebih dahulu"


def require(person: Person, *roles: Role) -> None:
    """Raises Forbidden unless the person has one of these roles."""
    if person.role not in roles:
        raise Forbidden
