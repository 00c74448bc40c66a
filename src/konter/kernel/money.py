"""Money is a type: whole rupiah, integers only, one door in and one door out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from konter.kernel.errors import UnreadableAmount

MAX_RUPIAH = 10**15
"""Far above any counter's books and far below bigint; more than this is a mistake or an attack."""


@dataclass(frozen=True, slots=True, order=True)
class Rupiah:
    """Whole rupiah. There is no float constructor and there never will be."""

    amount: int

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError(f"rupiah is a whole number, got {self.amount!r}")

    def __add__(self, other: Rupiah) -> Rupiah:
        return Rupiah(self.amount + other.amount)

    def __sub__(self, other: Rupiah) -> Rupiah:
        return Rupiah(self.amount - other.amount)

    def __neg__(self) -> Rupiah:
        return Rupiah(-self.amount)

    def share(self, basis_points: int, *, round_up: bool) -> Rupiah:
        """Part of this amount in 1/10,000; a remainder is dropped, or lifted to the next rupiah."""
        whole, rest = divmod(self.amount * basis_points, 10_000)
        return Rupiah(whole + int(round_up and rest > 0))

    def wire(self) -> str:
        """How our APIs write it: ``1038.00``."""
        return f"{self.amount}.00"

    def shown(self) -> str:
        """How a person reads it in Indonesia: ``Rp 1.038``."""
        sign = "-" if self.amount < 0 else ""
        return f"{sign}Rp {abs(self.amount):,}".replace(",", ".")


ZERO = Rupiah(0)


def rupiah_from_wire(value: str | int | float | Decimal) -> Rupiah:
    """Read ``10000``, ``"10000"``, ``"10000.00"`` or ``1e4``; anything with a fraction is refused.

    Raises UnreadableAmount. Upstreams send the same field as string, integer and float; the
    float is read through its shortest decimal text, so no binary rounding enters the books.
    """
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) > MAX_RUPIAH):
        raise UnreadableAmount(found="true or false" if isinstance(value, bool) else "too large")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise UnreadableAmount(found=repr(value)[:40]) from error
    if (
        not number.is_finite()
        or number.copy_abs() > MAX_RUPIAH
        or number != number.to_integral_value()
    ):
        raise UnreadableAmount(found=repr(value)[:40])
    return Rupiah(int(number))
