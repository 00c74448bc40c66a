"""``konter``: one command for operators. Each module beside this one brings its own commands."""

from __future__ import annotations

import typer

from konter.cli import catalogue, database, demo, money, orders, people, sending, serve, shelf
from konter.cli import settings as settings_command
from konter.kernel.errors import KonterError
from konter.settings import SettingsWrong

app = typer.Typer(
    name="konter",
    help="Konter, the engine of a digital-goods counter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

settings_command.register(app)
for module in (demo, serve, database, people, catalogue, shelf, orders, money, sending):
    module.register(app)


def main() -> None:
    """Run the command line. What we raise on purpose is said in a line, never as a traceback.

    Exit status: 0 done, 1 refused or failed, 2 a wrong setting or a wrong command line.
    """
    try:
        app()
    except SettingsWrong as error:
        for problem in error.problems:
            typer.echo(f"konter: setting {problem}", err=True)
        raise SystemExit(2) from None
    except KonterError as error:
        typer.echo(f"konter: {error}", err=True)
        raise SystemExit(1) from None
