"""Whose number it is, by its first four digits.

Numbers do not move between operators in Indonesia, so a prefix decides. 0851 is shared: by.U is
Telkomsel's second name and takes its numbers from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NUMBERS: Final[Mapping[str, str]] = {
    "Telkomsel": "0811 0812 0813 0821 0822 0823 0851 0852 0853",
    "by.U": "0851",
    "Indosat": "0814 0815 0816 0855 0856 0857 0858",
    "XL": "0817 0818 0819 0859 0877 0878 0879",
    "Axis": "0831 0832 0833 0837 0838",
    "Tri": "0895 0896 0897 0898 0899",
    "Smartfren": "0881 0882 0883 0884 0885 0886 0887 0888 0889",
}

_BRANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "telkomsel": ("Telkomsel",),
    "simpati": ("Telkomsel",),
    "byu": ("by.U",),
    "indosat": ("Indosat",),
    "indosatooredoo": ("Indosat",),
    "im3": ("Indosat",),
    "xl": ("XL",),
    "xlaxiata": ("XL",),
    "xlaxis": ("XL", "Axis"),
    "axis": ("Axis",),
    "tri": ("Tri",),
    "three": ("Tri",),
    "3": ("Tri",),
    "smartfren": ("Smartfren",),
}


def _by_prefix() -> dict[str, tuple[str, ...]]:
    owners: dict[str, tuple[str, ...]] = {}
    for operator, prefixes in _NUMBERS.items():
        for prefix in prefixes.split():
            owners[prefix] = (*owners.get(prefix, ()), operator)
    return owners


_OWNERS: Final = _by_prefix()


def owners_by_prefix() -> Mapping[str, tuple[str, ...]]:
    """The operators that may own each prefix of four digits, for a page that says so at once."""
    return _OWNERS


def operators_of_number(phone: str) -> tuple[str, ...]:
    """The operators that may own ``08…``; none when the prefix is not known to us."""
    return _OWNERS.get(phone[:4], ())


def operators_of_brand(brand: str) -> tuple[str, ...]:
    """The operators that a product's brand serves; none when it is no operator we know."""
    return _BRANDS.get("".join(c for c in brand.casefold() if c.isalnum()), ())
