"""What goes over the wire and what comes back, as plain facts. No I/O here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request to an upstream. ``secrets`` are cut out of every transcript of it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout_s: float = 30.0
    purchase_capable: bool = False
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What an upstream answered, whole. Never branch on ``status`` before reading ``body``."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WireSilence:
    """No whole answer came. ``left`` False: the wire is certain that no byte left for them."""

    left: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """The transcript of one call, scrubbed, with its times (UTC). ``account``: supplier account."""

    account: str
    purpose: str
    reference: str | None
    method: str
    url: str
    request_body: str
    status: int | None
    response_body: str
    started_at: datetime
    ended_at: datetime
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The result of asking: an answer or silence, and the transcript to keep beside it."""

    said: WireAnswer | WireSilence
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class WireCall:
    """A request that somebody else sent to us (a callback), byte for byte."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    remote: str
