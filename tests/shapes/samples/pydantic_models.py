import datetime
import enum
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Generic, Literal, NewType, Optional, TypeVar, Union

from annotated_types import Ge, Le, Len, MaxLen
from pydantic import (
    AfterValidator,
    AliasChoices,
    AnyUrl,
    BaseModel,
    ConfigDict,
    Discriminator,
    EmailStr,
    Field,
    HttpUrl,
    JsonValue,
    NegativeInt,
    PositiveInt,
    PrivateAttr,
    RootModel,
    SecretStr,
    StringConstraints,
    Tag,
    computed_field,
    conint,
    conlist,
    constr,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

T = TypeVar("T")
K = TypeVar("K", bound=int)
Code = NewType("Code", str)
Name = Annotated[str, StringConstraints(max_length=40)]
Quantity = Annotated[int, Ge(1), Le(100)]
Slug = constr(pattern=r"^[a-z-]{1,30}$")
LIMIT = 12


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Plain(BaseModel):
    a: int
    b: str = "x"
    c: Optional[str]
    d: str | None = None
    e: bool = False
    f: float
    g: bytes
    h: Any


class Closed(BaseModel):
    when: datetime.datetime
    day: datetime.date
    id: uuid.UUID
    color: Color
    kind: Literal["a", "b"]
    mail: EmailStr
    flag: bool
    span: datetime.timedelta
    maybe: Optional[Color] = None


class Bounded(BaseModel):
    a: int = Field(le=5)
    b: int = Field(ge=5)
    c: str = Field(max_length=5)
    d: str = Field(min_length=5)
    e: int = Field(lt=5, default=3)
    f: str = Field("x", max_length=LIMIT)
    g: Decimal = Field(max_digits=5, decimal_places=2)
    h: str = Field(..., max_length=9)
    i: str | None = Field(default=None, max_length=9)
    j: list[str] = Field(max_length=3)
    k: list[Name] = Field(max_length=3)
    few: list[Quantity]
    m: str = Field(default_factory=str, max_length=None)
    n: dict[str, int]
    o: tuple[int, Name]
    p: tuple[Quantity, Name]


class WithAnnotated(BaseModel):
    a: Annotated[str, Field(max_length=5)]
    b: Annotated[str, Field(min_length=5)] = "hello"
    c: Name
    d: Name | None = None
    e: Quantity
    f: Annotated[Name, Field(description="deep")]
    g: Annotated[str, MaxLen(4)]
    h: Annotated[list[Quantity], Len(1, 4)]
    i: Annotated[str, AfterValidator(lambda value: value[:5])]
    j: Annotated[int, Field(default=4)]
    k: Annotated[str, "a comment"]


class Constrained(BaseModel):
    a: constr(max_length=3)
    b: conint(ge=0)
    c: conint(le=5) = 2
    d: conlist(int, max_length=4)
    e: conlist(conint(le=4), max_length=4)
    f: Slug
    g: PositiveInt
    h: NegativeInt
    i: Code
    j: HttpUrl
    k: AnyUrl


class Secrets(BaseModel):
    password: SecretStr
    token: SecretStr = Field(max_length=50)
    maybe: SecretStr | None = None


class Aliased(BaseModel):
    model_config = ConfigDict(extra="forbid")
    first_name: str = Field(alias="firstName")
    last_name: str = Field(validation_alias="lastName", serialization_alias="last")
    both: str = Field(validation_alias=AliasChoices("one", "two"))
    plain: str


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow")
    first_name: str
    zip_code: int
    x: str = Field(alias="y_y")


class CamelChild(Camel):
    home_town: str | None = None


class Leaf(BaseModel):
    value: int


class Tree(BaseModel):
    leaf: Leaf
    leaves: list[Leaf]
    some: Sequence[Leaf] = ()
    by_name: dict[str, Leaf] = {}
    few: list[Leaf] = Field(max_length=2)
    children: list["Tree"] = []
    parent: Optional["Tree"] = None
    late: "Later | None" = None


class Later(BaseModel):
    x: int


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    barks: bool


class Owner(BaseModel):
    pet: Union[Cat, Dog] = Field(discriminator="kind")
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]]
    tagged: Annotated[
        Union[Annotated[Cat, Tag("cat")], Annotated[Dog, Tag("dog")]],
        Discriminator(lambda value: value["kind"]),
    ]


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int


class LeafPage(Page[Leaf]):
    extra_field: str


class NamePage(Page[Name]):
    pass


class Pair(BaseModel, Generic[T, K]):
    left: T
    right: K


class MidPair(Pair[T, int], Generic[T]):
    middle: str


class EndPair(MidPair[Quantity]):
    pass


class Ids(RootModel[list[int]]):
    pass


class Few(RootModel):
    root: Annotated[list[Quantity], MaxLen(3)]


class Base(BaseModel):
    a: int
    b: str
    c: str = Field(max_length=3)


class Child(Base):
    b: str = Field(max_length=10)
    d: int = 4


class Mixin(BaseModel):
    b: str = "from mixin"
    m: int


class Diamond(Child, Mixin):
    e: bool


class Grandchild(Diamond):
    m: int = 3


class Hidden(BaseModel):
    shared: ClassVar[int] = 4
    CONST: ClassVar = "x"
    _private: int = 3
    _attr: str = PrivateAttr("x")
    shown: int

    @computed_field
    @property
    def double(self) -> int:
        return 2 * self.shown

    @computed_field(alias="cubeOf")
    @property
    def cube(self) -> int:
        return 3 * self.shown


class Validated(BaseModel):
    short: str
    other: str
    number: int
    free: str

    @field_validator("short")
    @classmethod
    def check_short(cls, value: str) -> str:
        if len(value) > 10:
            raise ValueError("too long")
        return value

    @field_validator("other", mode="before")
    @classmethod
    def check_other(cls, value: str) -> str:
        return value.strip()

    @field_validator("number")
    @classmethod
    def check_number(cls, value: int) -> int:
        if not 1 <= value <= 10:
            raise ValueError("out of range")
        return value

    @model_validator(mode="after")
    def check_all(self) -> "Validated":
        return self


class ShortStrings(BaseModel):
    model_config = {"str_max_length": 20, "extra": "ignore"}
    a: str
    b: list[str]
    c: int
    d: str | None = None


class Keyed(BaseModel, extra="forbid", frozen=True):
    a: int


def limited(**more):
    return Field(max_length=7, **more)


class Made(BaseModel):
    a: str = limited()
    b: str = limited(default="x")


class Outer(BaseModel):
    class Inner(BaseModel):
        x: int

    inner: Inner
    many: list[Inner]


class Patterns(BaseModel):
    a: str = Field(pattern=r"^\d{4}$")
    b: str = Field(pattern=r"^\d+$")
    c: str = Field(pattern=r"\d{4}")
    d: str = Field(pattern=r"^a|b$")


class Written(BaseModel):
    hidden: str = Field(exclude=True)
    shown: str


class Unions(BaseModel):
    a: int | str
    b: Quantity | Name
    c: Quantity | str
    d: Union[Name, None]
    e: list[Name] | Name
    f: JsonValue


class Sub(str):
    pass


class Odd(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    a: set[int]
    b: frozenset[Color] = frozenset()
    c: list
    d: dict
    e: type[Plain]
