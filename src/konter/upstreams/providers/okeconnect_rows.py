"""The rows of OkeConnect's one list, goods and bills alike: every field is text, numbers too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from konter.kernel.money import MAX_RUPIAH
from konter.upstreams.contract import Amounts

OPEN_CODES: Final = "BBS"
"""How the codes of open denominations begin."""

OPEN_AMOUNTS: Final = Amounts(least=10_000, most=10_000_000)
"""What OkeConnect takes for ``qty``, whole rupiah."""


class Row(msgspec.Struct):
    """One row as it stands there."""

    kode: Any = None
    keterangan: Any = ""
    produk: Any = ""
    kategori: Any = ""
    harga: Any = None
    status: Any = None


class Unreadable(Exception):
    """A row that cannot be sold from; says which field."""


_decode_rows: Final = msgspec.json.Decoder(list[Row]).decode
_decode_raw: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_row: Final = msgspec.json.Decoder(Row).decode


def rows_of(body: bytes) -> Sequence[Row | None]:
    """All rows in one go; only where one of them is spoilt, one by one, that one as None.

    Raises ValueError and RecursionError where no list stands.
    """
    try:
        return _decode_rows(body)
    except (ValueError, RecursionError):
        return [_row_of(raw) for raw in _decode_raw(body)]


def _row_of(raw: msgspec.Raw) -> Row | None:
    try:
        return _decode_row(raw)
    except (ValueError, RecursionError):
        return None


def plain(category: str) -> str:
    return "".join(letter for letter in category.casefold() if letter.isalnum())


def text(value: Any) -> str:
    """Text without NUL, which no database takes; anything that is not text counts as none."""
    return value.replace("\x00", "").strip() if type(value) is str else ""


def whole(value: Any) -> int | None:
    """Digits, perhaps behind a minus. ``134.600`` is no number of theirs: a point means a guess."""
    if type(value) is int:
        return value if abs(value) <= MAX_RUPIAH else None
    if type(value) is not str or not _WHOLE.fullmatch(value.strip()):
        return None
    return int(value)


_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")


def is_open(value: Any) -> bool:
    """A wrong guess would sell what is closed, so anything but 1 or 0 is unreadable."""
    if value in ("1", "0") or (type(value) is int and value in (1, 0)):
        return str(value) == "1"
    raise Unreadable("status")
