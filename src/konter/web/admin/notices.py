"""``/admin/notices``: the words that people are told things in, read, tried and changed."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import PathParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from konter.hooks.notice_events import Words
from konter.hooks.notice_templates import (
    Template,
    preview,
    reset_template,
    template_of,
    templates,
    write_template,
)
from konter.kernel.errors import Invalid, Refused
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

LIST: Final = "/admin/notices"
Code = Annotated[str, PathParameter()]
ONE: Final = "/admin/notices/{code:str}/{lang:str}"


class Form(Struct):
    """``act``: preview, save or reset."""

    title: str = ""
    message: str = ""
    act: str = "preview"


@get(LIST, include_in_schema=False, opt=ADMIN)
async def get_notices(request: SiteRequest) -> Page:
    """Every event, in both languages, and whose words they are."""
    async with request.desks.db.read() as tx:
        found = await templates(tx)
    by_event: dict[str, dict[str, Template]] = {}
    for template in found:
        by_event.setdefault(template.event.code, {})[template.lang] = template
    return page(request, "admin/notices.html", {"events": by_event})


@get(ONE, include_in_schema=False, opt=ADMIN)
async def get_notice(request: SiteRequest, code: Code, lang: Code) -> Page:
    template = await _template(request, code, lang)
    words = template.words
    return _form(request, template, {"title": words.title, "message": words.message})


@post(ONE, include_in_schema=False, opt=ADMIN, status_code=200)
async def post_notice(request: SiteRequest, code: Code, lang: Code) -> Response[str]:
    """Try the words, keep them, or go back to ours."""
    typed = await fields_of(request)
    template = await _template(request, code, lang)
    here = visit(request)
    person = here.person
    assert person is not None  # ADMIN
    try:
        said = read_form(typed, Form)
        if said.act == "reset":
            await reset_template(request.desks.people, code, lang, by=person)
            return go(request, LIST, said=here.say("Kata-kata bawaan dipakai lagi"))
        shown = preview(code, lang, title=said.title, message=said.message)
        if said.act != "save":
            return _form(request, template, typed, shown=shown)
        await write_template(
            request.desks.people, code, lang, title=said.title, message=said.message, by=person
        )
    except Refused as error:
        return _form(request, template, typed, error=error)
    return go(request, LIST, said=here.say("Pemberitahuan disimpan"))


async def _template(request: SiteRequest, code: str, lang: str) -> Template:
    async with request.desks.db.read() as tx:
        return await template_of(tx, code, lang)


def _form(
    request: SiteRequest,
    template: Template,
    typed: dict[str, str],
    *,
    shown: Words | None = None,
    error: Refused | None = None,
) -> Page:
    faults = error.errors if isinstance(error, Invalid) else {}
    if shown is None and error is None:
        shown = preview(
            template.event.code, template.lang, title=typed["title"], message=typed["message"]
        )
    facts = {
        "template": template,
        "typed": typed,
        "shown": shown,
        "faults": faults,
        "trouble_said": error.text if error and not faults else "",
    }
    return page(request, "admin/notice.html", facts, status=error.status if error else 200)


ROUTES: Final[list[ControllerRouterHandler]] = [get_notices, get_notice, post_notice]
