"""The demo's reseller at the doors for bills: its server checks what somebody owes, and pays it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import aiohttp
import msgspec
from msgspec import Struct

from konter.people.members import Part
from konter.people.register_member import Registered
from konter.people.signatures import Parts, md5_sign, of_answer, of_bill_payment, of_purchase

SKU: Final = "pln"
FREE_NUMBER: Final = "530012341220"
"""Nobody has paid its bill yet."""


@dataclass(frozen=True, slots=True)
class BillStory:
    """One bill. The simulator goes by the number's last four digits; by the number it also owes
    one month or two. ``by_query``: through the door of Otomax."""

    title: str
    ref_id: str
    number: str
    months: int
    by_query: bool = False
    pending: bool = False

    @property
    def door(self) -> str:
        return "GET /otomax/pascabayar" if self.by_query else "POST /api/v1/pascabayar"

    @property
    def first(self) -> str:
        """What its payment is answered."""
        return "pending" if self.pending else "success"


class Details(Struct):
    customer_name: str
    bill_period: str


class Bill(Struct):
    """What a door answers; of what is about no bill only the message. Whole rupiah."""

    message: str
    status: str = "failed"
    rc: str = ""
    ref_id: str = ""
    amount: int | None = None
    admin_fee: int | None = None
    total: int | None = None
    sn: str | None = None
    bill_details: Details | None = None
    sign: str | None = None

    @property
    def periods(self) -> list[str]:
        return self.bill_details.bill_period.split(",") if self.bill_details else []

    @property
    def owner(self) -> str:
        return self.bill_details.customer_name if self.bill_details else "-"


@dataclass(frozen=True, slots=True)
class Machine:
    """The reseller's server."""

    session: aiohttp.ClientSession
    url: str
    member: Registered

    async def check(self, story: BillStory) -> Bill:
        """What is owed."""
        return await self._ask(story, "check", of_purchase(story.ref_id, story.number, SKU))

    async def pay(self, story: BillStory, amount: int) -> Bill:
        """Pay what was checked; again, it is told where that stands."""
        parts = of_bill_payment(story.ref_id, story.number, SKU, str(amount))
        return await self._ask(story, "pay", parts, amount=amount)

    def believes(self, answer: Bill) -> bool:
        """Whether the shop has signed it."""
        parts = of_answer(answer.ref_id, answer.status)
        return answer.sign == md5_sign(parts, self.member.secrets[Part.SECRET])

    async def _ask(self, story: BillStory, act: str, parts: Parts, **amount: int) -> Bill:
        asked: dict[str, str | int] = {**_asked(self.member, parts), **amount}
        method, path = story.door.split()
        params, body = (asked, None) if story.by_query else (None, asked)
        async with self.session.request(
            method, f"{self.url}{path}/{act}", params=params, json=body
        ) as answer:
            return msgspec.json.decode(await answer.read(), type=Bill)


def check_to_paste(url: str, member: Registered) -> str:
    """What somebody owes, signed; it pays nothing."""
    asked = _asked(member, of_purchase("coba-2", FREE_NUMBER, SKU))
    return f"curl -s '{url}/otomax/pascabayar/check?{urlencode(asked)}'"


def _asked(member: Registered, parts: Parts) -> dict[str, str]:
    """What both calls name, and the sign over ``parts``."""
    named = dict(zip(("ref_id", "customer_no", "buyer_sku"), parts[:3], strict=True))
    sign = md5_sign(parts, member.secrets[Part.SECRET])
    return {"username": member.member_id, **named, "sign": sign}
