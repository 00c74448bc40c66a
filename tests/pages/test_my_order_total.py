"""``/my/orders/new`` by a channel: its buyer pays no more in all than the form said."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tests.pages.test_my_deposits import somebody
from tests.pages.visitor import NUMBER, hidden, went_to
from tests.shop import Shop
from tests.web.paying import PHONE

AT_A_SHOP: Final = "tripay:ALFAMART"
PASS_ON: Final = "UPDATE funding.channels SET fee_on = %(fee_on)s"


@asynccontextmanager
async def fee_passed_on(shop: Shop) -> AsyncIterator[None]:
    async with shop.house.db.transaction() as tx:
        await tx.run(PASS_ON, {"fee_on": "buyer"})
    try:
        yield
    finally:
        async with shop.house.db.transaction() as tx:
            await tx.run(PASS_ON, {"fee_on": "shop"})


def total_in(form: str) -> int:
    (found,) = re.findall(rf'value="(\d+) {AT_A_SHOP}"', form)
    return int(found)


async def test_a_fee_that_came_since_the_form_was_shown_is_shown_and_not_asked_for(
    paying: Shop,
) -> None:
    _, siti = await somebody(paying)
    product = await paying.product("xld10")
    form = (await siti.get(f"/my/orders/new?product={product}")).text
    price = int(hidden(form, "shown_price"))
    assert total_in(form) == price
    fields = {
        "product_id": str(product),
        "target_id": NUMBER,
        "customer_phone": PHONE,
        "shown_price": str(price),
    }
    async with fee_passed_on(paying):
        dearer = await siti.post(
            "/my/orders/new",
            **fields,
            payment_method=f"{price} {AT_A_SHOP}",
            ref_id=hidden(form, "ref_id"),
        )
        assert dearer.status_code == 409
        assert "Harganya baru saja berubah" in dearer.text
        assert total_in(dearer.text) > price
        assert re.search(rf'{AT_A_SHOP}" required checked', dearer.text), (
            "what was chosen stays chosen"
        )
        assert hidden(dearer.text, "shown_price") == str(price), (
            "from the balance it costs as before"
        )
        assert await paying.sim.tripay.payments() == []
        fields |= {"payment_method": f"{total_in(dearer.text)} {AT_A_SHOP}"}
        at = went_to(
            await siti.post("/my/orders/new", **fields, ref_id=hidden(dearer.text, "ref_id"))
        )
    order = await paying.order(int(at.rsplit("/", 1)[1]))
    assert (order.state, order.payment_method) == ("awaiting_payment", AT_A_SHOP)


async def test_a_form_of_ones_own_names_the_channel_alone_and_is_bound_by_no_total(
    paying: Shop,
) -> None:
    _, siti = await somebody(paying)
    product = await paying.product("xld10")
    form = (await siti.get(f"/my/orders/new?product={product}")).text
    at = went_to(
        await siti.post(
            "/my/orders/new",
            product_id=str(product),
            target_id=NUMBER,
            customer_phone=PHONE,
            shown_price="1",
            payment_method=AT_A_SHOP,
            ref_id=hidden(form, "ref_id"),
        )
    )
    assert at.startswith("/my/orders/")
