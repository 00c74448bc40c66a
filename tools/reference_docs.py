"""Write docs/reference and .env.example from the code itself: ``make docs``.

A law compares what is written with what would be written, so the pages cannot fall behind.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

import konter
from konter.cli.main import app
from konter.kernel.errors import KonterError
from konter.settings import Declaration, declarations
from konter.show_settings import shown, written
from konter.upstreams.biller_contract import Biller
from konter.upstreams.contract import Provider
from konter.upstreams.gateway_contract import Gateway, Trust
from konter.upstreams.gateways.ipaymu import Ipaymu, IpaymuSettings
from konter.upstreams.gateways.tripay import Tripay, TripaySettings
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from konter.upstreams.providers.digiflazz_bills import DigiflazzBills
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings
from konter.upstreams.providers.okeconnect_bills import OkeconnectBills
from tools.permissions import entries

ROOT = Path(__file__).parents[1]
NOTE = "<!-- Written by `make docs` from the code; changes here are lost. -->"
DIGIFLAZZ = DigiflazzSettings(username="shop", api_key="dev-key")
OKECONNECT = OkeconnectSettings("OK1", "pin", "key")
ADAPTERS: tuple[Provider, ...] = (Digiflazz(DIGIFLAZZ), Okeconnect(OKECONNECT))
BILLERS: tuple[Biller, ...] = (DigiflazzBills(DIGIFLAZZ), OkeconnectBills(OKECONNECT))

GATEWAYS: tuple[Gateway, ...] = (
    Ipaymu(IpaymuSettings(va="1", api_key="key")),
    Tripay(TripaySettings(api_key="key", private_key="key", merchant_code="T1")),
)


def main() -> None:
    for path, text in pages().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text)
        sys.stdout.write(f"wrote {path}\n")


def pages() -> dict[str, str]:
    """Every generated file by its path, as it should read."""
    return {
        "docs/reference/settings.md": settings_page(),
        "docs/reference/cli.md": cli_page(),
        "docs/reference/errors.md": errors_page(),
        "docs/reference/adapters.md": adapters_page(),
        "docs/reference/permissions.md": permissions_page(),
        ".env.example": env_example(),
    }


def settings_page() -> str:
    return _page(
        "Settings",
        "Read once at start from the environment and from `.env` in the working directory; the"
        " environment wins, and an empty value counts as absent. A wrong value, or a name that"
        " begins like ours and is none, is refused at start. `konter settings` lists what is in"
        " force and where it came from. Times may have fractions.",
        [(f"`{declared.name}`", _setting(declared)) for declared in declarations()],
    )


def cli_page() -> str:
    return _page(
        "Commands",
        "`konter COMMAND --help` says the same at the terminal. Exit status: 0 done, 1 refused or"
        " failed, 2 a wrong setting or a wrong command line.",
        [(f"`{name}`", text) for name, text in _commands()],
    )


def errors_page() -> str:
    return _page(
        "Error codes",
        "Every error that Konter raises on purpose has a stable code. 4xx: the asker can act;"
        " 503: nobody is wrong, try later; other 5xx: we or an upstream are, and somebody looks.",
        [(f"`{code}`", text) for code, text in sorted(_errors().items())],
    )


def adapters_page() -> str:
    return _page(
        "Adapters",
        "What each upstream can do and demands, as its adapter declares it.",
        [(f"`{adapter.traits.code}`", _adapter(adapter)) for adapter in ADAPTERS]
        + [(f"`{gateway.traits.code}`", _gateway(gateway)) for gateway in GATEWAYS],
    )


def permissions_page() -> str:
    lines = ["| Method | Address | Who |", "|---|---|---|"]
    lines += [f"| {one.method} | `{one.path}` | {one.who.name} |" for one in entries()]
    return _page(
        "Permissions",
        "Every address of the site and who may call it, as the routes themselves say. `their own`:"
        " what is shown or changed is the asker's, and of anybody else's there is none; `by proof`:"
        " the call itself proves who sent it.",
        [("Addresses", "\n".join(lines))],
    )


def env_example() -> str:
    lines = [
        "# Copy to .env and uncomment what should differ. Written by `make docs`;",
        "# docs/reference/settings.md says more about each.",
    ]
    for declared in declarations():
        value = "" if declared.default is None else written(declared.default)
        unit = f" ({declared.kind.unit})" if declared.kind.unit else ""
        lines += ["", f"# {declared.about}{unit}", f"#{declared.name}={value}"]
    return "\n".join(lines) + "\n"


def _page(title: str, opening: str, sections: list[tuple[str, str]]) -> str:
    body = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in sections)
    return f"# {title}\n\n{NOTE}\n\n{opening}\n\n{body}\n"


def _setting(declared: Declaration) -> str:
    default = (
        "absent" if declared.default is None else f"`{shown(declared.kind, declared.default)}`"
    )
    secret = " A secret: never shown, never logged." if declared.kind.secret else ""
    unit = f" ({declared.kind.unit})" if declared.kind.unit else ""
    return (
        f"{declared.about}{secret}\n\n* Expected: {declared.kind.expected}{unit}\n"
        f"* Default: {default}"
    )


def _commands() -> Iterator[tuple[str, str]]:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    yield from _walked("konter", root)


def _walked(path: str, group: TyperGroup) -> Iterator[tuple[str, str]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, TyperGroup):
            if command.invoke_without_command:
                yield f"{path} {name}", _described(command)
            yield from _walked(f"{path} {name}", command)
        else:
            assert isinstance(command, TyperCommand)
            yield f"{path} {name}", _described(command)


def _described(command: TyperCommand | TyperGroup) -> str:
    rows = []
    for param in command.params:
        if isinstance(param, TyperArgument):
            rows.append(f"* `{param.name}`: {param.help or 'required'}")
        elif isinstance(param, TyperOption) and not param.hidden:
            words = ", ".join([*param.opts, *param.secondary_opts])
            rows.append(f"* `{words}`" + (f": {param.help}" if param.help else ""))
    text = inspect.cleandoc(command.help or "").replace("\f", "")
    return "\n\n".join([text, *(["\n".join(rows)] if rows else [])])


def _errors() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for kind in sorted(_kinds(KonterError), key=lambda kind: kind.__module__):
        if "code" in vars(kind):
            about = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " ")
            room = kind.__module__.split(".")[1]
            found.setdefault(kind.code, []).append(
                f"{about}\n\n* HTTP status: {kind.status}\n* Message: {kind.message}\n"
                f"* Raised in: `{room}`"
            )
    return {code: "\n\n".join(texts) for code, texts in found.items()}


def _kinds(root: type[KonterError]) -> set[type[KonterError]]:
    for module in pkgutil.walk_packages(konter.__path__, "konter."):
        importlib.import_module(module.name)

    def below(kind: type[KonterError]) -> Iterator[type[KonterError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from below(child)

    return {kind for kind in below(root) if kind.__module__.startswith("konter.")}


def _adapter(adapter: Provider) -> str:
    traits = adapter.traits
    absence = traits.absence_proves_after
    proof = _time(absence) if absence else "never"
    waits = ", ".join(f"{name} {s:g} s" for name, s in traits.call_timeouts_s.items())
    return "\n".join(
        [
            inspect.cleandoc(type(adapter).__doc__ or "") + "\n",
            f"* Default account: `{adapter.account}`",
            f"* Doubt is resolved by: {traits.doubt.value.replace('_', ' ')}",
            f"* Waits for an answer: {waits}",
            f"* Between two purchase-capable calls of an order: {_time(traits.repost_gap)}",
            f"* Never asked again after: {_time(traits.repost_horizon)}",
            f"* No record there proves that nothing was bought, after: {proof}",
            f"* Between two price lists: {_time(traits.price_list_gap)}",
            *[_bills(biller) for biller in BILLERS if biller.account == adapter.account],
        ]
    )


def _bills(biller: Biller) -> str:
    return (
        f"* Bills: pays under the check's reference: {_yes(biller.pays_under_check_reference)};"
        f" waits for a check: {biller.traits.call_timeouts_s['check']:g} s;"
        f" once a day by one SKU for one number: {_yes(biller.pays_once_a_day)}"
    )


def _gateway(gateway: Gateway) -> str:
    traits = gateway.traits
    waits = ", ".join(f"{name} {s:g} s" for name, s in traits.call_timeouts_s.items())
    chooser = "the shop, for each payment" if traits.shop_chooses_fee else "its own settings"
    found_by = "its history" if gateway.history else "the answer to its creation"
    return "\n".join(
        [
            inspect.cleandoc(type(gateway).__doc__ or "") + "\n",
            f"* Account: `{gateway.account}`",
            f"* Waits for an answer: {waits}",
            f"* A callback is: {_TRUST[traits.trust]}",
            f"* Its callbacks are answered: `{traits.callback_reply.decode()}`",
            f"* Who pays the fee is decided by: {chooser}",
            f"* The channel is chosen: {'before' if traits.needs_channel else 'there, or before'}",
            f"* A payment whose callback was lost is found by: {found_by}",
        ]
    )


_TRUST = {
    Trust.PROVED: "a hint with a proof; without the proof it is refused",
    Trust.HINT: "a hint, proved or not; the gateway is always asked",
}


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _time(span: timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.total_seconds():g} s"


if __name__ == "__main__":
    main()
