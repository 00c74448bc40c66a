"""``konter`` as it is typed, inside this process: starting Python costs more than most commands.

The whole application from its ``main``, with its arguments, its environment, its folder and its
streams; ``test_commands.py`` starts the real one.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from konter.cli.main import main
from konter.settings import OURS


@dataclass(frozen=True)
class Said:
    """What one command said."""

    status: int
    out: str
    err: str

    @property
    def squeezed(self) -> Said:
        """The same, each run of white space one space."""
        return Said(self.status, " ".join(self.out.split()), " ".join(self.err.split()))


def konter(*words: str, at: Path, environ: Mapping[str, str]) -> Said:
    """Type ``konter words`` in the folder ``at``, with no setting but ``environ``.

    Only where no event loop runs: elsewhere ``await asyncio.to_thread(konter, ...)``.
    """
    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        _typed(["konter", *words], environ),
        contextlib.chdir(at),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = _status(end)
    return Said(status, out.getvalue(), err.getvalue())


def bare(environ: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without a setting of ours, and ``environ``."""
    inherited = {n: v for n, v in os.environ.items() if not n.startswith((*OURS, "DATABASE_URL"))}
    return inherited | {"COLUMNS": "400"} | dict(environ)


@contextlib.contextmanager
def _typed(words: list[str], environ: Mapping[str, str]) -> Iterator[None]:
    before = sys.argv, dict(os.environ), sys.excepthook
    wanted = bare(environ)
    try:
        sys.argv = words
        os.environ.clear()
        os.environ.update(wanted)
        yield
    finally:
        sys.argv, was, sys.excepthook = before
        os.environ.clear()
        os.environ.update(was)


def _status(end: SystemExit) -> int:
    """As the interpreter understands it."""
    return end.code if isinstance(end.code, int) else int(end.code is not None)
