"""Which member calls: by its sign, by X-Konter-Signature, or by an API key."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Meta

from konter.kernel.errors import Unavailable
from konter.people.credentials import BearerKey, Credentials, HmacSign, Md5Sign, Proof
from konter.people.members import Member
from konter.people.prove import prove_call
from konter.people.signatures import HMAC_HEADER, Parts
from konter.web.h2h.desk import H2hDoor
from konter.web.request import SiteRequest

Username = Annotated[str | None, QueryParameter(max_length=20, description="ID member")]
Sign = Annotated[str | None, QueryParameter(max_length=64)]

UsernameField = Annotated[str, Meta(max_length=20)]
SignField = Annotated[str, Meta(max_length=64)]

SECURITY: list[dict[str, list[str]]] = [
    {"member_sign": []},
    {"member_hmac": []},
    {"member_key": []},
]
"""For the ``security`` of a router whose routes want a member."""

HEADER = HMAC_HEADER.lower().encode()


def door_of(request: SiteRequest) -> H2hDoor:
    """Raises Unavailable on a site that sells nothing."""
    door = request.desks.h2h
    if door is None:
        raise Unavailable
    return door


async def member_of(
    request: SiteRequest, parts: Parts, *, username: str | None, sign: str | None
) -> Member:
    """Who calls the JSON door. ``parts``: what its ``sign`` is made of, before the secret. Of
    several proofs the strongest counts. Raises what ``prove_call`` raises."""
    proof = await _in_headers(request)
    if proof is None and sign:
        proof = Md5Sign(parts, sign)
    return await prove_call(door_of(request).members, Credentials(username, request.remote, proof))


async def _in_headers(request: SiteRequest) -> Proof | None:
    if header := request.raw_header(HEADER):
        body = await request.body()
        method = str(request.scope["method"])
        return HmacSign(header.decode("latin-1"), method, _target(request), body)
    authorization = request.raw_header(b"authorization")
    if authorization is not None and authorization[:7].lower() == b"bearer ":
        return BearerKey(authorization[7:].strip().decode("latin-1"))
    return None


def _target(request: SiteRequest) -> str:
    """Path and query as they stood in the request line."""
    path, query = request.scope["raw_path"], request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")
