"""Every error says whose fault it is and what to do next.

KonterError
  |- Refused         the asker can act             4xx, code and facts shown
  |- Unavailable     nobody is wrong, try later    503, retry hint
  `- Broken          we are wrong                  500, page someone, show an incident id
"""

from __future__ import annotations

from typing import ClassVar

Fact = str | int | bool | None | dict[str, list[str]]


class KonterError(Exception):
    """Root of all errors that Konter raises on purpose.

    ``code`` is stable and documented; ``message`` is for a person (Bahasa Indonesia first);
    ``facts`` are safe to show to whoever asked.
    """

    code: ClassVar[str] = "konter_error"
    status: ClassVar[int] = 500
    message: ClassVar[str] = "Terjadi kesalahan"

    def __init__(self, text: str | None = None, **facts: Fact) -> None:
        self.text = text or self.message
        self.facts = facts
        super().__init__(self.text)

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.text} ({shown})" if shown else self.text


class Refused(KonterError):
    """The asker can act on it."""

    code = "refused"
    status = 422
    message = "Permintaan ditolak"


class Unavailable(KonterError):
    """Nobody is wrong; the same request may succeed later."""

    code = "unavailable"
    status = 503
    message = "Layanan sedang sibuk, silakan coba lagi"


class Broken(KonterError):
    """We are wrong; someone is paged."""

    code = "broken"
    status = 500
    message = "Kesalahan di pihak kami"


class UnreadableAmount(Refused):
    """An amount that is not whole rupiah."""

    code = "unreadable_amount"
    message = "Nominal tidak valid"


class Invalid(Refused):
    """Validation failed; ``errors`` names each field, as clients of such APIs expect."""

    code = "invalid"
    message = "Data yang diberikan tidak valid"

    def __init__(self, errors: dict[str, list[str]], text: str | None = None) -> None:
        super().__init__(text or next(iter(errors.values()))[0], errors=errors)
        self.errors = errors


class NotFound(Refused):
    """No such thing, or not one that this asker may know of."""

    code = "not_found"
    status = 404
    message = "Tidak ditemukan"


class CommitUnknown(Unavailable):
    """COMMIT itself failed: it may or may not stand. Re-read by key before doing anything else."""

    code = "commit_unknown"
    message = "Hasil penyimpanan belum pasti, silakan periksa kembali dengan referensi yang sama"
