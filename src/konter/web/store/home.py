"""``/``: the shop's front, and ``/beli/{category}``: all brands of one kind of thing."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get
from litestar.params import PathParameter

from konter.catalogue.bill_shelf import bills_offered
from konter.catalogue.shelves import NoSuchShelf, Shelf, shelves
from konter.web.page.permits import ANYBODY
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest
from konter.web.store.faces import FACES, catalogue_of, rank, role_of
from konter.web.store.number import prefixes_said

BRANDS_SHOWN: Final = 8
ROOMS_SHOWN: Final = 6
"""Of the others there is their mark: the front is to be light on a cheap telephone."""


@get("/", include_in_schema=False, opt=ANYBODY)
async def get_home(request: SiteRequest) -> Page:
    """Kinds of things, the brands that offer most of each, and the box for a number."""
    desk = catalogue_of(request)
    rooms = by_category(await shelves(desk, role_of(request)))
    facts = {
        **FACES,
        "rooms": [(some[0], most(some), len(some)) for some in rooms],
        "most_rooms": ROOMS_SHOWN,
        "has_bills": bool(await bills_offered(desk)),
        "has_phones": any(some[0].type in ("pulsa", "data") for some in rooms),
        "prefixes": prefixes_said(),
    }
    return page(request, "store/home.html", facts)


@get("/beli/{category:str}", include_in_schema=False, opt=ANYBODY)
async def get_category(
    request: SiteRequest, category: Annotated[str, PathParameter(max_length=100)]
) -> Page:
    """Raises NoSuchShelf where nothing of it is open."""
    found = await shelves(catalogue_of(request), role_of(request))
    some = [shelf for shelf in found if shelf.category == category]
    if not some:
        raise NoSuchShelf
    facts = {**FACES, "shelves": some, "head": some[0], "prefixes": prefixes_said()}
    return page(request, "store/category.html", facts)


def by_category(found: list[Shelf]) -> list[list[Shelf]]:
    """What is bought most comes first."""
    rooms: dict[str, list[Shelf]] = {}
    for shelf in found:
        rooms.setdefault(shelf.category, []).append(shelf)
    return sorted(rooms.values(), key=lambda some: (rank(some[0].type), some[0].category_name))


def most(some: list[Shelf]) -> list[Shelf]:
    """The brands that offer most, in the order they stood in."""
    widest = sorted(some, key=lambda shelf: -shelf.products)[:BRANDS_SHOWN]
    return [shelf for shelf in some if shelf in widest]
