"""``/admin/settings``: what this installation was told, and where; never a secret."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get
from litestar.params import PathParameter

from konter.kernel.errors import NotFound
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN
from konter.web.page.render import Page, page
from konter.web.page.words import settings_said_in
from konter.web.request import SiteRequest


@get("/admin/settings", include_in_schema=False, opt=ADMIN)
async def get_settings(request: SiteRequest) -> Page:
    """What somebody set, and the areas with all there is; as read when this process started."""
    told = [line for line in request.desks.settings if line.is_told]
    return _show(request, {"area": None, "lines": told})


@get("/admin/settings/{area:str}", include_in_schema=False, opt=ADMIN)
async def get_settings_area(request: SiteRequest, area: Annotated[str, PathParameter()]) -> Page:
    """Every setting of one area. Raises NotFound."""
    lines = [line for line in request.desks.settings if line.area == area]
    if not lines:
        raise NotFound
    return _show(request, {"area": area, "lines": lines})


def _show(request: SiteRequest, facts: dict[str, object]) -> Page:
    areas = list(dict.fromkeys(line.area for line in request.desks.settings))
    said = settings_said_in(visit(request).lang)
    return page(request, "admin/settings.html", facts | {"areas": areas, "said": said})


ROUTES: Final = [get_settings, get_settings_area]
