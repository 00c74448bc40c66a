"""Members: resellers whose machines order from us, as their calls and callbacks need them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from ipaddress import ip_network

from konter.db.pool import Tx
from konter.kernel.errors import NotFound
from konter.kernel.money import Rupiah
from konter.people.addresses import Network, address_of
from konter.people.desk import MemberRules, PeopleDesk
from konter.people.fields import Unfit
from konter.people.permits import Person, Role
from konter.people.signatures import Parts, Pin, md5_sign
from konter.people.vault import Vault

FIND = """
SELECT m.user_id, m.member_id, u.email, u.name, u.role,
       m.is_active AND u.disabled_at IS NULL AS is_active,
       m.secret, m.pin, m.password, m.allow_nosign, m.require_hmac, m.ip_allow,
       m.callback_url, m.callback_style, m.callback_disabled_at,
       m.requests_per_minute, m.orders_per_day, m.amount_per_day, m.products
FROM people.members m JOIN people.users u ON u.id = m.user_id
WHERE m.member_id = ANY(%(member_ids)s::text[]) OR m.user_id = ANY(%(user_ids)s::bigint[])
"""

MEMBER_ID = re.compile(r"[A-Z0-9]{3,20}")

IDS = "SELECT member_id FROM people.members ORDER BY member_id"


class NoSuchMember(NotFound):
    """Nobody has this member id. Said to operators only."""

    code = "no_such_member"
    message = "Member tidak ditemukan"


class Part(StrEnum):
    """What a member proves itself with: each sealed in a column of its own."""

    SECRET = auto()
    PIN = auto()
    PASSWORD = auto()


class CallbackStyle(StrEnum):
    """A signed JSON body, or an Otomax report in the query."""

    JSON = "json"
    OTOMAX = "otomax"


@dataclass(frozen=True, slots=True)
class Callback:
    """Where a member wants to be told. ``disabled_at``: since when it failed too long to try."""

    url: str
    style: CallbackStyle
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """A member's own; None: as the settings say, and of ``products``: all of them."""

    requests_per_minute: int | None = None
    orders_per_day: int | None = None
    amount_per_day: Rupiah | None = None
    products: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What is in force; a limit a day that is None is no limit. ``products``: product codes and
    category slugs."""

    requests_per_minute: int
    orders_per_day: int | None
    amount_per_day: Rupiah | None
    products: frozenset[str] | None

    def admit_product(self, code: str, category_slug: str) -> bool:
        """Whether it may be bought, by its code or by its category."""
        return self.products is None or not self.products.isdisjoint((code, category_slug))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A member's secrets as the database has them, and what opens them."""

    vault: Vault
    user_id: int
    by_part: dict[Part, bytes]

    def open(self, part: Part) -> str:
        return self.vault.open(self.by_part[part], about(self.user_id, part))


@dataclass(frozen=True, slots=True)
class Member:
    """One member. ``is_active``: neither it nor its user is disabled. ``networks``: where its
    calls may come from; none: anywhere. Its secrets are opened when asked for, and not shown."""

    person: Person
    member_id: str
    is_active: bool
    allow_nosign: bool
    require_hmac: bool
    networks: tuple[Network, ...]
    callback: Callback | None
    own: OwnLimits
    limits: Limits
    sealed: Sealed = field(repr=False, compare=False)

    @property
    def user_id(self) -> int:
        return self.person.id

    @property
    def secret(self) -> str:
        """What the MD5 signatures and the HMAC are made with. Raises CannotOpen."""
        return self.sealed.open(Part.SECRET)

    @property
    def pin(self) -> Pin:
        """Otomax's pin and password. Raises CannotOpen."""
        return Pin(self.sealed.open(Part.PIN), self.sealed.open(Part.PASSWORD))

    def sign(self, parts: Parts) -> str:
        """Our MD5 signature on what we tell them. Raises CannotOpen."""
        return md5_sign(parts, self.secret)

    def may_call_from(self, remote: str) -> bool:
        address = address_of(remote)
        return not self.networks or (
            address is not None and any(address in network for network in self.networks)
        )


async def members_of(tx: Tx, desk: PeopleDesk, user_ids: Iterable[int]) -> dict[int, Member]:
    """By user id, in one statement; who is no member is not in it."""
    found = await find_members(tx, desk, user_ids=user_ids)
    return {member.user_id: member for member in found}


async def member_by_id(tx: Tx, desk: PeopleDesk, member_id: str) -> Member:
    """Active or not. Raises NoSuchMember."""
    found = await find_members(tx, desk, member_ids=[member_id])
    if not found:
        raise NoSuchMember(member=member_id)
    return found[0]


async def list_members(desk: PeopleDesk) -> list[Member]:
    """All of them, by member id."""
    async with desk.db.read() as tx:
        ids = [member_id for (member_id,) in await tx.rows(IDS)]
        found = await find_members(tx, desk, member_ids=ids)
    return sorted(found, key=lambda member: member.member_id)


async def find_members(
    tx: Tx, desk: PeopleDesk, *, member_ids: Iterable[str] = (), user_ids: Iterable[int] = ()
) -> list[Member]:
    """Who is there of these, in one statement, in no order."""
    facts = {"member_ids": list(member_ids), "user_ids": list(user_ids)}
    rows = await tx.records(_Row, FIND, facts)
    return [_member(row, desk.vault, desk.members) for row in rows]


def member_id_of(text: str) -> str:
    """Three to twenty letters and digits, in capitals. Raises Unfit."""
    name = text.strip().upper()
    if not text.isascii() or not MEMBER_ID.fullmatch(name):
        raise Unfit("ID member terdiri atas 3 sampai 20 huruf dan angka")
    return name


def nobody(vault: Vault, rules: MemberRules) -> Member:
    """Whom an unknown name stands for: not active, with secrets that nobody has, so that refusing
    it is the same work as refusing somebody. ``vault``: any, as theirs are sealed here."""
    sealed = {part: vault.seal("nobody", about(0, part)) for part in Part}
    return Member(
        person=Person(0, "", "", Role.RESELLER),
        member_id="",
        is_active=False,
        allow_nosign=False,
        require_hmac=False,
        networks=(),
        callback=None,
        own=OwnLimits(),
        limits=_in_force(OwnLimits(), rules),
        sealed=Sealed(vault, 0, sealed),
    )


def about(user_id: int, part: Part) -> str:
    """What one sealed text is bound to: its row and its column."""
    return f"people.members {user_id} {part}"


@dataclass(frozen=True, slots=True)
class _Row:
    user_id: int
    member_id: str
    email: str
    name: str
    role: str
    is_active: bool
    secret: bytes = field(repr=False)
    pin: bytes = field(repr=False)
    password: bytes = field(repr=False)
    allow_nosign: bool
    require_hmac: bool
    ip_allow: list[str]
    callback_url: str | None
    callback_style: str
    callback_disabled_at: datetime | None
    requests_per_minute: int | None
    orders_per_day: int | None
    amount_per_day: int | None
    products: list[str] | None


def _member(row: _Row, vault: Vault, rules: MemberRules) -> Member:
    callback = row.callback_url and Callback(
        row.callback_url, CallbackStyle(row.callback_style), row.callback_disabled_at
    )
    own = OwnLimits(
        row.requests_per_minute,
        row.orders_per_day,
        None if row.amount_per_day is None else Rupiah(row.amount_per_day),
        None if row.products is None else frozenset(row.products),
    )
    sealed = {Part.SECRET: row.secret, Part.PIN: row.pin, Part.PASSWORD: row.password}
    return Member(
        person=Person(row.user_id, row.email, row.name, Role(row.role)),
        member_id=row.member_id,
        is_active=row.is_active,
        allow_nosign=row.allow_nosign,
        require_hmac=row.require_hmac,
        networks=tuple(map(ip_network, row.ip_allow)),
        callback=callback or None,
        own=own,
        limits=_in_force(own, rules),
        sealed=Sealed(vault, row.user_id, sealed),
    )


def _in_force(own: OwnLimits, rules: MemberRules) -> Limits:
    return Limits(
        own.requests_per_minute or rules.requests_per_minute,
        own.orders_per_day or rules.orders_per_day,
        rules.amount_per_day if own.amount_per_day is None else own.amount_per_day,
        own.products,
    )
