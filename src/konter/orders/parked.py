"""Refusals that arrived while a call was in flight, kept beside the attempt until it ends."""

from __future__ import annotations

from datetime import datetime

import msgspec

from konter.kernel.outcome import Fault, Rejected


class _Kept(msgspec.Struct, frozen=True):
    fault: Fault
    formed: bool
    reason: str
    code: str
    twice: bool
    reversal: bool
    happened_at: datetime
    message: str = ""


def add(kept: str | None, news: Rejected, happened_at: datetime) -> str:
    """``kept`` with one more refusal; the same one again adds nothing."""
    new = _Kept(
        news.fault,
        news.formed,
        news.reason,
        news.code,
        news.twice,
        news.reversal,
        happened_at,
        news.message,
    )
    standing = _decode(kept)
    if not any(msgspec.structs.replace(k, happened_at=happened_at) == new for k in standing):
        standing.append(new)
    return msgspec.json.encode(standing).decode()


def read(kept: str | None) -> list[tuple[Rejected, datetime]]:
    """The refusals in the order they came, with when they came."""
    return [
        (
            Rejected(k.fault, k.formed, k.reason, k.code, k.twice, k.reversal, k.message),
            k.happened_at,
        )
        for k in _decode(kept)
    ]


def _decode(kept: str | None) -> list[_Kept]:
    return msgspec.json.decode(kept, type=list[_Kept]) if kept else []
