"""The house of the data is the house of the code."""

from __future__ import annotations

import re

import pytest

from tests.laws.sql_rooms import complaints, statements
from tests.laws.tree import LAYERS, ROOT, house, source

MIGRATIONS = ROOT / "src" / "konter" / "db" / "migrations"


def test_every_statement_keeps_to_its_room() -> None:
    assert complaints(house()) == []


def test_the_law_reads_every_room_that_has_tables() -> None:
    read = {file.room for file in house() if statements(file)}
    assert {"ledger", "people", "suppliers", "catalogue", "hooks", "orders"} <= read


def test_a_migration_builds_its_own_room_on_lower_ones() -> None:
    for path in sorted(MIGRATIONS.glob("*.sql")):
        room = path.stem.split("_")[1]
        text = path.read_text()
        made = set(
            re.findall(r"^CREATE (?:UNIQUE )?(?:TABLE|VIEW|SEQUENCE|FUNCTION) (\w+)\.", text, re.M)
        )
        assert made <= {room}, path.name
        for referenced in re.findall(r"REFERENCES (\w+)\.", text):
            assert LAYERS.index(referenced) >= LAYERS.index(room), path.name


@pytest.mark.parametrize(
    ("module", "sql", "says"),
    [
        ("orders.a", "UPDATE ledger.wallets SET balance = 0", "writes ledger.wallets"),
        (
            "orders.a",
            "INSERT INTO ledger.transfers (key) VALUES (%(k)s)",
            "writes ledger.transfers",
        ),
        (
            "orders.a",
            "DELETE FROM people.tokens t USING orders.orders o WHERE true",
            "writes people",
        ),
        (
            "orders.a",
            "WITH gone AS (DELETE FROM people.tokens RETURNING user_id)"
            " SELECT user_id FROM gone JOIN orders.orders USING (user_id)",
            "writes people.tokens",
        ),
        ("ledger.a", "SELECT 1 FROM orders.orders", "stands above ledger"),
        (
            "ledger.a",
            "SELECT 1 FROM ledger.wallets w WHERE EXISTS"
            " (SELECT 1 FROM orders.orders o WHERE o.user_id = w.user_id)",
            "stands above ledger",
        ),
        (
            "people.a",
            "INSERT INTO people.users (id) SELECT id FROM hooks.notices",
            "reads hooks.notices",
        ),
        ("orders.a", "SELECT 1 FROM orders", "without its schema"),
        ("orders.a", "SELECT 1 FROM public.things", "reads public.things"),
        (
            "orders.a",
            "SELECT 1 FROM orders.orders o JOIN ledger.wallets w ON true FOR UPDATE",
            "locks rows of ledger.wallets",
        ),
        (
            "orders.a",
            "SELECT 1 FROM orders.orders o JOIN ledger.wallets w ON true FOR NO KEY UPDATE OF w",
            "locks rows of ledger.wallets",
        ),
        ("orders.a", "SELECT now()", "database's clock"),
        ("orders.a", "UPDATE orders.orders SET at = CURRENT_TIMESTAMP", "database's clock"),
        ("orders.a", "SELECT pg_advisory_lock(1)", "session advisory lock"),
        ("orders.a", "SELECT nextval('db.id_blocks')", "db's sequence"),
        ("orders.a", "SELECT suppliers.add_exchanges_month(%s)", "function of suppliers"),
        ("orders.a", "SELECT 1; SELECT 2", "not one statement"),
        ("orders.a", "SELECT FROM WHERE", "cannot be parsed"),
        ("orders.a", "CREATE TABLE orders.extra (id bigint)", "only migrations"),
        ("orders.a", "TRUNCATE orders.orders", "only migrations"),
    ],
)
def test_a_statement_that_leaves_its_room_is_seen(module: str, sql: str, says: str) -> None:
    found = complaints([source(f"konter.{module}", f"SQL = {sql!r}")])
    assert any(says in text for text in found), found


@pytest.mark.parametrize(
    ("module", "sql"),
    [
        (
            "orders.a",
            "WITH due AS (SELECT a.id FROM orders.attempts a WHERE a.next_action_at <= %(now)s"
            " ORDER BY a.id LIMIT %(most)s FOR UPDATE OF a SKIP LOCKED)"
            " UPDATE orders.attempts a SET fence = fence + 1 FROM due WHERE a.id = due.id"
            " RETURNING a.id, a.fence",
        ),
        (
            "orders.a",
            "INSERT INTO orders.moves (order_id, seq) SELECT t.order_id, t.seq FROM"
            " unnest(%(orders)s::bigint[], %(seqs)s::smallint[]) AS t(order_id, seq)"
            " ON CONFLICT (order_id, seq) DO NOTHING",
        ),
        (
            "orders.a",
            "SELECT o.id, w.balance FROM orders.orders o JOIN ledger.wallets w USING (id)",
        ),
        ("orders.a", "SELECT 1 FROM orders.orders o JOIN people.users u ON true FOR UPDATE OF o"),
        ("orders.a", "SELECT pg_advisory_xact_lock(1)"),
        ("db.ids", "SELECT nextval('db.id_blocks') FROM generate_series(1, %(blocks)s)"),
        ("orders.a", "SELECT 'now() is only a text' FROM orders.orders -- and now() a comment"),
        ("catalogue.a", "COPY catalogue.products (id, code) FROM STDIN"),
        ("orders.a", "SELECT (SELECT count(*) FROM pg_catalog.pg_class)"),
    ],
)
def test_a_statement_that_keeps_to_its_room_passes(module: str, sql: str) -> None:
    assert complaints([source(f"konter.{module}", f"SQL = {sql!r}")]) == []


@pytest.mark.parametrize(
    "text",
    [
        'async def f(tx, name): await tx.run(f"SELECT 1 FROM orders.orders WHERE code = {name}")',
        'async def f(tx, n): await tx.run("SELECT 1 FROM orders.orders WHERE id = " + n)',
        'async def f(tx, n): await tx.run("DELETE FROM orders.orders WHERE id = %s" % n)',
        'async def f(tx, n): await tx.rows("SELECT 1 FROM {}".format(n))',
        'async def f(tx): await tx.row("SELECT 1 FROM orders.orders")',
        'async def f(tx): await tx.records(Order, "SELECT 1 FROM orders.orders")',
        'SQL = "SELECT 1"\nasync def f(tx):\n    text = SQL\n    await tx.run(text)',
        "from psycopg import sql",
        'from psycopg import sql\nsql.SQL("DELETE FROM {}")\nsql.SQL("LISTEN {}")',
    ],
)
def test_sql_made_at_run_time_or_without_a_name_is_seen(text: str) -> None:
    assert complaints([source("konter.orders.a", text)])


def test_a_file_may_use_its_own_temporary_tables_and_nobody_elses() -> None:
    make = "MAKE = 'CREATE TEMPORARY TABLE listed (id bigint) ON COMMIT DROP'\n"
    use = "ADD = 'INSERT INTO orders.orders (id) SELECT id FROM listed'\n"
    assert complaints([source("konter.orders.a", make + use)]) == []
    assert complaints([source("konter.orders.a", make), source("konter.orders.b", use)])


def test_a_literal_parameter_may_be_passed_on() -> None:
    text = "async def one(tx: Tx, sql: LiteralString): return await tx.row(sql)"
    assert complaints([source("konter.orders.a", text)]) == []
