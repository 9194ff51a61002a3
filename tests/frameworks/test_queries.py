import pytest

from tests.schema.reading import schema_of

MODELS = """
    from sqlalchemy import ForeignKey, String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
    class Base(DeclarativeBase): pass
    class Team(Base):
        __tablename__ = "teams"
        id: Mapped[int] = mapped_column(primary_key=True)
        slug: Mapped[str]
    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        mail: Mapped[str] = mapped_column("email", String)
        age: Mapped[int]
        team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
        team: Mapped[Team] = relationship()
"""


def told(files):
    return [
        (each.table, each.kind, each.filters, each.order, each.bounded, each.in_loop)
        for each in schema_of(files).queries
    ]


def sqlalchemy(body):
    head = """
    from sqlalchemy import select, update, delete, func, or_, and_, text, exists
    from sqlalchemy.orm import aliased
    from models import User, Team
    async def work(session, name, query):
"""
    lines = "\n".join("        " + line for line in body.strip().splitlines())
    return told({"models.py": MODELS, "work.py": head + lines})


def test_select_and_query():
    assert sqlalchemy(
        "session.query(User).filter(User.mail == name, User.age > 3).order_by(User.age.desc()).all()"
    ) == [("users", "select", ("email", "age"), ("age",), False, False)]
    assert sqlalchemy(
        "await session.scalar(select(User).where(or_(User.mail.in_(name), User.age == 1)))"
    ) == [("users", "select", ("email", "age"), (), True, False)]
    assert sqlalchemy(
        "return (await session.execute(select(User.mail).filter_by(age=1))).scalars().first()"
    ) == [("users", "select", ("age",), (), True, False)]


def test_what_no_index_helps_is_left_out():
    assert sqlalchemy(
        "session.query(User).filter(User.mail != name, User.mail.ilike(name))"
        ".filter(~(User.age == 1), func.lower(User.mail) == 1).all()"
    ) == [("users", "select", (), (), False, False)]
    assert sqlalchemy("session.query(User).filter(User.mail.like('%x'), User.age == None)[:10]") == [
        ("users", "select", (), (), True, False)
    ]


def test_chains_go_on_through_variables():
    assert sqlalchemy(
        """
statement = select(User)
if name:
    statement = statement.where(User.mail == name)
statement = statement.order_by(User.id)
for user in (await session.execute(statement.limit(3))).scalars():
    print(user)
"""
    ) == [("users", "select", ("email",), ("id",), True, False)]


def test_joins_filters_and_relationships():
    assert sqlalchemy("session.query(User).join(Team).filter(Team.slug == name).filter_by(id=3).all()") == [
        ("teams", "select", ("slug", "id"), (), False, False),
        ("users", "select", (), (), False, False),
    ]
    assert sqlalchemy("session.query(User).filter(User.team == name).all()") == [
        ("users", "select", ("team_id",), (), False, False)
    ]
    assert sqlalchemy("u = aliased(User)\nsession.query(u).filter(u.age == 1).count()") == [
        ("users", "select", ("age",), (), True, False)
    ]


def test_changes_keys_and_loops():
    assert sqlalchemy("session.query(User).filter(User.age == 1).delete()") == [
        ("users", "delete", ("age",), (), True, False)
    ]
    assert sqlalchemy("session.execute(update(User).where(User.age == 1).values(age=2))") == [
        ("users", "update", ("age",), (), True, False)
    ]
    assert sqlalchemy("for each in name:\n    session.get(User, each)") == [
        ("users", "select", ("id",), (), True, True)
    ]


def test_sql_strings():
    assert sqlalchemy(
        "for each in name:\n"
        '    session.execute(text("SELECT * FROM users u WHERE u.email = :m ORDER BY age"))'
    ) == [("users", "select", ("email",), ("age",), False, True)]
    assert sqlalchemy('print("SELECT * FROM users WHERE email = 1")') == []
    assert sqlalchemy(
        'query = "SELECT id FROM users WHERE age = 1 LIMIT 1"\nsession.execute(text(query))'
    ) == [("users", "select", ("age",), (), True, False)]


DJANGO = """
    from django.db import models
    class Team(models.Model):
        slug = models.CharField(max_length=3)
    class User(models.Model):
        mail = models.CharField(max_length=3, db_column="email")
        age = models.IntegerField()
        team = models.ForeignKey(Team, models.CASCADE, related_name="members")
        active = models.Manager()
"""


def django(body):
    head = """
    from django.db.models import Q
    from django.shortcuts import get_object_or_404
    from shop.models import User, Team
    def work(request, name):
"""
    lines = "\n".join("        " + line for line in body.strip().splitlines())
    return told({"shop/__init__.py": "", "shop/models.py": DJANGO, "shop/work.py": head + lines})


def test_django_lookups():
    assert django("User.objects.filter(mail=name, age__gte=1, pk__in=name).order_by('-age')") == [
        ("shop_user", "select", ("email", "age", "id"), ("age",), False, False)
    ]
    assert django("User.active.filter(Q(mail=1) | Q(team=2), ~Q(age=1)).exclude(age=3).first()") == [
        ("shop_user", "select", ("email", "team_id"), (), True, False)
    ]
    assert django("User.objects.filter(mail__icontains=1, age__isnull=True, mail__iexact=name)[:5]") == [
        ("shop_user", "select", (), (), True, False)
    ]


def test_django_relations():
    assert django("User.objects.filter(team__slug=name, team_id=1, team__pk=2)") == [
        ("shop_team", "select", ("slug",), (), False, False),
        ("shop_user", "select", ("team_id",), (), False, False),
    ]
    assert django("Team.objects.filter(members__age__gt=1).exists()") == [
        ("shop_team", "select", (), (), True, False),
        ("shop_user", "select", ("team_id", "age"), (), True, False),
    ]


def test_django_shortcuts_variables_and_changes():
    assert django("get_object_or_404(User.objects.select_related('team'), mail=name)") == [
        ("shop_user", "select", ("email",), (), True, False)
    ]
    assert django("get_object_or_404(User, pk=name)") == [("shop_user", "select", ("id",), (), True, False)]
    assert django("q = User.objects.all()\nif name:\n    q = q.filter(age=1)\nreturn q[:3]") == [
        ("shop_user", "select", ("age",), (), True, False)
    ]
    assert django("for each in name:\n    User.objects.filter(age=each).update(age=1)") == [
        ("shop_user", "update", ("age",), (), True, True)
    ]


def test_tests_are_left_out():
    files = {"shop/__init__.py": "", "shop/models.py": DJANGO}
    files["shop/tests/test_x.py"] = (
        "    from shop.models import User\n    def f():\n        User.objects.get(age=1)\n"
    )
    assert told(files) == []


def shapes(files, *, head=""):
    """The comparisons and the traits of each query on a table of its own."""
    return [
        (
            [(each.column, each.operator, each.wrapped, each.pattern) for each in query.predicates],
            [(each.kind, each.detail) for each in query.traits if each.kind != "alone"],
        )
        for query in schema_of(files).queries
    ]


def of_sqlalchemy(line):
    head = """
    from sqlalchemy import select, update, delete, func, cast, Date, extract
    from models import User, Team
    def work(session, name, start):
        """
    return shapes({"models.py": MODELS, "work.py": head + line})


@pytest.mark.parametrize(
    ("line", "predicates"),
    [
        (
            "session.scalars(select(User).where(func.lower(User.mail) == name))",
            [("email", "=", "lower", None)],
        ),
        ("session.scalars(select(User).where(name == User.mail))", [("email", "=", "", None)]),
        ("session.scalars(select(User).where(User.mail.ilike('%x')))", [("email", "ilike", "", "%x")]),
        (
            "session.scalars(select(User).where(User.mail.ilike(f'%{name}%')))",
            [("email", "ilike", "", "%…%")],
        ),
        ("session.scalars(select(User).where(User.mail.like(name)))", [("email", "like", "", None)]),
        ("session.scalars(select(User).where(User.mail.like('%' + name)))", [("email", "like", "", "%…")]),
        ("session.scalars(select(User).where(User.mail.contains(name)))", [("email", "like", "", "%…%")]),
        ("session.scalars(select(User).where(User.mail.endswith('.org')))", [("email", "like", "", "%.org")]),
        ("session.scalars(select(User).where(User.team.contains(name)))", []),
        ("session.scalars(select(User).where(cast(User.age, Date) == name))", [("age", "=", "cast", None)]),
        ("session.scalars(select(User).where(User.age.cast(Date) == name))", [("age", "=", "cast", None)]),
        (
            "session.scalars(select(User).where(extract('year', User.age) == 1))",
            [("age", "=", "extract", None)],
        ),
        ("session.scalars(select(User).where(User.age >= 3))", [("age", ">=", "", None)]),
        ("session.scalars(select(User).where(3 > User.age))", [("age", "<", "", None)]),
        ("session.scalars(select(User).where(User.age == None))", []),
        ("session.scalars(select(User).where(User.age == User.id))", []),
        ("session.query(User).filter_by(mail=name).all()", [("email", "=", "", None)]),
    ],
)
def test_comparisons_of_sqlalchemy(line, predicates):
    assert of_sqlalchemy(line)[0][0] == predicates


@pytest.mark.parametrize(
    ("line", "traits"),
    [
        ("session.scalars(select(User).limit(5)).all()", [("unordered-limit", "5")]),
        ("session.scalars(select(User).limit(name)).all()", [("unordered-limit", "")]),
        ("session.scalars(select(User).order_by(User.id).limit(5)).all()", []),
        ("session.scalars(select(func.count(User.id)).limit(5)).all()", []),
        ("return select(User).limit(5)", []),
        ("session.scalars(select(User).order_by(User.id).offset(start)).all()", [("offset", "")]),
        ("session.scalars(select(User).order_by(User.id).offset(1)).all()", []),
        ("session.scalars(select(User).order_by(func.random())).all()", [("random-order", "")]),
        ("session.execute(delete(User))", [("unfiltered", "")]),
        ("session.execute(update(User).values(age=1))", [("unfiltered", "")]),
        ("session.execute(delete(User).where(User.id == 1))", []),
        ("session.query(User).delete()", [("unfiltered", "")]),
        ("session.query(User).join(Team).delete()", []),
        ("return delete(User)", []),
    ],
)
def test_traits_of_sqlalchemy(line, traits):
    assert of_sqlalchemy(line)[0][1] == traits


NOTES = """
    from django.db import models
    class Recent(models.Manager):
        def get_queryset(self): return super().get_queryset().order_by("-at")
    class Note(models.Model):
        text = models.CharField(max_length=9)
        tags = models.JSONField()
        at = models.DateTimeField()
        objects = models.Manager()
        recent = Recent()
    class Page(models.Model):
        text = models.CharField(max_length=9)
        class Meta: ordering = ["text"]
"""


def of_django(line):
    head = """
    from shop.models import Note, Page
    from django.db.models import Q
    def work(name, start):
        """
    return shapes({"shop/__init__.py": "", "shop/models.py": NOTES, "shop/work.py": head + line})


@pytest.mark.parametrize(
    ("line", "predicates"),
    [
        ("Note.objects.filter(text=name)", [("text", "=", "", None)]),
        ("Note.objects.filter(text=None)", []),
        ("Note.objects.filter(text__iexact=name)", [("text", "ilike", "", "…")]),
        ("Note.objects.filter(text__icontains='x')", [("text", "ilike", "", "%x%")]),
        ("Note.objects.filter(Q(text__endswith='x'))", [("text", "like", "", "%x")]),
        ("Note.objects.filter(~Q(text='x'))", []),
        ("Note.objects.exclude(text='x')", []),
        ("Note.objects.filter(tags__contains=name)", []),
        ("Note.objects.filter(at__date=name)", [("at", "=", "date", None)]),
        ("Note.objects.filter(at__hour__gte=3)", [("at", ">=", "hour", None)]),
        ("Note.objects.filter(at__year=2024)", []),
        ("Note.objects.filter(at__range=name)", [("at", "between", "", None)]),
    ],
)
def test_comparisons_of_django(line, predicates):
    assert of_django(line)[0][0] == predicates


@pytest.mark.parametrize(
    ("line", "traits"),
    [
        ("return list(Note.objects.all()[:5])", [("unordered-limit", "5")]),
        ("return list(Note.objects.all()[0:name])", [("unordered-limit", "")]),
        ("return list(Note.objects.order_by('at')[:5])", []),
        ("return Note.objects.all()[0]", []),
        ("return Note.objects.all()[:1]", []),
        ("return list(Page.objects.all()[:5])", []),
        ("return list(Note.recent.all()[:5])", []),
        ("return list(Note.objects.order_by('at')[start:start + 5])", [("offset", "")]),
        ("return list(Note.objects.order_by('at')[1:5])", []),
        ("return list(Note.objects.order_by('?'))", [("random-order", "")]),
        ("Note.objects.all().delete()", [("unfiltered", "")]),
        ("Note.objects.update(text='')", [("unfiltered", "")]),
        ("Note.objects.none().delete()", []),
        ("Note.recent.all().delete()", []),
        ("Note.objects.exclude(text='').delete()", []),
    ],
)
def test_traits_of_django(line, traits):
    assert of_django(line)[0][1] == traits
