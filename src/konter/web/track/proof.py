"""What a guest's browser keeps instead of the token, so that the page works without it.

Of the token the database knows a digest only, so it cannot be told again; and an address that holds
it is easily shown to others. Who has opened an order by its token, or found it by code and contact,
is given a proof instead: until when, and how it was proved, sealed with KONTER_SECRET for this
very code. It lies in a cookie that no script reads and that is sent to this order's pages alone.

Who found an order by its contact may look and pay. Giving it up, and saying where money is to go,
stays with who has the token, as in ``/api/guest/orders``: a receipt often tells code and number.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, cast

import structlog
from litestar.datastructures import Cookie

from konter.db.pool import Tx
from konter.kernel.errors import KonterError
from konter.orders.guests import guest_order, proved_guest_order
from konter.orders.read import OrderView
from konter.people.vault import CannotOpen
from konter.web.page.visit import cookies_of
from konter.web.request import SiteRequest

log = structlog.get_logger("konter.web")

NAME: Final = "konter_order"
LASTS: Final = timedelta(hours=3)

By = Literal["token", "contact"]


@dataclass(frozen=True, slots=True)
class Held:
    """A guest's order and how they proved that it is theirs. ``token``: as it stood in the
    address, for the links of the page; empty where the cookie proved it."""

    order: OrderView
    by: By
    token: str = ""

    @property
    def may_decide(self) -> bool:
        """Whether they may give the order up and name an account for refunds."""
        return self.by == "token"


async def held_by(request: SiteRequest, tx: Tx, code: str, token: str) -> Held:
    """By the token if one is given, else by the cookie. Raises GuestOrderNotFound whatever is
    wrong."""
    if token:
        return Held(await guest_order(tx, code, token), "token", token)
    by = _proved(request, code)
    if by is None:
        return Held(await guest_order(tx, code, ""), "token")
    return Held(await proved_guest_order(tx, code), by)


def proof_cookies(request: SiteRequest, code: str, by: By) -> list[Cookie]:
    """The proof as a cookie; none where this installation has no secret to seal it with: the
    token in the address still works."""
    until = request.desks.people.clock.now() + LASTS
    try:
        sealed = request.desks.people.vault.seal(f"{by} {until.timestamp():.0f}", _about(code))
    except KonterError as error:
        log.warning("guest.no_proof", problem=str(error))
        return []
    value = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    return [
        Cookie(
            NAME,
            value=value,
            path=f"/pesanan/{code}",
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=request.desks.storefront.is_https or None,
        )
    ]


def _proved(request: SiteRequest, code: str) -> By | None:
    kept = cookies_of(request).get(NAME)
    if not kept:
        return None
    try:
        sealed = base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))
        by, until = request.desks.people.vault.open(sealed, _about(code)).split()
    except (CannotOpen, binascii.Error, ValueError):
        return None
    if datetime.fromtimestamp(int(until), UTC) <= request.desks.people.clock.now():
        return None
    return cast(By, by)


def _about(code: str) -> str:
    return f"guest order {code.strip().upper()}"
