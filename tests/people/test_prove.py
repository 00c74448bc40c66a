from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import structlog

from konter.db.pool import Database
from konter.kernel.errors import Refused
from konter.people.configure_member import (
    set_active,
    set_ip,
    set_limits,
    set_nosign,
    set_require_hmac,
)
from konter.people.credentials import (
    BearerKey,
    Credentials,
    HmacSign,
    Md5Sign,
    OtomaxSign,
    PinAndPassword,
    Proof,
)
from konter.people.desk import MemberRules, PeopleDesk
from konter.people.keys import issue_key
from konter.people.lockout import LockedOut
from konter.people.members import OwnLimits, Part
from konter.people.prove import BadSignature, IpNotAllowed, MemberDoor, member_door, prove_call
from konter.people.register_member import Registered
from konter.people.rotate_member import rotate
from konter.people.signatures import (
    BALANCE,
    OtomaxTrx,
    Pin,
    hmac_header,
    md5_sign,
    of_purchase,
)
from konter.people.vault import CannotOpen, Vault, no_secret
from tests.conftest import ManualClock
from tests.people.builders import people_desk, some_member

HERE = "203.0.113.7"
ORDER = of_purchase("R1", "081234567890", "XL5")
TRX = OtomaxTrx("TOKO1", "XL5", "081234567890", "R1")


@pytest.fixture
def desk(db: Database, clock: ManualClock) -> PeopleDesk:
    return replace(people_desk(db, clock), members=MemberRules(bad_signs=3, requests_per_minute=40))


@pytest.fixture
def door(desk: PeopleDesk) -> MemberDoor:
    return member_door(desk, seconds=0)


def credentials(
    proof: Proof | None, member_id: str | None = "TOKO1", remote: str = HERE
) -> Credentials:
    return Credentials(member_id, remote, proof)


def right(made: Registered) -> Md5Sign:
    return Md5Sign(ORDER, md5_sign(ORDER, made.secrets[Part.SECRET]))


WRONG = Md5Sign(ORDER, "0" * 32)


async def outcome(door: MemberDoor, credentials: Credentials) -> str:
    """One call in a word."""
    try:
        return (await prove_call(door, credentials)).member_id
    except Refused as refusal:
        return refusal.code


def hmac_of(made: Registered, door: MemberDoor) -> HmacSign:
    header = hmac_header(
        made.secrets[Part.SECRET], at=door.desk.clock.now(), method="POST", target="/x", body=b"{}"
    )
    return HmacSign(header, "POST", "/x", b"{}")


def all_proofs(made: Registered, door: MemberDoor, key: str) -> dict[str, Proof]:
    own = Pin(made.secrets[Part.PIN], made.secrets[Part.PASSWORD])
    return {
        "md5": right(made),
        "otomax": OtomaxSign(TRX, TRX.signs(own)[0]),
        "pin": PinAndPassword(own.pin, own.password),
        "hmac": hmac_of(made, door),
        "key": BearerKey(key),
    }


async def test_each_kind_of_proof_is_believed_where_the_member_may_use_it(
    door: MemberDoor,
) -> None:
    made = await some_member(door.desk)
    key = (await issue_key(door.desk, "TOKO1", "kasir")).key
    proofs = all_proofs(made, door, key)

    async def believed() -> set[str]:
        return {
            kind
            for kind, proof in proofs.items()
            if await outcome(member_door(door.desk), credentials(proof)) == "TOKO1"
        }

    assert await believed() == {"md5", "otomax", "hmac", "key"}
    await set_nosign(door.desk, "TOKO1", True)
    assert await believed() == {"md5", "otomax", "hmac", "key", "pin"}
    await set_require_hmac(door.desk, "TOKO1", True)
    assert await believed() == {"hmac"}


async def test_whatever_is_wrong_the_answer_is_the_same(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    await some_member(door.desk, "TOKO2", "ani@contoh.id")
    disabled = await some_member(door.desk, "TOKO3", "budi@contoh.id")
    await set_active(door.desk, "TOKO3", False)
    key = (await issue_key(door.desk, "TOKO1", "kasir")).key
    pin = PinAndPassword(made.secrets[Part.PIN], made.secrets[Part.PASSWORD])
    hmac = hmac_of(made, door)
    attempts = [
        credentials(WRONG),
        credentials(WRONG, "TOKO9"),
        credentials(right(made), "TOKO2"),
        credentials(right(disabled), "TOKO3"),
        credentials(Md5Sign(BALANCE, right(made).sign)),
        credentials(Md5Sign(ORDER, right(made).sign.upper())),
        credentials(Md5Sign(ORDER, "\ud800")),
        credentials(pin),
        credentials(replace(pin, pin="0"), "TOKO9"),
        credentials(OtomaxSign(TRX, "Cp9NLVuKWBt5Sey_uMlYsvnKvJI")),
        credentials(replace(hmac, target="/y")),
        credentials(replace(hmac, header="")),
        credentials(BearerKey(key), "TOKO2"),
        credentials(BearerKey(key), "not a member id"),
        credentials(BearerKey("kk_" + "x" * 43), None),
        credentials(None),
        credentials(right(made), None),
        credentials(right(made), ""),
        credentials(right(made), "ＴＯＫＯ1"),
        credentials(right(made), "TOKO1\0"),
    ]
    answers = set()
    for number, attempt in enumerate(attempts):
        with pytest.raises(BadSignature) as refusal:
            await prove_call(door, replace(attempt, remote=f"198.51.100.{number}"))
        error = refusal.value
        answers.add((error.code, error.status, str(error), repr(error.facts)))
    assert len(answers) == 1


async def test_a_member_is_named_in_any_case_of_letters(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    assert await outcome(door, credentials(right(made), " toko1 ")) == "TOKO1"


async def test_a_call_without_a_name_comes_from_the_default_member(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    alone = member_door(replace(door.desk, members=MemberRules(default_member="TOKO1")))
    assert await outcome(alone, credentials(right(made), None)) == "TOKO1"
    assert await outcome(alone, credentials(right(made), "TOKO9")) == "bad_signature"


async def test_a_key_names_its_member(door: MemberDoor) -> None:
    await some_member(door.desk)
    key = BearerKey((await issue_key(door.desk, "TOKO1", "kasir")).key)
    assert await outcome(door, credentials(key, None)) == "TOKO1"
    assert await outcome(door, credentials(key, "toko1")) == "TOKO1"


async def test_only_who_can_prove_is_told_that_its_address_is_not_allowed(
    door: MemberDoor,
) -> None:
    made = await some_member(door.desk)
    await set_ip(door.desk, "TOKO1", ["203.0.113.0/24"])
    assert await outcome(door, credentials(right(made))) == "TOKO1"
    assert await outcome(door, credentials(WRONG, remote="198.51.100.1")) == "bad_signature"
    with pytest.raises(IpNotAllowed) as refusal:
        await prove_call(door, credentials(right(made), remote="198.51.100.1"))
    assert refusal.value.facts == {"ip": "198.51.100.1"}


@pytest.mark.parametrize("member_id", ["TOKO1", "TOKO9"])
async def test_too_many_wrong_proofs_lock_a_name_out_whether_or_not_it_is_there(
    door: MemberDoor, clock: ManualClock, member_id: str
) -> None:
    made = await some_member(door.desk)
    heard = [await outcome(door, credentials(WRONG, member_id)) for _ in range(3)]
    assert heard == ["bad_signature"] * 3
    clock.advance(10)
    with pytest.raises(LockedOut) as refusal:
        await prove_call(door, credentials(right(made), member_id))
    assert refusal.value.facts == {"retry_after": 890}
    clock.advance(890)
    then = "TOKO1" if member_id == "TOKO1" else "bad_signature"
    assert await outcome(door, credentials(right(made), member_id)) == then


async def test_a_name_is_locked_out_at_one_address_alone(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    for _ in range(4):
        await outcome(door, credentials(WRONG, remote="2001:db8::1"))
    assert await outcome(door, credentials(right(made), remote="2001:db8::2")) == "locked_out"
    assert await outcome(door, credentials(right(made), remote="2001:db8:0:1::1")) == "TOKO1"
    assert await outcome(door, credentials(right(made))) == "TOKO1"


async def test_a_lock_holds_in_other_processes_from_their_first_wrong_proof_on(
    door: MemberDoor,
) -> None:
    made = await some_member(door.desk)
    other = member_door(door.desk)
    for _ in range(3):
        await outcome(door, credentials(WRONG))
    assert await outcome(other, credentials(WRONG)) == "locked_out"
    assert await outcome(other, credentials(right(made))) == "locked_out"


async def test_guessing_at_once_gains_nothing(door: MemberDoor) -> None:
    await some_member(door.desk)
    heard = await asyncio.gather(*(outcome(door, credentials(WRONG)) for _ in range(30)))
    assert sorted(set(heard)) == ["bad_signature", "locked_out"]
    assert heard.count("bad_signature") == 3


async def test_who_tries_many_names_is_locked_out_at_its_address(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    heard = [await outcome(door, credentials(WRONG, f"TOKO{n}")) for n in range(2, 40)]
    assert heard.count("bad_signature") == 30
    assert await outcome(door, credentials(right(made))) == "locked_out"
    assert await outcome(door, credentials(right(made), remote="198.51.100.1")) == "TOKO1"


async def test_a_right_proof_takes_the_wrong_ones_before_it_back(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    heard = [await outcome(door, credentials(proof)) for proof in [WRONG, WRONG, right(made)] * 3]
    assert heard == ["bad_signature", "bad_signature", "TOKO1"] * 3
    async with door.desk.db.read() as tx:
        assert (
            await tx.rows("SELECT subject FROM people.attempts WHERE subject LIKE 'sign%%'") == []
        )


async def test_a_member_makes_so_many_calls_a_minute_and_no_more(
    door: MemberDoor, clock: ManualClock
) -> None:
    made = await some_member(door.desk)
    call = credentials(right(made))
    heard = await asyncio.gather(*(outcome(door, call) for _ in range(60)))
    assert heard.count("TOKO1") == 40
    clock.advance(20)
    with pytest.raises(Refused) as refusal:
        await prove_call(door, call)
    assert (refusal.value.code, refusal.value.status) == ("too_many_requests", 429)
    assert refusal.value.facts == {"retry_after": 40}
    clock.advance(40)
    assert await outcome(door, call) == "TOKO1"


async def test_several_processes_together_keep_to_the_limit(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    doors = [door, member_door(door.desk), member_door(door.desk)]
    heard = [await outcome(doors[n % 3], credentials(right(made))) for n in range(90)]
    assert heard.count("TOKO1") == 40


async def test_a_members_own_limit_holds_and_is_nobody_elses(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    other = await some_member(door.desk, "TOKO2", "ani@contoh.id")
    await set_limits(door.desk, "TOKO1", OwnLimits(requests_per_minute=2))
    heard = [await outcome(door, credentials(right(made))) for _ in range(3)]
    assert heard == ["TOKO1", "TOKO1", "too_many_requests"]
    assert await outcome(door, credentials(right(other), "TOKO2")) == "TOKO2"


async def test_wrong_proofs_spend_nothing_of_a_members_minute(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    await set_limits(door.desk, "TOKO1", OwnLimits(requests_per_minute=1))
    for remote in ("198.51.100.1", "198.51.100.2"):
        await outcome(door, credentials(WRONG, remote=remote))
    assert await outcome(door, credentials(right(made))) == "TOKO1"


async def test_a_rotated_secret_proves_nothing_any_more(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    made = await some_member(desk)
    door = member_door(desk, seconds=5)
    assert await outcome(door, credentials(right(made))) == "TOKO1"
    await rotate(desk, "TOKO1")
    clock.advance(5)
    assert await outcome(door, credentials(right(made))) == "bad_signature"


async def test_another_konter_secret_is_our_fault_and_not_a_wrong_proof(
    door: MemberDoor,
) -> None:
    made = await some_member(door.desk)
    other = replace(door.desk, vault=Vault(lambda: "another-secret-of-this-shop-0123456789"))
    with pytest.raises(CannotOpen):
        await prove_call(member_door(other), credentials(right(made)))


async def test_a_shop_without_a_secret_and_members_refuses_calls_like_any_other(
    db: Database, clock: ManualClock
) -> None:
    bare = replace(people_desk(db, clock), vault=Vault(no_secret))
    assert await outcome(member_door(bare), credentials(WRONG)) == "bad_signature"


async def test_nothing_that_proves_a_call_is_logged_or_shown(door: MemberDoor) -> None:
    made = await some_member(door.desk)
    key = (await issue_key(door.desk, "TOKO1", "kasir")).key
    await set_active(door.desk, "TOKO1", False)
    proofs = all_proofs(made, door, key)
    with structlog.testing.capture_logs() as logs:
        for number, proof in enumerate(proofs.values()):
            call = credentials(proof, remote=f"198.51.100.{number}")
            assert await outcome(door, call) == "bad_signature"
    assert {log["proof"] for log in logs} == {type(p).__name__ for p in proofs.values()}
    said = f"{logs} {proofs!r}"
    secrets = {*made.secrets.by_part.values(), key, right(made).sign, hmac_of(made, door).header}
    assert not [text for text in secrets if text in said]
