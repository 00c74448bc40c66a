"""Every text that pages say, and the English of those that have none yet: ``make words``.

A text's English stands in ``src/konter/web/locales/en/<area>.po``, in the file of the part of the
site that says it (``store``, ``my``, ``admin``, ``errors``, ``faults``, ``base`` for
the rest). A law compares. What settings say of themselves is English in the code; its Indonesian
stands in ``locales/id/settings.po``.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from konter.settings import declarations
from tools.words_below import every_node, said_below

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/konter"
LOCALES = SOURCE / "web/locales/en"
INDONESIAN = SOURCE / "web/locales/id"
AREAS: Final = ("store", "my", "admin")
KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "text": None}
OPTIONS: Final = {"newstyle_gettext": "1", "silent": "0", "extensions": "jinja2.ext.do"}
"""Not silent: a template that cannot be read would otherwise say nothing to anybody."""

Text = str | tuple[str, ...]


def main() -> None:
    """Write every missing text into its file, untranslated, and name what nobody says any more."""
    said, known = texts(), translated()
    for area, wanted in sorted(said.items()):
        missing = [text for text in sorted(wanted, key=str) if text not in known]
        if missing:
            _add(LOCALES / f"{area}.po", missing)
            sys.stdout.write(f"{area}: {len(missing)} without English\n")
    settings, theirs = of_settings(), translated(INDONESIAN)
    if new := sorted(settings - theirs.keys(), key=str):
        _add(INDONESIAN / "settings.po", new)
        sys.stdout.write(f"settings: {len(new)} without Indonesian\n")
    left = (known.keys() - set().union(*said.values())) | (theirs.keys() - settings)
    for text in sorted(left, key=str):
        sys.stdout.write(f"nobody says: {text!r}\n")


@cache
def texts() -> dict[str, set[Text]]:
    """By area, every text that templates and pages hand to translation, and errors' messages."""
    found: dict[str, set[Text]] = {}
    web = SOURCE / "web"
    for path in sorted([*web.rglob("*.html"), *web.rglob("*.py")]):
        area = next((a for a in AREAS if a in path.relative_to(web).parts), "base")
        method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
        with path.open("rb") as file:
            for _, text, _, _ in extract(method, file, KEYWORDS, options=OPTIONS):
                if text and text != ("",):
                    found.setdefault(area, set()).add(text)
    found.setdefault("errors", set()).update(_messages())
    found["faults"] = set(said_below())
    return found


def of_settings() -> set[Text]:
    """What settings say of themselves: what each is for, its unit, and where it was told."""
    units = {declared.kind.unit for declared in declarations()} - {""}
    return {"environment", *(d.about for d in declarations()), *(f"%(1)s {u}" for u in units)}


def translated(folder: Path = LOCALES) -> dict[Text, Text]:
    """Every text that stands in a file, with its translation (empty: none yet)."""
    found: dict[Text, Text] = {}
    for path in sorted(folder.glob("*.po")):
        for message in read_po(io.BytesIO(path.read_bytes()), locale="en"):
            if message.id:
                found[_text(message.id)] = _text(message.string or "")
    return found


def _text(text: str | list[str] | tuple[str, ...]) -> Text:
    return text if isinstance(text, str) else tuple(text)


def _messages() -> Iterator[str]:
    """``message = "…"`` of the errors: what pages show of a refusal."""
    for nodes in every_node().values():
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    match line:
                        case ast.Assign(
                            targets=[ast.Name(id="message")], value=ast.Constant(value=str(text))
                        ):
                            yield text


def _add(path: Path, missing: list[Text]) -> None:
    catalog = Catalog(locale="en", header_comment="")
    if path.exists():
        catalog = read_po(io.BytesIO(path.read_bytes()), locale="en")
    for text in missing:
        catalog.add(text)
    lines = io.BytesIO()
    write_po(lines, catalog, omit_header=True, sort_output=True, width=100, no_location=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    path.write_text(head + lines.getvalue().decode())


if __name__ == "__main__":
    main()
