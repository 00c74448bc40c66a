"""``POST /webhook/digiflazz``: proved, kept, acknowledged. Nothing else happens in the request."""

from __future__ import annotations

from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct

from konter.kernel.wire_types import WireCall
from konter.web.answer import Answer
from konter.web.errors import Refusal
from konter.web.request import SiteRequest

KEPT_HEADERS = frozenset({"content-type", "user-agent", "x-digiflazz-event", "x-hub-signature"})


class Received(Struct):
    status: str


@post(
    "/webhook/digiflazz",
    status_code=200,
    summary="Callback Digiflazz",
    responses={
        401: ResponseSpec(
            data_container=Refusal,
            generate_examples=False,
            description="`not_genuine`: tanda tangan tidak ada atau tidak sah",
        ),
        413: ResponseSpec(
            data_container=Refusal,
            generate_examples=False,
            description="Isi permintaan terlalu besar",
        ),
    },
    tags=["Callback"],
)
async def post_digiflazz(request: SiteRequest) -> Answer[Received]:
    """Fast and dull on purpose: the upstream's patience is not ours to spend. 401 without proof."""
    call = WireCall(
        method="POST",
        path="/webhook/digiflazz",
        query="",
        headers=_headers(request),
        body=await request.body(),
        remote=request.remote,
    )
    await request.shop.callbacks["digiflazz"](call)
    return Answer(Received("success"))


def _headers(request: SiteRequest) -> dict[str, str]:
    pairs = ((n.decode("latin-1"), v.decode("latin-1")) for n, v in request.scope["headers"])
    return {name: value for name, value in pairs if name in KEPT_HEADERS}
