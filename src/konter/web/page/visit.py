"""Who visits a page, in which language, and what the last page wanted said.

A session is a token of ours in a cookie that no script can read; it ends where tokens end.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import quote, unquote

from litestar.datastructures import Cookie

from konter.people.permits import Person
from konter.web.page.words import Lang, Say, lang_of, say_in
from konter.web.request import SiteRequest

SESSION: Final = "konter_session"
LANG: Final = "konter_lang"
FLASH: Final = "konter_said"

A_MONTH_S: Final = 30 * 24 * 3600
A_YEAR_S: Final = 365 * 24 * 3600
LONGEST_FLASH: Final = 500


@dataclass(frozen=True, slots=True)
class Visit:
    """``token``: of the session, empty without one. ``flash``: what the page before this one
    wanted said, told once."""

    person: Person | None
    token: str
    lang: Lang
    flash: str

    @property
    def say(self) -> Say:
        return say_in(self.lang)


async def visit_of(request: SiteRequest) -> Visit:
    """From its cookies. A session that is over is nobody's."""
    cookies = cookies_of(request)
    token = cookies.get(SESSION, "")
    sessions = request.desks.sessions
    person = (sessions.recall(token) or await sessions.who(token)) if token else None
    flash = unquote(cookies.get(FLASH, ""))[:LONGEST_FLASH]
    return Visit(person, token if person else "", lang_of(cookies.get(LANG)), flash)


def remembered(request: SiteRequest) -> Visit:
    """As ``visit_of``, from what this process knows without asking anybody: for error pages."""
    cookies = cookies_of(request)
    token = cookies.get(SESSION, "")
    person = request.desks.sessions.recall(token) if token else None
    return Visit(person, token if person else "", lang_of(cookies.get(LANG)), "")


def cookies_of(request: SiteRequest) -> dict[str, str]:
    """As sent; what cannot be read is not there."""
    header = request.raw_header(b"cookie")
    if header is None:
        return {}
    try:
        parsed = SimpleCookie(header.decode("latin-1"))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in parsed.items()}


def cookie(request: SiteRequest, name: str, value: str, *, seconds: int) -> Cookie:
    """One that no script can read; ``seconds`` 0 takes it back. Lax and not Strict: a buyer who
    comes back from the gateway's page is still signed in."""
    return Cookie(
        name,
        value=value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=request.desks.storefront.is_https or None,
    )


def session_cookie(request: SiteRequest, token: str) -> Cookie:
    """Keeps this token; an empty one ends the session."""
    return cookie(request, SESSION, token, seconds=A_MONTH_S if token else 0)


def lang_cookie(request: SiteRequest, lang: Lang) -> Cookie:
    return cookie(request, LANG, lang, seconds=A_YEAR_S)


def flash_cookie(request: SiteRequest, text: str) -> Cookie:
    """Says ``text`` on the next page that is shown; empty takes it back."""
    return cookie(request, FLASH, quote(text), seconds=30 if text else 0)
