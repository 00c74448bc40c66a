"""Bodies of messages as the office shows them: readable, and nothing in them that opens a door.

What is kept is scrubbed already, by the adapter that knows its secrets. This is the second lock: a
field whose name says that it proves or signs something is never shown, whoever sent it.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl

import msgspec

HIDDEN: Final = "***"
SECRET_NAME: Final = re.compile(
    r"sign(ature)?$|^sign|secret|passw|^pass$|^pin$|pin$|token|api.?key|^key$|private|authori[sz]",
    re.IGNORECASE,
)
IN_TEXT: Final = re.compile(
    r"(?i)\b([a-z_.-]*(?:sign(?:ature)?|secret|password|pass|pin|token|api[_-]?key|private_key))"
    r"(\s*[=:]\s*)([^&\s,;\"']+)"
)
LONG_HEX: Final = re.compile(r"\b[0-9a-fA-F]{32,}\b")
LONGEST: Final = 20_000

Plain = dict[str, object] | list[object] | str | int | float | bool | None


def shown_body(body: bytes | str) -> str:
    """JSON indented, a form line by line, anything else as it is; secrets masked, cut where it is
    very long."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    text = text.strip()
    if not text:
        return ""
    try:
        parsed: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return _cut(_form(text) if _is_form(text) else shown_text(text))
    pretty = msgspec.json.format(msgspec.json.encode(_masked(parsed)), indent=2).decode()
    return _cut(_no_hex(pretty))


def shown_text(text: str) -> str:
    """An address or a line, with whatever follows a telling name masked."""
    return _no_hex(IN_TEXT.sub(rf"\1\2{HIDDEN}", text))


def _masked(value: object, name: str = "") -> object:
    match value:
        case dict():
            return {key: _masked(said, str(key)) for key, said in value.items()}
        case list():
            return [_masked(said, name) for said in value]
        case str() if value and SECRET_NAME.search(name):
            return HIDDEN
        case str() if value[:1] in ("{", "["):
            return shown_body(value) if len(value) > 2 else value
        case _:
            return value


def _is_form(text: str) -> bool:
    return "=" in text and " " not in text and "\n" not in text and "<" not in text


def _form(text: str) -> str:
    lines = [
        f"{name} = {HIDDEN if value and SECRET_NAME.search(name) else value}"
        for name, value in parse_qsl(text, keep_blank_values=True)
    ]
    return _no_hex("\n".join(lines))


def _no_hex(text: str) -> str:
    """What looks like a digest may be a signature that can be used again."""
    return LONG_HEX.sub(HIDDEN, text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "\n…"
