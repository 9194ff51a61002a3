"""Tables as backlint reads them equal those that the running frameworks know."""

import pytest

from linter.backend import Backend
from linter.extract.files import extract
from linter.link.schema import ProjectSchema
from linter.resolve.project import Project
from linter.schema.types import parse

from . import APPS, HARNESSES, missing, truth


def schema_of(app):
    root = APPS / app
    files = {}
    for path in sorted(root.rglob("*.py")):
        files[path.relative_to(root).as_posix()] = extract(path.read_bytes(), "python", "postgres")
    return ProjectSchema(Backend(Project(files), lambda path: (root / path).read_text()), files)


@pytest.fixture(scope="module", params=sorted(HARNESSES))
def app(request):
    package = missing(request.param)
    if package is not None:
        pytest.skip(f"{request.param} needs the package {package}, which is not installed (group test-apps)")
    return request.param


@pytest.fixture(scope="module")
def expected(app):
    return {table["name"]: table for table in truth(app)["tables"] if not table["framework_own"]}


@pytest.fixture(scope="module")
def framework_own(app):
    return {table["name"] for table in truth(app)["tables"] if table["framework_own"]}


@pytest.fixture(scope="module")
def schema(app):
    return schema_of(app)


def test_the_models_declare_the_same_tables(schema, expected):
    declared = {name: table for name, table in schema.tables.items() if table.source != "sql"}
    assert sorted(declared) == sorted(expected)
    assert all(table.complete for table in declared.values())


def test_the_columns_are_the_same(schema, expected):
    for name, table in expected.items():
        ours = schema.tables[name]
        assert sorted(ours.columns) == sorted(column["name"] for column in table["columns"]), name
        for column in table["columns"]:
            found = ours.columns[column["name"]]
            theirs = (column["nullable"], column["primary_key"], column["references"], column["type"])
            assert (found.nullable, found.primary_key, found.references, found.type) == theirs, (name, found)


def test_the_indexes_are_the_same(schema, expected):
    for name, table in expected.items():
        ours = schema.tables[name]
        key = tuple(column["name"] for column in table["columns"] if column["primary_key"])
        assert sorted(ours.primary_key) == sorted(key), name
        found = {(index.columns, index.unique) for index in ours.indexes if index.columns != ours.primary_key}
        theirs = {(tuple(index["columns"]), index["unique"]) for index in table["indexes"]}
        assert found == {each for each in theirs if each[0] != ours.primary_key}, name
        for column in table["columns"]:
            assert ours.leads_index(column["name"]) == column["indexed"], (name, column["name"])


def told(table):
    """What counts of columns; SQL has several words for one type."""
    return {
        each.name: (parse(each.type) or each.type, each.nullable, each.references)
        for each in table.columns.values()
    }


def test_the_migrations_leave_the_tables_of_the_models(schema, expected, framework_own):
    if not schema.migrations:
        assert not schema.migrated
        return
    migrated = {name: table for name, table in schema.migrated.items() if name not in framework_own}
    assert sorted(migrated) == sorted(expected)
    for name, table in migrated.items():
        model = schema.tables[name]
        assert told(table) == told(model), name
        assert table.primary_key == model.primary_key, name
        # A partial index may be made by SQL of a migration alone.
        migrated = {(each.columns, each.unique) for each in table.indexes if not each.partial}
        assert migrated == {(each.columns, each.unique) for each in model.indexes if not each.partial}, name
