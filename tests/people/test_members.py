from __future__ import annotations

from dataclasses import replace

import pytest
import structlog

from konter.db.pool import Database
from konter.kernel.errors import Invalid
from konter.kernel.money import Rupiah
from konter.people.configure_member import (
    set_active,
    set_ip,
    set_limits,
    set_nosign,
    set_require_hmac,
)
from konter.people.desk import MemberRules, PeopleDesk
from konter.people.member_callbacks import callback_url_of, set_callback, stop_callbacks
from konter.people.members import (
    Callback,
    CallbackStyle,
    Limits,
    Member,
    NoSuchMember,
    OwnLimits,
    Part,
    list_members,
    member_by_id,
    members_of,
)
from konter.people.permits import Role
from konter.people.register_member import (
    AlreadyMember,
    MemberIdTaken,
    NotAReseller,
    register_member,
)
from konter.people.roster import NoSuchUser, disable_user
from konter.people.rotate_member import rotate
from konter.people.vault import CannotOpen, Vault
from tests.conftest import ManualClock
from tests.people.builders import people_desk, some_member, somebody


@pytest.fixture
def desk(db: Database, clock: ManualClock) -> PeopleDesk:
    return people_desk(db, clock)


async def toko1(desk: PeopleDesk) -> Member:
    async with desk.db.read() as tx:
        return await member_by_id(tx, desk, "TOKO1")


async def test_a_reseller_becomes_a_member_with_secrets_that_can_be_read_back(
    desk: PeopleDesk,
) -> None:
    made = await some_member(desk, " toko1 ")
    assert made.member_id == "TOKO1"
    member = await toko1(desk)
    assert member.person == made.person
    assert member.secret == made.secrets[Part.SECRET]
    assert member.pin.pin == made.secrets[Part.PIN]
    assert member.pin.password == made.secrets[Part.PASSWORD]
    assert [len(made.secrets[part]) for part in Part] == [40, 6, 24]
    assert made.secrets[Part.PIN].isdigit()
    assert (made.secrets[Part.SECRET] + made.secrets[Part.PASSWORD]).isalnum()


async def test_no_secret_is_stored_shown_or_logged(desk: PeopleDesk) -> None:
    with structlog.testing.capture_logs() as logs:
        made = await some_member(desk)
        member = await toko1(desk)
        fresh = await rotate(desk, "TOKO1")
    async with desk.db.read() as tx:
        stored = str(await tx.dicts("SELECT * FROM people.members"))
    said = f"{made!r} {member!r} {member.sealed!r} {fresh!r} {desk!r} {logs} {stored}"
    for secrets in (made.secrets, fresh):
        assert not any(text in said for text in secrets.by_part.values() if len(text) > 6)
    assert made.secrets[Part.PIN] not in f"{made!r} {member!r} {fresh!r}"


async def test_one_members_secret_does_not_open_in_anothers_row(desk: PeopleDesk) -> None:
    await some_member(desk)
    await some_member(desk, "TOKO2", "ani@contoh.id")
    async with desk.db.transaction() as tx:
        await tx.run(
            "UPDATE people.members SET secret ="
            " (SELECT secret FROM people.members WHERE member_id = 'TOKO2')"
            " WHERE member_id = 'TOKO1'"
        )
    with pytest.raises(CannotOpen):
        _ = (await toko1(desk)).secret


async def test_only_a_reseller_becomes_a_member_once_and_by_an_id_of_its_own(
    desk: PeopleDesk,
) -> None:
    await some_member(desk)
    await somebody(desk, "budi@contoh.id")
    await somebody(desk, "ani@contoh.id", Role.RESELLER)
    with pytest.raises(NotAReseller):
        await register_member(desk, email="budi@contoh.id", member_id="BUDI")
    with pytest.raises(NoSuchUser):
        await register_member(desk, email="siapa@contoh.id", member_id="SIAPA")
    with pytest.raises(AlreadyMember) as refusal:
        await register_member(desk, email="siti@contoh.id", member_id="LAIN")
    assert refusal.value.facts == {"member": "TOKO1"}
    with pytest.raises(MemberIdTaken):
        await register_member(desk, email="ani@contoh.id", member_id="toko1")
    for wrong in ("", "AB", "A" * 21, "TOKO 1", "TOKO|1", "TOKOß", "TOKO1\n1"):
        with pytest.raises(Invalid):
            await register_member(desk, email="ani@contoh.id", member_id=wrong)


async def test_rotating_replaces_what_was_named_and_leaves_the_rest(desk: PeopleDesk) -> None:
    made = await some_member(desk)
    fresh = await rotate(desk, "TOKO1", parts=[Part.PIN])
    member = await toko1(desk)
    assert list(fresh.by_part) == [Part.PIN]
    assert member.pin.pin == fresh[Part.PIN]
    assert member.secret == made.secrets[Part.SECRET]
    assert (await rotate(desk, "TOKO1"))[Part.SECRET] == (await toko1(desk)).secret
    with pytest.raises(NoSuchMember):
        await rotate(desk, "TOKO9")


async def test_rotating_helps_after_konter_secret_was_lost(desk: PeopleDesk) -> None:
    await some_member(desk)
    other = replace(desk, vault=Vault(lambda: "another-secret-of-this-shop-0123456789"))
    with pytest.raises(CannotOpen):
        _ = (await toko1(other)).secret
    fresh = await rotate(other, "TOKO1")
    assert (await toko1(other)).secret == fresh[Part.SECRET]


async def test_a_member_without_limits_of_its_own_has_the_settings(desk: PeopleDesk) -> None:
    await some_member(desk)
    rules = MemberRules(requests_per_minute=7, orders_per_day=3, amount_per_day=Rupiah(9))
    assert (await toko1(replace(desk, members=rules))).limits == Limits(7, 3, Rupiah(9), None)
    assert (await toko1(desk)).limits == Limits(600, None, None, None)


async def test_a_members_own_limits_stand_in_place_of_the_settings(desk: PeopleDesk) -> None:
    await some_member(desk)
    own = OwnLimits(60, 10, Rupiah(1_000_000), frozenset({"XL5", "pulsa"}))
    await set_limits(desk, "TOKO1", own)
    member = await toko1(desk)
    assert member.own == own
    assert member.limits == Limits(60, 10, Rupiah(1_000_000), frozenset({"XL5", "pulsa"}))
    assert member.limits.admit_product("XL5", "data")
    assert member.limits.admit_product("AX5", "pulsa")
    assert not member.limits.admit_product("AX5", "data")
    await set_limits(desk, "TOKO1", OwnLimits(products=frozenset()))
    assert not (await toko1(desk)).limits.admit_product("XL5", "pulsa")
    await set_limits(desk, "TOKO1", OwnLimits())
    assert (await toko1(desk)).limits.admit_product("XL5", "pulsa")


async def test_a_limit_that_makes_no_sense_is_refused(desk: PeopleDesk) -> None:
    for own in (
        OwnLimits(requests_per_minute=0),
        OwnLimits(requests_per_minute=2**31),
        OwnLimits(orders_per_day=2**31),
        OwnLimits(amount_per_day=Rupiah(0)),
        OwnLimits(products=frozenset({"a b"})),
        OwnLimits(products=frozenset({""})),
    ):
        with pytest.raises(Invalid):
            await set_limits(desk, "TOKO1", own)


async def test_a_member_calls_from_its_networks_alone(desk: PeopleDesk) -> None:
    await some_member(desk)
    assert (await toko1(desk)).may_call_from("198.51.100.1")
    await set_ip(desk, "TOKO1", [" 203.0.113.7 ", "10.1.0.0/16", "2001:db8::/32", "10.1.0.0/16"])
    member = await toko1(desk)
    assert [str(network) for network in member.networks] == [
        "203.0.113.7/32",
        "10.1.0.0/16",
        "2001:db8::/32",
    ]
    for inside in ("203.0.113.7", "::ffff:203.0.113.7", "10.1.255.255", "2001:db8::1"):
        assert member.may_call_from(inside)
    for outside in ("203.0.113.8", "10.2.0.1", "::1", "::203.0.113.7", "", "unix:", "0x7f.1"):
        assert not member.may_call_from(outside)
    for wrong in ("", "localhost", "203.0.113.7/24", "203.0.113", "1.2.3.4/33"):
        with pytest.raises(Invalid):
            await set_ip(desk, "TOKO1", [wrong])
    await set_ip(desk, "TOKO1", [])
    assert (await toko1(desk)).may_call_from("198.51.100.1")


async def test_a_callback_is_set_stopped_once_and_set_anew(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    user_id = (await some_member(desk)).person.id
    assert (await toko1(desk)).callback is None
    url = "https://toko.example:8443/lapor?kunci=1"
    await set_callback(desk, "TOKO1", url, style=CallbackStyle.OTOMAX)
    assert (await toko1(desk)).callback == Callback(url, CallbackStyle.OTOMAX, None)
    async with desk.db.transaction() as tx:
        assert await stop_callbacks(tx, [user_id, 99], at=clock.now()) == {user_id}
        assert await stop_callbacks(tx, [user_id], at=clock.now()) == set()
    assert (await toko1(desk)).callback == Callback(url, CallbackStyle.OTOMAX, clock.now())
    await set_callback(desk, "TOKO1", url)
    assert (await toko1(desk)).callback == Callback(url, CallbackStyle.JSON, None)
    await set_callback(desk, "TOKO1", None)
    assert (await toko1(desk)).callback is None
    async with desk.db.transaction() as tx:
        assert await stop_callbacks(tx, [user_id], at=clock.now()) == set(), "nothing to stop"


def test_a_callback_goes_to_a_web_address_without_a_name_and_a_password() -> None:
    assert callback_url_of(" http://203.0.113.7/x?y=1 ") == "http://203.0.113.7/x?y=1"
    for wrong in (
        "", "toko.example", "ftp://toko.example/", "https://", "https://a:b@toko.example/",
        "https://toko.example/#x", "https://toko.example:0/", "https://toko.example:99999/",
        "https://toko.example/a b", "https://toko.example/\r\nX: y", "https://toko.example/é",
        "https://toko.example/" + "x" * 500, "file:///etc/passwd", "https://[::1/",
    ):  # fmt: skip
        with pytest.raises(ValueError):
            callback_url_of(wrong)


async def test_a_member_is_active_while_neither_it_nor_its_user_is_disabled(
    desk: PeopleDesk,
) -> None:
    await some_member(desk)
    await set_active(desk, "TOKO1", False)
    assert not (await toko1(desk)).is_active
    await set_active(desk, "TOKO1", True)
    assert (await toko1(desk)).is_active
    await disable_user(desk, email="siti@contoh.id")
    assert not (await toko1(desk)).is_active


async def test_members_are_found_by_their_users_and_listed_by_their_ids(desk: PeopleDesk) -> None:
    two = await some_member(desk, "TOKO2", "ani@contoh.id")
    one = await some_member(desk)
    assert [member.member_id for member in await list_members(desk)] == ["TOKO1", "TOKO2"]
    async with desk.db.read() as tx:
        found = await members_of(tx, desk, [two.person.id, one.person.id, 99])
        assert {user_id: m.member_id for user_id, m in found.items()} == {
            one.person.id: "TOKO1",
            two.person.id: "TOKO2",
        }
        assert await members_of(tx, desk, []) == {}


async def test_a_change_of_a_member_that_is_not_there_is_refused(desk: PeopleDesk) -> None:
    for change in (
        set_active(desk, "TOKO9", True),
        set_nosign(desk, "TOKO9", True),
        set_require_hmac(desk, "TOKO9", True),
        set_ip(desk, "TOKO9", []),
        set_limits(desk, "TOKO9", OwnLimits()),
        set_callback(desk, "TOKO9", None),
    ):
        with pytest.raises(NoSuchMember):
            await change
