"""Every text that a page says has its English, and no English is left over."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2 import nodes

from konter.web import payment_view
from konter.web.page.render import environment
from tools.words import INDONESIAN, LOCALES, of_settings, texts, translated

TEMPLATES = Path("src/konter/web/templates")


def test_every_text_has_its_english() -> None:
    known = translated()
    missing = {text for said in texts().values() for text in said if not known.get(text)}
    assert missing == set(), "make words adds them; then translate them"


def test_nothing_is_translated_that_nobody_says() -> None:
    said = set().union(*texts().values())
    assert translated().keys() - said == set()


def test_every_setting_describes_itself_in_bahasa_too() -> None:
    indonesian = translated(INDONESIAN)
    assert indonesian.keys() == of_settings(), "make words adds them; then translate them"
    assert {text for text, said in indonesian.items() if not said} == set()


def test_the_blanks_for_facts_are_the_same_in_both_languages() -> None:
    for text, english in translated().items():
        for one in (text,) if isinstance(text, str) else text:
            blanks = {part.split(")")[0] for part in one.split("%(")[1:]}
            told = english if isinstance(english, str) else "".join(english)
            assert all(f"%({blank})" in told for blank in blanks), text


def test_templates_translate_nothing_but_their_own_texts_as_markup() -> None:
    """``_()`` takes its text for markup and its ``%`` for blanks: others' go through ``| told``."""
    wrong = [
        f"{path.relative_to(TEMPLATES)}:{call.lineno}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for call in environment("id").parse(path.read_text()).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext"}
        if not isinstance(call.args[0], nodes.Const)
    ]
    assert wrong == []


def test_what_is_said_of_a_payment_has_its_english() -> None:
    said = {*payment_view.MESSAGES.values(), payment_view.ARRIVED, payment_view.MAKING}
    said |= {payment_view.NO_LINK, payment_view.NO_ANSWER, payment_view.LINK_OVER}
    assert {*said, payment_view.TO_PAY} <= texts()["faults"]


def test_no_text_has_two_englishes() -> None:
    """Which of them is shown would depend on the order of the files."""
    found: dict[str, set[str]] = {}
    for path in LOCALES.glob("*.po"):
        for message in read_po(io.BytesIO(path.read_bytes()), locale="en"):
            if message.id:
                found.setdefault(str(message.id), set()).add(str(message.string))
    assert {text: said for text, said in found.items() if len(said) > 1} == {}
