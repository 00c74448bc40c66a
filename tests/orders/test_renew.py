"""The link of an unpaid order, made again."""

from __future__ import annotations

import asyncio

import pytest

from konter.funding.channels import ChannelClosed, set_channel
from konter.funding.invoice import TooManyLinks
from konter.kernel.errors import Invalid
from konter.ledger.wallets import GUEST
from konter.orders.cancel import cancel
from konter.orders.expire import expire_unpaid
from konter.orders.read import NotYours, OrderNotFound, checkouts_of
from konter.orders.renew import AlreadyPaid, OrderCancelled, OrderExpired, renew
from tests.orders.counter import BUYER, QRIS, VA, Counter
from tests.warm import by_owner

NUMBER = "087800009999"
MADE = """
UPDATE funding.invoices SET state = 'open', next_action_at = NULL, url = 'https://pay.example/1'
"""


async def again(counter: Counter, order_id: int, channel: str | None = None) -> int:
    """Renew; answers how many links there are then."""
    await renew(counter.desk, order_id, user_id=BUYER, channel=channel)
    return await counter.invoices()


async def test_a_double_click_makes_one_link(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    assert await again(counter, order.id) == 1, "it is being made"
    await by_owner(counter.db.conninfo, MADE)
    assert await again(counter, order.id, QRIS) == 1, "it can be paid"
    clicks = (renew(counter.desk, order.id, user_id=BUYER, channel=VA) for _ in range(5))
    await asyncio.gather(*clicks)
    assert await counter.invoices() == 2
    await counter.assert_honest()


async def test_another_channel_is_another_link_and_moves_the_time_on(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    await counter.later(600)
    assert await again(counter, order.id, VA) == 2
    invoice = await counter.invoice(order.id)
    assert (invoice.number, invoice.full_channel) == (2, VA)
    async with counter.db.read() as tx:
        beside = (await checkouts_of(tx, [order.id]))[order.id]
    assert beside.pay_by == invoice.expires_at
    assert beside.channel == QRIS, "as first chosen"
    assert await again(counter, order.id) == 2, "without a word the latest channel is meant"
    await counter.later(3_100)
    assert await expire_unpaid(counter.desk) == 0
    await counter.assert_honest()


@pytest.mark.parametrize(
    ("became", "links"),
    [
        ("state = 'open', next_action_at = NULL, url = 'https://pay.example/1'", 1),
        ("state = 'open', next_action_at = NULL, pay_code = '8810'", 1),
        ("state = 'open', next_action_at = NULL", 2),
        ("state = 'refused', next_action_at = NULL", 2),
        ("state = 'doubtful', next_action_at = NULL", 2),
        ("state = 'ended', next_action_at = NULL, url = 'https://pay.example/1'", 2),
        ("state = 'creating'", 1),
    ],
)
async def test_only_a_link_that_can_be_paid_is_kept(
    counter: Counter, became: str, links: int
) -> None:
    order = await counter.checks_out(NUMBER)
    await by_owner(counter.db.conninfo, f"UPDATE funding.invoices SET {became}")
    assert await again(counter, order.id) == links


@pytest.mark.parametrize(("passed_s", "links"), [(3_540, 1), (3_541, 2)])
async def test_a_link_with_less_than_a_minute_left_is_made_again(
    counter: Counter, passed_s: float, links: int
) -> None:
    order = await counter.checks_out(NUMBER)
    await counter.later(passed_s)
    assert await again(counter, order.id) == links


async def test_an_order_that_is_no_longer_unpaid_says_so(counter: Counter) -> None:
    held = await counter.bought(NUMBER)
    confirmed = await counter.checks_out("087800009998")
    await counter.pays(confirmed.id)
    balance = await counter.buys("087800009997")
    given_up = await counter.checks_out("087800009996")
    await cancel(counter.desk, given_up.id, user_id=BUYER, because="by its buyer")
    for paid in (held, confirmed, balance):
        with pytest.raises(AlreadyPaid):
            await again(counter, paid.id)
    with pytest.raises(OrderCancelled):
        await again(counter, given_up.id)
    late = await counter.checks_out("087800009995")
    await counter.later(3_661)
    assert await expire_unpaid(counter.desk) == 1
    with pytest.raises(OrderExpired):
        await again(counter, late.id)
    assert await counter.invoices() == 4


async def test_nobody_renews_what_is_not_theirs(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    guests = await counter.checks_out("087800009998", user_id=GUEST)
    with pytest.raises(OrderNotFound):
        await again(counter, 404)
    for wrong, user_id in ((order, 2), (order, GUEST), (guests, BUYER)):
        with pytest.raises(NotYours):
            await renew(counter.desk, wrong.id, user_id=user_id, channel=None)
    balance = await counter.buys("087800009997")
    with pytest.raises(NotYours):
        await renew(counter.desk, balance.id, user_id=2, channel=None)


async def test_a_channel_that_cannot_be_used_makes_no_link(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    with pytest.raises(Invalid):
        await again(counter, order.id, "tripay:NOPE")
    await set_channel(counter.desk.funding, VA, is_on=False, fee_on=None, actor="rina")
    with pytest.raises(ChannelClosed):
        await again(counter, order.id, VA)
    assert await counter.invoices() == 1


async def test_an_order_has_only_so_many_links(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    for number in range(counter.desk.funding.most_links - 1):
        await again(counter, order.id, (VA, QRIS)[number % 2])
    with pytest.raises(TooManyLinks):
        await again(counter, order.id, QRIS)
    assert await counter.invoices() == counter.desk.funding.most_links
