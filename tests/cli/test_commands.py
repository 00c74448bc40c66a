"""The command line speaks in lines: what was done, or what is wrong, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"


def konter(*words: str, at: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in ``at``, with no setting but ``environ``."""
    inherited = {n: v for n, v in os.environ.items() if not n.startswith(("KONTER_", "DIGIFLAZZ_"))}
    inherited.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-c", "from konter.cli.main import main; main()", *words],
        cwd=at,
        env=inherited | {"PYTHONPATH": str(SRC), "COLUMNS": "200"} | environ,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_settings_are_listed_with_their_source_and_secrets_masked(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DIGIFLAZZ_USERNAME=toko\nDIGIFLAZZ_API_KEY=dev-sesame\n")
    done = konter("settings", at=tmp_path, KONTER_PORT="8123")
    assert done.returncode == 0
    lines = {words[0]: words[1:] for line in done.stdout.splitlines() if (words := line.split())}
    assert lines["KONTER_PORT"] == ["8123", "environment"]
    assert lines["DIGIFLAZZ_API_KEY"] == ["****", ".env"]
    assert "sesame" not in done.stdout


def test_wrong_settings_are_said_a_line_each_without_a_traceback(tmp_path: Path) -> None:
    done = konter("migrate", at=tmp_path, KONTER_PORT="x", KONTER_SYNC_AT="x")
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == [
        " setting KONTER_PORT",
        " setting KONTER_SYNC_AT",
    ]


def test_a_database_that_is_not_there_is_said_in_a_line_without_the_password(
    tmp_path: Path,
) -> None:
    done = konter("migrate", at=tmp_path, DATABASE_URL="postgresql://u:sesame@127.0.0.1:1/konter")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "cannot be reached" in done.stderr
    assert "sesame" not in done.stderr


def test_migrating_twice_does_nothing_the_second_time(conninfo: str, tmp_path: Path) -> None:
    done = konter("migrate", at=tmp_path, DATABASE_URL=conninfo)
    assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")
