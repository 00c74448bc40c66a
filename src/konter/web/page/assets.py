"""Our own style sheets and scripts, kept in memory; an address names its content, for ever."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from litestar import Response, get
from litestar.params import PathParameter

from konter.kernel.errors import NotFound
from konter.web.page.permits import ANYBODY

FOR_EVER: Final = "public, max-age=31536000, immutable"
AN_HOUR: Final = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    kind: str
    mark: str


def address(name: str) -> str:
    """Where a file of ``static/`` is to be had as it is now. Raises KeyError."""
    return f"/static/{assets()[name].mark}/{name}"


@get("/static/{mark:str}/{name:str}", include_in_schema=False, opt=ANYBODY)
async def get_asset(
    mark: Annotated[str, PathParameter()], name: Annotated[str, PathParameter()]
) -> Response[bytes]:
    """An old address answers with what there is now, but not to be kept. Raises NotFound."""
    asset = assets().get(name)
    if asset is None:
        raise NotFound
    keep = FOR_EVER if mark == asset.mark else AN_HOUR
    return Response(asset.content, media_type=asset.kind, headers={"Cache-Control": keep})


@cache
def assets() -> dict[str, Asset]:
    found = {}
    for file in files("konter.web").joinpath("static").iterdir():
        content = file.read_bytes()
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        found[file.name] = Asset(content, kind, hashlib.sha256(content).hexdigest()[:12])
    return found
