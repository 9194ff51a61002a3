from linter.backend import Verdict
from tests.schema.reading import schema_of, shape

HEAD = "    from django.conf import settings\n    from django.db import migrations, models\n"


def migration(operations, dependencies=(), extra=""):
    lines = "\n".join(f"            {line}" for line in operations.strip().splitlines())
    return f"""{HEAD}
    class Migration(migrations.Migration):
        {extra or "initial = True"}
        dependencies = {list(dependencies)!r}
        operations = [
{lines}
        ]
    """


FIRST = migration("""
migrations.CreateModel(
    name="Team",
    fields=[("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=9))],
),
migrations.CreateModel(
    name="User",
    fields=[
        ("id", models.BigAutoField(primary_key=True)),
        ("mail", models.CharField(max_length=40, unique=True)),
        ("age", models.IntegerField(null=True)),
        ("team", models.ForeignKey(on_delete=models.CASCADE, to="shop.team")),
        ("friends", models.ManyToManyField(to="shop.Team")),
    ],
    options={"unique_together": {("mail", "team")}},
),
""")


def schema(operations, extra=""):
    return schema_of(
        {
            "shop/__init__.py": "",
            "shop/migrations/__init__.py": "",
            "shop/migrations/0001_initial.py": FIRST,
            "shop/migrations/0002_next.py": migration(operations, [("shop", "0001_initial")], extra),
        }
    )


def actions(found):
    return [
        (action.kind, action.table, tuple(column.name for column in action.columns), action.flags)
        for statement in found.statements
        if statement.location.path == "shop/migrations/0002_next.py"
        for action in statement.facts.actions
    ]


def test_the_first_migration_makes_the_tables():
    found = schema("")
    assert shape(found.tables["shop_user"]) == (
        [
            "id bigint primary_key",
            "mail varchar(40) unique",
            "age integer nullable",
            "team_id bigint indexed -> shop_team.id",
        ],
        ["unique id", "unique mail", "team_id", "unique mail, team_id"],
    )
    assert list(found.tables["shop_user_friends"].columns) == ["id", "user_id", "team_id"]


def test_operations_become_actions():
    found = schema(
        """
migrations.AddField("user", "note", models.TextField(default="")),
migrations.AlterField("user", "mail", models.CharField(max_length=80, null=True)),
migrations.AlterField("user", "age", models.IntegerField(db_index=True)),
migrations.RenameField("user", "age", "years"),
migrations.AddIndex("user", models.Index(fields=["-note", "team"], name="ix")),
migrations.AddConstraint("user", models.UniqueConstraint(fields=["note"], name="uq")),
migrations.AddConstraint("user", models.CheckConstraint(check=models.Q(years__gt=1), name="ck")),
migrations.AlterUniqueTogether("user", set()),
migrations.RemoveConstraint("user", "uq"),
migrations.RemoveField("user", "note"),
migrations.RenameModel("Team", "Squad"),
migrations.AlterModelTable("user", "people"),
migrations.DeleteModel("Squad"),
"""
    )
    assert actions(found) == [
        ("add-column", "shop_user", ("note",), ("default-not-kept",)),
        ("alter-column-type", "shop_user", ("mail",), ()),
        ("drop-not-null", "shop_user", ("mail",), ()),
        ("drop-constraint", "shop_user", ("mail",), ()),
        ("set-not-null", "shop_user", ("age",), ()),
        ("create-index", "shop_user", ("age",), ()),
        ("rename-column", "shop_user", ("age",), ()),
        ("create-index", "shop_user", ("note", "team_id"), ()),
        ("add-unique", "shop_user", ("note",), ()),
        ("add-check", "shop_user", ("years",), ()),
        ("drop-constraint", "shop_user", ("mail", "team_id"), ()),
        ("drop-constraint", "shop_user", (), ()),
        ("drop-column", "shop_user", ("note",), ("cascade",)),
        ("rename-table", "shop_team", (), ()),
        ("drop-constraint", "shop_user", (), ()),
        ("add-foreign-key", "shop_user", ("team_id",), ()),
        ("rename-column", "shop_user_friends", ("team_id",), ()),
        ("drop-constraint", "shop_user_friends", (), ()),
        ("add-foreign-key", "shop_user_friends", ("squad_id",), ()),
        ("rename-table", "shop_user", (), ()),
        ("rename-table", "shop_user_friends", (), ()),
        ("drop-table", "shop_squad", (), ("cascade",)),
    ]
    assert shape(found.tables["people"]) == (
        [
            "id bigint primary_key",
            "mail varchar(80) nullable",
            "years integer indexed",
            "team_id bigint indexed -> shop_squad.id",
        ],
        ["unique id", "team_id", "years"],
    )


def test_transactions_and_concurrent_indexes():
    found = schema(
        """
AddIndexConcurrently("user", models.Index(fields=["age"], name="ix")),
migrations.RunPython(forwards),
""",
        extra="atomic = False",
    )
    last = [each for each in found.statements if each.location.path.endswith("0002_next.py")]
    assert all(each.in_transaction is Verdict.NO and each.origin == "django" for each in last)
    assert [each.facts.kind for each in last][-1] == "python"


def test_run_sql_goes_up_only():
    found = schema(
        """
migrations.RunSQL("ALTER TABLE shop_user ADD COLUMN x integer", "ALTER TABLE shop_user DROP COLUMN x"),
migrations.RunSQL(
    sql=["UPDATE shop_user SET age = 1", ("DELETE FROM shop_team WHERE id = %s", [1])], reverse_sql=""
),
"""
    )
    texts = [each.facts.text for each in found.statements if each.location.path.endswith("0002_next.py")]
    assert texts == [
        "ALTER TABLE shop_user ADD COLUMN x integer",
        "UPDATE shop_user SET age = 1",
        "DELETE FROM shop_team WHERE id = %s",
    ]
    assert "x" in found.tables["shop_user"].columns


def test_state_and_database_are_apart():
    found = schema(
        """
migrations.SeparateDatabaseAndState(
    state_operations=[migrations.RemoveField("user", "age")],
    database_operations=[migrations.RunSQL("DROP INDEX shop_user_age")],
),
migrations.AddField("user", "age", models.TextField(null=True)),
"""
    )
    assert [each[0] for each in actions(found)] == ["drop-index", "add-column"]


def test_squashed_migrations_are_not_run_twice():
    files = {
        "shop/__init__.py": "",
        "shop/migrations/0001_initial.py": FIRST,
        "shop/migrations/0001_squashed.py": FIRST.replace(
            "initial = True", "replaces = [('shop', '0001_initial')]"
        ),
        "shop/migrations/0002_next.py": migration(
            'migrations.DeleteModel("User"),', [("shop", "0001_squashed")]
        ),
    }
    found = schema_of(files)
    assert sorted(found.tables) == ["shop_team"]
    assert found.migrations == ("shop/migrations/0001_initial.py", "shop/migrations/0002_next.py")


def test_a_foreign_key_may_point_to_another_field():
    found = schema(
        """
migrations.AddField("team", "code", models.CharField(max_length=3, unique=True)),
migrations.AddField("user", "home", models.ForeignKey("shop.team", 1, to_field="code", null=True)),
migrations.RenameField("team", "code", "letters"),
migrations.AlterField("team", "letters", models.CharField(max_length=5, unique=True)),
migrations.RenameModel("Team", "Squad"),
"""
    )
    home = found.tables["shop_user"].columns["home_id"]
    assert (home.type, home.references) == ("varchar(5)", "shop_squad.letters")
    assert "REFERENCES shop_team (code)" in next(
        each.facts.text for each in found.statements if "home_id" in each.facts.text
    )
