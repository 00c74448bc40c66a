"""``/bahasa/{lang}``: the language of all pages from now on."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect

from konter.people.reach import set_lang
from konter.web.page.guard import own_path, visit
from konter.web.page.permits import ALWAYS
from konter.web.page.render import go
from konter.web.page.visit import lang_cookie
from konter.web.page.words import lang_of
from konter.web.request import SiteRequest


@get("/bahasa/{lang:str}", include_in_schema=False, opt=ALWAYS, status_code=303)
async def get_language(
    request: SiteRequest,
    lang: Annotated[str, PathParameter()],
    back: Annotated[str, QueryParameter()] = "/",
) -> Redirect:
    """And back to where one was. Unknown languages are Bahasa Indonesia. Whoever has signed in is
    told things in it outside of the pages, too."""
    chosen, person = lang_of(lang), visit(request).person
    if person is not None:
        await set_lang(request.desks.people, person.id, chosen)
    return go(request, own_path(back), cookies=[lang_cookie(request, chosen)])
