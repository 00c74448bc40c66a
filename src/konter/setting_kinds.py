"""How the text of a setting becomes a value, and what is said when it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Generic, NoReturn, TypeVar
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from konter.kernel.money import Rupiah

T = TypeVar("T")

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How a text becomes a value. ``read`` raises ValueError; ``expected`` says what it wants."""

    expected: str
    read: Callable[[str], T]
    unit: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that shows itself only to who asks for it by ``reveal``."""

    _text: str

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(****)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class CallTimeouts:
    """How long an upstream may take to answer, seconds, by what it was asked."""

    purchase: float = 60.0
    price_list: float = 60.0
    balance: float = 30.0
    check: float = 30.0

    def by_purpose(self) -> dict[str, float]:
        """As an adapter's traits want them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def whole(least: int, most: int, unit: str = "") -> Kind[int]:
    expected = f"a whole number from {least} to {most}"
    return Kind(expected, lambda text: _between(int(_plain(text)), least, most), unit)


def number(least: float, most: float, unit: str) -> Kind[float]:
    expected = f"a number from {least:.10g} to {most:.10g}"
    return Kind(expected, lambda text: _between(float(_plain(text)), least, most), unit)


def rupiah(most: int) -> Kind[Rupiah]:
    amount = whole(0, most)
    return Kind(f"{amount.expected}, digits only", lambda s: Rupiah(amount.read(s)), "rupiah")


def one_of(*allowed: T) -> Kind[T]:
    words = {str(word): word for word in allowed}
    return Kind(" or ".join(words), lambda text: words[_known(text.lower(), words)])


def kept_secret(least: int) -> Kind[Secret]:
    def read(text: str) -> Secret:
        return Secret(text) if len(text) >= least else _refuse()

    return Kind(f"at least {least} characters" if least > 1 else "a text", read, secret=True)


def message_address() -> Kind[Secret]:
    """An Apprise address with the place where the recipient goes."""

    def read(text: str) -> Secret:
        return Secret(text) if _is_address(text) and "{to}" in text else _refuse()

    return Kind("an Apprise address with {to} in it", read, secret=True)


def message_addresses() -> Kind[Secret]:
    """Apprise addresses that need no recipient, with spaces between them."""

    def read(text: str) -> Secret:
        return Secret(text) if all(map(_is_address, text.split())) else _refuse()

    return Kind("Apprise addresses, separated by spaces", read, secret=True)


def _is_address(text: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9]*://\S+", text) is not None


def text_like(pattern: str, expected: str) -> Kind[str]:
    return Kind(expected, lambda text: text if re.fullmatch(pattern, text) else _refuse())


def _read_web_address(text: str) -> str:
    parts = urlsplit(text)
    bare = not (parts.query or parts.fragment or parts.username or parts.password)
    # Reading ``port`` is what makes urlsplit look at it.
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0 or not bare:
        _refuse()
    return text.rstrip("/")


def _read_list_address(text: str) -> str:
    address, mark, query = text.partition("?")
    return _read_web_address(address) + mark + query


def _read_time_of_day(text: str) -> time:
    return time.fromisoformat(text) if re.fullmatch(r"\d\d:\d\d", text) else _refuse()


def _read_database(text: str) -> Secret:
    try:
        return Secret(text) if conninfo_to_dict(text) else _refuse()
    except ProgrammingError:
        raise ValueError from None  # its text could quote a password


def _read_call_timeouts(text: str) -> CallTimeouts:
    seconds = number(0.001, 3600, "seconds")
    calls = {f.name for f in fields(CallTimeouts)}
    if "=" not in text:
        return CallTimeouts(**dict.fromkeys(calls, seconds.read(text)))
    named = [part.split("=", 1) for part in text.split(",")]
    return CallTimeouts(**{_known(name.strip(), calls): seconds.read(s) for name, s in named})


def _read_networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(","))


NETWORKS = Kind("networks such as 127.0.0.1,10.0.0.0/8", _read_networks)
WEB_ADDRESS = Kind("an address such as https://konter.example.com", _read_web_address)
LIST_ADDRESS = Kind("an address such as https://konter.example.com/list?id=abc", _read_list_address)
TIME_OF_DAY = Kind("a time of day such as 02:00", _read_time_of_day, "WIB")
DATABASE = Kind("postgresql://user:password@host/database", _read_database, secret=True)
FOLDER = Kind("a folder", Path)
HOST = text_like(r"[A-Za-z0-9.:_-]+", "a host name or address such as 127.0.0.1")
CALL_TIMEOUTS = Kind(
    "seconds, one number for all calls or e.g. purchase=60,price_list=60,balance=30",
    _read_call_timeouts,
    "seconds",
)
SECONDS = number(0.001, 31_536_000, "seconds")
SECONDS_OR_NONE = number(0, 31_536_000, "seconds")


def _plain(text: str) -> str:
    """Digits as a person writes them: no 1_000, no infinity, no other script's digits."""
    return text if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else _refuse()


N = TypeVar("N", int, float)


def _between(value: N, least: N, most: N) -> N:
    return value if least <= value <= most else _refuse()


def _known(word: str, allowed: Iterable[str]) -> str:
    return word if word in set(allowed) else _refuse()


def _refuse() -> NoReturn:
    raise ValueError
