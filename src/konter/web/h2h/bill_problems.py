"""What goes wrong at the doors for bills, in the envelope of their document.

A word about a bill goes out as its body (``bill_answer``); here is what is no word about any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from litestar import Request
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from konter.kernel.errors import Invalid, KonterError, NotFound, Refused, Unavailable
from konter.orders.bill_limits import TooManyChecks
from konter.people.allowance import TooManyRequests
from konter.people.lockout import LockedOut
from konter.web import errors
from konter.web.answer import Answer
from konter.web.body import REQUIRED

Asked = Request[Any, Any, Any]

EMPTY: Final = "Tidak boleh kosong"
MISSING: Final = frozenset({REQUIRED, EMPTY})
"""What the readers of bodies and queries say of something that is not there."""


class Envelope(Struct):
    """``code`` is stable; ``message`` and ``details`` are for a person."""

    code: str
    message: str
    details: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a route says when it could not do its work, and nobody who asked is wrong."""

    status: int
    code: str
    message: str


CHECK: Final = Trouble(502, "BILL_CHECK_FAILED", "Tagihan tidak dapat diperiksa")
PAY: Final = Trouble(
    503, "BILL_PAYMENT_FAILED", "Pembayaran tidak dapat dicatat, kirim lagi permintaan yang sama"
)
LOOK_UP: Final = Trouble(503, "SYSTEM_ERROR", "Layanan sedang sibuk")
INCIDENT: Final = Trouble(500, "SYSTEM_ERROR", "Kesalahan di pihak kami")

WORDS: Final[Mapping[int, str]] = {
    400: "`INVALID_REQUEST`: tidak dapat dibaca; `MISSING_PARAMETERS`: ada yang kurang",
    413: "`INVALID_REQUEST`: isi permintaan terlalu besar",
    415: "`INVALID_REQUEST`: bukan JSON",
    429: "`RATE_LIMITED`: terlalu sering; lihat Retry-After",
}


class CheckImpossible(Unavailable):
    """The bill could not be checked, for a cause of ours or the upstream's."""

    code = "bill_check_impossible"
    status = 502
    message = "Tagihan tidak dapat diperiksa saat ini"


class BillNotFound(NotFound):
    """No bill was ever checked under this reference."""

    code = "bill_not_found"
    message = "Transaksi tidak ditemukan"


def bill_problems(trouble: Trouble, *, has_body: bool = False) -> dict[int, ResponseSpec]:
    """For a route's ``responses``: the envelopes that it may answer."""
    words = {status: text for status, text in WORDS.items() if has_body or status in (400, 429)}
    own = {one.status: f"`{one.code}`: {one.message}" for one in (trouble, INCIDENT)}
    return {
        status: ResponseSpec(Envelope, generate_examples=False, description=text)
        for status, text in (words | own).items()
    }


def handlers(trouble: Trouble) -> ExceptionHandlersMap:
    """For a route's ``exception_handlers``."""

    def of_konter(request: Asked, error: KonterError) -> Answer[Envelope]:
        match error:
            case Invalid():
                return _invalid(error.errors)
            case TooManyChecks() | TooManyRequests() | LockedOut():
                wait = error.facts["retry_after"]
                details = f"Coba lagi setelah {wait} detik"
                return _shown("RATE_LIMITED", error.text, details, status=429, retry_after=wait)
            case BillNotFound():
                return _shown("TRANSACTION_NOT_FOUND", error.text, error.code, status=404)
            case Refused() if error.status in (400, 413, 415):
                return _shown("INVALID_REQUEST", error.text, error.code, status=error.status)
            case Refused() | Unavailable():
                return _busy(error.text, error.facts.get("retry_after"))
            case _:
                return of_anything(request, error)

    def of_framework(request: Asked, error: HTTPException) -> Answer[Envelope]:
        shown = errors.of_framework(request, error)
        faults = shown.content.get("errors")
        if isinstance(faults, dict):
            return _invalid(faults)
        if (shown.status or 500) < 500:
            said = str(shown.content["message"])
            return _shown("INVALID_REQUEST", said, said, status=shown.status or 400)
        return _incident(shown)

    def of_database(request: Asked, error: psycopg.OperationalError) -> Answer[Envelope]:
        shown = errors.of_database(request, error)
        return _busy(str(shown.content["message"]), None)

    def of_anything(request: Asked, error: Exception) -> Answer[Envelope]:
        return _incident(errors.of_anything(request, error))

    def _busy(details: str, wait: object) -> Answer[Envelope]:
        retry_after = wait if wait is not None or trouble.status != 503 else errors.RETRY_AFTER_S
        return _shown(
            trouble.code, trouble.message, details, status=trouble.status, retry_after=retry_after
        )

    return {
        KonterError: of_konter,
        HTTPException: of_framework,
        psycopg.OperationalError: of_database,
        Exception: of_anything,
    }


def _invalid(faults: Mapping[str, list[str]]) -> Answer[Envelope]:
    """Missing parameters, if nothing else is wrong."""
    said = [text for texts in faults.values() for text in texts]
    is_missing = bool(said) and MISSING.issuperset(said)
    details = "; ".join(f"{name}: {', '.join(texts)}" for name, texts in faults.items())
    if is_missing:
        return _shown("MISSING_PARAMETERS", "Parameter wajib belum lengkap", details, status=400)
    return _shown("INVALID_REQUEST", "Permintaan tidak valid", details, status=400)


def _incident(shown: errors.Shown) -> Answer[Envelope]:
    details = f"incident {shown.content.get('incident', '')}"
    return _shown(INCIDENT.code, INCIDENT.message, details, status=INCIDENT.status)


def _shown(
    code: str, message: str, details: str, *, status: int, retry_after: object = None
) -> Answer[Envelope]:
    headers = None if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(Envelope(code, message, details), status=status, headers=headers)
