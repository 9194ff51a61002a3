import pytest

from linter.backend import Verdict
from tests.schema.reading import schema_of, shape

HEAD = "    import sqlalchemy as sa\n    from alembic import op\n"


def revision(name, before, body):
    down = repr(before)
    return f"{HEAD}    revision = {name!r}\n    down_revision = {down}\n{body}"


def statements(body, *earlier):
    files = {f"versions/{number}.py": text for number, text in enumerate(earlier)}
    files["versions/last.py"] = revision("z", None if not earlier else "a", body)
    return schema_of(files)


CREATE = revision(
    "a",
    None,
    """
    def upgrade():
        op.create_table(
            "users",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("mail", sa.String(40), nullable=True),
            sa.Column("team_id", sa.Integer(), sa.ForeignKey("teams.id"), index=True),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("mail", name="uq_mail"),
        )
    def downgrade():
        op.drop_table("users")
    """,
)


def actions(schema, path="versions/last.py"):
    return [
        (
            action.kind,
            action.table,
            tuple(column.name for column in action.columns),
            action.name,
            action.flags,
        )
        for statement in schema.statements
        if statement.location.path == path
        for action in statement.facts.actions
    ]


def test_operations_become_actions():
    schema = statements(
        """
    def upgrade():
        op.add_column("users", sa.Column("age", sa.Integer(), server_default="0", nullable=False))
        op.alter_column("users", "mail", type_=sa.Text(), nullable=False, new_column_name="email")
        op.create_index(op.f("ix_age"), "users", ["age"], unique=True, postgresql_concurrently=True)
        op.create_foreign_key("fk", "users", "teams", ["team_id"], ["id"], postgresql_not_valid=True)
        op.drop_constraint("uq_mail", "users", type_="unique")
        op.drop_column("users", "age")
        op.rename_table("users", "people")
    """,
        CREATE,
    )
    assert actions(schema) == [
        ("add-column", "users", ("age",), "", ()),
        ("alter-column-type", "users", ("mail",), "", ()),
        ("set-not-null", "users", ("mail",), "", ()),
        ("rename-column", "users", ("mail",), "email", ()),
        ("create-index", "users", ("age",), "ix_age", ("unique", "concurrently")),
        ("add-foreign-key", "users", ("team_id",), "fk", ("not-valid",)),
        ("drop-constraint", "users", (), "uq_mail", ()),
        ("drop-column", "users", ("age",), "", ()),
        ("rename-table", "users", (), "people", ()),
    ]
    assert shape(schema.tables["people"]) == (
        ["id integer primary_key", "email text", "team_id integer nullable indexed -> teams.id"],
        ["unique id", "team_id"],
    )


def test_the_schema_before_and_what_was_created():
    schema = statements(
        """
    def upgrade():
        op.create_table("teams", sa.Column("id", sa.Integer(), primary_key=True))
        op.create_index("ix", "teams", ["id"])
        op.drop_table("users")
    """,
        CREATE,
    )
    last = [each for each in schema.statements if each.location.path == "versions/last.py"]
    assert [sorted(each.schema) for each in last] == [["users"], ["teams", "users"], ["teams", "users"]]
    assert [sorted(each.created) for each in last] == [[], ["teams"], ["teams"]]
    assert all(each.origin == "alembic" and each.migration == "versions/last.py" for each in last)
    assert last[1].facts.text == "CREATE INDEX ix ON teams (id)"
    assert last[1].location.line == 8
    assert schema.migrations == ("versions/0.py", "versions/last.py")


def test_batches_transactions_and_sql():
    schema = statements(
        """
    STATEMENT = "UPDATE users SET mail = 'x'"
    def upgrade():
        with op.batch_alter_table("users", schema=None) as batch_op:
            batch_op.add_column(sa.Column("x", sa.Boolean()))
            batch_op.create_unique_constraint("uq", ["x", "mail"])
            batch_op.create_foreign_key("fk", "teams", ["team_id"], ["id"])
            batch_op.alter_column("mail", existing_type=sa.String(), nullable=False)
            batch_op.drop_index("ix_users_team_id")
        with op.get_context().autocommit_block():
            op.create_index("ix", "users", ["mail"], postgresql_concurrently=True)
            op.execute("CREATE INDEX CONCURRENTLY other ON users (x)")
        op.execute(STATEMENT)
        op.get_bind().execute(sa.text("DELETE FROM users WHERE mail IS NULL"))
    def downgrade():
        op.execute("DROP INDEX other")
    """,
        CREATE,
    )
    last = [each for each in schema.statements if each.location.path == "versions/last.py"]
    by_text = {each.facts.text: each.in_transaction for each in last}
    assert by_text["CREATE INDEX CONCURRENTLY other ON users (x)"] is Verdict.NO
    assert by_text["CREATE INDEX CONCURRENTLY ix ON users (mail)"] is Verdict.NO
    assert by_text["UPDATE users SET mail = 'x'"] is Verdict.YES
    assert "DELETE FROM users WHERE mail IS NULL" in by_text
    assert not any("DROP INDEX other" in text for text in by_text)
    assert actions(schema)[:5] == [
        ("add-column", "users", ("x",), "", ()),
        ("add-unique", "users", ("x", "mail"), "uq", ()),
        ("add-foreign-key", "users", ("team_id",), "fk", ()),
        ("set-not-null", "users", ("mail",), "", ()),
        ("drop-index", "users", (), "ix_users_team_id", ()),
    ]


def test_helpers_and_loops_over_constants_are_followed():
    schema = statements("""
    TABLES = ["a", "b"]
    def add(table, name="x"):
        op.add_column(table, sa.Column(name, sa.Integer()))
    def upgrade():
        for table in TABLES:
            add(table)
            op.drop_index(f"ix_{table}", table_name=table)
        add("c", name="y")
    """)
    assert sorted(each[:4] for each in actions(schema)) == [
        ("add-column", "a", ("x",), ""),
        ("add-column", "b", ("x",), ""),
        ("add-column", "c", ("y",), ""),
        ("drop-index", "a", (), "ix_a"),
        ("drop-index", "b", (), "ix_b"),
    ]


def test_branches_and_circles_keep_an_order():
    files = {
        "v/1.py": revision("one", None, "    def upgrade():\n        op.drop_table('t1')\n"),
        "v/2.py": revision("two", "one", "    def upgrade():\n        op.drop_table('t2')\n"),
        "v/0.py": revision("merge", ("two", "three"), "    def upgrade():\n        op.drop_table('t0')\n"),
        "v/3.py": revision("three", "one", "    def upgrade():\n        op.drop_table('t3')\n"),
        "v/x.py": revision("x", "y", "    def upgrade():\n        op.drop_table('x')\n"),
        "v/y.py": revision("y", "x", "    def upgrade():\n        upgrade()\n"),
    }
    assert len(schema_of(files).statements) == 5


def test_a_revision_of_two_environments_is_two() -> None:
    schema = schema_of(
        {
            "core/versions/a.py": CREATE,
            "core/versions/b.py": revision(
                "b", "a", "\n    def upgrade():\n        op.drop_table('users')\n"
            ),
            "tenant/versions/a.py": CREATE,
            "tenant/versions/c.py": revision(
                "c", "a", "\n    def upgrade():\n        op.drop_column('users', 'mail')\n"
            ),
        }
    )
    assert len({each.history for each in schema.revisions}) == 2
    assert "users" in schema.migrated


ENVIRONMENT = """
    from alembic import context

    def run_migrations_online():
        context.configure(connection=connect(){})
        with context.begin_transaction():
            context.run_migrations()
"""


@pytest.mark.parametrize(
    ("options", "shares", "inside"),
    [
        ("", Verdict.YES, Verdict.YES),
        (", transaction_per_migration=False", Verdict.YES, Verdict.YES),
        (", transaction_per_migration=True", Verdict.NO, Verdict.YES),
        (", transaction_per_migration=chosen()", Verdict.UNKNOWN, Verdict.YES),
        (", **chosen()", Verdict.UNKNOWN, Verdict.YES),
        (", transactional_ddl=False", Verdict.YES, Verdict.NO),
    ],
)
def test_the_environment_says_which_revisions_share_a_transaction(options, shares, inside):
    found = schema_of({"db/env.py": ENVIRONMENT.format(options), "db/versions/a.py": CREATE})
    (revision,) = [each for each in found.revisions if each.name == "a"]
    assert (revision.shares, {each.in_transaction for each in revision.changes}) == (shares, {inside})


def test_revisions_without_a_readable_environment_may_share_a_transaction():
    found = schema_of({"other/env.py": ENVIRONMENT.format(""), "db/versions/a.py": CREATE})
    assert [each.shares for each in found.revisions] == [Verdict.UNKNOWN]
