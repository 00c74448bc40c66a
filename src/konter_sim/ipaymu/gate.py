"""Who is calling: the headers and the signature of a request to iPaymu."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hmac import compare_digest

import msgspec
from aiohttp import web

from konter_sim.clock import WIB
from konter_sim.ipaymu.signs import EMPTY_OBJECT, compact, request_signature
from konter_sim.ipaymu.state import Ipaymu

UNSIGNED = "unauthorized signature"


class Refused(Exception):
    """Turned away: HTTP status = Status, and their words."""

    def __init__(self, status: int, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.said: dict[str, object] = {"Status": status, **more, "Message": message}


async def admit(ipaymu: Ipaymu, request: web.Request) -> dict[str, object]:
    """The body of a request that is properly signed; Refused with a breach otherwise."""
    raw = await request.read() if request.method == "POST" else EMPTY_OBJECT
    body = _parsed(ipaymu, request, raw)
    reference = str(body.get("referenceId") or body.get("transactionId") or "")
    _check_key(ipaymu, request, reference)
    _check_signature(ipaymu, request, raw, body)
    if (blank := _blank(body)) is not None:
        ipaymu.rules.breach("blank_value", f"{blank} is null, empty or untrimmed", reference)
        raise Refused(401, UNSIGNED)
    _check_time(ipaymu, request.headers.get("timestamp", ""), reference)
    if not ipaymu.knobs.ip_known:
        raise Refused(406, "invalid IP")
    return body


def _parsed(ipaymu: Ipaymu, request: web.Request, raw: bytes) -> dict[str, object]:
    if request.method == "GET":
        return dict(request.query)
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        body = None
    if request.content_type != "application/json" or not isinstance(body, dict):
        ipaymu.rules.breach("not_json", f"not a JSON object, Content-Type {request.content_type}")
        raise Refused(401, "unauthorized")
    return body


def _check_key(ipaymu: Ipaymu, request: web.Request, reference: str) -> None:
    given = request.headers.get("va", "")
    if not compare_digest(given.encode(), ipaymu.knobs.va.encode()):
        ipaymu.rules.breach("wrong_key", "va is not ours", reference)
        raise Refused(401, "unauthorized")


def _check_signature(
    ipaymu: Ipaymu, request: web.Request, raw: bytes, body: Mapping[str, object]
) -> None:
    """Theirs is over a re-encoding of what they parsed, so signed bytes may differ from sent."""
    given = request.headers.get("signature", "").encode()
    knobs, reference = ipaymu.knobs, str(body.get("referenceId") or "")
    sent, encoded = (
        request_signature(request.method, knobs.va, knobs.api_key, told).encode()
        for told in (raw, compact(body))
    )
    if compare_digest(given, encoded):
        if request.method == "POST" and sent != encoded:
            detail = "the signature is of the compact body, other bytes were sent"
            ipaymu.rules.breach("signed_other_bytes", detail, reference)
    elif not compare_digest(given, sent):
        ipaymu.rules.breach("wrong_signature", "signature does not fit the body", reference)
        raise Refused(401, UNSIGNED)


def _blank(value: object, name: str = "body") -> str | None:
    """The first name that holds null, an empty or an untrimmed text, at any depth."""
    if value is None or (isinstance(value, str) and (not value or value != value.strip())):
        return name
    inner: list[tuple[str, object]] = []
    if isinstance(value, dict):
        inner = [(str(key), one) for key, one in value.items()]
    elif isinstance(value, list):
        inner = [(f"{name}[{place}]", one) for place, one in enumerate(value)]
    return next((found for key, one in inner if (found := _blank(one, key))), None)


def _check_time(ipaymu: Ipaymu, given: str, reference: str) -> None:
    """Not part of the signature, and missing in their own plugins: normally only written down."""
    if not given:
        ipaymu.rules.breach("timestamp_missing", "no timestamp header", reference)
    elif (off_s := _off_s(given, ipaymu.clock.now())) > ipaymu.knobs.timestamp_slack_s:
        ipaymu.rules.breach("timestamp_off", f"{given!r} is off by {off_s:.0f} s", reference)
    else:
        return
    if ipaymu.knobs.timestamp_required:
        raise Refused(401, "unauthorized")


def _off_s(given: str, now_s: float) -> float:
    """Seconds between their clock and a YYYYMMDDhhmmss, read as WIB or UTC, whichever fits."""
    try:
        naive = datetime.strptime(given, "%Y%m%d%H%M%S")  # noqa: DTZ007 its zone is not said
    except ValueError:
        return float("inf")
    return min(abs(naive.replace(tzinfo=zone).timestamp() - now_s) for zone in (WIB, UTC))
