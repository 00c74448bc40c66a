"""A request's JSON becomes the handler's own type in one pass, or is refused field by field."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from typing import Any, Final, Generic, TypeVar

import msgspec

from konter.kernel.errors import Invalid

Kind = TypeVar("Kind", bound=msgspec.Struct)

REQUIRED: Final = "Wajib diisi"

TYPE_NAMES: Final = {
    "int": "bilangan bulat",
    "float": "bilangan",
    "str": "teks",
    "bool": "true atau false",
    "null": "null",
    "array": "daftar",
    "object": "objek",
    "datetime": "tanggal dan jam",
    "date": "tanggal",
}

WORDS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"Expected `(?:str|array)` of length >= 1\b"), lambda m: "Tidak boleh kosong"),
    (re.compile(r"Expected `str` of length >= (\d+)"), lambda m: f"Paling sedikit {m[1]} karakter"),
    (re.compile(r"Expected `str` of length <= (\d+)"), lambda m: f"Paling banyak {m[1]} karakter"),
    (re.compile(r"Expected `array` of length <= (\d+)"), lambda m: f"Paling banyak {m[1]} isian"),
    (re.compile(r"Expected `\w+` >= (\S+)"), lambda m: f"Paling kecil {m[1]}"),
    (re.compile(r"Expected `\w+` <= (\S+)"), lambda m: f"Paling besar {m[1]}"),
    (re.compile(r"Expected `\w+` > (\S+)"), lambda m: f"Harus lebih dari {m[1]}"),
    (re.compile(r"Expected `\w+` < (\S+)"), lambda m: f"Harus kurang dari {m[1]}"),
    (re.compile(r"Expected `str` matching regex"), lambda m: "Bentuknya tidak sesuai"),
    (re.compile(r"Invalid enum value"), lambda m: "Pilihan tidak dikenal"),
    (re.compile(r"Object missing required field `(\w+)`"), lambda m: f"{m[1]}: {REQUIRED.lower()}"),
    (re.compile(r"Expected `([\w |]+)`, got"), lambda m: f"Harus berupa {_either(m[1])}"),
)


def in_indonesian(said: str) -> str:
    """What msgspec said about one value, for the person who sent it."""
    for pattern, words in WORDS:
        if match := pattern.search(said):
            return words(match)
    return "Nilai tidak valid"


class BodyReader(Generic[Kind]):
    """Reads one kind of JSON body. A number in quotes is text, as JSON says."""

    def __init__(self, kind: type[Kind]) -> None:
        self._kind = kind
        self._decoder = msgspec.json.Decoder(kind)

    def read(self, body: bytes) -> Kind:
        """Raises Invalid naming every field that is missing or wrong (``body`` if none can be)."""
        try:
            return self._decoder.decode(body)
        except (ValueError, RecursionError) as error:  # all that msgspec raises for bad input
            raise Invalid(self.faults(body)) from error

    def faults(self, body: bytes) -> dict[str, list[str]]:
        """What is wrong, by field: the slow second look at a body that was refused."""
        try:
            raw = msgspec.json.decode(body or b"{}")
        except (ValueError, RecursionError):
            return {"body": ["Isi permintaan bukan JSON yang sah"]}
        if not isinstance(raw, dict):
            return {"body": ["Isi permintaan harus berupa objek JSON"]}
        faults = {
            field.encode_name: said
            for field in msgspec.structs.fields(self._kind)
            if (said := _fault(field, raw))
        }
        return faults or {"body": ["Isi permintaan tidak dapat dibaca"]}


def _fault(field: msgspec.structs.FieldInfo, raw: dict[str, Any]) -> list[str]:
    if field.encode_name not in raw:
        return [REQUIRED] if field.required else []
    value = raw[field.encode_name]
    try:
        msgspec.convert(value, field.type)
    except (ValueError, RecursionError) as error:
        return [REQUIRED if value is None else in_indonesian(str(error))]
    return []


def _either(names: str) -> str:
    return reduce(_or, [TYPE_NAMES.get(name, name) for name in names.split(" | ")])


def _or(first: str, second: str) -> str:
    return f"{first} atau {second}"
