"""Every setting, declared once; read once from the environment and ``.env``, or refused.

``load_settings`` is the only door. The environment wins over the file; an empty value counts as
absent. Secrets are wrapped, so that no log, error or ``repr`` can show one by accident.
"""

from __future__ import annotations

import difflib
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import time
from pathlib import Path
from typing import Literal, TypeVar

from dotenv import dotenv_values

from konter.kernel.errors import Broken
from konter.kernel.money import Rupiah
from konter.setting_kinds import (
    CALL_TIMEOUTS,
    DATABASE,
    FOLDER,
    HOST,
    LIST_ADDRESS,
    NETWORKS,
    SECONDS,
    SECONDS_OR_NONE,
    TIME_OF_DAY,
    WEB_ADDRESS,
    CallTimeouts,
    Kind,
    Network,
    Secret,
    kept_secret,
    number,
    one_of,
    rupiah,
    text_like,
    whole,
)

T = TypeVar("T")
D = TypeVar("D")

PendingDeadline = Literal["review", "refund"]
LogFormat = Literal["console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
Environment = Literal["sandbox", "production"]
YesNo = Literal["yes", "no"]

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


def setting(name: str, kind: Kind[T], default: D, about: str) -> T | D:
    """Declare one setting; the attribute of Settings that it is assigned to holds its value."""
    return field(default=default, metadata={"name": name, "kind": kind, "about": about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What this installation was told. Only app, worker and cli may know this type."""

    # A table: name, kind and default on one line, what it is for on the next.
    # fmt: off
    database_url: Secret | None = setting(
        "DATABASE_URL", DATABASE, None,
        "The PostgreSQL server to use; absent: an embedded one under KONTER_HOME.")
    home: Path = setting(
        "KONTER_HOME", FOLDER, Path(".konter"),
        "Where the embedded server and the generated secret are kept.")
    host: str = setting(
        "KONTER_HOST", HOST, "127.0.0.1",
        "The address to listen on.")
    port: int = setting(
        "KONTER_PORT", whole(1, 65_535), 8000,
        "The port to listen on.")
    base_url: str | None = setting(
        "KONTER_BASE_URL", WEB_ADDRESS, None,
        "How the world reaches this shop; absent: http, KONTER_HOST and KONTER_PORT.")
    shop_name: str = setting(
        "KONTER_SHOP_NAME", text_like(r".{1,40}", "a name of at most 40 characters"), "Konter",
        "What the shop calls itself on its pages and in its messages.")
    secret: Secret | None = setting(
        "KONTER_SECRET", kept_secret(32), None,
        "Encrypts what must be read back; absent: made once in KONTER_HOME, if embedded.")
    trusted_proxies: tuple[Network, ...] = setting(
        "KONTER_TRUSTED_PROXIES", NETWORKS, (),
        "Whose X-Forwarded-For is believed; from anybody else it is ignored.")
    log_level: LogLevel = setting(
        "KONTER_LOG_LEVEL", one_of("debug", "info", "warning", "error"), "info",
        "The least important event that is logged.")
    log_format: LogFormat = setting(
        "KONTER_LOG_FORMAT", one_of("console", "json"), "console",
        "Logs for a person at a terminal, or one JSON object a line for a machine.")
    db_pool: int = setting(
        "KONTER_DB_POOL", whole(2, 200, "connections"), 8,
        "The most database connections that one process opens.")

    digiflazz_username: str | None = setting(
        "DIGIFLAZZ_USERNAME", text_like(r"\S+", "a name without spaces"), None,
        "The buyer account's user name; absent: Digiflazz is not used.")
    digiflazz_api_key: Secret | None = setting(
        "DIGIFLAZZ_API_KEY", kept_secret(1), None,
        "The buyer account's development or production key.")
    digiflazz_base_url: str = setting(
        "DIGIFLAZZ_BASE_URL", WEB_ADDRESS, "https://api.digiflazz.com/v1",
        "Where Digiflazz answers; point it at `konter sim` to practise.")
    digiflazz_webhook_secret: Secret | None = setting(
        "DIGIFLAZZ_WEBHOOK_SECRET", kept_secret(1), None,
        "Proves Digiflazz's callbacks; absent: every callback is refused.")

    okeconnect_member_id: str | None = setting(
        "OKECONNECT_MEMBER_ID", text_like(r"[A-Za-z0-9]{2,40}", "an id such as OK00123"), None,
        "The H2H member's id; absent: OkeConnect is not used.")
    okeconnect_pin: Secret | None = setting(
        "OKECONNECT_PIN", kept_secret(1), None,
        "The member's transaction PIN.")
    okeconnect_password: Secret | None = setting(
        "OKECONNECT_PASSWORD", kept_secret(1), None,
        "The member's password for H2H transactions, not the website's.")
    okeconnect_base_url: str = setting(
        "OKECONNECT_BASE_URL", WEB_ADDRESS, "https://h2h.okeconnect.com",
        "Where OkeConnect sells; point it at `konter sim` to practise.")
    okeconnect_price_list_url: str = setting(
        "OKECONNECT_PRICE_LIST_URL", LIST_ADDRESS,
        "https://okeconnect.com/harga/json?id=905ccd028329b0a",
        "Where OkeConnect publishes its prices, its public token in the query.")
    okeconnect_callback_secret: Secret | None = setting(
        "OKECONNECT_CALLBACK_SECRET", kept_secret(12), None,
        "Stands in the callback's address; absent: anybody may hint that we should ask.")
    okeconnect_open_fee: Rupiah = setting(
        "OKECONNECT_OPEN_FEE", rupiah(100_000), Rupiah(200),
        "What an open denomination costs there at least beside its amount; lists say less.")

    ipaymu_va: str | None = setting(
        "IPAYMU_VA", text_like(r"[0-9]{6,30}", "the account's number, digits only"), None,
        "The iPaymu account's VA number; absent: iPaymu is not used.")
    ipaymu_api_key: Secret | None = setting(
        "IPAYMU_API_KEY", kept_secret(1), None,
        "The account's key; sandbox and production have each their own.")
    ipaymu_environment: Environment = setting(
        "IPAYMU_ENVIRONMENT", one_of("sandbox", "production"), "sandbox",
        "Which iPaymu to ask: play money, or real money.")
    ipaymu_base_url: str | None = setting(
        "IPAYMU_BASE_URL", WEB_ADDRESS, None,
        "Where iPaymu answers; absent: as IPAYMU_ENVIRONMENT says.")
    tripay_api_key: Secret | None = setting(
        "TRIPAY_API_KEY", kept_secret(1), None,
        "The Tripay merchant's API key; absent: Tripay is not used.")
    tripay_private_key: Secret | None = setting(
        "TRIPAY_PRIVATE_KEY", kept_secret(1), None,
        "Signs payments, and proves Tripay's callbacks.")
    tripay_merchant_code: str | None = setting(
        "TRIPAY_MERCHANT_CODE", text_like(r"[A-Za-z0-9]+", "a code such as T12345"), None,
        "The Tripay merchant's code.")
    tripay_base_url: str | None = setting(
        "TRIPAY_BASE_URL", WEB_ADDRESS, None,
        "Where Tripay answers; absent: the sandbox for a key that begins with DEV-, else for real.")

    tripay_trust_callbacks: YesNo = setting(
        "TRIPAY_TRUST_CALLBACKS", one_of("yes", "no"), "no",
        "Whether a proved callback of Tripay's is believed without asking it for the payment.")

    payment_lasts_s: float = setting(
        "KONTER_PAYMENT_LASTS_S", SECONDS, 3600.0,
        "How long a payment link can be paid; one hour suits every channel.")
    payment_first_ask_s: float = setting(
        "KONTER_PAYMENT_FIRST_ASK_S", SECONDS, 30.0,
        "From making a link to the first question whether it was paid; later ones are rarer.")
    payment_min_gap_s: float = setting(
        "KONTER_PAYMENT_MIN_GAP_S", SECONDS_OR_NONE, 10.0,
        "The least time between two questions about one payment.")
    payment_grace_s: float = setting(
        "KONTER_PAYMENT_GRACE_S", SECONDS_OR_NONE, 60.0,
        "How long after its time an unpaid order or deposit still waits for late news.")
    payment_links: int = setting(
        "KONTER_PAYMENT_LINKS", whole(1, 1000, "links"), 10,
        "The most payment links of one order or deposit.")
    channels_every_s: float = setting(
        "KONTER_CHANNELS_EVERY_S", SECONDS, 3600.0,
        "How often the worker asks the gateways for their channels and fees.")
    deposit_least: Rupiah = setting(
        "KONTER_DEPOSIT_LEAST", rupiah(10**9), Rupiah(10_000),
        "The smallest deposit that a user may order.")
    deposit_most: Rupiah = setting(
        "KONTER_DEPOSIT_MOST", rupiah(10**12), Rupiah(100_000_000),
        "The largest deposit that a user may order.")
    adjust_alone: Rupiah = setting(
        "KONTER_ADJUST_ALONE", rupiah(10**12), Rupiah(100_000),
        "What one admin may adjust by hand in a day (WIB); more needs another admin's approval.")
    guest_limit_remote: int = setting(
        "KONTER_GUEST_LIMIT_REMOTE", whole(1, 1_000_000, "attempts"), 30,
        "Guest orders from one remote address within the window; as many look-ups, and of meters.")

    first_news_wait_s: float = setting(
        "KONTER_FIRST_NEWS_WAIT_S", SECONDS_OR_NONE, 5.0,
        "How long a buyer's request waits for the first news of its order.")
    enquiry_first_s: float = setting(
        "KONTER_ENQUIRY_FIRST_S", SECONDS, 120.0,
        "From sending an order to the first question what became of it.")
    enquiry_spacing_s: float = setting(
        "KONTER_ENQUIRY_SPACING_S", SECONDS, 120.0,
        "Between one such question and the next.")
    enquiry_min_gap_s: float = setting(
        "KONTER_ENQUIRY_MIN_GAP_S", SECONDS, 60.0,
        "The least time between the end of one purchase-capable call and the next of an order.")
    check_spacing_s: float = setting(
        "KONTER_CHECK_SPACING_S", SECONDS, 15.0,
        "From sending to the first question where asking buys nothing; a fifth, if hinted at.")
    absence_proves_s: float = setting(
        "KONTER_ABSENCE_PROVES_S", SECONDS_OR_NONE, 600.0,
        "How long a supplier must not know a sale, thrice on its day, to prove none; 0: never.")
    upstream_timeout_s: CallTimeouts = setting(
        "KONTER_UPSTREAM_TIMEOUT_S", CALL_TIMEOUTS, CallTimeouts(),
        "How long an upstream may take to answer: one number, or by call.")
    held_deadline_s: float = setting(
        "KONTER_HELD_DEADLINE_S", SECONDS, 900.0,
        "An order that could not be sent for so long fails and is released.")
    stuck_after_s: float = setting(
        "KONTER_STUCK_AFTER_S", SECONDS, 1800.0,
        "An order sent this long ago without an end is stuck: operators are told.")
    pending_deadline: PendingDeadline = setting(
        "KONTER_PENDING_DEADLINE", one_of("review", "refund"), "review",
        "After the last regular question: hold the money for review, or refund at own risk.")
    max_tries: int = setting(
        "KONTER_MAX_TRIES", whole(1, 10, "attempts"), 3,
        "How many attempts one order may take.")
    repeat_gap_s: float = setting(
        "KONTER_REPEAT_GAP_S", SECONDS_OR_NONE, 60.0,
        "Between two purchases of one SKU for one number at one supplier.")
    worker_in_flight: int = setting(
        "KONTER_WORKER_IN_FLIGHT", whole(1, 5000, "calls"), 200,
        "How many upstream calls one worker has open at once.")
    poll_s: float = setting(
        "KONTER_POLL_S", SECONDS, 1.0,
        "How often a worker looks for due work when nobody woke it.")

    minimum_margin: Rupiah = setting(
        "KONTER_MINIMUM_MARGIN", rupiah(1_000_000), Rupiah(100),
        "A sale must earn at least this; otherwise it is closed, refused or not sent.")
    catalogue_from: str | None = setting(
        "KONTER_CATALOGUE_FROM", text_like(r"[a-z0-9-]+", "a supplier account's name"), None,
        "Whose price list makes products; others' SKUs are mapped. Absent: the first account's.")
    breaker_failures: int = setting(
        "KONTER_BREAKER_FAILURES", whole(1, 1000, "failures"), 5,
        "So many failures in a row, of a supplier or of one SKU there, leave it out for a while.")
    breaker_window_s: float = setting(
        "KONTER_BREAKER_WINDOW_S", SECONDS, 600.0,
        "How far back such failures count.")
    breaker_cool_s: float = setting(
        "KONTER_BREAKER_COOL_S", SECONDS, 900.0,
        "How long it is left out before one order may try it again.")
    price_list_cache_s: float = setting(
        "KONTER_PRICE_LIST_CACHE_S", SECONDS_OR_NONE, 3600.0,
        "How long a fetched price list is used again unless forced.")
    price_list_gap_s: float = setting(
        "KONTER_PRICE_LIST_GAP_S", SECONDS_OR_NONE, 300.0,
        "The least time between two questions for the price list, even when forced.")
    sync_at: time = setting(
        "KONTER_SYNC_AT", TIME_OF_DAY, time(2, 0),
        "When the worker syncs the catalogue each day.")
    balance_every_s: float = setting(
        "KONTER_BALANCE_EVERY_S", SECONDS, 300.0,
        "How often the worker asks for our deposit.")
    low_deposit: Rupiah = setting(
        "KONTER_LOW_DEPOSIT", rupiah(10**12), Rupiah(100_000),
        "A deposit below this alerts the operators.")

    bill_tries: int = setting(
        "KONTER_BILL_TRIES", whole(1, 10, "calls"), 3,
        "How often one bill check asks the upstream, while it is not answered.")
    bill_retry_s: float = setting(
        "KONTER_BILL_RETRY_S", SECONDS_OR_NONE, 1.0,
        "Between two such calls.")
    bill_look_up_s: float = setting(
        "KONTER_BILL_LOOK_UP_S", SECONDS, 30.0,
        "How long a supplier is asked about a bill check that it is looking up.")
    bill_checks_per_number: int = setting(
        "KONTER_BILL_CHECKS_PER_NUMBER", whole(1, 1_000_000, "checks"), 5,
        "Checks of one customer's number by one member within the window.")
    bill_checks_per_member: int = setting(
        "KONTER_BILL_CHECKS_PER_MEMBER", whole(1, 1_000_000, "checks"), 300,
        "Checks of all numbers by one member within the window.")
    bill_window_s: float = setting(
        "KONTER_BILL_WINDOW_S", SECONDS, 600.0,
        "How far back bill checks count.")
    bill_before_midnight_s: float = setting(
        "KONTER_BILL_BEFORE_MIDNIGHT_S", SECONDS_OR_NONE, 300.0,
        "So long before the end of its day (WIB) a checked bill can no longer be paid.")
    meters_per_minute: int = setting(
        "KONTER_METERS_PER_MINUTE", whole(1, 10_000, "questions"), 30,
        "Questions about electricity meters that go upstream in a minute.")
    meters_per_asker: int = setting(
        "KONTER_METERS_PER_ASKER", whole(1, 10_000, "questions"), 10,
        "As many of them by one member, or from one remote address.")

    token_ttl_days: float = setting(
        "KONTER_TOKEN_TTL_DAYS", number(0.00001, 3650, "days"), 30.0,
        "How long a bearer token is valid.")
    token_cache_s: float = setting(
        "KONTER_TOKEN_CACHE_S", number(0, 60, "seconds"), 5.0,
        "How long a process may trust a token it has seen, without looking again.")
    login_limit: int = setting(
        "KONTER_LOGIN_LIMIT", whole(1, 1_000_000, "attempts"), 5,
        "Failed log-ins for one e-mail address within the window.")
    staff_two_factor: YesNo = setting(
        "KONTER_STAFF_TWO_FACTOR", one_of("yes", "no"), "no",
        "Whether operators and admins must set up two-factor login before anything else.")
    login_limit_remote: int = setting(
        "KONTER_LOGIN_LIMIT_REMOTE", whole(1, 1_000_000, "attempts"), 30,
        "Failed log-ins from one remote address within the window.")
    register_limit_remote: int = setting(
        "KONTER_REGISTER_LIMIT_REMOTE", whole(1, 1_000_000, "attempts"), 20,
        "Registrations from one remote address within the window.")
    login_window_s: float = setting(
        "KONTER_LOGIN_WINDOW_S", SECONDS, 900.0,
        "How far back failed log-ins, wrong signatures, registrations and guests' calls count.")

    h2h_bad_signs: int = setting(
        "KONTER_H2H_BAD_SIGNS", whole(1, 1_000_000, "attempts"), 10,
        "Wrong signatures of one member from one address within the window; then it is locked out.")
    h2h_requests_per_minute: int = setting(
        "KONTER_H2H_REQUESTS_PER_MINUTE", whole(1, 1_000_000, "requests"), 600,
        "Requests of one member in a minute, unless it has a limit of its own.")
    h2h_orders_per_day: int | None = setting(
        "KONTER_H2H_ORDERS_PER_DAY", whole(1, 2_000_000_000, "orders"), None,
        "Orders of one member in a day (WIB), unless it has its own limit; absent: any number.")
    h2h_amount_per_day: Rupiah | None = setting(
        "KONTER_H2H_AMOUNT_PER_DAY", rupiah(10**15), None,
        "What one member may spend in a day (WIB), unless it has its own limit; absent: anything.")
    h2h_default_member: str | None = setting(
        "KONTER_H2H_DEFAULT_MEMBER", text_like(r"[A-Z0-9]{3,20}", "an id such as TOKO1"), None,
        "Who calls when a call names no member; for a shop that has one.")
    callback_timeout_s: float = setting(
        "KONTER_CALLBACK_TIMEOUT_S", number(0.1, 60, "seconds"), 10.0,
        "How long a reseller's server may take to answer a callback.")
    callback_private: YesNo = setting(
        "KONTER_CALLBACK_PRIVATE", one_of("yes", "no"), "no",
        "Whether callbacks may go to private networks and this machine; for tests and intranets.")
    # fmt: on

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
    """One setting as it was declared."""

    attribute: str
    name: str
    kind: Kind[object]
    default: object
    about: str


def declarations() -> list[Declaration]:
    """Every setting, in the order of their declaration."""
    return [_declared(f) for f in fields(Settings) if "name" in f.metadata]


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


def _declared(f: Field[object]) -> Declaration:
    said = f.metadata
    return Declaration(f.name, said["name"], said["kind"], f.default, said["about"])
