"""A call of Otomax: its query, with names in any case, and whom it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from konter.kernel.errors import Refused
from konter.people.credentials import Credentials, OtomaxSign, PinAndPassword, Proof
from konter.people.members import Member
from konter.people.prove import prove_call
from konter.people.signatures import OtomaxCall
from konter.web.h2h.caller import door_of
from konter.web.request import SiteRequest

WORD: Final = re.compile(r"[!-{}~]{1,64}")
"""Printable, in ASCII, without a space, and without the bar that stands between the parts of a
signature: it is echoed in a line that must be read back."""

LONGEST_QUERY: Final = 2000


class FormatWrong(Refused):
    """The query cannot be read; nothing was ordered."""

    code = "format_wrong"
    status = 400
    message = "Format salah"


Query = Mapping[str, str]
"""What was asked, by names in small letters."""


def query_of(request: SiteRequest) -> Query:
    """Raises FormatWrong for a name that stands twice: which of the two was signed?

    A plus sign means itself, as Otomax sends it.
    """
    raw: bytes = request.scope["query_string"]
    if len(raw) > LONGEST_QUERY:
        raise FormatWrong("Format salah: permintaan terlalu panjang")
    query: dict[str, str] = {}
    for pair in raw.decode("latin-1").split("&"):
        name, _, value = pair.partition("=")
        name = unquote(name).strip().lower()
        if name in query:
            raise FormatWrong(f"Format salah: {name[:20]} dua kali")
        if name:
            query[name] = unquote(value)
    return query


async def otomax_member(request: SiteRequest, query: Query, call: OtomaxCall) -> Member:
    """Who calls. Where there is a sign, pin and password are not looked at. Raises what
    ``prove_call`` raises."""
    proof: Proof | None = None
    if sign := query.get("sign"):
        proof = OtomaxSign(call, sign)
    elif query.get("pin") and query.get("password"):
        proof = PinAndPassword(query["pin"], query["password"])
    credentials = Credentials(query.get("memberid"), request.remote, proof)
    return await prove_call(door_of(request).members, credentials)


def word_of(query: Query, name: str) -> str:
    """One that must be there. Raises FormatWrong."""
    said = query.get(name, "")
    if not WORD.fullmatch(said):
        raise FormatWrong(f"Format salah: {name}")
    return said


def number_of(query: Query, name: str, *, most: int) -> int | None:
    """Whole and not below zero; None where it is absent or empty. Raises FormatWrong."""
    said = query.get(name, "")
    if not said:
        return None
    if not re.fullmatch(r"[0-9]{1,15}", said) or int(said) > most:
        raise FormatWrong(f"Format salah: {name}")
    return int(said)
