"""Small things that nobody should have to say in a review."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from tests.laws.tree import Source, dotted

NO_ROOMS = re.compile(r"utils?|common|helpers?|services?|models?|misc")
SYSTEM_CLOCK = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now",
    "datetime.datetime.utcnow", "datetime.date.today", "time.time", "time.time_ns",
    "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns",
    "time.localtime", "time.gmtime",
}  # fmt: skip
MAY_READ_THE_CLOCK = ("konter.kernel.clock", "konter.app", "konter.worker", "konter.cli")


def nameless(files: Iterable[Source]) -> list[str]:
    """Files and folders called after nothing."""
    return [f.module for f in files if any(map(NO_ROOMS.fullmatch, f.module.split(".")))]


def talking_packages(files: Iterable[Source]) -> list[str]:
    """``__init__.py`` files that are not empty: a re-export evades every import contract."""
    return [file.module for file in files if file.is_package and file.text]


def clock_readers(files: Iterable[Source]) -> list[str]:
    """Uses of the system clock below the composition root, called or handed on."""
    return [
        f"{file.module}:{node.lineno}"
        for file in files
        if not file.module.startswith(MAY_READ_THE_CLOCK)
        for node in file.nodes
        if (isinstance(node, ast.Attribute) and dotted(node) in SYSTEM_CLOCK)
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "time"
            and any(f"time.{alias.name}" in SYSTEM_CLOCK for alias in node.names)
        )
    ]


def speakers(files: Iterable[Source]) -> list[str]:
    """Prints below the command line; a room logs events instead."""
    return [
        f"{file.module}:{node.lineno}"
        for file in files
        if file.room != "cli"
        for node in file.nodes
        if isinstance(node, ast.Call)
        and dotted(node.func) in ("print", "sys.stdout.write", "sys.stderr.write", "pprint.pprint")
    ]


def unfinished(files: Iterable[Source]) -> list[str]:
    """Bodies that only pass, NotImplementedError, and notes to oneself."""
    found = []
    for file in files:
        for number, line in enumerate(file.text.splitlines(), 1):
            if re.search(r"#.*\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b", line):
                found.append(f"{file.module}:{number}")
        for node in file.nodes:
            if isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node):
                found.append(f"{file.module}:{node.lineno}")
    return found


def untested(files: Iterable[Source]) -> list[str]:
    """Tests that are skipped or expected to fail."""
    words = ("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail", "pytest.skip",
             "pytest.xfail", "pytest.importorskip")  # fmt: skip
    return [
        f"{file.module}:{node.lineno}"
        for file in files
        for node in file.nodes
        if isinstance(node, ast.Attribute) and dotted(node) in words
    ]
