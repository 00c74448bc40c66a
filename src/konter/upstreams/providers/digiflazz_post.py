"""Every call to Digiflazz is a POST with a JSON body that carries its own signature."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import md5
from typing import Final

import msgspec

from konter.kernel.wire_types import WireAnswer, WireRequest
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.providers.digiflazz_words import message_of, read_words


@dataclass(frozen=True, slots=True)
class Login:
    """One login at Digiflazz. A key that starts with ``dev-`` only ever sends tests."""

    username: str
    api_key: str = field(repr=False)
    base_url: str

    @property
    def is_testing(self) -> bool:
        return self.api_key.startswith("dev-")

    def post(
        self,
        path: str,
        body: dict[str, str | int | bool],
        suffix: str,
        timeout_s: float,
        *,
        buys: bool = False,
    ) -> WireRequest:
        """The same bytes for the same facts, every time. ``suffix``: what is signed with the key.

        ``buys``: the call can spend money.
        """
        signed = sign(self.username, self.api_key, suffix)
        return WireRequest(
            method="POST",
            url=self.base_url.rstrip("/") + path,
            headers=_HEADERS,
            body=msgspec.json.encode({"username": self.username, **body, "sign": signed}),
            timeout_s=timeout_s,
            purchase_capable=buys,
            secrets=(self.api_key, signed),
        )


def sign(username: str, api_key: str, suffix: str) -> str:
    """Lower-case hex MD5 of the three, joined without a separator. It can be replayed: a secret."""
    return md5(f"{username}{api_key}{suffix}".encode(), usedforsecurity=False).hexdigest()


def refusal(answer: WireAnswer) -> UpstreamRefused:
    """What they said instead of an answer, for an operator."""
    words = read_words(answer.body)
    if words is None or type(words.rc) is not str:
        return UpstreamRefused(
            f"Digiflazz: jawaban tidak terbaca (HTTP {answer.status})", http_status=answer.status
        )
    message = message_of(words)
    return UpstreamRefused(
        f"Digiflazz: {message or 'ditolak'} (rc {words.rc[:10]})",
        rc=words.rc[:10],
        reason=message,
        http_status=answer.status,
    )


_HEADERS: Final = {"Content-Type": "application/json", "Accept": "application/json"}
