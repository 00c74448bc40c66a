"""A shop to measure: people with money and tokens, products with offers."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

ACCOUNT = "digiflazz-main"
PRODUCTS = 100
FIRST_PRODUCT = 1_000_001
FIRST_USER = 2_000_001
MONEY = 10**12
"""Rupiah in each wallet: nobody runs dry while we measure."""

NOTE = "Proses otomatis, periksa nomor tujuan sebelum membeli"

ADD_USERS = """
INSERT INTO people.users (id, email, name, role, password_hash, created_at)
SELECT n, 'pembeli' || n || '@example.com', 'Pembeli', 'reseller', '-', %(at)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""

ADD_TOKENS = """
INSERT INTO people.tokens (digest, user_id, created_at, expires_at)
SELECT sha256(convert_to(%(stem)s || lpad(n::text, 33, '0'), 'UTF8')), n, %(at)s, %(until)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""

ADD_WALLETS = """
INSERT INTO ledger.wallets (user_id, balance, lines, opened_at)
SELECT n, %(money)s, 1, %(at)s FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""

ADD_MONEY = """
INSERT INTO ledger.transfers (key, kind, debit, credit, amount, wallet_id, wallet_line,
    wallet_after, note, actor, happened_at, recorded_at)
SELECT 'opening:' || n, 'adjustment', 'adjustments', 'wallet:' || n, %(money)s, n, 1, %(money)s,
    'modal awal', 'bench', %(at)s, %(at)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""

ADD_CATEGORY = """
INSERT INTO catalogue.categories (id, slug, name, type, created_at)
VALUES (900001, 'pulsa', 'Pulsa', 'pulsa', %(at)s)
"""

ADD_PRODUCTS = """
INSERT INTO catalogue.products (id, code, category_id, name, brand, type, description, base_price,
    retail_price, reseller_price, is_active, created_at)
SELECT %(first)s + n, 'tsel' || n, 900001, 'Telkomsel ' || n || '.000', 'TELKOMSEL', 'pulsa',
    %(note)s, 10000 + n, 13000 + n, 11500 + n, true, %(at)s
FROM generate_series(0, %(count)s - 1) AS n
"""

ADD_OFFERS = """
INSERT INTO catalogue.offers (account, sku, product_id, cost, seller, is_open, multi)
SELECT %(account)s, 'tsel' || n, %(first)s + n, 10000 + n, 'Penjual', true, true
FROM generate_series(0, %(count)s - 1) AS n
"""

TOKEN_STEM = "bench00000"  # not a secret: it opens only the bench's own database


def add_people(conninfo: str, count: int) -> None:
    """Resellers with a full wallet and a token each, and the transfers that gave the money."""
    now = datetime.now(UTC)
    facts = {
        "first": FIRST_USER,
        "last": FIRST_USER + count - 1,
        "at": now,
        "until": now + timedelta(days=1),
        "money": MONEY,
        "stem": TOKEN_STEM,
    }
    with psycopg.connect(conninfo) as connection:
        for statement in (ADD_USERS, ADD_TOKENS, ADD_WALLETS, ADD_MONEY):
            connection.execute(statement, facts)


def add_products(conninfo: str) -> None:
    """``PRODUCTS`` telephone credits, each with one open offer."""
    facts = {
        "first": FIRST_PRODUCT,
        "count": PRODUCTS,
        "at": datetime.now(UTC),
        "note": NOTE,
        "account": ACCOUNT,
    }
    with psycopg.connect(conninfo) as connection:
        for statement in (ADD_CATEGORY, ADD_PRODUCTS, ADD_OFFERS):
            connection.execute(statement, facts)


def token_of(user_id: int) -> str:
    """The bearer token of a bench user: of the right shape, and known without asking."""
    return f"{TOKEN_STEM}{user_id:033d}"


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def count_of(conninfo: str, table: str) -> int:
    """Rows of a schema-qualified table."""
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*table.split(".")))
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
