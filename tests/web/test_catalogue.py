"""``/api/categories`` and ``/api/products``: anybody may look, nobody sees what it costs us."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from litestar import Router
from litestar.testing import AsyncTestClient

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.products import close_product
from konter.catalogue.sync import sync_products
from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.money import Rupiah
from konter.people.desk import PeopleDesk
from konter.people.passwords import Hasher
from konter.people.permits import Role
from konter.people.register import register
from konter.people.roster import set_role
from konter.people.sessions import Sessions
from konter.web.api.catalogue import ROUTES
from konter.web.desks import Desks
from konter.web.site import Site
from tests.conftest import ManualClock
from tests.sim_process import Sim
from tests.suppliers.build import ACCOUNT, suppliers_desk

PRODUCT_KEYS = {
    "id",
    "kode",
    "nama",
    "keterangan",
    "harga",
    "brand",
    "type",
    "is_active",
    "needs",
    "category",
    "last_synced_at",
}

Client = AsyncTestClient[Site]


@pytest.fixture
async def shop(
    db: Database, clock: ManualClock, ids: IdBlocks, sim_process: Sim
) -> AsyncIterator[CatalogueDesk]:
    await sim_process.reset()
    async with suppliers_desk(db, clock, sim_process.digiflazz_url) as suppliers:
        desk = CatalogueDesk(
            db, clock, ids, suppliers, suppliers.providers, Rupiah(100), development=False
        )
        await sync_products(desk, account=ACCOUNT)
        yield desk
    assert await sim_process.breaches() == []


@pytest.fixture
def people(db: Database, clock: ManualClock, ids: IdBlocks) -> PeopleDesk:
    return PeopleDesk(db, clock, ids, Hasher(time_cost=1, memory_kib=8))


@pytest.fixture
async def client(shop: CatalogueDesk, people: PeopleDesk) -> AsyncIterator[Client]:
    desks = Desks(db=shop.db, people=people, sessions=Sessions(people), catalogue=shop)
    async with AsyncTestClient(Site(desks, [Router("/api", route_handlers=ROUTES)])) as made:
        yield made


async def bearer(people: PeopleDesk, role: Role) -> dict[str, str]:
    email = f"{role}@contoh.id"
    signed = await register(
        people, name="Budi", email=email, password="rahasia-sekali-9", remote="127.0.0.1"
    )
    await set_role(people, email=email, role=role)
    return {"Authorization": f"Bearer {signed.token}"}


async def category(client: Client, slug: str) -> int:
    listed = (await client.get("/api/categories")).json()["data"]
    return next(int(one["id"]) for one in listed if one["slug"] == slug)


async def test_categories_are_listed(client: Client) -> None:
    answer = await client.get("/api/categories")
    assert answer.status_code == 200
    games = next(one for one in answer.json()["data"] if one["slug"] == "games")
    assert {k: games[k] for k in ("nama", "type", "products")} == {
        "nama": "Games",
        "type": "game",
        "products": 7,
    }


async def test_a_category_shows_its_products_with_what_they_need(client: Client) -> None:
    answer = await client.get(f"/api/categories/{await category(client, 'games')}/products")
    page = answer.json()
    assert (page["current_page"], page["per_page"], page["total"]) == (1, 100, 7)
    ml5 = next(one for one in page["data"] if one["kode"] == "ml5")
    assert set(ml5) == PRODUCT_KEYS
    assert ml5["harga"] == "4450.00" and ml5["category"]["slug"] == "games"
    assert [need["field"] for need in ml5["needs"]] == ["target_id", "server_id"]


@pytest.mark.parametrize(
    ("role", "price"),
    [
        (Role.RETAIL, "4450.00"),
        (Role.RESELLER, "2950.00"),
        (Role.OPERATOR, "2950.00"),
    ],
)
async def test_the_price_is_for_who_asks(
    client: Client, people: PeopleDesk, role: Role, price: str
) -> None:
    headers = await bearer(people, role)
    answer = await client.get("/api/products?search=ml5", headers=headers)
    assert {one["kode"]: one["harga"] for one in answer.json()["data"]}["ml5"] == price


async def test_a_wrong_token_is_refused_and_not_taken_for_nobody(client: Client) -> None:
    answer = await client.get("/api/products", headers={"Authorization": "Bearer salah"})
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


async def test_a_search_finds_by_words(client: Client) -> None:
    answer = await client.get("/api/products", params={"search": "telkomsel flash 5"})
    assert [one["kode"] for one in answer.json()["data"]] == ["tdf5"]


async def test_one_product_is_shown_even_when_it_is_closed(
    client: Client, shop: CatalogueDesk
) -> None:
    (found,) = (await client.get("/api/products?search=xld10")).json()["data"]
    await close_product(shop, "xld10")
    answer = await client.get(f"/api/products/{found['id']}")
    assert answer.json() == {**found, "is_active": False}
    assert (await client.get("/api/products?search=xld10")).json()["data"] == []


async def test_what_does_not_exist_is_not_found(client: Client) -> None:
    for path in ("/api/products/987654321", "/api/categories/987654321/products"):
        answer = await client.get(path)
        assert answer.status_code == 404, path


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("per_page=501", "per_page"),
        ("page=x", "page"),
        ("search=" + "x" * 101, "search"),
    ],
)
async def test_a_wrong_parameter_is_refused_by_its_name(
    client: Client, query: str, field: str
) -> None:
    answer = await client.get(f"/api/products?{query}")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


async def test_whoever_has_the_answer_already_is_told_so(
    client: Client, people: PeopleDesk
) -> None:
    first = await client.get("/api/products")
    tag = first.headers["etag"]
    again = await client.get("/api/products", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    headers = await bearer(people, Role.RESELLER)
    other = await client.get("/api/products", headers={**headers, "If-None-Match": tag})
    assert other.status_code == 200 and other.headers["etag"] != tag
    assert other.headers["cache-control"] == "private, no-cache"


async def test_a_buyer_never_sees_what_it_costs_us_nor_from_whom(
    client: Client, people: PeopleDesk, shop: CatalogueDesk
) -> None:
    async with shop.db.read() as tx:
        costs: dict[str, int] = dict(
            await tx.rows("SELECT code, base_price FROM catalogue.products")
        )
    for headers in ({}, await bearer(people, Role.RESELLER)):
        answer = await client.get("/api/products?per_page=500", headers=headers)
        products = answer.json()["data"]
        assert len(products) > 50
        for one in products:
            assert set(one) == PRODUCT_KEYS
            rest = json.dumps({k: v for k, v in one.items() if k not in ("nama", "keterangan")})
            assert f'"{costs[one["kode"]]}.00"' not in rest
        assert not any(word in answer.text for word in ("digiflazz", "PT. ABC", "profit", "seller"))
