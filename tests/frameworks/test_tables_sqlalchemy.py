import pytest

from tests.schema.reading import schema_of, shape

BASE = """
    from datetime import datetime
    from typing import Annotated, Optional
    from sqlalchemy import *
    from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, func
    from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, declared_attr
    from sqlalchemy.orm import mapped_column, relationship
    class Base(DeclarativeBase):
        pass
"""


def tables(body, **more):
    return schema_of({"models.py": BASE + body, **more}).tables


def test_annotations_give_types_and_nullability():
    found = tables("""
    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(30))
        nick: Mapped[str | None]
        mail: Mapped[Optional[str]] = mapped_column(unique=True)
        since: Mapped[datetime] = mapped_column(index=True)
    """)["users"]
    assert shape(found) == (
        [
            "id integer primary_key",
            "name varchar(30)",
            "nick varchar nullable",
            "mail varchar nullable unique",
            "since timestamp without time zone indexed",
        ],
        ["unique id", "unique mail", "since"],
    )
    assert found.complete and found.model == "models.User" and found.primary_key == ("id",)


def test_an_annotated_alias_carries_its_column():
    found = tables("""
    key = Annotated[int, mapped_column(primary_key=True)]
    class User(Base):
        __tablename__ = "users"
        id: Mapped[key]
    """)["users"]
    assert shape(found)[0] == ["id integer primary_key"]


def test_classic_columns_are_nullable_unless_keys():
    found = tables("""
    class User(Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        city = Column("town", String, nullable=False, index=True)
        age = Column(Integer)
    """)["users"]
    assert shape(found)[0] == [
        "id integer primary_key",
        "town varchar indexed",
        "age integer nullable",
    ]


def test_a_foreign_key_takes_the_type_of_its_target():
    found = tables("""
    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    class Post(Base):
        __tablename__ = "posts"
        id: Mapped[int] = mapped_column(primary_key=True)
        by: Mapped[int] = mapped_column(ForeignKey("users.id"))
        also: Mapped[int] = mapped_column(ForeignKey(User.id))
        author: Mapped["User"] = relationship(foreign_keys=[by])
    """)["posts"]
    assert shape(found)[0][1:] == ["by bigint -> users.id", "also bigint -> users.id"]


def test_table_args_are_read():
    found = tables("""
    class User(Base):
        __tablename__ = "users"
        __table_args__ = (
            UniqueConstraint("a", "b", name="uq"),
            Index("ix", "b", "a", unique=True, postgresql_where=text("a > 1")),
            Index("low", func.lower("a")),
            PrimaryKeyConstraint("a", "c"),
            ForeignKeyConstraint(["b"], ["other.id"]),
            {"schema": "audit"},
        )
        a = Column(Integer)
        b = Column(Integer)
        c = Column(Integer)
    """)["audit.users"]
    assert found.primary_key == ("a", "c")
    assert [(index.name, index.columns, index.unique, index.partial) for index in found.indexes] == [
        ("audit.users_pkey", ("a", "c"), True, False),
        ("uq", ("a", "b"), True, False),
        ("ix", ("b", "a"), True, True),
        ("low", ("lower(a)",), False, False),
    ]
    assert found.columns["b"].references == "other.id"
    assert found.leads_index("a") and not found.leads_index("b") and not found.leads_index("c")


def test_table_args_that_cannot_be_read_make_a_table_incomplete():
    assert not tables("""
    class User(Base):
        __tablename__ = "users"
        __table_args__ = make_args()
        id = Column(Integer, primary_key=True)
    """)["users"].complete


def test_mixins_of_other_modules_give_columns():
    mixins = """
    from sqlalchemy import Column, DateTime, Index
    from sqlalchemy.orm import declared_attr
    class Timed:
        created_at = Column(DateTime(timezone=True), nullable=False)
        @declared_attr
        def owner_id(cls):
            return Column(ForeignKey("users.id"))
        @declared_attr
        def __tablename__(cls):
            return cls.__name__.lower() + "s"
    """
    found = tables(
        """
    from mixins import Timed
    class Order(Timed, Base):
        id = Column(Integer, primary_key=True)
    """,
        **{"mixins.py": mixins},
    )["orders"]
    assert shape(found)[0] == [
        "id integer primary_key",
        "created_at timestamp with time zone",
        "owner_id ? nullable -> users.id",
    ]


def test_a_base_that_cannot_be_read_makes_a_table_incomplete():
    assert not tables("""
    from elsewhere import Mixin
    class User(Mixin, Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
    """)["users"].complete


def test_names_from_code_that_is_not_understood_are_uncertain():
    found = tables("""
    class Named(Base):
        __abstract__ = True
        @declared_attr
        def __tablename__(cls):
            return registry.lookup(cls)
    class LongName(Named):
        id = Column(Integer, primary_key=True)
    """)
    assert list(found) == ["long_name"] and not found["long_name"].complete


def test_single_table_inheritance_extends_the_parents_table():
    found = tables("""
    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
    class Manager(Person):
        budget = Column(Integer)
    class Boss(Person):
        __tablename__ = "bosses"
        id = Column(ForeignKey("people.id"), primary_key=True)
    """)
    assert sorted(found) == ["bosses", "people"]
    assert list(found["people"].columns) == ["id", "budget"]
    assert found["bosses"].columns["id"].references == "people.id"


def test_declarative_base_with_a_class_and_imperative_tables():
    found = schema_of(
        {
            "m.py": """
    from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table
    from sqlalchemy.orm import declarative_base
    class Common:
        id = Column(Integer, primary_key=True)
    Base = declarative_base(cls=Common)
    class A(Base):
        __tablename__ = "a"
    links = Table("links", Base.metadata,
        Column("a_id", ForeignKey("a.id"), primary_key=True),
        Column("n", Integer, index=True))
    Index("late", A.id, unique=True)
    """
        }
    ).tables
    assert [(index.name, index.columns) for index in found["a"].indexes] == [
        ("a_pkey", ("id",)),
        ("late", ("id",)),
    ]
    assert shape(found["links"]) == (
        ["a_id integer primary_key -> a.id", "n integer nullable indexed"],
        ["unique a_id", "n"],
    )


def test_flask_sqlalchemy_names_tables_after_classes():
    found = schema_of(
        {
            "db.py": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n",
            "m.py": """
    from db import db
    class HTTPToken(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        text = db.Column(db.String(5), unique=True)
    """,
        }
    ).tables
    assert list(found) == ["http_token"]
    assert shape(found["http_token"])[0] == ["id integer primary_key", "text varchar(5) nullable unique"]


def test_sqlmodel_fields_are_columns():
    found = schema_of(
        {
            "m.py": """
    import uuid
    from sqlmodel import Field, Relationship, SQLModel
    class UserBase(SQLModel):
        email: str = Field(unique=True, index=True, max_length=255)
        active: bool = True
    class UserCreate(UserBase):
        password: str
    class User(UserBase, table=True):
        id: uuid.UUID = Field(primary_key=True)
        team_id: int | None = Field(default=None, foreign_key="team.id")
        items: list["Item"] = Relationship(back_populates="owner")
    """
        }
    ).tables
    assert list(found) == ["user"]
    assert shape(found["user"])[0] == [
        "id uuid primary_key",
        "team_id integer nullable -> team.id",
        "email varchar(255) unique",
        "active boolean",
    ]


def test_type_decorators_and_partials_are_followed():
    found = tables("""
    import functools
    from sqlalchemy.types import TypeDecorator
    class Json(TypeDecorator):
        impl = Text
    Required = functools.partial(Column, nullable=False)
    def key():
        return Column(Integer, primary_key=True)
    class User(Base):
        __tablename__ = "users"
        id = key()
        data = Required(Json())
    """)["users"]
    assert shape(found)[0] == ["id integer primary_key", "data text"]


@pytest.mark.parametrize(
    "body",
    [
        "class A(B):\n    id = Column(Integer)\nclass B(A):\n    id = Column(Integer)\n",
        "class A(A, Base):\n    __tablename__ = 'a'\n    id = Column(id)\n",
        "class A(Base):\n    __tablename__ = __tablename__\n    id = id\n",
        "x = y\ny = x\nclass A(Base):\n    __tablename__ = x\n    __table_args__ = y\n"
        "    id: Mapped[x] = mapped_column(y)\n",
        "t = (*t, *t)\nclass A(Base):\n    __tablename__ = 'a'\n    __table_args__ = t\n"
        "    id = Column(f(t), *t, **t)\n",
        "def f():\n    return f()\nclass A(Base):\n    __tablename__ = 'a\\n\\x1b[31m'\n    id = f()\n",
    ],
)
def test_circles_and_hostile_names_do_no_harm(body):
    source = (
        "from sqlalchemy import *\nfrom sqlalchemy.orm import *\nclass Base(DeclarativeBase): pass\n" + body
    )
    schema = schema_of({"m.py": source})
    assert isinstance(schema.tables, dict)
    assert isinstance(schema.queries, tuple)
