"""Where a member is told of its orders, and when we stop trying."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from konter.db.pool import Tx
from konter.people.desk import PeopleDesk
from konter.people.fields import Unfit, checked
from konter.people.members import CallbackStyle, NoSuchMember

SET_CALLBACK = """
UPDATE people.members SET
    callback_url = %(url)s, callback_style = %(style)s, callback_disabled_at = NULL
WHERE member_id = %(member_id)s
"""

# In id order, so that two who stop several never wait for each other in a circle.
STOP = """
WITH failing AS MATERIALIZED (
    SELECT user_id FROM people.members
    WHERE user_id = ANY(%(user_ids)s::bigint[])
      AND callback_url IS NOT NULL AND callback_disabled_at IS NULL
    ORDER BY user_id FOR NO KEY UPDATE
)
UPDATE people.members m SET callback_disabled_at = %(at)s
FROM failing WHERE m.user_id = failing.user_id
RETURNING m.user_id
"""

LONGEST_URL = 500


async def set_callback(
    desk: PeopleDesk,
    member_id: str,
    url: str | None,
    *,
    style: CallbackStyle = CallbackStyle.JSON,
) -> None:
    """Tell it there from now on, also after we had stopped trying; None: tell it nowhere.

    Raises Invalid (a look at the text alone: the address behind it is judged at every sending),
    NoSuchMember.
    """
    clean = None if url is None else checked(callback_url=(callback_url_of, url))["callback_url"]
    facts = {"member_id": member_id, "url": clean, "style": style}
    async with desk.db.transaction() as tx:
        if not await tx.run(SET_CALLBACK, facts):
            raise NoSuchMember(member=member_id)


async def stop_callbacks(tx: Tx, user_ids: Iterable[int], *, at: datetime) -> set[int]:
    """These failed for too long. Answers who is newly stopped: a repeat answers nobody."""
    facts = {"user_ids": sorted(set(user_ids)), "at": at}
    return {user_id for (user_id,) in await tx.rows(STOP, facts)}


def callback_url_of(text: str) -> str:
    """An http or https address; it may have a query of its own."""
    url = text.strip()
    if len(url) > LONGEST_URL:
        raise Unfit("Alamat callback terlalu panjang")
    try:
        parts = urlsplit(url)
        # Reading ``port`` is what makes urlsplit look at it.
        named = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.username or parts.password or parts.fragment:
        raise Unfit("Alamat callback tidak valid, misalnya https://toko.example/callback")
    if any(not "!" <= letter <= "~" for letter in url):
        raise Unfit("Alamat callback memuat karakter yang tidak diperbolehkan")
    return url
