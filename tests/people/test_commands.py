from __future__ import annotations

from functools import partial

from typer.testing import CliRunner, Result

from konter.cli.people import app
from konter.people.register import EmailTaken
from konter.people.roster import NoSuchUser

PASSWORD = "kata-sandi-panjang"


def run(conninfo: str, *words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=typed, env={"DATABASE_URL": conninfo})


def test_an_operator_creates_lists_changes_and_disables_users_without_showing_a_password(
    conninfo: str,
) -> None:
    konter = partial(run, conninfo)
    siti = ("siti@contoh.id", "--name", "Siti")
    created = konter("create", *siti, "--role", "reseller", "--password", PASSWORD)
    assert created.output.startswith("Created: siti@contoh.id (Siti), reseller, id ")
    asked = konter("create", "ani@contoh.id", "--name", "Ani", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert "Created: ani@contoh.id (Ani), retail" in asked.output
    assert "admin" in konter("set-role", "ANI@contoh.id", "admin").output
    changed = konter("set-password", "siti@contoh.id", "--password", "lain-sama-sekali")
    assert changed.output.startswith("Password changed, all tokens ended: siti@contoh.id")
    assert konter("disable", "siti@contoh.id").output.startswith("Disabled")
    listed = konter("list").output
    assert [line.split()[1] for line in listed.splitlines()[1:]] == [
        "siti@contoh.id",
        "ani@contoh.id",
    ]
    assert "disabled" in listed
    assert konter("enable", "siti@contoh.id").output.startswith("Enabled")
    shown = created.output + asked.output + changed.output + listed
    assert PASSWORD not in shown
    assert "lain-sama-sekali" not in shown


def test_a_refusal_is_raised_for_the_command_line_to_say(conninfo: str) -> None:
    konter = partial(run, conninfo)
    siti = ("create", "siti@contoh.id", "--name", "Siti", "--password", PASSWORD)
    assert konter(*siti).exit_code == 0
    assert isinstance(konter(*siti).exception, EmailTaken)
    assert isinstance(konter("set-role", "siapa@contoh.id", "admin").exception, NoSuchUser)
