"""A member's machine calls: who is it really, and may it call now?"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from konter.kernel.errors import Refused
from konter.people.allowance import Allowance
from konter.people.credentials import BearerKey, Credentials, fits
from konter.people.desk import PeopleDesk
from konter.people.fields import Unfit
from konter.people.lockout import Caller, LockOut
from konter.people.member_cache import MemberCache
from konter.people.members import Member, member_id_of
from konter.people.tokens import digest_of

log = structlog.get_logger()


class BadSignature(Refused):
    """Member, proof, or both; which of them is nobody's business."""

    code = "bad_signature"
    status = 401
    message = "Member atau tanda tangan salah"


class IpNotAllowed(Refused):
    """The proof is right, the address is not on the member's list. Said only to who could prove."""

    code = "ip_not_allowed"
    status = 401
    message = "Alamat IP tidak terdaftar"


@dataclass(frozen=True, slots=True)
class MemberDoor:
    """What this process remembers of members and their calls, beside its desk."""

    desk: PeopleDesk
    members: MemberCache
    lockout: LockOut
    allowance: Allowance


def member_door(desk: PeopleDesk, *, seconds: float = 5.0) -> MemberDoor:
    """One for each process. ``seconds``: how long a member is remembered."""
    return MemberDoor(desk, MemberCache(desk, seconds=seconds), LockOut(desk), Allowance(desk))


async def prove_call(door: MemberDoor, credentials: Credentials) -> Member:
    """The member who calls; each call counts in its minute.

    Raises BadSignature for every wrong thing alike (no such member, a disabled one, a wrong or
    missing proof, a kind of proof that it may not use), LockedOut after too many of them,
    IpNotAllowed, TooManyRequests. CannotOpen: KONTER_SECRET is not the one of its secrets.
    """
    name = _name(door.desk, credentials)
    caller = Caller(_claim(name, credentials), credentials.remote)
    door.lockout.admit(caller)
    member = await _who(door, name, credentials)
    if not (fits(member, credentials.proof, now=door.desk.clock.now()) and member.is_active):
        _refused(caller, credentials, because="bad_signature")
        await door.lockout.count(caller)
        raise BadSignature
    await door.lockout.forgive(caller)
    if not member.may_call_from(credentials.remote):
        _refused(caller, credentials, because="ip_not_allowed")
        raise IpNotAllowed(ip=credentials.remote)
    await door.allowance.spend(member)
    return member


def _name(desk: PeopleDesk, credentials: Credentials) -> str | None:
    """The member id in capitals. None: it is none, or the call names nobody."""
    said = (credentials.member_id or "").strip()
    if not said and not isinstance(credentials.proof, BearerKey):
        said = desk.members.default_member or ""
    try:
        return member_id_of(said)
    except Unfit:
        return None


def _claim(name: str | None, credentials: Credentials) -> str:
    """What wrong proofs are counted for. A key that names no member counts for itself."""
    match credentials.proof:
        case BearerKey(key):
            return f"key {digest_of(key).hex()[:16]}"
        case _:
            return name or "?"


async def _who(door: MemberDoor, name: str | None, credentials: Credentials) -> Member:
    """Whoever the name or the key stands for; nobody where the two differ."""
    match credentials.proof:
        case BearerKey(key):
            member = await door.members.holding(key)
            named = bool((credentials.member_id or "").strip())
            differs = named and member.member_id != name
            return await door.members.named(None) if differs else member
        case _:
            return await door.members.named(name)


def _refused(caller: Caller, credentials: Credentials, *, because: str) -> None:
    log.info(
        "people.call_refused",
        claim=caller.claim,
        remote=caller.remote,
        proof=type(credentials.proof).__name__,
        because=because,
    )
