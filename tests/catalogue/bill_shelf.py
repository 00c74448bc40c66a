"""A catalogue with a list of bills that a test writes, read by the real adapter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import psycopg

from konter.catalogue.bill_products import BillProduct, bill_product
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.sync_bills import BillSyncReport, sync_bills
from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.clock import Clock
from konter.kernel.money import Rupiah
from konter.upstreams.providers.digiflazz import DigiflazzSettings
from konter.upstreams.providers.digiflazz_bills import DigiflazzBills
from tests.sim_process import PROD_KEY, USERNAME
from tests.suppliers.build import ACCOUNT, suppliers_desk

NOBODY = "http://127.0.0.1:1/v1"

CLEAR = (
    "TRUNCATE catalogue.bill_products, catalogue.bills_synced",
    "TRUNCATE suppliers.price_lists, suppliers.exchanges",
    "DELETE FROM catalogue.bill_fees WHERE biller IS NOT NULL OR kind IS NOT NULL",
    "UPDATE catalogue.bill_fees SET fee = 0",
)

SECOND_ACCOUNT = """
INSERT INTO suppliers.accounts (code, kind, created_at) VALUES ('other', 'digiflazz', %(now)s)
ON CONFLICT (code) DO NOTHING
"""

WRITE_LIST = """
INSERT INTO suppliers.price_lists (account, kind, asked_at, fetched_at, body, digest)
VALUES (%(account)s, 'bills', %(at)s, %(at)s, %(body)s, %(digest)s)
ON CONFLICT (account, kind) DO UPDATE
SET asked_at = excluded.asked_at, fetched_at = excluded.fetched_at, body = excluded.body,
    digest = excluded.digest
"""

# xmin and ctid move with every rewriting of a row.
VERSIONS = "SELECT b.id, b.xmin::text, b.ctid::text FROM catalogue.bill_products AS b"


def clear(conninfo: str) -> None:
    """Make a shared database new again, as far as bills go; only its owner may."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in CLEAR:
            connection.execute(statement)


@asynccontextmanager
async def bills_desk(
    db: Database, clock: Clock, ids: IdBlocks, base_url: str = NOBODY
) -> AsyncIterator[CatalogueDesk]:
    settings = DigiflazzSettings(
        username=USERNAME, api_key=PROD_KEY, base_url=base_url, account=ACCOUNT
    )
    billers = {name: DigiflazzBills(replace(settings, account=name)) for name in (ACCOUNT, "other")}
    async with suppliers_desk(db, clock, base_url) as goods:
        async with db.transaction() as tx:
            await tx.run(SECOND_ACCOUNT, {"now": clock.now()})
        suppliers = replace(goods, billers=billers)
        yield CatalogueDesk(
            db=db,
            clock=clock,
            ids=ids,
            suppliers=suppliers,
            providers=suppliers.providers,
            minimum_margin=Rupiah(100),
            development=False,
        )


def row(sku: str, name: str, brand: str, **facts: Any) -> dict[str, Any]:
    """A row of the list as the upstream writes it."""
    return {
        "product_name": name,
        "category": "Pascabayar",
        "brand": brand,
        "seller_name": "PT. ABC",
        "admin": 2_750,
        "commission": 1_800,
        "buyer_sku_code": sku,
        "buyer_product_status": True,
        "seller_product_status": True,
        "desc": "-",
        **facts,
    }


PLN = row("pln", "Pln Postpaid", "PLN PASCABAYAR")
AETRA = row("aetra", "aetra", "PDAM", admin=2_000, commission=550)
BPJS = row("bpjs", "BPJS Kesehatan", "BPJS KESEHATAN", admin=2_500, commission=1_000)
SHELF = (PLN, AETRA, BPJS)


async def lists(desk: CatalogueDesk, *rows: dict[str, Any], account: str = ACCOUNT) -> None:
    """From now on this is the account's list, as if it had just been asked for."""
    body = json.dumps({"data": rows}).encode()
    facts = {"account": account, "at": desk.clock.now(), "body": body}
    async with desk.db.transaction() as tx:
        await tx.run(WRITE_LIST, {**facts, "digest": hashlib.sha256(body).digest()})


async def synced(desk: CatalogueDesk, *rows: dict[str, Any], **wish: Any) -> BillSyncReport:
    await lists(desk, *rows)
    return await sync_bills(desk, account=ACCOUNT, **wish)


async def bill(desk: CatalogueDesk, code: str) -> BillProduct:
    async with desk.db.read() as tx:
        found = await bill_product(tx, code)
    assert found is not None
    return found


async def versions(desk: CatalogueDesk) -> set[tuple[Any, ...]]:
    async with desk.db.read() as tx:
        return set(await tx.rows(VERSIONS))
