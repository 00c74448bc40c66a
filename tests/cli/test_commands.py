"""The command line speaks in lines: what was done, or what is wrong, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.typed import Said, bare, konter

SRC = Path(__file__).parents[2] / "src"


def typed(*words: str, at: Path, **environ: str) -> Said:
    return konter(*words, at=at, environ=environ)


def test_the_process_ends_with_the_status_and_says_each_wrong_setting_on_standard_error(
    tmp_path: Path,
) -> None:
    """The one that is started as an operator starts it; the others are typed in this process."""
    done = subprocess.run(
        [sys.executable, "-c", "from konter.cli.main import main; main()", "migrate"],
        cwd=tmp_path,
        env=bare({"PYTHONPATH": str(SRC), "KONTER_PORT": "x", "KONTER_SYNC_AT": "x"}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == [
        " setting KONTER_PORT",
        " setting KONTER_SYNC_AT",
    ]


def test_settings_are_listed_with_their_source_and_secrets_masked(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DIGIFLAZZ_USERNAME=toko\nDIGIFLAZZ_API_KEY=dev-sesame\n")
    done = typed("settings", at=tmp_path, KONTER_PORT="8123")
    assert done.status == 0
    lines = {words[0]: words[1:] for line in done.out.splitlines() if (words := line.split())}
    assert lines["KONTER_PORT"] == ["8123", "environment"]
    assert lines["DIGIFLAZZ_API_KEY"] == ["****", ".env"]
    assert "sesame" not in done.out


def test_a_database_that_is_not_there_is_said_in_a_line_without_the_password(
    tmp_path: Path,
) -> None:
    done = typed("migrate", at=tmp_path, DATABASE_URL="postgresql://u:sesame@127.0.0.1:1/konter")
    assert done.status == 1
    assert len(done.err.splitlines()) == 1
    assert "cannot be reached" in done.err
    assert "sesame" not in done.err


def test_migrating_twice_does_nothing_the_second_time(conninfo: str, tmp_path: Path) -> None:
    done = typed("migrate", at=tmp_path, DATABASE_URL=conninfo)
    assert (done.status, done.out) == (0, "The database is up to date.\n")
