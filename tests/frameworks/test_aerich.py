"""Migrations that Aerich writes, as part of the timeline."""

import pytest

from tests.schema.reading import schema_of, shape

MODELS = """
from tortoise import fields
from tortoise.models import Model
"""


def version(up, down='"""DROP TABLE "t";"""', *, head="", annotation="BaseDBAsyncClient"):
    return (
        f"from tortoise import BaseDBAsyncClient\n{head}\n\n"
        f"async def upgrade(db: {annotation}) -> str:\n    return {up}\n\n\n"
        f"async def downgrade(db: {annotation}) -> str:\n    return {down}\n"
    )


FIRST = version('"""CREATE TABLE "t" ("id" SERIAL NOT NULL PRIMARY KEY, "age" INT);"""', '""')
SECOND = version('"""ALTER TABLE "t" ADD "name" VARCHAR(9);\n    CREATE INDEX "ix" ON "t" ("name");"""')
TENTH = version(
    '"""CREATE INDEX CONCURRENTLY "iy" ON "t" ("age");"""',
    '"""DROP INDEX "iy";"""',
    head="RUN_IN_TRANSACTION = False",
)


def schema(**files):
    found = {f"migrations/models/{name[1:]}.py": text for name, text in files.items()}
    return schema_of({"models.py": MODELS, **found})


def test_versions_run_in_the_order_of_their_numbers():
    found = schema(_0_init=FIRST, _10_later=TENTH, _2_name=SECOND)
    names = [each.path.rpartition("/")[2] for each in found.revisions]
    assert names == ["0_init.py", "10_later.py", "2_name.py"]
    later = next(each for each in found.statements if "CONCURRENTLY" in each.facts.text)
    assert "name" in later.schema["t"].columns
    assert shape(found.tables["t"]) == (
        ["id serial primary_key", "age int nullable indexed", "name varchar(9) nullable indexed"],
        ["unique id", "name", "age"],
    )


def test_what_is_known_of_a_version():
    found = {
        each.path.rpartition("/")[2]: each
        for each in schema(_0_init=FIRST, _1_x=SECOND, _2_y=TENTH).revisions
    }
    assert [found[name].fresh for name in sorted(found)] == [True, False, False]
    statements = {name: each.statements for name, each in found.items()}
    told = {name: {each.in_transaction.name for each in own} for name, own in statements.items()}
    assert told == {"0_init.py": {"YES"}, "1_x.py": {"YES"}, "2_y.py": {"NO"}}
    undone = {name: {each.reversible.name for each in own} for name, own in statements.items()}
    assert undone == {"0_init.py": {"NO"}, "1_x.py": {"YES"}, "2_y.py": {"YES"}}
    second = statements["1_x.py"][1]
    assert (second.location.line, second.location.column, second.derived) == (6, 5, False)


@pytest.mark.parametrize(
    "text",
    [
        version('"""DROP TABLE "t";"""', annotation="int"),
        'async def upgrade():\n    return """DROP TABLE "t";"""\n',
        version('"""DROP TABLE "t";"""').replace("upgrade", "forward"),
    ],
)
def test_other_functions_are_no_versions(text):
    assert schema(_1_other=text).revisions == ()


def test_a_text_may_have_a_name_or_be_handed_to_the_client():
    named = version("SQL", head='SQL = """CREATE TABLE "t" ("id" INT);"""')
    run = """await db.execute_script('ALTER TABLE "t" ADD "x" INT')"""
    handed = version('""').replace('return ""', f"{run}\n    return ''", 1)
    assert list(schema(_0_a=named, _1_b=handed).tables["t"].columns) == ["id", "x"]


def test_folders_are_histories_of_their_own():
    files = {
        "models.py": MODELS,
        "a/0_x.py": FIRST,
        "b/0_x.py": version('"""CREATE TABLE "u" ("id" INT);"""'),
    }
    assert sorted(schema_of(files).migrated) == ["t", "u"]


def test_the_table_of_aerich_is_none_of_the_project():
    own = version('"""CREATE TABLE "aerich" ("id" SERIAL PRIMARY KEY, "version" TEXT, "app" TEXT);"""')
    assert list(schema(_0_a=own).tables) == []


def test_a_number_that_never_ends_does_no_harm():
    assert schema_of({"models.py": MODELS, f"m/{'9' * 5000}_x.py": FIRST}).revisions == ()
