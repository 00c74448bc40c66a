"""The door of the API: who asks, by address, member, PIN and password, in that order."""

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from konter_sim.okeconnect.state import Okeconnect
from konter_sim.okeconnect.words import refused

NO_IP: Final = "IP tidak sesuai"


class Refused(Exception):
    """Turned away without a T#: one sentence, and nothing is stored."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Asked:
    """One call to /trx. `qty` rupiah for an open denomination; None if absent or no number."""

    ref_id: str
    product: str
    dest: str
    qty: int | None
    counter: int
    is_check: bool


def read(query: Mapping[str, str]) -> Asked:
    """Names are matched letter for letter: how theirs minds case is not known."""
    return Asked(
        ref_id=query.get("refID", ""),
        product=query.get("product", ""),
        dest=query.get("dest", ""),
        qty=_number(query.get("qty", "")),
        counter=_number(query.get("counter", "")) or 1,
        is_check=query.get("check") == "1",
    )


def admit(oke: Okeconnect, query: Mapping[str, str], asked: Asked | None) -> None:
    """Raises Refused. `asked` None: the balance call, which has no transaction to name."""
    options = oke.options
    ref_id, product, dest = ("", "", "") if asked is None else _named(asked)
    if not options.ip_known:
        said = f"{NO_IP} @{options.caller_ip}"
        raise Refused(said if options.bare_ip_text else refused(ref_id, product, dest, said))
    wanted = ("memberID", "pin", "password") + (() if asked is None else ("refID",))
    missing = [name for name in wanted if not query.get(name)]
    if missing:
        oke.rules.breach("missing_parameter", ", ".join(missing), ref_id)
        raise Refused("Too short")
    if not _same(query["memberID"], options.member_id):
        oke.rules.breach("wrong_member", "memberID is not ours", ref_id)
        raise Refused("Pengguna tidak ditemukan")
    if not _same(query["pin"], options.pin):
        oke.rules.breach("wrong_pin", "pin is not ours", ref_id)
        raise Refused(_blamed(asked, "Pin Salah"))
    if not _same(query["password"], options.password):
        oke.rules.breach("wrong_password", "password is not ours", ref_id)
        raise Refused(_blamed(asked, "Password Salah"))


def _named(asked: Asked) -> tuple[str, str, str]:
    return asked.ref_id, asked.product, asked.dest


def _blamed(asked: Asked | None, reason: str) -> str:
    """A wrong secret does not get its reference echoed."""
    return reason if asked is None else refused("0", asked.product, asked.dest, reason)


def _same(given: str, ours: str) -> bool:
    return compare_digest(given.encode(), ours.encode())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None
