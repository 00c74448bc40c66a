"""What people type about themselves becomes clean text here, or is refused with its field named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from konter.kernel.errors import Invalid

LONGEST_EMAIL = 254
LONGEST_NAME = 100
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200

EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


class Unfit(ValueError):
    """Why one text is not acceptable, for the person who typed it."""


def checked(**fields: tuple[Callable[[str], str], str]) -> dict[str, str]:
    """Each field cleaned by its rule. Raises Invalid with all unfit fields at once."""
    clean: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for name, (rule, text) in fields.items():
        try:
            clean[name] = rule(text)
        except Unfit as unfit:
            errors[name] = [str(unfit)]
    if errors:
        raise Invalid(errors)
    return clean


def email_of(text: str) -> str:
    """Lower case, without the spaces around it. Plain ASCII addresses only: no look-alikes."""
    email = text.strip().lower()
    local, _, domain = email.rpartition("@")
    if len(email) > LONGEST_EMAIL or len(local) > 64 or len(domain) > 253:
        raise Unfit("Email terlalu panjang")
    if not EMAIL.fullmatch(email):
        raise Unfit("Email tidak valid")
    return email


def name_of(text: str) -> str:
    """A name on one line: no control or unassigned characters, no half surrogates."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise Unfit("Nama wajib diisi")
    if len(name) > LONGEST_NAME:
        raise Unfit(f"Nama paling panjang {LONGEST_NAME} karakter")
    if any(unicodedata.category(c) in {"Cc", "Cs", "Cn", "Zl", "Zp"} for c in name):
        raise Unfit("Nama memuat karakter yang tidak diperbolehkan")
    return name


def password_of(text: str) -> str:
    """Any characters, kept exactly as typed, except NUL and half surrogates."""
    if len(text) < SHORTEST_PASSWORD:
        raise Unfit(f"Kata sandi paling sedikit {SHORTEST_PASSWORD} karakter")
    if len(text) > LONGEST_PASSWORD:
        raise Unfit(f"Kata sandi paling panjang {LONGEST_PASSWORD} karakter")
    if any(c == "\0" or unicodedata.category(c) == "Cs" for c in text):
        raise Unfit("Kata sandi memuat karakter yang tidak diperbolehkan")
    return text
