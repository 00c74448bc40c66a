"""Callbacks as OkeConnect sends them: a GET with refid and message, signed by nobody."""

import asyncio
from dataclasses import replace
from urllib.parse import urlencode

from konter_sim.okeconnect.books import Transaction
from konter_sim.okeconnect.options import Options
from konter_sim.okeconnect.state import Okeconnect
from konter_sim.okeconnect.steps import Callback, Lie
from konter_sim.okeconnect.words import accepted, ended
from konter_sim.post import Letter, Patience


async def tell(oke: Okeconnect, known: Transaction, callback: Callback) -> None:
    """The callback about a transaction as it stands now."""
    sending = letter(oke, known, message=callback.message, refid=callback.refid)
    await asyncio.sleep(callback.delay_ms / 1000)
    for _ in range(callback.times):
        await oke.post.send(sending, patience(oke.options))


async def lie(oke: Okeconnect, known: Transaction, told: Lie, sn: str) -> None:
    """A sentence that is not so; the books do not move. `sn` is what a false success names."""
    story = replace(known, state=told.says, sn=sn, reason="Nomor tujuan salah")
    sending = letter(oke, story, stranger=told.stranger)
    await oke.post.send(sending, patience(oke.options))


def letter(
    oke: Okeconnect,
    known: Transaction,
    *,
    message: str | None = None,
    refid: str | None = None,
    url: str | None = None,
    stranger: bool = False,
) -> Letter:
    """A stranger knows the address, but not the secret in its query."""
    said = message
    if said is None:
        said = accepted(oke, known) if known.state == "Menunggu" else ended(oke, known)
    address = oke.options.report_url if url is None else url
    return Letter(
        id=known.ref_id,
        says=known.state,
        url=address.partition("?")[0] if stranger else address,
        raw=urlencode({"refid": refid or known.ref_id, "message": said}).encode(),
        headers=lambda: {"User-Agent": "OkeConnect"},
        forged=stranger,
        method="GET",
    )


def patience(options: Options) -> Patience:
    """Tried again until it is accepted, which by default takes the text OK."""

    def accepted_by(status: int, body: bytes) -> bool:
        good = 200 <= status < 300
        return good and (options.callback_ends_on == "2xx" or body.strip().upper() == b"OK")

    return Patience(
        tries=options.callback_tries,
        gap_ms=options.callback_retry_ms,
        timeout_s=options.callback_timeout_s,
        accepted=accepted_by,
    )
