"""The door of the API: reads the body, checks username, sign, mode and IP, in that order."""

from collections.abc import Mapping
from hashlib import md5
from hmac import compare_digest
from typing import Literal, TypeVar

import msgspec
from aiohttp import web

from konter_sim.digiflazz.options import Options
from konter_sim.digiflazz.sell import Purchase
from konter_sim.digiflazz.state import Digiflazz

Mode = Literal["development", "production"]
Shape = TypeVar("Shape", bound=Purchase)


class Refused(Exception):
    """Nobody's transaction: answered with a code and a message only."""

    def __init__(self, rc: str, tail: str = "") -> None:
        super().__init__(rc)
        self.rc = rc
        self.tail = tail


def sign(username: str, key: str, suffix: str) -> str:
    return md5(f"{username}{key}{suffix}".encode(), usedforsecurity=False).hexdigest()


async def read_object(request: web.Request, digi: Digiflazz) -> dict[str, object]:
    """The JSON object in the body, or Refused 40 with the breach on record."""
    if request.content_type != "application/json":
        digi.rules.breach("not_json", f"Content-Type {request.content_type}")
        raise Refused("40")
    try:
        body = msgspec.json.decode(await request.read())
    except msgspec.DecodeError as bad:
        digi.rules.breach("not_json", "the body is not JSON")
        raise Refused("40") from bad
    if not isinstance(body, dict):
        digi.rules.breach("body_not_object", f"the body is a {type(body).__name__}")
        raise Refused("40")
    return body


def text(body: Mapping[str, object], name: str) -> str:
    """A required, non-empty string field."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refused("40")
    return value


def read_purchase(digi: Digiflazz, body: Mapping[str, object], shape: type[Shape]) -> Shape:
    """A /transaction body in its shape, or Refused 40."""
    if "customer_no" in body and not isinstance(body["customer_no"], str):
        kind = type(body["customer_no"]).__name__
        digi.rules.breach("customer_no_not_text", f"it is a {kind}", str(body.get("ref_id", "")))
        raise Refused("40")
    for name in ("ref_id", "buyer_sku_code", "customer_no", "username", "sign"):
        text(body, name)
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as bad:
        raise Refused("40") from bad


def check_mode(digi: Digiflazz, asked: Purchase, mode: Mode, *, is_test: bool) -> None:
    """Digiflazz calls every mix-up of key, flag and test number a wrong signature."""
    if mode == "production":
        if asked.testing:
            detail = "testing:true with the production key"
            digi.rules.breach("testing_in_production", detail, asked.ref_id)
            raise Refused("41")
        return
    if not asked.testing:
        detail = "development key without testing:true"
        digi.rules.breach("testing_missing", detail, asked.ref_id)
        raise Refused("41")
    if not is_test:
        raise Refused("41")


def admit(digi: Digiflazz, body: Mapping[str, object], suffix: str, *, ref_id: str = "") -> Mode:
    """Who signed this, or Refused 42, 41 or 45."""
    options = digi.options
    username, given = text(body, "username"), text(body, "sign")
    if username != options.username:
        digi.rules.breach("wrong_username", "username is not ours", ref_id)
        raise Refused("42")
    mode = _signed_by(options, given, suffix)
    if mode is None:
        digi.rules.breach("wrong_sign", "sign fits neither key", ref_id)
        raise Refused("41")
    if not options.ip_known:
        raise Refused("45", ": 127.0.0.1")
    return mode


def _signed_by(options: Options, given: str, suffix: str) -> Mode | None:
    candidate = given.encode()
    if compare_digest(candidate, sign(options.username, options.prod_key, suffix).encode()):
        return "production"
    if compare_digest(candidate, sign(options.username, options.dev_key, suffix).encode()):
        return "development"
    return None
