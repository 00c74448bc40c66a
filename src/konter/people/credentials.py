"""What a call brings to prove whom it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from konter.people.members import Member
from konter.people.signatures import OtomaxCall, Parts, equal, hmac_fits, md5_sign, otomax_fits


@dataclass(frozen=True, slots=True)
class Md5Sign:
    """``sign`` of the JSON door and of bills. ``parts``: what stands before the secret in it."""

    parts: Parts
    sign: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OtomaxSign:
    """``sign`` of the Otomax door."""

    call: OtomaxCall
    sign: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PinAndPassword:
    """The Otomax door without a sign; only where the member may."""

    pin: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HmacSign:
    """``X-Konter-Signature``. ``target``: path and query, and ``body``: the bytes, as they came."""

    header: str = field(repr=False)
    method: str
    target: str = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BearerKey:
    """``Authorization: Bearer kk_...``: names its member and proves it at once."""

    key: str = field(repr=False)


Proof = Md5Sign | OtomaxSign | PinAndPassword | HmacSign | BearerKey


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a call says it is from (None: it does not say), from which address it came, and what it
    brings as proof (None: nothing)."""

    member_id: str | None
    remote: str
    proof: Proof | None


def fits(member: Member, proof: Proof | None, *, now: datetime) -> bool:
    """Whether the proof is this member's and of a kind that it may use. A key was proved by being
    found. The secrets are worked with before it is asked what kind is allowed, so that each answer
    takes as long."""
    match proof:
        case None:
            return False
        case Md5Sign(parts, sign):
            return equal(sign, md5_sign(parts, member.secret)) and not member.require_hmac
        case OtomaxSign(call, sign):
            return otomax_fits(sign, call, member.pin) and not member.require_hmac
        case PinAndPassword(pin, password):
            right = [equal(pin, member.pin.pin), equal(password, member.pin.password)]
            return all(right) and member.allow_nosign and not member.require_hmac
        case HmacSign(header, method, target, body):
            return hmac_fits(
                header, member.secret, now=now, method=method, target=target, body=body
            )
        case BearerKey():
            return not member.require_hmac
        case _:
            assert_never(proof)
