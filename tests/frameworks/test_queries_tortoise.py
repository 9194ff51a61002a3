"""Queries of Tortoise, held against the SQL that Tortoise itself writes for them."""

import asyncio
import sys
import types

import pytest

from linter.extract.sql import statements_of
from tests.schema.reading import schema_of

pytest.importorskip("tortoise")
pytest.importorskip("aiosqlite")

MODELS = """
from tortoise import fields
from tortoise.manager import Manager
from tortoise.models import Model


class Team(Model):
    slug = fields.CharField(max_length=9)
    lead = fields.ForeignKeyField("models.User", null=True, related_name="leads")

    class Meta:
        ordering = ["slug"]


class User(Model):
    mail = fields.CharField(max_length=40, source_field="email")
    age = fields.IntField()
    born = fields.DatetimeField(null=True)
    note = fields.TextField(null=True)
    team = fields.ForeignKeyField("models.Team", related_name="members")
    friends = fields.ManyToManyField("models.User", related_name="befriended")


class Active(Manager):
    def get_queryset(self):
        return super().get_queryset().filter(gone=False)


class Member(Model):
    gone = fields.BooleanField(default=False)
    user = fields.ForeignKeyField("models.User", null=True)

    class Meta:
        manager = Active()
"""
HEAD = """
from tortoise.expressions import Q, Subquery
from models import Member, Team, User


async def work(name, ids):
"""


def told(line):
    return schema_of({"models.py": MODELS, "work.py": HEAD + f"    {line}\n"}).queries


SPELLED = [
    "User.filter(mail=name, age__gte=1, pk__in=[1, 2]).order_by('-age')",
    "User.filter(Q(mail='a') | Q(team_id=2)).exclude(age=3).first()",
    "User.filter(team=2, age__range=(1, 2), note__isnull=True)",
    "User.filter(mail__startswith='a', note__endswith='b', note__contains='c')",
    "User.filter(born__gt='2024-01-01', team__slug='a')",
    "User.get(id=3)",
    "User.get_or_none(mail='a').only('mail')",
    "User.exclude(age=3)",
    "User.all().offset(5).limit(10)",
    "Team.filter(members__age__lt=3).distinct()",
    "User.filter(team__lead__mail='a').count()",
    "User.filter(team_id=3).delete()",
    "User.filter(mail='a').update(age=3)",
    "User.filter(age=3).exists()",
    "Team.all().values_list('slug', flat=True)",
]


@pytest.fixture(scope="module")
def sql():
    """What Tortoise writes for each of the lines."""
    module = types.ModuleType("models")
    sys.modules["models"] = module
    names = {"name": "x", "ids": [1]}

    async def ask():
        from tortoise import Tortoise

        exec(MODELS, vars(module))
        await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["models"]})
        try:
            exec(HEAD.partition("\n\n")[0], names)
            return {line: eval(line, names).sql(params_inline=True) for line in SPELLED}
        finally:
            await Tortoise.close_connections()

    try:
        yield asyncio.run(asyncio.wait_for(ask(), 20))
    finally:
        del sys.modules["models"]


@pytest.mark.parametrize("line", SPELLED)
def test_comparisons_are_those_of_the_sql(line, sql):
    theirs = [each for statement in statements_of(sql[line], "sqlite") for each in statement.predicates]
    joined = {("id", "="), ("team_id", "="), ("lead_id", "=")} if "JOIN" in sql[line] else set()
    negated = {"User.exclude(age=3)", SPELLED[1]}
    words = {"escape": "like"}
    expected = {(each.column, words.get(each.operator, each.operator)) for each in theirs}
    ours = {(each.column, each.operator) for query in told(line) for each in query.predicates}
    assert ours <= expected
    assert {each for each in expected - ours if each[1] not in ("!=", "<>")} <= joined, sql[line]
    assert line in negated or len(ours) == len(expected - joined), sql[line]


@pytest.mark.parametrize("line", SPELLED)
def test_kinds_are_those_of_the_sql(line, sql):
    (statement,) = statements_of(sql[line], "sqlite")
    assert {query.kind for query in told(line) if query.table in statement.tables} >= {statement.kind}


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("User.filter(mail=name, age__gte=1)", ("user", ("email", "age"), False)),
        ("User.filter(team__id=name)", ("user", ("team_id",), False)),
        ("User.filter(mail__icontains='a', age__not=3)", ("user", (), False)),
        ("User.get_or_create(mail=name, defaults={'age': 3})", ("user", ("email",), True)),
        ("User.filter(age=1).limit(3)", ("user", ("age",), True)),
        ("User.filter(age=1)[:3]", ("user", ("age",), True)),
        ("User.exists(age=1, using_db=name)", ("user", ("age",), True)),
    ],
)
def test_filters(line, shape):
    (query,) = told(line)
    assert (query.table, query.filters, query.bounded) == shape


@pytest.mark.parametrize(
    ("line", "traits"),
    [
        ("User.all().delete()", [("unfiltered", "user", "", "")]),
        ("User.all().update(age=3)", [("unfiltered", "user", "", "")]),
        ("Member.all().delete()", []),
        ("User.filter(age=3).delete()", []),
        ("User.all().offset(name).limit(20)", [("offset", "", "", ""), ("unordered-limit", "", "", "20")]),
        ("User.all().order_by('age').limit(20)", []),
        ("Team.all().limit(20)", []),
        ("User.exclude(age=3)", [("negated", "user", "age", "exclude()")]),
        ("User.exclude(age=3).get_or_none(mail=name)", []),
        (
            "User.exclude(id__in=Subquery(Team.all().values('lead_id')))",
            [("not-in-query", "team", "lead_id", "")],
        ),
        (
            "User.filter(id__not_in=Subquery(Team.filter(slug=name).values_list('lead', flat=True)))",
            [("not-in-query", "team", "lead_id", "")],
        ),
        ("User.exclude(id__in=Subquery(Team.filter(lead__not_isnull=True).values('lead_id')))", []),
        ("User.exclude(id__in=Subquery(Member.all().values('user_id')))", []),
    ],
)
def test_traits(line, traits):
    outer = next(query for query in told(line) if query.location.column == 5)
    found = [(each.kind, each.table, each.column, each.detail) for each in outer.traits]
    assert [each for each in found if each[0] != "negated" or each in traits] == traits


def test_what_is_no_query_of_tortoise():
    assert told("name.filter(age=1)") == ()
    assert told("{}.get('a')") == ()
    own = "\n\nclass Kept(Model):\n    @classmethod\n    def filter(cls, age):\n        return []\n"
    files = {
        "models.py": MODELS + own,
        "work.py": "from models import Kept\ndef f():\n    Kept.filter(age=3)\n",
    }
    assert schema_of(files).queries == ()
