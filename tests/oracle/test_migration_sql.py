"""What backlint derives from operations equals the SQL that Django and Alembic write for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from linter.backend import Backend
from linter.extract.files import extract
from linter.extract.sql import statements_of
from linter.facts.sql import Action, Column
from linter.link.schema import ProjectSchema
from linter.resolve.project import Project
from tests.schema.real_postgres import server

from . import APPS, TESTS

EVERY = Path(__file__).parent / "every_operation"
LIMIT_SECONDS = 60
Shape = tuple[object, ...]


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("postgres"), 16) as uri:
        yield uri


def asked(module: str, *arguments: str) -> dict[str, object]:
    """What a harness prints."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CLINIC_SECRET_KEY": "for this test only",
        "CLINIC_PAYMENT_SECRET": "for this test only",
    }
    outcome = subprocess.run(
        [sys.executable, "-m", f"oracle.{module}", *arguments],
        cwd=TESTS,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    found: dict[str, object] = json.loads(outcome.stdout)
    return found


def derived(root: Path) -> dict[str, list[Action]]:
    """The actions of each migration below a folder, by its name."""
    files = {}
    for path in sorted(root.rglob("*.py")):
        files[path.relative_to(root).as_posix()] = extract(path.read_bytes(), "python", "postgres")
    schema = ProjectSchema(Backend(Project(files), lambda path: (root / path).read_text()), files, "postgres")
    return {
        each.name: [action for statement in each.statements for action in statement.facts.actions]
        for each in schema.revisions
    }


def parsed(sql: str) -> list[Action]:
    return [action for statement in statements_of(sql) for action in statement.actions]


def shapes(actions: Iterable[Action], keys: Mapping[str, str] | None = None) -> Counter[Shape]:
    """Actions as what counts: without names that are made up, defaults that come and go, and order.

    A key, CHECK or reference that stands in a column's definition is one by itself, as is one of a table.
    `keys` are the primary keys of tables, where they are not called `id`; without them it does not count
    which column a foreign key points to.
    """
    found: Counter[Shape] = Counter()
    tables = set()
    for action in actions:
        columns = tuple(column.name.lower() for column in action.columns)
        kind, table, flags = action.kind, action.table, set(action.flags)
        if kind == "create-table":
            tables.add(table)
            key = tuple(column.name for column in action.columns if column.primary_key)
            found[kind, table, columns, tuple(_type(column.type) for column in action.columns)] += 1
            if key:
                found["add-primary-key", table, key] += 1
            for column in action.columns:
                found.update(_parts(table, column, keys))
        elif kind == "add-column":
            (column,) = action.columns
            found[kind, table, column.name, _type(column.type), column.nullable] += 1
            found.update(_parts(table, column, keys))
            for flag in flags & {"identity", "generated-stored", "check"}:
                found[kind, table, column.name, flag] += 1
        elif kind == "create-index":
            # Django makes a second index of text columns for LIKE; it goes with the first.
            if not action.name.endswith("_like"):
                marks = tuple(sorted(flags & {"unique", "concurrently", "partial", "using-gin"}))
                found[kind, table, _keys(columns), marks] += 1
        elif kind == "drop-index":
            if not action.name.endswith("_like"):
                found[kind, tuple(sorted(flags & {"concurrently"}))] += 1
        elif kind in ("add-foreign-key", "add-unique", "add-primary-key"):
            rest: Shape = ()
            if kind == "add-foreign-key":
                there = _there(action.references, *action.referenced[:1], keys=keys)
                rest = (action.references, there, "not-valid" in flags)
            if kind == "add-primary-key":
                found[kind, table, columns] = 1
            else:
                found[(kind, table, columns, *rest)] += 1
        elif kind in ("add-check", "add-exclude"):
            # The CHECK of a positive number has a made-up name.
            name = "" if action.name.endswith("_check") else action.name
            if action.name:
                found[kind, table, name, "not-valid" in flags] += 1
        elif kind in ("alter-column-type", "set-not-null", "drop-not-null"):
            type_ = _type(action.columns[0].type) if kind == "alter-column-type" else ""
            found[kind, table, columns, type_] += 1
        elif kind in ("drop-constraint", "drop-column", "drop-table"):
            found[kind, table, columns if kind == "drop-column" else ()] += 1
        elif kind in ("rename-table", "rename-column", "validate-constraint"):
            found[kind, table, columns, action.name] += 1
        elif kind == "other" and action.flags[0] in _OTHERS:
            found[_OTHERS[action.flags[0]], action.name if "extension" in action.flags[0] else ""] += 1
    return found


_OTHERS = {
    "comment-on-table": "comment",
    "create-extension": "create-extension",
    "create-collation": "create-collation",
    "drop-collation": "drop-collation",
    "rename-index": "rename-index",
    "alter-index": "rename-index",
}


def _parts(table: str, column: Column, keys: Mapping[str, str] | None) -> Iterator[Shape]:
    if column.unique:
        yield ("add-unique", table, (column.name,))
    if column.references:
        there = _there(column.references, column.referenced, keys=keys)
        yield ("add-foreign-key", table, (column.name,), column.references, there, False)


def _there(table: str, column: str = "", *, keys: Mapping[str, str] | None) -> str:
    """The column that a foreign key points to."""
    return "" if keys is None else column or keys.get(table, "id")


def _keys(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column.replace('"', "").replace("(", " ").replace(")", " ").strip() for column in columns)


def _type(text: str) -> str:
    text = text.replace(", ", ",").replace("serial", "integer").replace("bigintegereger", "bigint")
    return {
        "biginteger": "bigint",
        "timestamptz": "timestamp with time zone",
        "float": "double precision",
    }.get(text, text)


def differences(ours: Counter[Shape], theirs: Counter[Shape]) -> list[str]:
    return sorted(
        [f"only derived: {each}" for each in ours - theirs] + [f"only run: {each}" for each in theirs - ours]
    )


def django_cases() -> list[tuple[str, Path, str]]:
    return [
        ("every operation", EVERY / "django", "project.settings"),
        ("clinic", APPS / "clinic", "clinic.settings"),
    ]


@pytest.mark.parametrize(
    ("root", "settings"), [case[1:] for case in django_cases()], ids=[c[0] for c in django_cases()]
)
def test_django_runs_what_is_derived(root: Path, settings: str, postgres: str) -> None:
    theirs = asked("django_sql", str(root), settings, postgres)
    ours = derived(root)
    assert ours and set(ours) <= set(theirs)
    keys: dict[str, str] = {}
    for name in sorted(ours):
        statements = theirs[name]
        assert isinstance(statements, list)
        sql = "\n".join(each for each in statements if not each.startswith("--"))
        run = parsed(sql)
        keys |= {each.table: column.name for each in run for column in each.columns if column.primary_key}
        keys |= {each.name: keys.get(each.table, "id") for each in run if each.kind == "rename-table"}
        assert differences(shapes(ours[name], keys), shapes(run, keys)) == [], name


def test_every_operation_of_django_is_here() -> None:
    from django.contrib.postgres import operations as postgres_operations
    from django.db.migrations import operations

    text = "".join(path.read_text() for path in (EVERY / "django").rglob("*.py"))
    own = [
        name
        for name, each in vars(postgres_operations).items()
        if isinstance(each, type) and each.__module__ == postgres_operations.__name__
    ]
    names = [*operations.__all__, *own]
    abstract = {"CollationOperation", "NotInTransactionMixin", "AlterIndexTogether"}
    assert [name for name in names if f"{name}(" not in text and name not in abstract] == []


def alembic_cases() -> list[tuple[str, Path]]:
    return [("every operation", EVERY / "alembic"), ("shop", APPS / "shop")]


@pytest.mark.parametrize("root", [case[1] for case in alembic_cases()], ids=[c[0] for c in alembic_cases()])
def test_alembic_runs_what_is_derived(root: Path) -> None:
    pytest.importorskip("alembic")
    paths = sorted(path for path in root.rglob("versions/*.py"))
    theirs = asked("alembic_sql", *(str(path) for path in paths))
    ours = derived(root)
    names = {
        each: next(name for name in ours if f'\nrevision = "{name}"' in Path(each).read_text())
        for each in theirs
    }
    for path, sql in theirs.items():
        assert isinstance(sql, str)
        assert differences(shapes(ours[names[path]]), shapes(parsed(sql))) == [], path


def test_every_operation_of_alembic_is_here() -> None:
    operations = pytest.importorskip("alembic.operations").Operations
    text = (EVERY / "alembic/versions/every.py").read_text()
    # These look something up, run code, or extend Alembic itself.
    others = {"context", "create_module_class_proxy", "f", "get_bind", "implementation_for", "inline_literal"}
    others |= {"invoke", "register_operation", "run_async"}
    names = {name for name in dir(operations) if not name.startswith("_")} - others
    assert [name for name in sorted(names) if f".{name}(" not in text] == []
