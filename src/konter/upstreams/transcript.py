"""What is kept of a call: text, bounded, and without a single secret of ours."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"
LONGEST_FORM: Final = 12
"""The most characters that one of a secret's can take: four bytes as ``%F0%9F%98%80``."""

_NAMES: Final = "sign|signature|api_key|apikey|pin|password|secret|token"
_IN_JSON: Final = re.compile(
    rf"""((["'])(?:{_NAMES})\2\s*:\s*)"""
    r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,}\]"']+)""",
    re.IGNORECASE | re.DOTALL,
)
_IN_QUERY: Final = re.compile(rf"\b({_NAMES})=[^&\s\"'<>]*", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~-]+")


def kept_text(body: bytes | bytearray, secrets: tuple[str, ...], room: int) -> str:
    """The beginning of a body as scrubbed text, at most ``room`` characters.

    A body that is cut is cut again after scrubbing, by as much as a secret could be long, so
    that no half of one remains at the end.
    """
    if not body:
        return ""
    longest = LONGEST_FORM * max((len(secret) for secret in secrets), default=0)
    text = body[: room + longest].decode("utf-8", "replace").replace("\x00", "\ufffd")
    text = scrubbed(text, secrets)
    if len(body) > room + longest:
        text = text[: max(0, len(text) - longest)]
    return text[:room]


def scrubbed(text: str, secrets: tuple[str, ...]) -> str:
    """Without the secrets however they are written, nor the value of any key named like one."""
    for secret in secrets:
        for form in _forms(secret):
            if form in text:
                text = text.replace(form, MASK)
    if ":" in text:
        text = _IN_JSON.sub(rf"\1\2{MASK}\2", text)
    if "=" in text:
        text = _IN_QUERY.sub(rf"\1={MASK}", text)
    return text


@lru_cache(maxsize=256)
def _forms(secret: str) -> tuple[str, ...]:
    """As it is, as JSON strings may write it, as addresses and forms may; longest first."""
    if not secret:
        return ()
    if _PLAIN.fullmatch(secret):
        return (secret,)
    in_json, in_ascii = json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(secret)[1:-1]
    quoted, plus = quote(secret, safe=""), quote_plus(secret)
    forms = {secret, in_json, in_ascii, quoted, plus, quote(secret)}
    forms |= {form.replace("/", "\\/") for form in (in_json, in_ascii)}
    forms |= {re.sub("%[0-9A-F]{2}", lambda hit: hit[0].lower(), form) for form in (quoted, plus)}
    return tuple(sorted(forms, key=len, reverse=True))
