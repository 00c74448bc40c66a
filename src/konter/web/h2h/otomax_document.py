"""The Otomax dialect in the API's description: its queries, and one line of text for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Schema,
)

from konter.web.openapi import SaysAll

TAGS: Final = ["Otomax"]

LINE: Final = Schema(type=OpenAPIType.STRING, pattern="^[ -~]+$")

SAID: Final = "Satu baris ASCII, apa pun yang terjadi; lihat docs/how-to/connect-otomax.md"

CALLER: Final = {
    "memberID": "ID member",
    "sign": "SHA-1 dalam base64url, lihat docs/how-to/connect-otomax.md",
    "pin": "pengganti sign, bersama password",
    "password": "pengganti sign, bersama pin",
}


@dataclass
class OtomaxOperation(SaysAll):
    """Whoever calls whatever for whatever reason is answered 200 and a line."""

    def __post_init__(self) -> None:
        self.parameters = [_query(name, meaning) for name, meaning in CALLER.items()]
        content = {"text/plain": OpenAPIMediaType(schema=LINE)}
        self.responses = {"200": OpenAPIResponse(description=SAID, content=content)}


def asking(**meanings: str) -> type[Operation]:
    """For a route's ``operation_class``: the queries that it reads beside those of its caller."""

    @dataclass
    class Asking(OtomaxOperation):
        def __post_init__(self) -> None:
            super().__post_init__()
            assert self.parameters is not None
            self.parameters += [_query(name, meaning) for name, meaning in meanings.items()]

    return Asking


def _query(name: str, meaning: str) -> Parameter:
    """All are optional as far as HTTP goes: a missing one is told of in the line."""
    schema = Schema(type=OpenAPIType.STRING)
    return Parameter(name=name, param_in="query", schema=schema, description=meaning)
