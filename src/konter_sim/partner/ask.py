"""Calls to the shop, as Otomax makes them: all in a query, signed or with pin and password."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1
from urllib.parse import quote, urlencode

import aiohttp

from konter_sim.partner.state import Call, Partner, Transaction
from konter_sim.partner.understand import understand


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` None: there was none."""

    status: int | None
    text: str | None
    problem: str = ""


def sign(*parts: str) -> str:
    """base64url without padding of SHA-1's 20 bytes."""
    digest = sha1("|".join(("OtomaX", *parts)).encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


async def transact(
    partner: Partner, known: Transaction, more: Mapping[str, str], *, by: str
) -> Answer:
    """One call about a transaction, sent again under its refID while no answer comes."""
    options = partner.options
    product = known.product.upper() if options.capitals else known.product
    query = {"memberID": _name(partner), "product": product, "dest": known.dest}
    query |= {"refID": known.ref_id}
    parts = (_name(partner), product, known.dest, known.ref_id)
    query = {**query, **_proof(partner, sign(*parts, options.pin, options.password)), **more}
    answer = Answer(None, None)
    for attempt in range(1, options.resends + 2):
        answer = await _call(partner, "/otomax/trx", query)
        text = answer.text
        read = "" if text is None else understand(partner, text, by=by, asked=known.ref_id)
        about = {"ref_id": known.ref_id, "understood": read}
        _log(partner, "/otomax/trx", answer, attempt=attempt, **about)
        if text is not None:
            break
    return answer


async def balance(partner: Partner) -> Answer:
    own = (partner.options.pin, partner.options.password)
    query = {"memberID": _name(partner)}
    query |= _proof(partner, sign("CheckBalance", _name(partner), *own))
    answer = await _call(partner, "/otomax/balance", query)
    _log(partner, "/otomax/balance", answer)
    return answer


async def ticket(partner: Partner, amount: int) -> Answer:
    own = (partner.options.pin, partner.options.password)
    query = {"memberID": _name(partner), "amount": str(amount)}
    query |= _proof(partner, sign("ticket", _name(partner), *own, str(amount)))
    answer = await _call(partner, "/otomax/ticket", query)
    _log(partner, "/otomax/ticket", answer)
    return answer


def _name(partner: Partner) -> str:
    name = partner.options.member_id
    return name.upper() if partner.options.capitals else name


def _proof(partner: Partner, signature: str) -> dict[str, str]:
    options = partner.options
    if options.no_sign:
        return {"pin": options.pin, "password": options.password}
    return {"sign": signature}


async def _call(partner: Partner, path: str, query: Mapping[str, str]) -> Answer:
    if partner.session is None or not partner.options.shop_url:
        return Answer(None, None, "no shop")
    url = partner.options.shop_url.rstrip("/") + path + "?" + urlencode(query, quote_via=quote)
    patience = aiohttp.ClientTimeout(total=partner.options.timeout_s)
    try:
        async with partner.session.get(url, timeout=patience, allow_redirects=False) as reply:
            return Answer(reply.status, await reply.text())
    except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
        return Answer(None, None, type(trouble).__name__)


def _log(
    partner: Partner,
    path: str,
    answer: Answer,
    *,
    ref_id: str = "",
    attempt: int = 1,
    understood: str = "",
) -> None:
    if answer.status not in (None, 200):
        partner.breach("not_one_plain_line", f"HTTP {answer.status}", ref_id)
    says = answer.problem if answer.text is None else answer.text
    partner.calls.append(
        Call(partner.now(), path, ref_id, attempt, answer.status, says, understood)
    )
