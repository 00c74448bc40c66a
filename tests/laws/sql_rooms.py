"""Every SQL statement of the house, parsed: whose tables it writes, reads and locks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tests.laws.tree import LAYERS, Function, Source, dotted

STATEMENT = re.compile(
    r"\s*(--[^\n]*\n\s*)*"
    r"(SELECT\b.*|INSERT\s+INTO\b.*|UPDATE\b.*\bSET\b.*|DELETE\s+FROM\b.*|MERGE\s+INTO\b.*"
    r"|COPY\b.*\b(FROM|TO)\b.*|TRUNCATE\b.*|WITH\b.*\bAS\s+(NOT\s+|MATERIALIZED\s*)*\(.*|VALUES\s*\(.*"
    r"|(CREATE|ALTER|DROP)\s+(TEMP\s+|TEMPORARY\s+)?(TABLE|INDEX|VIEW|SCHEMA|FUNCTION|ROLE)\b.*"
    r"|LOCK\s+TABLE\b.*)",
    re.DOTALL,
)
DATABASE_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\("
    r"|\b(current_(timestamp|date|time)|localtime(stamp)?)\b",
    re.IGNORECASE,
)
SESSION_LOCK = re.compile(r"\bpg_(try_)?advisory_(un)?lock(_shared|_all)?\s*\(", re.IGNORECASE)
SCRATCH = re.compile(r"\s*CREATE TEMP(?:ORARY)? TABLE (\w+) ")
SEQUENCE = re.compile(r"\b(?:nextval|setval|currval)\s*\(\s*'(\w+)\.\w+'", re.IGNORECASE)
RUNS_SQL = {"run": 0, "rows": 0, "row": 0, "dicts": 0, "records": 1, "execute": 0, "executemany": 0,
            "copy": 0, "stream": 0}  # fmt: skip
BEFORE_THE_POOL = ("konter.db.embedded", "konter.db.migrate")
"""They speak to a server that has no schema of ours yet: databases, roles, the migrations' list."""


@dataclass(frozen=True)
class Statement:
    where: str
    room: str
    sql: str
    scratch: frozenset[str] = frozenset()
    """Temporary tables that the same file makes: a transaction's own, in no room."""

    @property
    def bare(self) -> str:
        """Without comments and quoted texts, so that words in them mean nothing."""
        return re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", self.sql, flags=re.DOTALL)


def complaints(files: Iterable[Source]) -> list[str]:
    """Everything in these files that the laws of SQL forbid, in words."""
    found: list[str] = []
    for file in files:
        if file.module in BEFORE_THE_POOL:
            continue
        found += [f"{file.module}:{line}: {text}" for line, text in _loose_sql(file)]
        for statement in statements(file):
            found += [f"{statement.where}: {text}" for text in _judged(statement)]
    return found


def statements(file: Source) -> list[Statement]:
    """The module-level UPPERCASE constants that are SQL."""
    named = {n: text for n, text in _constants(file).items() if STATEMENT.fullmatch(text)}
    scratch = frozenset(made[1] for text in named.values() if (made := SCRATCH.match(text)))
    return [Statement(f"{file.module}.{n}", file.room, text, scratch) for n, text in named.items()]


def _judged(statement: Statement) -> Iterator[str]:
    if DATABASE_CLOCK.search(statement.bare):
        yield "reads the database's clock; pass the time as a parameter"
    if SESSION_LOCK.search(statement.bare):
        yield "takes a session advisory lock; use a lease"
    for schema in SEQUENCE.findall(statement.sql):
        if schema != statement.room:
            yield f"takes numbers from {schema}'s sequence"
    if SCRATCH.match(statement.sql):
        return
    try:
        parsed = [tree for tree in sqlglot.parse(_plain(statement.sql), read="postgres") if tree]
    except SqlglotError as error:
        yield f"cannot be parsed: {str(error).splitlines()[0]}"
        return
    if len(parsed) != 1:
        yield "is not one statement"
    for tree in parsed:
        yield from _rooms_judged(tree, statement)


def _rooms_judged(tree: exp.Expr, statement: Statement) -> Iterator[str]:
    room = statement.room
    if isinstance(tree, exp.Command | exp.Create | exp.Alter | exp.Drop | exp.TruncateTable):
        yield "is neither a question nor a change of rows (only migrations change the schema)"
        return
    targets = {id(target) for target in _written(tree)}
    in_locks = {id(t) for lock in tree.find_all(exp.Lock) for t in lock.find_all(exp.Table)}
    made_here = {cte.alias for cte in tree.find_all(exp.CTE)} | statement.scratch
    for table in tree.find_all(exp.Table):
        if id(table) in in_locks or (table.name in made_here and not table.db):
            continue
        if not isinstance(table.this, exp.Identifier) and not table.db:
            continue  # unnest(...), generate_series(...)
        if not table.db:
            yield f"names {table.name} without its schema"
        elif id(table) in targets and table.db != room:
            yield f"writes {table.db}.{table.name}; only {table.db} may"
        elif not _may_read(room, table.db):
            yield f"reads {table.db}.{table.name}, which stands above {room}"
    for name in _locked(tree):
        if name.db and name.db != room:
            yield f"locks rows of {name.db}.{name.name}; only {name.db} may"
    for call in tree.find_all(exp.Dot):
        schema = call.this.name if isinstance(call.expression, exp.Func) else ""
        if schema and schema not in (room, "pg_catalog"):
            yield f"calls a function of {schema}"


def _written(tree: exp.Expr) -> Iterator[exp.Table]:
    for node in tree.find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Copy):
        target = node.this.this if isinstance(node.this, exp.Schema) else node.this
        if isinstance(target, exp.Table):
            yield target


def _locked(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables whose rows a SELECT ... FOR UPDATE (or SHARE) locks."""
    for select in tree.find_all(exp.Select):
        for lock in select.args.get("locks") or []:
            here = [t for t in select.find_all(exp.Table) if t.parent_select is select]
            names = {table.name for table in lock.expressions or []}
            in_lock = {id(t) for t in lock.find_all(exp.Table)}
            for table in here:
                if id(table) not in in_lock and (not names or table.alias_or_name in names):
                    yield table


def _may_read(room: str, schema: str) -> bool:
    if schema in ("pg_catalog", "information_schema"):
        return True
    if schema not in LAYERS or room not in LAYERS:
        return False
    return LAYERS.index(schema) >= LAYERS.index(room)


def _plain(sql: str) -> str:
    """psycopg's parameters in PostgreSQL's own spelling."""
    return re.sub(r"%\(\w+\)[sbt]|%[sbt]", "$1", sql).replace("%%", "%")


def _constants(file: Source) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in file.tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
            ) if name.isupper():
                found[name] = text
            case _:
                pass
    return found


def _loose_sql(file: Source) -> Iterator[tuple[int, str]]:
    """SQL that is made at run time, or that is not a constant with a name."""
    for node in file.nodes:
        if isinstance(node, ast.JoinedStr | ast.BinOp) or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("format", "join", "replace")
        ):
            if any(STATEMENT.match(text) for text in _texts(node)):
                yield node.lineno, "puts SQL together at run time"
        elif isinstance(node, ast.Call):
            if complaint := _argument_judged(node, file):
                yield node.lineno, complaint
        elif (
            isinstance(node, ast.ImportFrom)
            and node.module == "psycopg"
            and any(alias.name == "sql" for alias in node.names)
            and not _only_listens(file)
        ):
            yield node.lineno, "imports psycopg.sql, which puts SQL together at run time"


def _only_listens(file: Source) -> bool:
    """LISTEN takes no parameter, so its channel must be put into the text, quoted."""
    composed = [n for n in file.nodes if isinstance(n, ast.Call) and dotted(n.func) == "sql.SQL"]
    return bool(composed) and all(
        isinstance(text, ast.Constant) and str(text.value).startswith("LISTEN ")
        for call in composed
        for text in call.args
    )


def _argument_judged(call: ast.Call, file: Source) -> str | None:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in RUNS_SQL:
        return None
    place = RUNS_SQL[call.func.attr]
    if len(call.args) <= place:
        return None
    match call.args[place]:
        case ast.Constant(value=str(text)) if STATEMENT.fullmatch(text):
            return "runs SQL that has no name; make it a module-level constant"
        case ast.Name(id=name) if _is_connection(call.func.value):
            if name.isupper() or name in _literal_parameters(file):
                return None
            return f"runs {name}, which is no UPPERCASE constant"
        case _:
            return None


def _is_connection(receiver: ast.expr) -> bool:
    return dotted(receiver).split(".")[-1] in ("tx", "connection", "cursor", "conn")


def _literal_parameters(file: Source) -> set[str]:
    """Parameters that are promised to be literal: their callers are judged in their place."""
    return {
        argument.arg
        for node in file.nodes
        if isinstance(node, Function)
        for argument in [*node.args.args, *node.args.kwonlyargs]
        if argument.annotation is not None and dotted(argument.annotation) == "LiteralString"
    }


def _texts(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value
