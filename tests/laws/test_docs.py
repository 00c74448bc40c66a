"""What a person reads is true: the reference, the commands, the names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from konter.settings import declarations
from tests.laws.tree import ROOT, house
from tools.reference_docs import pages

HOSTS = {
    "127.0.0.1", "localhost", "api.digiflazz.com", "developer.digiflazz.com", "konter.example.com",
    "h2h.okeconnect.com", "okeconnect.com", "keepachangelog.com", "www.postgresql.org",
}  # fmt: skip
MACHINE_PATH = re.compile(r"(?<![\w.])/(home|root|opt|work|farm|Users|tmp)/")
REFERENCE = ROOT / "docs" / "reference"


def prose() -> Iterator[Path]:
    yield from sorted((ROOT / "docs").rglob("*.md"))
    yield from sorted(ROOT.glob("*.md"))


def headings(page: str) -> set[str]:
    return set(re.findall(r"^## `(.+)`$", (REFERENCE / page).read_text(), re.M))


def test_the_reference_is_what_the_code_says() -> None:
    behind = [path for path, text in pages().items() if (ROOT / path).read_text() != text]
    assert behind == [], "run `make docs`"


def test_every_setting_has_its_heading() -> None:
    assert headings("settings.md") == {declared.name for declared in declarations()}


def test_every_error_code_has_its_heading() -> None:
    codes = {
        value
        for file in house()
        for node in file.nodes
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if (value := _code(statement))
    }
    assert len(codes) > 10
    assert codes <= headings("errors.md")


def _code(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(value))):
            return value
        case _:
            return None


def test_every_adapter_has_its_heading() -> None:
    upstreams = ROOT / "src/konter/upstreams"
    files = [*(upstreams / "providers").iterdir(), *(upstreams / "gateways").iterdir()]
    adapters = {path.stem for path in files if not path.stem.startswith("__")}
    assert {name for name in adapters if "_" not in name} == headings("adapters.md")


def test_every_setting_is_read_by_somebody_once_there_is_a_root() -> None:
    if not (ROOT / "src/konter/app.py").exists():
        return
    used = {
        node.attr
        for file in house()
        if file.room in ("app", "adapters", "worker", "cli") or file.module == "konter.settings"
        for node in file.nodes
        if isinstance(node, ast.Attribute)
    }
    assert {d.name for d in declarations() if d.attribute not in used} == set()


def test_every_konter_command_that_the_docs_name_exists() -> None:
    known = {name.removeprefix("konter ") for name in headings("cli.md")}
    named = {
        (path.name, words)
        for path in prose()
        if path.parent != REFERENCE
        for words in re.findall(
            r"(?:`|^\$ |^|/)konter ([a-z][a-z-]*(?: [a-z-]+)?)", path.read_text(), re.M
        )
    }
    missing = {
        (page, words)
        for page, words in named
        if words not in known and words.split()[0] not in known
    }
    assert missing == set()


def test_every_make_target_that_the_docs_name_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {
        target
        for path in prose()
        for target in re.findall(r"(?:`|^)make ([a-z]+)", path.read_text(), re.M)
    }
    assert {"demo", "test"} <= named <= targets


def test_every_link_between_pages_leads_somewhere() -> None:
    dead = [
        f"{path.name}: {target}"
        for path in prose()
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text())
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert dead == []


def test_the_docs_name_no_machine_and_only_known_hosts() -> None:
    for path in prose():
        text = path.read_text()
        assert not MACHINE_PATH.search(text), path
        hosts = {urlsplit(u).hostname for u in re.findall(r"https?://[^\s`)>\"']+", text)}
        assert {h for h in hosts if h and not h.endswith(".example")} <= HOSTS, path


def test_decisions_are_numbered_and_fit_a_page() -> None:
    found = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in found] == [f"{n:04}" for n in range(1, len(found) + 1)]
    assert all(len(path.read_text().splitlines()) <= 60 for path in found)
