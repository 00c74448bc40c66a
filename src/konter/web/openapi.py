"""The API's description, served as JSON only: no page that loads strangers' scripts."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from litestar import MediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPI,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Reference,
    Schema,
    SecurityScheme,
)

from konter.people.signatures import HMAC_HEADER
from konter.web.request import SiteRequest

API_VERSION = "1.0"
"""Of the API, not of the package: documented keys never change within it."""

MESSAGE = Schema(
    type=OpenAPIType.OBJECT,
    required=["message"],
    properties={
        "message": Schema(type=OpenAPIType.STRING, description="Bahasa Indonesia"),
        "code": Schema(type=OpenAPIType.STRING, description="stable, for programs"),
    },
)

INVALID = Schema(
    type=OpenAPIType.OBJECT,
    required=["message", "errors"],
    properties={
        "message": Schema(type=OpenAPIType.STRING),
        "errors": Schema(
            type=OpenAPIType.OBJECT,
            additional_properties=Schema(
                type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.STRING)
            ),
            description="what is wrong, by field",
        ),
    },
)

INCIDENT = Schema(
    type=OpenAPIType.OBJECT,
    required=["message"],
    properties={
        "message": Schema(type=OpenAPIType.STRING),
        "incident": Schema(type=OpenAPIType.STRING, description="quote it to the operator"),
    },
)


@dataclass
class SaysAll(Operation):
    """An operation whose route describes every answer itself: nothing is added."""


class OurDocument(JsonRenderPlugin):
    """The framework's description with what our web edge really answers."""

    def render(  # type: ignore[override]
        self, request: SiteRequest, _: dict[str, object]
    ) -> bytes:
        document = super().render(request, request.app.openapi_schema.to_schema())
        # A union takes whatever fits any of its kinds, and a whole number fits two.
        return document.replace(b'"oneOf":', b'"anyOf":')


def openapi_config() -> OpenAPIConfig:
    """``/api/openapi.json``."""
    return OpenAPIConfig(
        title="Konter",
        version=API_VERSION,
        description="API konter pulsa dan produk digital. Nominal berupa teks dengan dua desimal;"
        " di bawah /api/v1, untuk server member, rupiah bulat.",
        # The framework puts an HTML "not found" beside its document: here, not over all of /api.
        path="/api/openapi.json",
        render_plugins=[OurDocument(path="/", media_type=MediaType.JSON)],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http", scheme="bearer", description="Token dari /api/auth/login"
                ),
                "member_sign": SecurityScheme(
                    type="apiKey",
                    name="sign",
                    security_scheme_in="query",
                    description="MD5 seperti tertulis pada tiap alamat, beserta username; pada POST"
                    " keduanya di dalam isi permintaan",
                ),
                "member_hmac": SecurityScheme(
                    type="apiKey",
                    name=HMAC_HEADER,
                    security_scheme_in="header",
                    description="HMAC-SHA256 atas waktu, metode, alamat, dan isi permintaan",
                ),
                "member_key": SecurityScheme(
                    type="http", scheme="bearer", description="Kunci API member, kk_..."
                ),
            },
        ),
    )


def document_errors(document: OpenAPI) -> None:
    """Say of every operation what our web edge really answers, in place of the framework's 400."""
    document.components.schemas |= {"Message": MESSAGE, "Invalid": INVALID, "Incident": INCIDENT}
    for item in (document.paths or {}).values():
        for operation in (item.get, item.post, item.put, item.patch, item.delete):
            if operation is not None and not isinstance(operation, SaysAll):
                _document(operation)


def _document(operation: Operation) -> None:
    responses = operation.responses if operation.responses is not None else {}
    has_own_400 = _is_ours(responses.get("400"))
    if not has_own_400:
        responses.pop("400", None)
    if (operation.request_body or operation.parameters) and not has_own_400:
        _add(responses, 422, "Invalid", "Data tidak valid, per isian")
    if operation.request_body:
        _add(responses, 413, "Message", "Isi permintaan terlalu besar")
        _add(responses, 415, "Message", "Bukan JSON")
    if operation.security:
        _add(responses, 401, "Message", "Token tidak ada, salah, atau kedaluwarsa")
    _add(responses, 500, "Incident", "Kesalahan di pihak kami")
    _add(responses, 503, "Message", "Sedang sibuk; lihat Retry-After")
    operation.responses = responses


def _is_ours(response: OpenAPIResponse | Reference | None) -> bool:
    """Whether a route says itself what it answers so; the framework describes it of every one."""
    if not isinstance(response, OpenAPIResponse):
        return False
    return response.description != HTTPStatus.BAD_REQUEST.description


def _add(
    responses: dict[str, OpenAPIResponse | Reference], status: int, schema: str, text: str
) -> None:
    """What a route documents itself stands; only its absence is filled."""
    content = OpenAPIMediaType(schema=Reference(ref=f"#/components/schemas/{schema}"))
    responses.setdefault(
        str(status), OpenAPIResponse(description=text, content={"application/json": content})
    )
