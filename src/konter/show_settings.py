"""Settings as a person reads them, secrets masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from konter.kernel.money import Rupiah
from konter.setting_kinds import CallTimeouts, Kind
from konter.settings import Settings, declarations

DEFAULT = "default"


def describe(settings: Settings) -> list[Row]:
    """What each setting is and where it came from, secrets masked."""
    return [
        Row(
            declared.name,
            shown(declared.kind, getattr(settings, declared.attribute)),
            settings.sources.get(declared.name, DEFAULT),
            declared.about,
            declared.area,
        )
        for declared in declarations()
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of ``konter settings``, fit to be shown: of a secret only whether it is set."""

    name: str
    value: str
    source: str
    about: str
    area: str

    @property
    def told(self) -> bool:
        """Whether somebody set it, or it is the default."""
        return self.source != DEFAULT


def shown(kind: Kind[object], value: object) -> str:
    """A value as a person reads it, with its unit; never a secret."""
    if value is None:
        return "(not set)"
    if kind.secret:
        return "****"
    return f"{written(value)} {kind.unit}".strip() or "(none)"


def written(value: object) -> str:
    """A value as one would write it into ``.env``."""
    match value:
        case Rupiah():
            return str(value.amount)
        case CallTimeouts():
            return ",".join(f"{name}={s:g}" for name, s in value.by_purpose().items())
        case time():
            return value.isoformat("minutes")
        case float():
            return f"{value:.10g}"
        case tuple():
            return ",".join(map(str, value))
        case _:
            return str(value)
