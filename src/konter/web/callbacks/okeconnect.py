"""``GET /api/webhook/transaction-callback``: OkeConnect's hint, kept and answered ``OK``.

It signs nothing, so its message is never believed: the worker asks OkeConnect. The query holds our
deposit, and perhaps the shop's secret, so it is never logged.
"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import MediaType, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter
from litestar.types import ASGIApp

from konter.kernel.errors import NotFound
from konter.kernel.wire_types import WireCall
from konter.web.answer import RawAnswer
from konter.web.errors import Refusal
from konter.web.request import BodyTooLarge, SiteRequest

PATH: Final = "/api/webhook/transaction-callback"
MOST_QUERY: Final = 8192
PLAIN_TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")

RESPONSES: Final = {
    200: ResponseSpec(
        data_container=str, generate_examples=False, description="OK", media_type=MediaType.TEXT
    ),
    **{
        status: ResponseSpec(
            data_container=Refusal, generate_examples=False, description=description
        )
        for status, description in (
            (401, "`not_genuine`: rahasia pada alamat tidak ada atau salah"),
            (404, "`supplier_unused`: OkeConnect tidak dipakai"),
            (413, "`body_too_large`: alamat terlalu panjang"),
        )
    },
}

RefId = Annotated[str, QueryParameter(description="referensi transaksi kami")]
Message = Annotated[str, QueryParameter(description="kalimat status; tidak pernah dipercaya")]
SecretInPath = Annotated[str, PathParameter(description="OKECONNECT_CALLBACK_SECRET")]
SecretInQuery = Annotated[str, QueryParameter(description="OKECONNECT_CALLBACK_SECRET")]


class SupplierUnused(NotFound):
    """This shop has no account at that supplier."""

    code = "supplier_unused"
    message = "Penyedia ini tidak dipakai"


@get(
    PATH,
    summary="Callback OkeConnect",
    media_type=MediaType.TEXT,
    responses=RESPONSES,
    tags=["Callback"],
)
async def get_okeconnect(
    request: SiteRequest, refid: RefId = "", message: Message = "", secret: SecretInQuery = ""
) -> ASGIApp:
    """A hint to ask OkeConnect what became of a transaction. 401 without the secret, if one is
    set."""
    return await _receive(request, PATH)


@get(
    PATH + "/{path_secret:str}",
    summary="Callback OkeConnect, rahasia pada alamat",
    media_type=MediaType.TEXT,
    responses=RESPONSES,
    tags=["Callback"],
)
async def get_okeconnect_secret(
    request: SiteRequest, path_secret: SecretInPath, refid: RefId = "", message: Message = ""
) -> ASGIApp:
    """The same, for an account whose callback address ends in the secret."""
    return await _receive(request, f"{PATH}/{path_secret}")


async def _receive(request: SiteRequest, path: str) -> ASGIApp:
    receive = request.shop.callbacks.get("okeconnect")
    if receive is None:
        raise SupplierUnused
    query: bytes = request.scope["query_string"]
    if len(query) > MOST_QUERY:
        raise BodyTooLarge(most_bytes=MOST_QUERY)
    call = WireCall(
        method="GET",
        path=path,
        query=query.decode("latin-1"),
        headers=_headers(request),
        body=b"",
        remote=request.remote,
    )
    await receive(call)
    return RawAnswer(200, b"OK", kind=PLAIN_TEXT)


def _headers(request: SiteRequest) -> dict[str, str]:
    agent = request.raw_header(b"user-agent")
    return {} if agent is None else {"user-agent": agent.decode("latin-1")}
