import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.extract.files import extract
from linter.facts.sql import Action, Column
from linter.finding import Location
from linter.schema.fold import Fold
from linter.schema.spelling import spell

PLACE = Location("m.sql", 1, 1, 1, 2)
KINDS = [
    "create-table",
    "drop-table",
    "rename-table",
    "add-column",
    "drop-column",
    "rename-column",
    "alter-column-type",
    "set-not-null",
    "drop-not-null",
    "set-default",
    "drop-default",
    "add-primary-key",
    "add-foreign-key",
    "add-unique",
    "add-check",
    "add-exclude",
    "drop-constraint",
    "validate-constraint",
    "create-index",
    "drop-index",
    "truncate",
    "other",
    "unheard-of",
]
NAMES = st.sampled_from(["a", "b", "", "a_pkey", "x"])
COLUMNS = st.builds(
    Column,
    NAMES,
    st.just("int"),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none(),
    st.one_of(st.none(), NAMES),
)
FLAGS = st.lists(st.sampled_from(["primary-key", "using-index", "unique", "redefined", "if-not-exists"])).map(
    tuple
)
ACTIONS = st.builds(
    Action, st.sampled_from(KINDS), NAMES, st.lists(COLUMNS, max_size=3).map(tuple), NAMES, NAMES, FLAGS
)


@given(st.lists(ACTIONS, max_size=25))
def test_any_sequence_leaves_tables_that_agree_with_themselves(actions):
    fold = Fold()
    for action in actions:
        before = fold.tables
        kept = dict(before)
        fold.apply(action, PLACE)
        assert before == kept
        assert spell(action)
    for name, table in fold.tables.items():
        assert table.name == name
        assert all(column.name == key for key, column in table.columns.items())


def test_columns_and_indexes_go_together():
    fold = Fold()
    key = Column("id", "int", False, True)
    fold.apply(Action("create-table", "t", (key, Column("a", "int"), Column("b", "int", unique=True))), PLACE)
    fold.apply(Action("create-index", "t", (Column("a", ""), Column("b", "")), "ix"), PLACE)
    fold.apply(Action("create-index", "t", (Column("a", ""),), "part", flags=("partial",)), PLACE)
    assert fold.tables["t"].leads_index("a") and not fold.tables["t"].columns["a"].indexed
    fold.apply(Action("drop-column", "t", (Column("b", ""),)), PLACE)
    assert [index.name for index in fold.tables["t"].indexes] == ["t_pkey", "part"]
    assert not fold.tables["t"].leads_index("a")


def test_renames_move_what_points_there():
    fold = Fold()
    fold.apply(Action("create-table", "a", (Column("id", "int", False, True),)), PLACE)
    fold.apply(Action("create-table", "b", (Column("a_id", "int", references="a"),)), PLACE)
    fold.apply(Action("rename-table", "a", name="c"), PLACE)
    fold.apply(Action("rename-column", "c", (Column("id", ""),), "key"), PLACE)
    assert fold.tables["b"].columns["a_id"].references == "c.key"
    assert fold.tables["c"].primary_key == ("key",)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("CREATE TABLE o (u uuid REFERENCES users (public_id))", "users.public_id"),
        ("CREATE TABLE o (u uuid REFERENCES users)", "users.id"),
        ("CREATE TABLE o (u uuid, FOREIGN KEY (u) REFERENCES users (public_id))", "users.public_id"),
        (
            "CREATE TABLE o (u uuid); ALTER TABLE o ADD FOREIGN KEY (u) REFERENCES users (email)",
            "users.email",
        ),
        ("CREATE TABLE o (); ALTER TABLE o ADD COLUMN u uuid REFERENCES users (email)", "users.email"),
    ],
)
def test_a_foreign_key_points_to_the_column_that_it_names(text, target):
    fold = Fold()
    users = "CREATE TABLE users (id int PRIMARY KEY, public_id uuid UNIQUE, email text UNIQUE);"
    for statement in extract((users + text).encode(), "sql", "postgres").sql:
        for action in statement.actions:
            fold.apply(action, PLACE)
    assert fold.tables["o"].columns["u"].references == target


def folded(text):
    """The tables that a text of SQL leaves behind."""
    fold = Fold()
    for statement in extract(text.encode(), "sql", "postgres").sql:
        for action in statement.actions:
            fold.apply(action, PLACE)
    return fold.tables


@pytest.mark.parametrize(
    ("method", "leads"), [("btree", True), ("gin", False), ("brin", True), ("gist", False)]
)
def test_an_index_leads_by_what_its_method_can_find(method, leads):
    table = folded(f"CREATE TABLE t (a text); CREATE INDEX i ON t USING {method} (a)")["t"]
    assert table.indexes[-1].method == method
    assert table.leads_index("a") is leads


def test_a_table_of_clickhouse_is_not_of_the_schema():
    assert list(folded("CREATE TABLE e (a int) ENGINE = MergeTree ORDER BY a; CREATE TABLE o (a int)")) == [
        "o"
    ]
    assert list(folded("CREATE TABLE e (a int) ENGINE = InnoDB")) == ["e"]


def test_reserved_words_are_quoted_in_spelled_sql() -> None:
    dropped = Action("drop-column", "shop.order", columns=(Column("user", ""),))
    assert spell(dropped) == 'ALTER TABLE shop."order" DROP COLUMN "user"'


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (id int, a int CHECK (a > 0))",
        "CREATE TABLE t (id int); ALTER TABLE t ADD COLUMN a int CHECK (a > 0)",
        "CREATE TABLE t (id int); ALTER TABLE t ADD COLUMN a int CHECK (a > 0);"
        " ALTER TABLE t ADD COLUMN IF NOT EXISTS a int CHECK (a > 0)",
    ],
)
def test_a_check_beside_a_column_belongs_to_the_table(text: str) -> None:
    (check,) = folded(text)["t"].constraints
    assert (check.kind, check.name, check.columns, check.valid) == ("check", "t_a_check", ("a",), True)
