"""The reference: PostgreSQL's own load generator, one procedure call and one commit an order."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench.stock import FIRST_PRODUCT, FIRST_USER, PRODUCTS
from konter.db.embedded import BIN_PATH

CLIENTS = 32

# What one order of ours does, written the way a database programmer would: the same look-ups,
# the same locks, the same rows in the same tables with the same columns.
PROCEDURE = """
CREATE SCHEMA IF NOT EXISTS bench;
GRANT USAGE ON SCHEMA bench TO konter_app;

CREATE OR REPLACE FUNCTION bench.place_order(
    buyer bigint, wanted bigint, number text, client_ref text) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    at      timestamptz := clock_timestamp();
    today   date := (at AT TIME ZONE 'Asia/Jakarta')::date;
    minute  integer := extract(hour FROM at AT TIME ZONE 'Asia/Jakarta') * 60
                     + extract(minute FROM at AT TIME ZONE 'Asia/Jakarta');
    block   bigint := nextval('db.id_blocks');
    order_no   bigint := (block - 1) * 100 + 1;
    attempt_no bigint := order_no + 1;
    code    text := 'TRX-' || to_char(today, 'YYYYMMDD') || '-'
                 || substr(translate(encode(decode(md5(random()::text), 'hex'), 'base64'),
                                     '+/', 'XY'), 1, 8);
    print   bytea := sha256(convert_to(
        '[' || wanted || ',"' || number || '",null,"balance"]', 'UTF8'));
    known   orders.requests;
    product record;
    wallet  ledger.wallets;
    line    bigint;
BEGIN
    SELECT p.code, p.name, p.description, p.brand, p.reseller_price AS price,
           o.account, o.sku, o.cost
    INTO STRICT product
    FROM catalogue.products p
    JOIN catalogue.categories c ON c.id = p.category_id
    JOIN catalogue.offers o ON o.product_id = p.id
    WHERE p.id = wanted AND p.is_active AND c.is_active AND o.is_open
      AND o.cost <= p.reseller_price - 100 AND (o.stock IS NULL OR o.stock > 0)
      AND (o.cut_off_start IS NULL OR NOT minute BETWEEN o.cut_off_start AND o.cut_off_end)
    ORDER BY o.priority, o.cost LIMIT 1;

    INSERT INTO orders.requests (user_id, ref_id, fingerprint, order_id, created_at)
    VALUES (buyer, client_ref, print, order_no, at) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO known FROM orders.requests WHERE user_id = buyer AND ref_id = client_ref;
        IF known.fingerprint <> print THEN
            RAISE 'reference reused';
        END IF;
        RETURN known.order_id;
    END IF;

    SELECT * INTO wallet FROM ledger.wallets WHERE user_id = buyer FOR NO KEY UPDATE;
    IF wallet.blocked OR wallet.balance - wallet.floor < product.price THEN
        RAISE 'cannot pay';
    END IF;

    INSERT INTO orders.buyers AS b (user_id, orders) VALUES (buyer, 1)
    ON CONFLICT (user_id) DO UPDATE SET orders = b.orders + 1 RETURNING orders INTO line;

    INSERT INTO orders.orders (id, code, user_id, user_line, ref_id, product_id, product_code,
        product_name, product_note, product_brand, target_id, server_id, payment_method, price,
        price_at, state, business_date, created_at, updated_at, chosen_amount)
    VALUES (order_no, code, buyer, line, client_ref, wanted, product.code, product.name,
        product.description, product.brand, number, NULL, 'balance', product.price, 'escrow',
        'held', today, at, at, NULL);

    INSERT INTO orders.attempts (id, order_id, number, is_current, reference, account, sku,
        customer_no, expected_cost, max_price, state, next_action_at, created_at)
    VALUES (attempt_no, order_no, 1, true, code, product.account, product.sku, number,
        product.cost, product.price - 100, 'due', at, at);

    INSERT INTO orders.moves (order_id, seq, from_state, to_state, because, moved_at)
    VALUES (order_no, 1, 'new', 'held', 'placed', at);

    INSERT INTO ledger.transfers (key, kind, debit, credit, amount, wallet_id, wallet_line,
        wallet_after, order_id, reference, note, actor, happened_at, recorded_at)
    VALUES ('hold:' || order_no, 'hold', 'wallet:' || buyer, 'escrow', product.price, buyer,
        wallet.lines + 1, wallet.balance - product.price, order_no, code, NULL, NULL, at, at);

    UPDATE ledger.wallets
    SET balance = wallet.balance - product.price, lines = wallet.lines + 1 WHERE user_id = buyer;
    RETURN order_no;
END
$$;
"""

SCRIPT = f"""
\\set buyer random({FIRST_USER}, {FIRST_USER} + :people - 1)
\\set product random({FIRST_PRODUCT}, {FIRST_PRODUCT + PRODUCTS - 1})
\\set number random(10000000, 99999999)
\\set nonce random(1, 9000000000000000000)
SELECT bench.place_order(:buyer, :product, '0812' || :number, 'b-' || :nonce);
"""

RATE = re.compile(r"tps = ([\d.]+) \(without initial")


def prepare(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(PROCEDURE)


def placed_per_second(conninfo: str, *, people: int, seconds: int) -> float:
    """Orders a second that pgbench places with 32 clients, as the same role as the server."""
    known = {k: str(v) for k, v in conninfo_to_dict(conninfo).items() if v is not None}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "place.sql"
        script.write_text(SCRIPT)
        command = [
            str(BIN_PATH / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2",
            "-T", str(seconds), "-D", f"people={people}", "-f", str(script),
            "-h", known["host"], "-p", known.get("port", "5432"), "-U", known["user"],
            known["dbname"],
        ]  # fmt: skip
        environ = {"PGOPTIONS": "-c role=konter_app -c timezone=UTC", "PATH": "/usr/bin:/bin"}
        ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    found = RATE.search(ran.stdout)
    if ran.returncode or found is None:
        raise SystemExit(f"pgbench failed: {ran.stderr[-2000:]}")
    return float(found[1])
