"""What a member proves itself with, freshly drawn and sealed for its row."""

from __future__ import annotations

import secrets
import string
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from konter.people.members import Part, about
from konter.people.vault import Vault

LETTERS: Final = string.ascii_letters + string.digits
"""Nothing that a query string, a shell or Otomax's bar would take for its own."""

LENGTHS: Final[Mapping[Part, int]] = {Part.SECRET: 40, Part.PIN: 6, Part.PASSWORD: 24}


@dataclass(frozen=True, slots=True)
class FreshSecrets:
    """Shown to whoever asked for them now, and never again: ``fresh[Part.PIN]``."""

    by_part: Mapping[Part, str] = field(repr=False)

    def __getitem__(self, part: Part) -> str:
        return self.by_part[part]

    def sealed(self, vault: Vault, user_id: int) -> dict[str, bytes | None]:
        """For the row's columns, by name; None for a part that is not among them."""
        return {
            part.value: vault.seal(self.by_part[part], about(user_id, part))
            if part in self.by_part
            else None
            for part in Part
        }


def draw(parts: Collection[Part]) -> FreshSecrets:
    """Random. The pin is all digits, as Otomax wants it: the strength is in the other two."""
    return FreshSecrets(
        {
            part: "".join(
                secrets.choice(string.digits if part is Part.PIN else LETTERS)
                for _ in range(LENGTHS[part])
            )
            for part in parts
        }
    )
