"""What an operator hands in with every entry: a bank of ours, and a reason."""

from __future__ import annotations

import re

from konter.kernel.errors import Invalid

# As an account's name may be written in the journal.
BANK = re.compile(r"[A-Za-z0-9_.-]{1,40}")

SHORTEST_REASON = 5
LONGEST_REASON = 300


def bank_account(bank: str) -> str:
    """The account ``bank:<bank>``. Raises Invalid for a name that cannot stand in the journal."""
    if not BANK.fullmatch(bank):
        raise Invalid({"bank": ["Nama bank: huruf, angka, titik, garis; misalnya bca"]})
    return f"bank:{bank}"


def reason_of(text: str, *, field: str = "reason") -> str:
    """A reason, or evidence, as it is kept. Raises Invalid that names ``field``."""
    said = text.strip()
    if len(said) < SHORTEST_REASON:
        raise Invalid({field: [f"Sebutkan alasan dan buktinya, minimal {SHORTEST_REASON} huruf"]})
    if len(said) > LONGEST_REASON or not said.isprintable():
        raise Invalid({field: [f"Satu baris, paling banyak {LONGEST_REASON} huruf"]})
    return said
