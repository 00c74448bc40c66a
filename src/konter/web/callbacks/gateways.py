"""``POST /tripay/callback``, ``POST /ipaymu/callback``: kept and acknowledged, whatever they claim.

Each gateway is answered in its own words: Tripay sends again until it reads exactly these.
"""

from __future__ import annotations

from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct

from konter.kernel.errors import NotFound
from konter.kernel.wire_types import WireCall
from konter.web.answer import Answer
from konter.web.errors import Refusal
from konter.web.request import SiteRequest

KEPT_HEADERS = frozenset(
    {
        "content-type",
        "user-agent",
        "x-signature",
        "x-external-id",
        "x-timestamp",
        "x-callback-event",
        "x-callback-signature",
    }
)

TAGS = ["Callback"]

RESPONSES = {
    status: ResponseSpec(data_container=Refusal, generate_examples=False, description=description)
    for status, description in (
        (401, "`not_genuine`: tanda tangan tidak ada atau tidak sah"),
        (404, "Gateway ini tidak dipakai"),
        (413, "Isi permintaan terlalu besar"),
    )
}


class GatewayUnused(NotFound):
    """This shop has no account at that gateway."""

    code = "gateway_unused"
    message = "Gateway ini tidak dipakai"


class ReceivedByTripay(Struct):
    success: bool


class ReceivedByIpaymu(Struct):
    status: str


@post(
    "/tripay/callback",
    status_code=200,
    summary="Callback Tripay",
    responses=RESPONSES,
    tags=TAGS,
)
async def post_tripay(request: SiteRequest) -> Answer[ReceivedByTripay]:
    """Proved over the raw bytes; the payment itself is then asked for. 401 without proof."""
    await _receive(request, "tripay")
    return Answer(ReceivedByTripay(True))


@post(
    "/ipaymu/callback",
    status_code=200,
    summary="Callback iPaymu",
    responses=RESPONSES,
    tags=TAGS,
)
async def post_ipaymu(request: SiteRequest) -> Answer[ReceivedByIpaymu]:
    """A hint to ask for the payment, in JSON or as a form; a proof of it is worth little."""
    await _receive(request, "ipaymu")
    return Answer(ReceivedByIpaymu("success"))


async def _receive(request: SiteRequest, gateway: str) -> None:
    receive = request.shop.callbacks.get(gateway)
    if receive is None:
        raise GatewayUnused
    call = WireCall(
        method="POST",
        path=f"/{gateway}/callback",
        query="",
        headers=_headers(request),
        body=await request.body(),
        remote=request.remote,
    )
    await receive(call)


def _headers(request: SiteRequest) -> dict[str, str]:
    pairs = ((n.decode("latin-1"), v.decode("latin-1")) for n, v in request.scope["headers"])
    return {name: value for name, value in pairs if name in KEPT_HEADERS}
