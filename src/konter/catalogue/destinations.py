"""What a destination looks like for each kind of product, judged before any money moves. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from konter.catalogue.prefixes import operators_of_brand, operators_of_number
from konter.kernel.errors import Invalid

TARGET: Final = "target_id"
SERVER: Final = "server_id"
LONGEST: Final = 50

SEPARATORS = re.compile(r"[\s.()/-]+")
USER_AND_ZONE = re.compile(r"(\d+)\s*[(\s./|,-]\s*(\d+)\)?")

NEEDS_ZONE: Final = ("mobilelegends", "mobilelegend", "magicchess")
"""Brands, in letters and digits, whose account is a user id and a zone id, both digits."""

NEEDS_SERVER: Final = (
    "genshinimpact",
    "honkaistarrail",
    "zenlesszonezero",
    "dragonnestm",
    "heroesevolved",
    "nbainfinite",
)
"""Brands whose account is a user id on a server that has a name or a number."""

TELLS_OF_ZONE = re.compile(r"\bzone[ _]?id\b", re.IGNORECASE)
TELLS_OF_SERVER = re.compile(r"\bu?id\b\s*(?:[|,&+/]|dan)\s*server\b", re.IGNORECASE)
"""Sellers say in a product's description what they want, and nowhere else."""

DIGITS_ONLY: Final = ("freefire", "pubg")
"""Brands whose user id is a number and nothing else."""

CARD_BRANDS: Final = ("mandirietoll", "mandiriemoney", "etoll", "brizzi", "bribrizzi", "tapcash")
"""E-money that lives on a card with sixteen digits and not under a telephone number."""


@dataclass(frozen=True, slots=True)
class Destination:
    """``parts``: as the adapter joins them, in order. ``shown``: as a person reads it."""

    parts: tuple[str, ...]
    shown: str


@dataclass(frozen=True, slots=True)
class Need:
    """One field that a product wants: its name in requests, and how to ask a person for it."""

    field: str
    label: str
    kind: str
    example: str


PHONE = Need(TARGET, "Nomor HP", "phone", "081234567890")
CARD = Need(TARGET, "Nomor kartu", "card", "6032981234567890")
METER = Need(TARGET, "Nomor meter atau ID pelanggan", "meter", "45012345678")
USER = Need(TARGET, "User ID", "user_id", "12345678")
ZONE = Need(SERVER, "Zone ID", "zone_id", "1234")
SERVER_NAME = Need(SERVER, "Server", "server", "Asia")
ANY_TARGET = Need(TARGET, "Tujuan", "text", "081234567890")


def read_destination(
    *,
    type: str,
    brand: str,
    description: str,
    target_id: str,
    server_id: str | None,
    development: bool,
) -> Destination:
    """The destination in its parts, cleaned. Raises Invalid naming target_id or server_id.

    ``type`` and ``brand`` are the product's; its ``description`` may tell of a zone. In
    ``development`` the documentation's sample meter of ten digits passes. A server id that the
    product has no use for is refused: a person who typed one means something else than we would do.
    """
    target = _plain(TARGET, target_id)
    server = _plain(SERVER, server_id or "")
    fields = needs(type, brand, description)
    if len(fields) == 2:
        return _two_parts(fields[1], target, server)
    if server:
        _refuse(SERVER, "Produk ini tidak memerlukan Server ID, kosongkan isian ini")
    if not target:
        _refuse(TARGET, f"{fields[0].label} wajib diisi")
    part = _meter(target, development) if type == "pln" else _READ[fields[0].kind](target, brand)
    return Destination((part,), part)


def needs(type: str, brand: str, description: str = "") -> tuple[Need, ...]:
    """Which fields a product wants, in order; the first is always ``target_id``."""
    if type in ("pulsa", "data"):
        return (PHONE,)
    if type == "pln":
        return (METER,)
    name = _letters(brand)
    if type == "emoney":
        return (CARD,) if name.startswith(CARD_BRANDS) else (PHONE,)
    if type != "game":
        return (ANY_TARGET,)
    if name.startswith(NEEDS_ZONE) or TELLS_OF_ZONE.search(description):
        return (USER, ZONE)
    needs_server = name.startswith(NEEDS_SERVER) or TELLS_OF_SERVER.search(description)
    return (USER, SERVER_NAME) if needs_server else (USER,)


def _two_parts(second: Need, target: str, server: str) -> Destination:
    """``12345678 (1234)`` in the first field counts as both parts, as people copy it."""
    if second is ZONE and not server and (both := USER_AND_ZONE.fullmatch(target)):
        target, server = both[1], both[2]
    errors: dict[str, list[str]] = {}
    if not target:
        errors[TARGET] = ["User ID wajib diisi"]
    elif not (_is_digits(target) and len(target) <= 20):
        errors[TARGET] = ["User ID harus berupa angka"]
    server = server.strip("()").strip() if second is ZONE else server
    if not server:
        errors[SERVER] = [f"{second.label} wajib diisi untuk produk ini"]
    elif second is ZONE and not (_is_digits(server) and len(server) <= 10):
        errors[SERVER] = ["Zone ID harus berupa angka"]
    elif second is SERVER_NAME and not re.fullmatch(r"[\w -]{1,30}", server):
        errors[SERVER] = ["Server hanya boleh berisi huruf, angka, spasi dan tanda hubung"]
    if errors:
        raise Invalid(errors)
    return Destination((target, server), f"{target} ({server})")


def _operator_phone(text: str, brand: str) -> str:
    """A telephone number, and one of the operator whose product it is, as far as both are known."""
    phone = _phone(text, brand)
    owners, wanted = operators_of_number(phone), operators_of_brand(brand)
    if owners and wanted and not set(owners) & set(wanted):
        theirs, ours = " / ".join(owners), " / ".join(wanted)
        _refuse(TARGET, f"Nomor {phone[:4]} milik {theirs}, sedangkan produk ini untuk {ours}")
    return phone


def _phone(text: str, _brand: str) -> str:
    number = SEPARATORS.sub("", text)
    if number.startswith("+62"):
        number = "0" + number[3:]
    elif number.startswith("62"):
        number = "0" + number[2:]
    if not (_is_digits(number) and number.startswith("08") and 10 <= len(number) <= 13):
        _refuse(TARGET, "Nomor HP harus diawali 08 dan terdiri dari 10 sampai 13 angka")
    return number


def _meter(text: str, development: bool) -> str:
    number = SEPARATORS.sub("", text)
    if not (_is_digits(number) and (10 if development else 11) <= len(number) <= 12):
        _refuse(TARGET, "Nomor meter atau ID pelanggan PLN terdiri dari 11 atau 12 angka")
    return number


def _card(text: str, _brand: str) -> str:
    number = SEPARATORS.sub("", text)
    if not (_is_digits(number) and len(number) == 16):
        _refuse(TARGET, "Nomor kartu terdiri dari 16 angka")
    return number


def _account(text: str, brand: str) -> str:
    """A game account that is one thing: a number with some games, a name with others."""
    if _letters(brand).startswith(DIGITS_ONLY) and not _is_digits(text):
        _refuse(TARGET, "User ID harus berupa angka")
    return text


def _anything(text: str, _brand: str) -> str:
    return text


_READ: Final[Mapping[str, Callable[[str, str], str]]] = {
    "phone": _operator_phone,
    "card": _card,
    "user_id": _account,
    "text": _anything,
}


def _plain(field: str, text: str) -> str:
    """Printable, in Unicode that can be stored, no longer than a destination ever is."""
    text = text.strip()
    if len(text) > LONGEST:
        _refuse(field, f"Paling banyak {LONGEST} karakter")
    if not text.isprintable():
        _refuse(field, "Berisi karakter yang tidak dapat dipakai")
    return text


def _refuse(field: str, text: str) -> NoReturn:
    raise Invalid({field: [text]})


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _letters(brand: str) -> str:
    return "".join(c for c in brand.casefold() if c.isalnum())
