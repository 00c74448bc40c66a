"""Whoever asks, for whatever address: nobody gets at what is somebody else's."""

from __future__ import annotations

import re

from konter.people.permits import Role
from konter.web.page.problems import MACHINES
from tests.pages.town import Town, founded
from tests.shop import Reply, Shop
from tools.permissions import Entry, entries

ROLES = {
    "nobody": None,
    "budi": Role.RESELLER,
    "rini": Role.RETAIL,
    "operator": Role.OPERATOR,
    "admin": Role.ADMIN,
}
STRANGERS = ("nobody", "budi", "rini")
LAST = ("/keluar", "/api/auth/logout")
"""After these one is nobody."""


async def test_every_address_with_every_role(paying: Shop) -> None:
    """Who is not meant is turned away, who is meant sees their own; nothing of hers changes."""
    town = await founded(paying)
    before = await town.hers()
    for entry in sorted(entries(), key=lambda one: (one.path in LAST, one.path)):
        for who, role in ROLES.items():
            if who in STRANGERS or entry.method == "GET" or not entry.who.admits(role):
                reply = await town.ask(who, entry.method, town.fill(entry.path))
                _judge(town, entry, who, reply)
    assert await town.hers() == before


async def test_a_members_key_opens_nobody_elses_orders(paying: Shop) -> None:
    town = await founded(paying)
    before = await town.hers()
    town.tokens["budi"] = town.key
    doors = [one for one in entries() if one.path.startswith("/api/v1/") and "{" in one.path]
    assert len(doors) > 2
    for entry in doors:
        reply = await town.ask("budi", entry.method, town.fill(entry.path))
        _keeps_quiet(town, entry, reply)
        if "ref_id" in entry.path:
            assert reply.status_code == 404, (entry.path, reply.text)
    assert await town.hers() == before


def _judge(town: Town, entry: Entry, who: str, reply: Reply) -> None:
    told = (entry.method, entry.path, who, reply.status_code, reply.text[:200])
    assert reply.status_code < 500 or entry.path == "/readyz", told
    is_page = not entry.path.startswith(MACHINES)
    if not entry.who.admits(ROLES[who]):
        if who == "nobody" and is_page:
            assert _to_sign_in(reply) or reply.status_code in (401, 403), told
        else:
            assert reply.status_code in (401, 403), told
    elif not entry.who.owns:
        assert reply.status_code not in (401, 403) or not is_page, told
    elif "{" in entry.path and entry.method == "GET" and is_page:
        assert reply.status_code == 404, told
    if who in STRANGERS:
        _keeps_quiet(town, entry, reply)


def _keeps_quiet(town: Town, entry: Entry, reply: Reply) -> None:
    """What was in the address itself may stand in the answer; nothing else of hers."""
    asked = town.fill(entry.path)
    for secret in town.secrets:
        assert secret in asked or secret not in reply.text, (entry.path, secret)


def _to_sign_in(reply: Reply) -> bool:
    return reply.status_code == 303 and bool(re.match(r"/masuk\?", reply.headers["Location"]))
