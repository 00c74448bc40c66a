"""``konter member``, as an operator types it."""

from __future__ import annotations

import re

import typer
from typer.testing import CliRunner, Result

from konter.cli import people
from konter.people.members import NoSuchMember

PASSWORD = "kata-sandi-panjang"


class Operator:
    def __init__(self, conninfo: str, **environ: str) -> None:
        self._app = typer.Typer()
        people.register(self._app)
        self._env = {"DATABASE_URL": conninfo, "COLUMNS": "200", **environ}

    def types(self, *words: str) -> Result:
        return CliRunner().invoke(self._app, list(words), env=self._env)

    def does(self, *words: str) -> str:
        result = self.types(*words)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout


def shown_once(text: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\S+) +(\S+)$", text, re.M))


def test_an_operator_makes_and_changes_a_member_and_sees_each_secret_once(conninfo: str) -> None:
    konter = Operator(conninfo, KONTER_SECRET="x" * 40)
    siti = ("siti@contoh.id", "--name", "Siti", "--role", "reseller", "--password", PASSWORD)
    konter.does("user", "create", *siti)
    added = konter.does("member", "add", "siti@contoh.id", "toko1")
    secrets = shown_once(added)
    assert added.startswith("Member TOKO1 is siti@contoh.id, id ")
    assert set(secrets) == {"secret", "pin", "password"}

    rotated = shown_once(konter.does("member", "rotate", "toko1", "--only", "pin"))
    key = shown_once(konter.does("member", "key", "add", "toko1", "kasir"))
    assert set(rotated) == {"pin"}
    assert key["kasir"].startswith("kk_")

    konter.does("member", "ip", "toko1", "203.0.113.7", "10.0.0.0/8")
    konter.does("member", "callback", "toko1", "https://toko.example/lapor", "--style", "otomax")
    konter.does("member", "require-hmac", "toko1")
    konter.does("member", "nosign", "toko1")
    said = konter.does("member", "limits", "toko1", "--requests", "60", "--products", "XL5, pulsa")
    assert said == (
        "TOKO1: 60 requests a minute, default orders a day, default a day, products: XL5, pulsa.\n"
    )
    said = konter.does("member", "limits", "toko1", "--requests", "default", "--amount", "500000")
    assert "default requests" in said
    assert "Rp 500.000 a day, products: XL5, pulsa" in said
    konter.does("member", "key", "revoke", "toko1", "kasir")
    konter.does("member", "disable", "toko1")

    show = konter.does("member", "show", "toko1")
    assert "203.0.113.7/32, 10.0.0.0/8" in show
    assert "https://toko.example/lapor (otomax)" in show
    for word in (
        "disabled",
        "required",
        "pin and password will do",
        "600 (the settings')",
        "kasir",
    ):
        assert word in show
    assert "TOKO1" in konter.does("member", "list")
    for text in (*secrets.values(), *rotated.values(), *key.values()):
        assert text not in show

    assert isinstance(konter.types("member", "show", "toko9").exception, NoSuchMember)
    assert konter.types("member", "ip", "toko1").exit_code == 2
    assert konter.types("member", "callback", "toko1").exit_code == 2


def test_a_member_cannot_be_made_without_konter_secret_where_machines_share_a_database(
    conninfo: str,
) -> None:
    konter = Operator(conninfo)
    ani = ("ani@contoh.id", "--name", "Ani", "--role", "reseller", "--password", PASSWORD)
    konter.does("user", "create", *ani)
    refused = konter.types("member", "add", "ani@contoh.id", "TOKO1")
    assert "KONTER_SECRET: required" in str(refused.exception)
    assert "Members: none" in konter.does("member", "list")
