"""A fresh machine needs Python, venv and make, and gets the very packages we tested with."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest

from tests.laws.tree import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def pinned(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.M))


def wanted(extra: str | None = None) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {re.split(r"[\[<>=~! ]", line)[0].lower() for line in asked}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_path(lock: str) -> None:
    for line in (ROOT / lock).read_text().splitlines():
        assert "/" not in line and "://" not in line and "index" not in line, line


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes(lock: str) -> None:
    blocks = re.split(r"^(?=\S)", (ROOT / lock).read_text(), flags=re.M)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    assert wanted() | wanted("build") <= set(pinned("requirements.lock"))
    assert wanted() | wanted("build") | wanted("dev") <= set(pinned("requirements-dev.lock"))


def test_what_is_tested_is_what_is_run() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


def test_make_prints_itself() -> None:
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony
    assert set(phony[1].split()) == set(re.findall(r"^  ([a-z]+) ", said, re.M))


def test_the_continuous_run_takes_its_test_command_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "<!-- test command -->\n```\nmake test\n```\n" in readme
    assert "README.md" in (ROOT / ".ci" / "run").read_text()
