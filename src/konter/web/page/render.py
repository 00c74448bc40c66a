"""A page: a template, its facts, and what every page has: language, person, flash, our files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from gettext import NullTranslations
from typing import Final, Protocol, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from konter.web.page.assets import address
from konter.web.page.guard import visit
from konter.web.page.shown import filters
from konter.web.page.visit import flash_cookie
from konter.web.page.words import Lang, translations
from konter.web.request import SiteRequest

Page = Response[str]


class _Translating(Protocol):
    """What the extension adds to an environment at run time."""

    def install_gettext_translations(
        self, translations: NullTranslations, newstyle: bool = False
    ) -> None: ...


PRIVATE: Final = "private, no-cache"
"""Back and forward show what is true now; nobody between keeps it."""

NO_FAULTS: Final[Mapping[str, list[str]]] = {}


def page(
    request: SiteRequest,
    template: str,
    facts: Mapping[str, object] | None = None,
    *,
    status: int = 200,
    cookies: Iterable[Cookie] = (),
) -> Page:
    """Render ``templates/<template>`` for this visit. ``facts``: what only it needs; templates
    raise for a fact that is not there."""
    here = visit(request)
    everywhere = {
        "visit": here,
        "person": here.person,
        "shop": request.desks.storefront,
        "path": request.scope["path"],
        "address": _address(request),
        "faults": NO_FAULTS,
        "typed": {},
    }
    text = environment(here.lang).get_template(template).render({**everywhere, **(facts or {})})
    told = [flash_cookie(request, "")] if here.flash else []
    return Response(
        text,
        status_code=status,
        media_type=MediaType.HTML,
        headers={"Cache-Control": PRIVATE, "Vary": "Cookie"},
        cookies=[*told, *cookies],
    )


def go(
    request: SiteRequest, path: str, *, said: str = "", cookies: Iterable[Cookie] = ()
) -> Redirect:
    """On to another page after a form (303). ``said``: what that page tells first, already in the
    visitor's language."""
    told = [flash_cookie(request, said)] if said else []
    return Redirect(path, status_code=303, cookies=[*told, *cookies])


def _address(request: SiteRequest) -> str:
    """Of this page, with all that it was asked: to come back to it as it is."""
    query = bytes(request.scope["query_string"]).decode("latin-1")
    return request.scope["path"] + (f"?{query}" if query else "")


@cache
def environment(lang: Lang) -> Environment:
    """One for each language. Every text is escaped; an unknown name is an error, not a gap."""
    made = Environment(
        loader=PackageLoader("konter.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    cast(_Translating, made).install_gettext_translations(translations(lang), newstyle=True)
    made.filters.update(filters(lang))
    made.globals.update(asset=address, lang=lang)
    return made
