"""``/nomor``: who has only a number is taken to what is sold for it."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Literal
from urllib.parse import urlencode

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Redirect

from konter.catalogue.prefixes import operators_of_brand, operators_of_number, owners_by_prefix
from konter.catalogue.shelves import Shelf, shelves
from konter.web.page.guard import visit
from konter.web.page.permits import ANYBODY
from konter.web.page.render import go
from konter.web.request import SiteRequest
from konter.web.store.faces import catalogue_of, role_of

Number = Annotated[str, QueryParameter(name="target_id", max_length=50)]
Kind = Annotated[Literal["pulsa", "data"], QueryParameter(name="jenis")]


@get("/nomor", include_in_schema=False, opt=ANYBODY, status_code=303)
async def get_number(request: SiteRequest, number: Number = "", kind: Kind = "pulsa") -> Redirect:
    """On to the brand whose number it is, with the number; back to the front where none is."""
    phone, say = plain_phone(number), visit(request).say
    operators = operators_of_number(phone)
    if not operators:
        said = say("Nomor itu tidak kami kenali. Periksa lagi, atau pilih operatornya di bawah")
        return go(request, "/", said=said)
    found = await shelves(catalogue_of(request), role_of(request))
    shelf = shelf_for(found, operators, kind)
    if shelf is None:
        said = say("Belum ada produk yang buka untuk operator nomor itu. Coba lagi nanti")
        return go(request, "/", said=said)
    query = urlencode({"target_id": phone})
    return go(request, f"/beli/{shelf.category}/{shelf.slug}?{query}")


def shelf_for(found: list[Shelf], operators: tuple[str, ...], kind: str) -> Shelf | None:
    """The widest shelf of this kind for the operator that owns the number; the first one named
    owns it where two do."""
    for operator in operators:
        fit = [
            shelf
            for shelf in found
            if shelf.type == kind and operator in operators_of_brand(shelf.brand)
        ]
        if fit:
            return max(fit, key=lambda shelf: shelf.products)
    return None


def plain_phone(text: str) -> str:
    """``08…`` without what people write between; whatever else it was stays."""
    digits = re.sub(r"[\s.()/-]+", "", text)
    for start in ("+62", "62"):
        if digits.startswith(start):
            return "0" + digits[len(start) :]
    return digits


@cache
def prefixes_said() -> str:
    """For scripts, and short: ``Telkomsel:0811 0812|by.U:0851``."""
    of_operator: dict[str, list[str]] = {}
    for prefix, owners in owners_by_prefix().items():
        for owner in owners:
            of_operator.setdefault(owner, []).append(prefix)
    return "|".join(f"{owner}:{' '.join(some)}" for owner, some in of_operator.items())
