"""A form that changes one's own account: done and on, or its page again with what was wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from litestar import Response
from litestar.response import Redirect
from msgspec import Struct

from konter.kernel.errors import Refused
from konter.web.page.forms import fields_of, read_form
from konter.web.page.render import Page, go
from konter.web.request import SiteRequest

Form = TypeVar("Form", bound=Struct)


async def change(
    request: SiteRequest,
    form: type[Form],
    act: Callable[[Form], Awaitable[str]],
    *,
    show: Callable[[dict[str, str], Refused], Awaitable[Page]],
    back: str,
) -> Response[str]:
    """``act`` takes the form and answers what ``back`` says first; ``show`` takes what was typed
    and why it was refused. Raises NotAForm, BodyTooLarge, Invalid."""
    typed = await fields_of(request)
    try:
        said = await act(read_form(typed, form))
    except Refused as error:
        return await show(typed, error)
    return changed(request, said, back=back)


def changed(request: SiteRequest, said: str, *, back: str) -> Redirect:
    """On to ``back``. What this process remembered of the person is out of date."""
    request.desks.sessions.forget_person(request.user.id)
    return go(request, back, said=said)
