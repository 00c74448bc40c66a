"""Row 9: what the whole embedded stack weighs after the demo's sales."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from bench.figures import Figure
from bench.processes import KONTER, ROOT, environ, free_port, running

HOME = ROOT / "build" / "bench-demo"
MOST_MB = 350.0
LOG = ROOT / "build" / "bench-logs" / "demo.log"


def row_9(say: Callable[[str], None]) -> list[Figure]:
    """Proportional memory of server, web and worker; the simulated upstream is not ours."""
    shutil.rmtree(HOME, ignore_errors=True)
    port = free_port()
    env = environ("", KONTER_HOME=str(HOME), KONTER_PORT=str(port))
    del env["DATABASE_URL"]
    with running(KONTER, "demo", env=env, name="demo") as demo:
        _until_serving(demo, port)
        ours = [p for p in [demo, *demo.children(recursive=True)] if not _is_simulator(p)]
        database = _database(HOME)
        web, server = _pss(ours), _pss(database)
    say(f"row 9: web and worker {web:.0f} MB, PostgreSQL {server:.0f} MB")
    total = web + server
    name = "memory of the embedded stack after the demo's sales"
    return [Figure(9, name, total, "MB", None, None, f"<= {MOST_MB:g} MB", total <= MOST_MB)]


def _until_serving(demo: psutil.Process, port: int) -> None:
    """The demo prints its address again when all is sold and proved."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and demo.is_running():
        said = LOG.read_text()
        if "curl" in said and f":{port}" in said:
            time.sleep(1)
            return
        if "did not end as it should" in said:
            break
        time.sleep(0.2)
    raise SystemExit(f"the demo did not get to serving; see {LOG}")


def _is_simulator(process: psutil.Process) -> bool:
    return "konter_sim" in process.cmdline()


def _database(home: Path) -> list[psutil.Process]:
    """PostgreSQL of this home: its main process and all that it forked."""
    main = [
        p
        for p in psutil.process_iter(["cmdline"])
        if p.info["cmdline"]
        and any(str(home) + os.sep in part for part in p.info["cmdline"])
        and "postgres" in p.info["cmdline"][0]
    ]
    found = {p.pid: p for m in main for p in [m, *m.children(recursive=True)]}
    return list(found.values())


def _pss(processes: list[psutil.Process]) -> float:
    """Megabytes; memory that processes share counts once among them."""
    return sum(float(p.memory_full_info().pss) for p in processes) / 2**20
