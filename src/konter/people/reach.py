"""Where somebody wants to be told things outside of the shop, and in which language."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from konter.db.pool import Tx
from konter.kernel.errors import Invalid
from konter.people.desk import PeopleDesk

REACH = """
SELECT u.id AS user_id, u.lang,
    CASE WHEN coalesce(r.by_email, u.role = 'retail') THEN u.email END AS email,
    r.whatsapp, r.telegram
FROM people.users u LEFT JOIN people.reach r ON r.user_id = u.id
WHERE u.id = ANY(%(user_ids)s) AND u.disabled_at IS NULL
"""

STAFF = """
SELECT id FROM people.users
WHERE role IN ('operator', 'admin') AND disabled_at IS NULL ORDER BY id
"""

SET_REACH = """
INSERT INTO people.reach (user_id, by_email, whatsapp, telegram)
VALUES (%(user_id)s, %(by_email)s, %(whatsapp)s, %(telegram)s)
ON CONFLICT (user_id) DO UPDATE SET by_email = excluded.by_email, whatsapp = excluded.whatsapp,
    telegram = excluded.telegram
"""

SET_LANG = "UPDATE people.users SET lang = %(lang)s WHERE id = %(user_id)s AND lang <> %(lang)s"

LANGS = ("id", "en")
TELEGRAM = re.compile(r"-?[0-9]{3,20}|@[A-Za-z0-9_]{4,40}")
BETWEEN_DIGITS = re.compile(r"[\s.()-]")


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody wants used; None: not that way. ``whatsapp``: international, digits only."""

    user_id: int
    lang: str
    email: str | None
    whatsapp: str | None
    telegram: str | None


async def reach_of(tx: Tx, user_ids: Collection[int]) -> dict[int, Reach]:
    """Of each of these users that is there and not disabled. Who chose nothing is reached by e-mail
    if they are a retail buyer; machines and staff have other ways."""
    found = await tx.records(Reach, REACH, {"user_ids": list(user_ids)})
    return {reach.user_id: reach for reach in found}


async def staff_ids(tx: Tx) -> list[int]:
    """Operators and admins."""
    return [row[0] for row in await tx.rows(STAFF)]


async def set_reach(
    desk: PeopleDesk,
    user_id: int,
    *,
    lang: str,
    by_email: bool,
    whatsapp: str | None,
    telegram: str | None,
) -> None:
    """Keep what a user chose, as typed; empty is none. A repeat changes nothing. Raises Invalid."""
    number = international(whatsapp) if whatsapp else None
    errors: dict[str, list[str]] = {}
    if lang not in LANGS:
        errors["lang"] = ["Pilih bahasa yang tersedia"]
    if whatsapp and number is None:
        errors["whatsapp"] = ["Nomor WhatsApp tidak valid"]
    if telegram and not TELEGRAM.fullmatch(telegram):
        errors["telegram"] = ["Isi dengan ID chat Telegram, berupa angka, atau @nama kanal"]
    if errors:
        raise Invalid(errors)
    async with desk.db.transaction() as tx:
        await tx.run(SET_LANG, {"user_id": user_id, "lang": lang})
        await tx.run(
            SET_REACH,
            {
                "user_id": user_id,
                "by_email": by_email,
                "whatsapp": number,
                "telegram": telegram or None,
            },
        )


async def set_lang(desk: PeopleDesk, user_id: int, lang: str) -> None:
    """In which language this user is told things from now on; ``lang``: of LANGS. A repeat writes
    nothing."""
    async with desk.db.transaction() as tx:
        await tx.run(SET_LANG, {"user_id": user_id, "lang": lang})


def international(phone: str) -> str | None:
    """``0812-3456-7890`` as ``6281234567890``; None: no number."""
    digits = BETWEEN_DIGITS.sub("", phone).removeprefix("+")
    if digits.startswith("0"):
        digits = "62" + digits[1:]
    return digits if re.fullmatch(r"[1-9][0-9]{7,14}", digits) else None
