"""Other people's processes: the server under test, the upstream, the load."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil  # type: ignore[import-untyped]

from konter.settings import OURS

ROOT = Path(__file__).parent.parent
KONTER = str(Path(sys.executable).parent / "konter")
LOGS = ROOT / "build" / "bench-logs"
HOMES = ROOT / "build" / "bench-homes"

COMMON = {
    "KONTER_SECRET": "bench" * 8,
    "KONTER_LOG_LEVEL": "warning",
    "DIGIFLAZZ_USERNAME": "bench",
    "DIGIFLAZZ_API_KEY": "bench-key",
    "DIGIFLAZZ_BASE_URL": "http://127.0.0.1:9/v1",
}


def environ(conninfo: str, **changes: str) -> dict[str, str]:
    """What a process of ours gets: nothing of the settings of whoever runs the bench."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    # A home of its own: a worker remembers its database there, and ours are made anew each time.
    home = HOMES / secrets.token_hex(4)
    found = {"PYTHONPATH": str(ROOT), "DATABASE_URL": conninfo, "KONTER_HOME": str(home)}
    return {**kept, **COMMON, **found, **changes}


@contextmanager
def running(
    *arguments: str, env: Mapping[str, str], name: str, cwd: Path = ROOT / "build"
) -> Iterator[psutil.Process]:
    """``python arguments…`` until the block ends; its words go to build/bench-logs."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments], env=env, cwd=cwd, stdout=log, stderr=log
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=45)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def served(
    conninfo: str, *, processes: int = 1, worker: bool = False, **changes: str
) -> Iterator[str]:
    """``konter serve`` as a user starts it, several times on one port where asked for.

    Answers its address once all are ready.
    """
    port = free_port()
    arguments = [KONTER, "serve", "--port", str(port), *([] if worker else ["--no-worker"])]
    address = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        for number in range(processes):
            name = f"serve-{number}"
            env = environ(conninfo, **changes)
            process = stack.enter_context(running(*arguments, env=env, name=name))
            until_ready(f"{address}/readyz", process)
        if processes > 1:
            time.sleep(1)  # the first one answers for the others, who come a moment later
        yield address


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def until_ready(url: str, process: psutil.Process, token: str = "") -> None:
    """Wait until ``url`` answers 200; stop the bench if the process ends or 20 s pass."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.is_running():
        try:
            request = Request(url, headers={"Authorization": f"Bearer {token}"})
            with urlopen(request, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise SystemExit(f"{url} did not become ready; see {LOGS}")
