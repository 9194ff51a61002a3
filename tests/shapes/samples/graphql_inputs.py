"""Input objects of Strawberry and Graphene."""

import datetime
import decimal
import enum
import uuid
from typing import Annotated

import graphene
import strawberry
from graphene import relay


@strawberry.enum
class Season(enum.Enum):
    SPRING = "spring"
    AUTUMN = "autumn"


@strawberry.input
class Base:
    key: uuid.UUID
    note: str | None = None


@strawberry.input(name="Inside")
class Inner:
    count: int
    weight: float = 1.0


@strawberry.input
class Outer(Base):
    text: str
    number: strawberry.ID
    amount: decimal.Decimal
    day: datetime.date | None
    season: Season = Season.SPRING
    tags: list[str] = strawberry.field(default_factory=list)
    counts: list[int] = strawberry.field(default_factory=list)
    inner: Inner | None = strawberry.UNSET
    inners: list[Inner] = strawberry.field(default_factory=list)
    renamed_one: str = strawberry.field(name="other", default="x")
    marked: Annotated[str, strawberry.argument(description="Marked.")] = ""
    maybe: strawberry.Maybe[str]


class Shelf(graphene.Enum):
    FICTION = 1
    SCIENCE = 2


class Years(graphene.InputObjectType):
    first = graphene.Int(required=True)
    last = graphene.NonNull(graphene.Int)


class Book(Years):
    class Meta:
        name = "BookInput"

    title = graphene.String(required=True)
    price = graphene.Decimal()
    day = graphene.Date()
    shelf = graphene.Field(Shelf)
    direct_shelf = Shelf(required=True)
    years = graphene.InputField(lambda: Years)
    all_years = graphene.List(graphene.NonNull(Years), required=True)
    tags = graphene.List(graphene.String)
    copies = graphene.Int(required=True, default_value=1)
    renamed_one = graphene.ID(name="other")


class Lend(relay.ClientIDMutation):
    class Input:
        book_id = graphene.ID(required=True)
        days = graphene.Int()

    ok = graphene.Boolean()

    @classmethod
    def mutate_and_get_payload(cls, root, info, book_id, days=None):
        return cls(ok=True)
