"""Every setting: declared in ``setting_areas``, read once from the environment and ``.env``.

``load_settings`` is the only door. The environment wins over the file; an empty value counts as
absent. Secrets are wrapped, so that no log, error or ``repr`` can show one by accident.
"""

from __future__ import annotations

import difflib
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from konter.kernel.errors import Broken
from konter.setting_areas.bills import Bills
from konter.setting_areas.catalogue import Catalogue
from konter.setting_areas.notices import Notices
from konter.setting_areas.orders import Orders
from konter.setting_areas.payments import Payments
from konter.setting_areas.people import People
from konter.setting_areas.resellers import Resellers
from konter.setting_areas.shop import Shop
from konter.setting_areas.upstreams import Upstreams
from konter.setting_kinds import Kind, Secret

AREAS: Final = (Shop, Upstreams, Payments, Orders, Catalogue, Bills, People, Resellers, Notices)
"""Who declares them, in the order of the reference; ``Settings`` is all of them in one."""

OURS = ("KONTER_", "DIGIFLAZZ_", "OKECONNECT_", "IPAYMU_", "TRIPAY_")
"""Names with these beginnings are ours: one that we do not know is a typing mistake."""


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")
) -> Settings:
    """All settings; raises SettingsWrong naming every wrong one at once, never showing a secret.

    ``environ``: the process's own when None. A missing ``env_file`` is no error.
    """
    given = _given(os.environ if environ is None else environ, env_file)
    problems = _unknown(given)
    values: dict[str, object] = {}
    for declared in declarations():
        if declared.name not in given:
            continue
        try:
            values[declared.attribute] = declared.kind.read(given[declared.name].text)
        except ValueError:
            problems.append(Problem(declared.name, f"expected {declared.kind.expected}"))
    sources = {name: found.source for name, found in given.items()}
    # Each kind reads what its attribute is typed as: ``setting`` ties the two together.
    settings = Settings(sources=sources, **values)  # type: ignore[arg-type]
    problems += _contradictions(settings)
    if problems:
        raise SettingsWrong(problems)
    return settings


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong setting: its name, and what is expected instead."""

    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"


class SettingsWrong(Broken):
    """One or more settings are wrong; Konter does not start until they are right."""

    code = "settings_wrong"
    message = "Pengaturan tidak benar"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


@dataclass(frozen=True, kw_only=True)
class Settings(Shop, Upstreams, Payments, Orders, Catalogue, Bills, People, Resellers, Notices):
    """What this installation was told. Only app, worker and cli may know this type."""

    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def public_url(self) -> str:
        """KONTER_BASE_URL, or the address it listens on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

    @property
    def in_development(self) -> bool:
        """Digiflazz marks a development key so: orders are tests, and sample numbers pass."""
        key = self.digiflazz_api_key
        return key is not None and key.reveal().startswith("dev-")


def shop_secret(settings: Settings) -> Secret:
    """KONTER_SECRET, or one made once in KONTER_HOME (file mode 0600) beside an embedded server.

    Raises SettingsWrong where DATABASE_URL names a server: several machines must share one.
    """
    if settings.secret:
        return settings.secret
    if settings.database_url:
        raise SettingsWrong([Problem("KONTER_SECRET", "required where DATABASE_URL is set")])
    settings.home.mkdir(parents=True, exist_ok=True)
    kept = settings.home / "secret"
    try:
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass  # made at an earlier start
    return Secret(kept.read_text())


@dataclass(frozen=True, slots=True)
class Declaration:
    """One setting as it was declared. ``area``: the file of ``setting_areas`` that declares it."""

    area: str
    attribute: str
    name: str
    kind: Kind[object]
    default: object
    about: str


def declarations() -> list[Declaration]:
    """Every setting, in the order of their declaration."""
    return [_declared(area.__name__.lower(), f) for area in AREAS for f in fields(area)]


@dataclass(frozen=True, slots=True)
class _Given:
    text: str
    source: str


def _given(environ: Mapping[str, str], env_file: Path) -> dict[str, _Given]:
    """What was said and where, by name, of the names that could be ours."""
    in_file = dotenv_values(env_file, interpolate=False) if env_file.is_file() else {}
    known = {declared.name for declared in declarations()}
    return {
        name: _Given(text.strip(), source)
        for said, source in ((in_file, str(env_file)), (environ, "environment"))
        for name, text in said.items()
        if text and text.strip() and (name in known or name.startswith(OURS))
    }


def _unknown(names: Iterable[str]) -> list[Problem]:
    known = [declared.name for declared in declarations()]
    problems = []
    for name in sorted(set(names) - set(known)):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        problems.append(Problem(name, f"no such setting{hint}"))
    return problems


ACCOUNTS = (
    ("DIGIFLAZZ_USERNAME", "DIGIFLAZZ_API_KEY"),
    ("OKECONNECT_MEMBER_ID", "OKECONNECT_PIN", "OKECONNECT_PASSWORD"),
    ("IPAYMU_VA", "IPAYMU_API_KEY"),
    ("TRIPAY_API_KEY", "TRIPAY_PRIVATE_KEY", "TRIPAY_MERCHANT_CODE"),
)
"""What makes an account at an upstream: all of it, or nothing."""


def _contradictions(settings: Settings) -> list[Problem]:
    """What is wrong only together."""
    return [
        Problem(name, f"expected beside {' and '.join(n for n in account if n != name)}")
        for account in ACCOUNTS
        for name in account
        if getattr(settings, name.lower()) is None
        and any(getattr(settings, other.lower()) is not None for other in account)
    ]


def _declared(area: str, f: Field[object]) -> Declaration:
    said = f.metadata
    return Declaration(area, f.name, said["name"], said["kind"], f.default, said["about"])
