"""What is said at run time is found again and said in English; a stranger's words stay theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from konter.catalogue.destinations import read_destination
from konter.kernel.errors import Invalid
from konter.orders.resolve import Decision
from konter.people.fields import checked, name_of, password_of
from konter.web.body import in_indonesian
from konter.web.page.office_words import WORDS, office_in
from konter.web.page.phrases import BLANK, LONGEST, phrasebook
from konter.web.page.render import environment
from konter.web.page.words import say_in

PAIRS = {
    "Wajib diisi": "Required",
    "Nomor HP": "Phone number",
    "%(t1)s wajib diisi": "%(t1)s is required",
    "%(1)s: %(t2)s": "%(1)s: %(t2)s",
    "Nomor %(1)s milik %(2)s": "%(2)s has the numbers %(1)s",
    "Paling banyak %(1)s huruf": "At most %(1)s letters",
    "100% benar": "100% right",
}
HOSTILE = "<img src=x onerror=alert(1)> %(1)s %s %(t2)s {{ 7 * 7 }}"


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("Wajib diisi", "Required"),
        ("Nomor HP wajib diisi", "Phone number is required"),
        ("Nomor 0812 milik Telkomsel", "Telkomsel has the numbers 0812"),
        ("Paling banyak 50 huruf", "At most 50 letters"),
        ("100% benar", "100% right"),
        ("siti: Wajib diisi", "siti: Required"),
        ("a: b: Wajib diisi", "a: b: Required"),
        ("", ""),
    ],
)
def test_a_text_is_said_with_the_facts_that_it_had(said: str, english: str) -> None:
    assert phrasebook(PAIRS)(said) == english


@pytest.mark.parametrize(
    "said",
    [
        "Alamat kucing wajib diisi",  # no text of ours stands in the blank
        "siti: Wajib diisi juga",
        "Paling banyak  huruf",
        "Paling banyak 50 huruf ya",
        "Nomor HP: apa saja",
        "paling banyak 50 huruf",
        "x" * (LONGEST + 1) + ": Wajib diisi",
    ],
)
def test_what_we_did_not_say_stays_as_it_is(said: str) -> None:
    assert phrasebook(PAIRS)(said) == said


@pytest.mark.parametrize("theirs", ["Wajib diisi", "Nomor HP", HOSTILE, "a milik b", "\\1 \\g<0>"])
def test_a_strangers_words_are_neither_translated_nor_read(theirs: str) -> None:
    assert phrasebook(PAIRS)(f"{theirs}: Wajib diisi") == f"{theirs}: Required"
    assert phrasebook(PAIRS)(f"Paling banyak {theirs} huruf") == f"At most {theirs} letters"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_templates_escape_what_they_tell(lang: str) -> None:
    shown = environment("en" if lang == "en" else "id").from_string("{{ said | told }}")
    told = shown.render(said=f"{HOSTILE}: Bukan alamat IP atau jaringan yang benar")
    assert "<img" not in told and "&lt;img" in told and "%(1)s %s %(t2)s {{ 7 * 7 }}" in told


def test_faults_of_the_rooms_below_have_their_english() -> None:
    say = say_in("en")
    with pytest.raises(Invalid) as refused:
        checked(name=(name_of, "n" * 101), password=(password_of, "pendek"))
    assert [say(said[0]) for said in refused.value.errors.values()] == [
        "A name has at most 100 characters",
        "A password has at least 8 characters",
    ]
    assert say(_refused("", "")) == "Phone number is required"
    assert say(_refused("081712345678", "telkomsel")).startswith("Numbers with 0817 belong to XL")
    assert say(_refused("1" * 60, "")) == "At most 50 characters"
    assert say(in_indonesian("Expected `int`, got `str`")) == "This must be a whole number"
    assert (
        say(in_indonesian("Expected `int | null`, got `str`"))
        == "This must be a whole number or null"
    )


def test_a_long_text_without_end_costs_little() -> None:
    say = say_in("en")
    for said in (": " * 400, ", Isi nominal dari  sampai  sampai , kelipatan " * 20, "x" * 10**6):
        assert say(said) == said


def test_the_office_reads_the_books_in_its_language() -> None:
    said = "KT1: rejected 14 while delivered; decide with konter order resolve"
    assert office_in("en")(said) == "KT1: rejected 14 while delivered"
    assert office_in("id")(said) == (
        "KT1: ditolak penyedia (rc 14), padahal sebelumnya kata penyedia: berhasil"
    )
    assert office_in("id")("it was too little") == "jumlahnya kurang"
    assert office_in("id")("kata pemilik toko") == "kata pemilik toko"
    assert office_in("id")(None) == ""


TASKS = (
    "KT1: IPAYMU gave A1 back to whoever paid it, not in our books",
    "KT1: ipaymu gave A1 back to whoever paid it, Rp 10.000 in ours",
    "KT1: ipaymu gave it back before it was applied; konter payment reversal 7",
    "KT1: Rp 13.000 owed to a guest (rejected 14); konter refund settle 8",
    "KT1: Rp 13.000 owed to a guest (cancelled by its buyer, a guest); konter refund settle 8",
    "ipaymu makes no payment links: unauthorized; konter payment test",
    "ipaymu 2026-11-22: 3 differences with its list (amount 2, fee 1); konter reconcile payments",
    "KT1: d-main has no record of R1: tidak ditemukan",
    "KT1: failed while delivered; decide with konter order resolve",
    "KT1: R1 undecided at d-main",
    "TOKO1: its last 10 callbacks failed, since 2026-11-22 01:00 UTC; konter callback enable TOKO1",
    "email: a message was given up after a day: 550",
    "an order's payment could not be applied: TimeoutError",
    "Rp 1.000.000 for a@example.com, asked for by b@example.com: salah kirim",
    "deposit Rp 1.000",
)


def test_what_a_task_says_is_read_in_the_offices_language() -> None:
    say = office_in("id")
    told = [say(task) for task in TASKS]
    english = (" gave ", " owed ", " makes ", " differences ", " record ", " while ", " undecided ")
    more = (" callbacks failed", " given up", " could not ", " asked for ", "; konter")
    assert [text for text in told if any(word in text for word in (*english, *more))] == []
    assert not any(text == task for text, task in zip(told, TASKS, strict=True))


def test_the_offices_words_are_those_of_the_books() -> None:
    rooms = ("orders", "funding", "hooks", "ledger", "web")
    source = "".join(
        path.read_text()
        for room in rooms
        for path in Path("src/konter", room).rglob("*.py")
        if path.name != "office_words.py"
    )
    outcomes = {"pending", "unknown", "absent", "notsent", "rejected", "delivered"}
    decided = {f"{decision.value} by %(1)s: %(2)s" for decision in Decision}
    written = WORDS.keys() - outcomes - decided
    assert [text for text in written if _longest_part(text) not in source] == []


def _longest_part(text: str) -> str:
    """Without what a comma parts: such texts are written in two."""
    parts = [part for said in BLANK.split(text)[::2] for part in said.split(", ")]
    return max(parts, key=len).strip(" ,:;()")


def _refused(target: str, brand: str) -> str:
    with pytest.raises(Invalid) as refused:
        read_destination(
            type="pulsa",
            brand=brand,
            description="",
            target_id=target,
            server_id=None,
            development=False,
        )
    return refused.value.text
