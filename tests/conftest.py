"""A real PostgreSQL for every test: a migrated template, cloned in milliseconds."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import uuid
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psycopg
import pytest
import structlog
import uvloop
from hypothesis import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from konter.db.embedded import EmbeddedServer
from konter.db.ids import IdBlocks
from konter.db.migrate import migrate, migrations
from konter.db.pool import Database
from tests.landlord import dismiss, lent
from tests.sim_process import LINE, Sim, renew, running_sim
from tests.warm import WARMTH, database

SHM = Path("/dev/shm")
"""Memory that looks like a folder: a test's database is some two hundred files, made and removed,
and on a disk that is the larger part of the suite's time."""


def _home() -> Path:
    """Where the tests' server lives: in memory if there is room, else in this folder's build."""
    here = Path(__file__).parent.parent
    roomy = SHM.is_dir() and os.access(SHM, os.W_OK) and shutil.disk_usage(SHM).free > 3 * 2**30
    mine = uuid.uuid5(uuid.NAMESPACE_URL, str(here)).hex[:8]
    return SHM / f"konter-tests-{mine}" if roomy else here / "build" / "test-server"


HOME = _home()


settings.register_profile("suite", max_examples=50, deadline=None)
settings.register_profile("soak", max_examples=5_000, deadline=None)
settings.load_profile("suite")

os.environ["SSL_CERT_FILE"] = os.devnull
"""No test asks anybody beyond this machine; and to read whom all the world trusts costs a process
as much as ten tests, and an e-mail as much as one."""


def pytest_configure() -> None:
    """Ctrl-C ends a run by a handler of ours: asyncio puts one of its own in the place of Python's
    for each test, and Python 3.11 then writes down the test's whole state, to throw it away."""
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(_: int, __: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """What is collected lives to the end: no tidying while it is made, none of it afterwards, and
    then as rarely as in a running Konter."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()
    return collected


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test printed that passed is read by nobody: its process sends none of it on."""
    report = yield
    if report.passed and hasattr(item.config, "workerinput"):
        report.sections.clear()
    return report


UNDIVIDED = ("test_payment_tricks.py", "test_walks.py", "test_every_page.py")
"""Files that set up for seconds what all of their tests look at."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those first: workers take tests from one another at the end, and would set up again."""
    items.sort(key=lambda item: item.path.name not in UNDIVIDED)


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that a running Konter has, too."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_sessionfinish() -> None:
    """What is alive now needs no tidying before the process ends: pytest would, five times."""
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the memory back, unless another run still uses that server."""
    is_worker = hasattr(config, "workerinput")
    if not is_worker and HOME.parent == SHM and not (HOME / "postgres/postmaster.pid").exists():
        shutil.rmtree(HOME, ignore_errors=True)


def _set_up_logs() -> None:
    """As they are without a word, but for tracebacks: with colours and the values of all variables
    one takes half a second, and work that fails again and again looked as if it hung."""
    structlog.reset_defaults()
    show = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], show])


_set_up_logs()


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sets up the logs of its whole process, which here is not its own."""
    yield
    _set_up_logs()


class ManualClock:
    """A clock that a test moves by hand."""

    def __init__(self, start: datetime = datetime(2026, 11, 16, 3, 30, tzinfo=UTC)) -> None:
        self._now = start
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def server_conninfo() -> Iterator[str]:
    """The owner's conninfo of the server: DATABASE_URL, or the embedded one, shared by workers."""
    named = os.environ.get("DATABASE_URL")
    if named:
        yield named
        dismiss(named)
        return
    with EmbeddedServer(HOME) as server:
        conninfo = server.database("postgres")
        with psycopg.connect(conninfo, autocommit=True) as connection:
            # Tests kill our processes, never this server: its disk may lag for speed.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = on")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            # Its databases live for seconds: nobody needs their tables looked after.
            connection.execute("ALTER SYSTEM SET autovacuum = off")
            connection.execute("SELECT pg_reload_conf()")
        yield conninfo
        dismiss(conninfo)


@pytest.fixture(scope="session")
def template(server_conninfo: str) -> str:
    """The name of a migrated database of this version, made once per server."""
    # The names too: a database remembers its migrations by them.
    made_of = "".join(m.name + m.digest for m in migrations())
    digest = uuid.uuid5(uuid.NAMESPACE_URL, made_of).hex[:12]
    name = f"konter_template_{digest}"
    with psycopg.connect(server_conninfo, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(7362512)")
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if there.fetchone() is None:
            making = f"{name}_making"
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(making)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
            migrate(make_conninfo(server_conninfo, dbname=making))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(making), sql.Identifier(name)
                )
            )
        connection.execute("SELECT pg_advisory_unlock(7362512)")
    return name


@pytest.fixture(scope="session")
def shared_sim() -> Iterator[Sim]:
    """The one simulator process of this test process, as the last test left it."""
    with running_sim() as sim:
        yield sim


@pytest.fixture(scope="module")
def sim_process(shared_sim: Sim) -> Sim:
    """The same, every upstream as new; within a module its tests make new what they use."""
    renew(shared_sim)
    return shared_sim


@pytest.fixture(scope="session", autouse=True)
async def warmth() -> AsyncIterator[None]:
    """Connections to the databases that a room's tests share, and to the simulator's control, are
    kept from test to test."""
    WARMTH.begin()
    LINE.open()
    yield
    await LINE.close()
    await WARMTH.end()


@pytest.fixture
def conninfo(server_conninfo: str, template: str) -> Iterator[str]:
    with lent(server_conninfo, template) as conninfo:
        yield conninfo


@pytest.fixture
async def db(conninfo: str) -> AsyncIterator[Database]:
    async with database(conninfo) as warm:
        yield warm


@pytest.fixture
def ids() -> IdBlocks:
    return IdBlocks()
