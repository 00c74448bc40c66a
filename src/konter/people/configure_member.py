"""Members as an operator changes them. Each change holds within the seconds that a member is
remembered; a repeat does nothing; an unknown member id is NoSuchMember. ``by``: whom the audit log
names; None: nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import LiteralString

from konter.kernel.errors import Invalid
from konter.kernel.money import MAX_RUPIAH
from konter.people.actor import Actor
from konter.people.addresses import network_of
from konter.people.desk import PeopleDesk
from konter.people.fields import Unfit
from konter.people.members import NoSuchMember, OwnLimits

SET_ACTIVE = """
UPDATE people.members SET is_active = %(active)s WHERE member_id = %(member_id)s
"""

SET_IP = """
UPDATE people.members SET ip_allow = %(networks)s::text[] WHERE member_id = %(member_id)s
"""

SET_NOSIGN = """
UPDATE people.members SET allow_nosign = %(allowed)s WHERE member_id = %(member_id)s
"""

SET_HMAC = """
UPDATE people.members SET require_hmac = %(required)s WHERE member_id = %(member_id)s
"""

SET_LIMITS = """
UPDATE people.members SET
    requests_per_minute = %(requests)s,
    orders_per_day = %(orders)s,
    amount_per_day = %(amount)s,
    products = %(products)s::text[]
WHERE member_id = %(member_id)s
"""

MOST_NETWORKS = 100
MOST_PRODUCTS = 10_000
MOST_REQUESTS = 1_000_000
MOST_ORDERS = 2**31 - 1
PRODUCT = re.compile(r"[\x21-\x7e]{1,100}")

Value = bool | int | list[str] | None


async def set_active(
    desk: PeopleDesk, member_id: str, active: bool, *, by: Actor | None = None
) -> None:
    """Disabled, its calls are answered like an unknown member's; orders on their way go on."""
    await _change(desk, SET_ACTIVE, member_id, by, active=active)


async def set_ip(
    desk: PeopleDesk, member_id: str, networks: Iterable[str], *, by: Actor | None = None
) -> None:
    """The addresses and networks that it may call from, in place of all before; none: anywhere.

    Raises Invalid.
    """
    clean: dict[str, None] = {}
    for text in networks:
        try:
            clean[network_of(text)] = None
        except Unfit as unfit:
            raise Invalid({"ip": [f"{text}: {unfit}"]}) from None
    if len(clean) > MOST_NETWORKS:
        raise Invalid({"ip": [f"Paling banyak {MOST_NETWORKS} jaringan"]})
    await _change(desk, SET_IP, member_id, by, networks=list(clean))


async def set_nosign(
    desk: PeopleDesk, member_id: str, allowed: bool, *, by: Actor | None = None
) -> None:
    """Whether its Otomax may send pin and password in the place of a sign."""
    await _change(desk, SET_NOSIGN, member_id, by, allowed=allowed)


async def set_require_hmac(
    desk: PeopleDesk, member_id: str, required: bool, *, by: Actor | None = None
) -> None:
    """Whether nothing but X-Konter-Signature proves its calls: no MD5, no Otomax, no API key."""
    await _change(desk, SET_HMAC, member_id, by, required=required)


async def set_limits(
    desk: PeopleDesk, member_id: str, own: OwnLimits, *, by: Actor | None = None
) -> None:
    """Its own limits, in place of all before. A product that does not exist only closes: it is not
    looked up. Raises Invalid."""
    amount = None if own.amount_per_day is None else own.amount_per_day.amount
    errors = {
        **_unfit("requests_per_minute", own.requests_per_minute, MOST_REQUESTS),
        **_unfit("orders_per_day", own.orders_per_day, MOST_ORDERS),
        **_unfit("amount_per_day", amount, MAX_RUPIAH),
    }
    products = None if own.products is None else sorted(own.products)
    if not all(map(PRODUCT.fullmatch, products or ())) or len(products or ()) > MOST_PRODUCTS:
        errors["products"] = ["Kode produk atau kategori tidak valid"]
    if errors:
        raise Invalid(errors)
    await _change(
        desk,
        SET_LIMITS,
        member_id,
        by,
        requests=own.requests_per_minute,
        orders=own.orders_per_day,
        amount=amount,
        products=products,
    )


def _unfit(name: str, limit: int | None, most: int) -> dict[str, list[str]]:
    if limit is None or 1 <= limit <= most:
        return {}
    return {name: [f"Antara 1 dan {most}"]}


async def _change(
    desk: PeopleDesk, sql: LiteralString, member_id: str, by: Actor | None, **facts: Value
) -> None:
    async with desk.db.transaction() as tx:
        if not await tx.run(sql, {"member_id": member_id, **facts}):
            raise NoSuchMember(member=member_id)
        if by is not None:
            said = {name: _said(value) for name, value in facts.items()}
            await by.did(tx, "member.configure", f"member:{member_id}", **said, at=desk.clock.now())


def _said(value: Value) -> bool | int | str | None:
    return ", ".join(value)[:500] if isinstance(value, list) else value
