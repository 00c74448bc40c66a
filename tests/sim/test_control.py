"""The desk can be looked into, steered and reset."""

import aiohttp

from konter_sim.digiflazz.bill_tricks import BILL_TRICKS
from konter_sim.digiflazz.official_bills import OFFICIAL
from konter_sim.digiflazz.tricks import TRICKS
from tests.sim.buyer import Buyer, Mailbox


async def test_reset_empties_everything_and_restores_the_start_up_options(
    buyer: Buyer, mailbox: Mailbox
) -> None:
    await buyer.tell("options", {"latency_ms": 5})
    await buyer.topup("a", "081200001233")
    await buyer.topup("a", "081200001234")
    await buyer.tell("reset", {"deposit": 77})
    books = await buyer.look("books")
    assert (books["opening"], books["deposit"], books["transactions"]) == (77, 77, [])
    assert await buyer.look("breaches") == await buyer.look("calls") == []
    options = await buyer.look("options")
    assert (options["latency_ms"], options["webhook_url"]) == (0, mailbox.url)


async def test_nonsense_options_change_nothing(buyer: Buyer) -> None:
    before = await buyer.look("options")
    await buyer.tell("options", {"latency_ms": 5, "no_such": 1}, status=400)
    await buyer.tell("options", {"latency_ms": "soon"}, status=400)
    assert await buyer.look("options") == before


async def test_the_catalogue_can_be_generated_replaced_changed_and_thinned(
    buyer: Buyer,
) -> None:
    assert await buyer.tell("catalogue", {"generate": 10_000}) == {"products": 10_000}
    assert len((await buyer.price_list()).data) == 10_000
    item = {"product_name": "A", "category": "Pulsa", "brand": "XL", "price": 1}
    await buyer.tell("catalogue", {"items": [{**item, "buyer_sku_code": "one"}]})
    await buyer.tell("catalogue", {"sku": "one", "price": 2, "seller_product_status": False})
    (only,) = await buyer.look("catalogue")
    assert (only["price"], only["seller_product_status"]) == (2, False)
    assert await buyer.tell("catalogue", {"remove": "one"}) == {"products": 0}
    await buyer.tell("catalogue", {"remove": "one"}, status=404)
    await buyer.tell("catalogue", {"sku": "one", "price": 1}, status=404)


async def test_the_page_lists_every_trick_and_escapes_strangers_text(buyer: Buyer) -> None:
    await buyer.topup("<script>", "081200000000")
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/digiflazz"):
            async with session.get(buyer.url + path) as reply:
                page = await reply.text()
    assert all(f"<code>…{suffix}</code>" in page for suffix in (*TRICKS, *BILL_TRICKS))
    assert all(f"<code>{number}</code>" in page for _, number in OFFICIAL)
    assert "&lt;script&gt;" in page and "<script>" not in page
    assert 'lang="id"' in page
