"""``/my/callbacks``: what we told a reseller's server, what it said, and telling it again."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from konter.hooks.deliveries import Delivery, Words, deliveries_of, delivery_of
from konter.hooks.redeliver import DeliveryNotFound, redeliver
from konter.hooks.try_out import try_out
from konter.kernel.errors import Refused
from konter.web.my.asked import asked_of, number_of
from konter.web.my.member import door, member_of_person, own_member
from konter.web.page.guard import visit
from konter.web.page.permits import RESELLERS_OWN
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest

PATH: Final = "/my/callbacks"
PER_PAGE: Final = 30


@get(PATH, include_in_schema=False, opt=RESELLERS_OWN)
async def get_callbacks(request: SiteRequest) -> Page:
    """The newest first."""
    member = await member_of_person(request)
    if member is None:
        return page(request, "my/no_member.html")
    number = number_of(asked_of(request), "page") or 1
    async with request.desks.db.read() as tx:
        found, has_more = await deliveries_of(tx, member.user_id, page=number, per_page=PER_PAGE)
    facts = {
        "member": member,
        "deliveries": found,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if has_more else "",
    }
    return page(request, "my/callbacks.html", facts)


@get(f"{PATH}/{{message_id:int}}", include_in_schema=False, opt=RESELLERS_OWN)
async def get_callback(request: SiteRequest, message_id: RowId) -> Page:
    """Raises DeliveryNotFound, of another's as well."""
    delivery, words = await _own(request, message_id)
    body = msgspec.json.format(words.body.encode(), indent=2).decode()
    facts = {"delivery": delivery, "line": words.line, "body": body}
    return page(request, "my/callback.html", facts)


@post(
    f"{PATH}/{{message_id:int}}/again", include_in_schema=False, opt=RESELLERS_OWN, status_code=200
)
async def post_again(request: SiteRequest, message_id: RowId) -> Redirect:
    """Due now. Raises DeliveryNotFound."""
    await _own(request, message_id)
    here = visit(request)
    try:
        await redeliver(door(request).outbox, message_id, user_id=request.user.id)
        said = here.say("Callback dikirim ulang sekarang")
    except DeliveryNotFound:
        raise
    except Refused as error:
        said = here.say(error.text)
    return go(request, f"{PATH}/{message_id}", said=said)


@post(f"{PATH}/test", include_in_schema=False, opt=RESELLERS_OWN, status_code=200)
async def post_test(request: SiteRequest) -> Response[str]:
    """A callback about no order; how it fared stands in the list."""
    member, here = await own_member(request), visit(request)
    try:
        await try_out(door(request).outbox, member)
    except Refused as error:
        return go(request, "/my/keys", said=here.say(error.text))
    return go(
        request, PATH, said=here.say("Callback uji dikirim. Muat ulang untuk melihat hasilnya")
    )


ROUTES: Final = [get_callbacks, get_callback, post_again, post_test]


async def _own(request: SiteRequest, message_id: int) -> tuple[Delivery, Words]:
    async with request.desks.db.read() as tx:
        delivery, words = await delivery_of(tx, message_id)
    if delivery.user_id != request.user.id:
        raise DeliveryNotFound
    return delivery, words
