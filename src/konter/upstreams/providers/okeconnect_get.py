"""Every call to OkeConnect is a GET whose address carries member, PIN and password.

Every answer is HTTP 200 with plain words, whatever they say.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireAnswer, WireRequest
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.providers.okeconnect_grammar import is_turned_away


@dataclass(frozen=True, slots=True)
class Login:
    """One member at OkeConnect."""

    member_id: str
    pin: str = field(repr=False)
    password: str = field(repr=False)
    base_url: str

    def get(
        self, path: str, about: dict[str, str], timeout_s: float, *, buys: bool = False
    ) -> WireRequest:
        """The same address for the same facts, every time. ``buys``: the call can spend money."""
        member = {"memberID": self.member_id, "pin": self.pin, "password": self.password}
        query = urlencode({**about, **member}, quote_via=quote, safe="")
        base_url = self.base_url.rstrip("/").removesuffix("/trx")
        return WireRequest(
            method="GET",
            url=f"{base_url}{path}?{query}",
            timeout_s=timeout_s,
            purchase_capable=buys,
            secrets=(self.pin, self.password),
        )


def told(answer: WireAnswer) -> str | Unknown:
    """Their words. Only HTTP 200 carries any, whatever its content type."""
    if answer.status != 200:
        return Unknown(f"HTTP {answer.status} instead of a sentence")
    words = words_of(answer.body)
    if not words or words.startswith(("<", "{", "[")):
        return Unknown(f"no sentence: {words[:40]!r}" if words else "an empty answer")
    return words


def words_of(body: bytes) -> str:
    """Without what surrounds them; names may come in Windows' letters."""
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode().strip()
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace").strip()


def refusal(answer: WireAnswer, line: str) -> UpstreamRefused:
    """What they said instead of an answer, for an operator; nothing that could repeat our PIN."""
    why = is_turned_away(line)
    if why is None:
        text = f"OkeConnect: jawaban tidak terbaca (HTTP {answer.status})"
        return UpstreamRefused(text, http_status=answer.status)
    return UpstreamRefused(f"OkeConnect: {why}", reason=why, http_status=answer.status)
