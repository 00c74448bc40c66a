"""``/my/notices/settings``: in which language, and where beside the shop, one is told things."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.hooks.tell import ways_and_words
from konter.kernel.errors import Refused
from konter.people.reach import Reach, reach_of, set_reach
from konter.web.my.asked import told_of
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import OWN
from konter.web.page.render import Page, go, page
from konter.web.page.visit import lang_cookie
from konter.web.page.words import lang_of, say_in
from konter.web.request import SiteRequest

PATH: Final = "/my/notices/settings"
WAYS: Final = ("email", "whatsapp", "telegram")


class Wanted(Struct):
    """``by_email``: anything, or not sent at all."""

    lang: str
    by_email: str = ""
    whatsapp: str = ""
    telegram: str = ""


@get(PATH, include_in_schema=False, opt=OWN)
async def get_settings(request: SiteRequest) -> Page:
    reach, ways = await _standing(request)
    typed = {
        "lang": reach.lang,
        "by_email": "1" if reach.email else "",
        "whatsapp": f"+{reach.whatsapp}" if reach.whatsapp else "",
        "telegram": reach.telegram or "",
    }
    return _form(request, ways, typed)


@post(PATH, include_in_schema=False, opt=OWN, status_code=200)
async def post_settings(request: SiteRequest) -> Response[str]:
    """Of a way that the shop does not have now, what was chosen before stays. A repeat changes
    nothing."""
    typed = await fields_of(request)
    reach, ways = await _standing(request)
    try:
        said = read_form(typed, Wanted)
        await set_reach(
            request.desks.people,
            request.user.id,
            lang=said.lang,
            by_email=bool(said.by_email if "email" in ways else reach.email),
            whatsapp=said.whatsapp if "whatsapp" in ways else reach.whatsapp,
            telegram=said.telegram if "telegram" in ways else reach.telegram,
        )
    except Refused as error:
        return _form(request, ways, typed, error)
    chosen = lang_of(said.lang)
    say = say_in(chosen)
    told = say("Pengaturan pemberitahuan disimpan")
    return go(request, PATH, said=told, cookies=[lang_cookie(request, chosen)])


ROUTES: Final = [get_settings, post_settings]


async def _standing(request: SiteRequest) -> tuple[Reach, list[str]]:
    """What stands, and the ways that the shop has now."""
    person = request.user
    async with request.desks.db.read() as tx:
        on = (await ways_and_words(tx, ())).channels
        found = await reach_of(tx, [person.id])
    nowhere = Reach(person.id, visit(request).lang, None, None, None)
    return found.get(person.id, nowhere), [way for way in WAYS if way in on]


def _form(
    request: SiteRequest, ways: list[str], typed: dict[str, str], error: Refused | None = None
) -> Page:
    facts = {"ways": ways, "typed": typed, **told_of(error, "lang", "whatsapp", "telegram")}
    return page(request, "my/notice_settings.html", facts, status=error.status if error else 200)
