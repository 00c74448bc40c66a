"""What every act of the office has: who does it, what was asked for, and what was wrong with it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from litestar import Response

from konter.funding.desk import FundingDesk
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import MAX_RUPIAH, Rupiah
from konter.people.actor import Actor
from konter.web.page.forms import fields_of
from konter.web.page.render import Page, go
from konter.web.request import SiteRequest

MONEY: Final = re.compile(r"(?:Rp\s*)?([0-9]{1,16}|[0-9]{1,3}(?:\.[0-9]{3}){1,5})", re.IGNORECASE)
"""``100000``, ``100.000`` or ``Rp 100.000``; anything with a comma is not guessed at."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A form that was refused: which one of the page, what was typed, and why."""

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    error: Refused | None = None

    @property
    def status(self) -> int:
        return self.error.status if self.error else 200

    def facts(self) -> dict[str, object]:
        """For the page: ``at`` names the form, ``faults`` its fields, ``trouble_said`` the rest."""
        faults = self.error.errors if isinstance(self.error, Invalid) else {}
        shown = {name for name in faults if name in self.typed or name != "form"}
        said = self.error.text if self.error and not shown else ""
        return {"at": self.form, "typed": self.typed, "faults": faults, "trouble_said": said}


UNTROUBLED: Final = Trouble()

Act = Callable[[dict[str, str]], Awaitable[str]]
"""Takes what was typed; answers what the next page says first."""


async def tried(
    request: SiteRequest,
    form: str,
    act: Act,
    *,
    show: Callable[[Trouble], Awaitable[Page]],
    back: str,
) -> Response[str]:
    """On to ``back`` with what was done, or the same page again with what was wrong."""
    typed = await fields_of(request)
    try:
        said = await act(typed)
    except Refused as error:
        return await show(Trouble(form, typed, error))
    return go(request, back, said=said)


def actor(request: SiteRequest) -> Actor:
    """Whoever is signed in, for the books and the audit log."""
    return Actor(request.user.email, request.user.id, request.remote)


def funding(request: SiteRequest) -> FundingDesk:
    """Raises Unavailable on a site that sells nothing."""
    return request.shop.orders.funding


def query_of(request: SiteRequest) -> dict[str, str]:
    """What was asked for in the address; of a name that came twice, the last."""
    text = bytes(request.scope["query_string"]).decode("latin-1")
    try:
        pairs = parse_qsl(text, max_num_fields=50)
    except ValueError:
        return {}
    return {name: value.strip() for name, value in pairs}


def number_of(text: str | None) -> int | None:
    """A row's number, or nothing that could be one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 17 else None


def rupiah_typed(text: str, name: str) -> Rupiah:
    """As a person writes an amount here. Raises Invalid that names the field."""
    found = MONEY.fullmatch(text.strip())
    amount = int(found[1].replace(".", "")) if found else -1
    if not 0 <= amount <= MAX_RUPIAH:
        raise Invalid({name: ["Tulis rupiah bulat, misalnya 150000 atau 150.000"]})
    return Rupiah(amount)


def new_ref() -> str:
    """For a form that moves money: two clicks are one act."""
    return secrets.token_urlsafe(18)
