import enum
from collections import namedtuple
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import Annotated, ClassVar, Generic, Literal, NamedTuple, Optional, TypeVar

import attr
import attrs
import msgspec
from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass
from typing_extensions import NotRequired, Required, TypedDict

T = TypeVar("T")
Name = Annotated[str, msgspec.Meta(max_length=20)]


class Color(enum.Enum):
    RED = 1


@dataclass
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)
    shared: ClassVar[int] = 3
    made: int = field(init=False)
    start: InitVar[int] = 4
    color: Color = Color.RED
    plain = 5


@dataclass
class Later(Point):
    _: KW_ONLY
    w: float
    y: int = field(default=3)


@dataclass
class Line:
    start: Point
    end: Optional[Point] = None
    more: list["Point"] = field(default_factory=list)
    by_name: dict[str, Point] = field(default_factory=dict)


@dataclass
class Box(Generic[T]):
    content: T


@dataclass
class PointBox(Box[Point]):
    size: Literal[1, 2] = 1


@checked_dataclass
class Checked:
    a: int = Field(le=4)
    b: str = Field(default="x", max_length=4)
    c: Annotated[str, Field(max_length=4)] = "y"


@attrs.define
class Bag:
    a: int
    b: str = "x"
    _private: int = 3
    c: str = attrs.field(default="y", validator=attrs.validators.max_len(5))
    d: int = attrs.field(validator=[attrs.validators.le(5), attrs.validators.instance_of(int)], kw_only=True)
    e: str = attrs.field(factory=str, validator=attrs.validators.in_(["a"]))
    f: list = attrs.Factory(list)
    g: int = attrs.field(init=False, default=3)


@attr.s
class OldBag:
    a = attr.ib()
    b = attr.ib(default=3)
    c = attr.ib(factory=list)
    d = 4


@attrs.define
class BigBag(Bag):
    z: int = attrs.field(default=1, alias="zed")


class Order(msgspec.Struct):
    id: int
    name: Name
    note: str = ""
    small: Annotated[int, msgspec.Meta(le=10)] = 1
    renamed: str = msgspec.field(name="newName", default="x")
    many: list[str] = msgspec.field(default_factory=list)
    must: str = msgspec.field(name="mustBe", default="y")
    shared: ClassVar[int] = 3


class Camel(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    first_name: str
    last_name: str
    zip: int = 3


class CamelChild(Camel):
    home_town: str = ""


class Keyword(msgspec.Struct, kw_only=True):
    a: int = 3
    b: str


class Movie(TypedDict):
    name: str
    year: int


class LongMovie(Movie, total=False):
    length: int
    must: Required[str]


class PartMovie(LongMovie):
    part: NotRequired[int]
    last: str


class Pair(NamedTuple):
    left: int
    right: str = "r"


Other = namedtuple("Other", "a b")
