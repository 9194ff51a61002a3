"""What the types of the standard library and of validation libraries say about a value's size."""

from __future__ import annotations

from typing import Literal

Dimension = Literal["text", "number", "items", "closed", "any"]

_CLOSED = """
    bool NoneType
    datetime.date datetime.datetime datetime.time datetime.timedelta datetime.timezone
    uuid.UUID uuid.SafeUUID zoneinfo.ZoneInfo
    ipaddress.IPv4Address ipaddress.IPv6Address ipaddress.IPv4Network ipaddress.IPv6Network
    ipaddress.IPv4Interface ipaddress.IPv6Interface
    pydantic.StrictBool pydantic.UUID1 pydantic.UUID3 pydantic.UUID4 pydantic.UUID5 pydantic.UUID6
    pydantic.UUID7 pydantic.UUID8 pydantic.PastDate pydantic.FutureDate pydantic.PastDatetime
    pydantic.FutureDatetime pydantic.AwareDatetime pydantic.NaiveDatetime pydantic.IPvAnyAddress
    pydantic.IPvAnyNetwork pydantic.IPvAnyInterface pydantic.EmailStr pydantic.HttpUrl
    pydantic.NegativeInt pydantic.NonPositiveInt pydantic.NegativeFloat
    pydantic.NonPositiveFloat
"""
_TEXT = """
    str bytes bytearray pathlib.Path pathlib.PurePath
    pydantic.StrictStr pydantic.StrictBytes pydantic.NameEmail pydantic.AnyUrl pydantic.AnyHttpUrl
    pydantic.SecretStr pydantic.SecretBytes pydantic.Base64Str pydantic.Base64Bytes pydantic.FilePath
    pydantic.DirectoryPath pydantic.NewPath pydantic.Json pydantic.FileUrl pydantic.WebsocketUrl
    strawberry.ID
"""
_NUMBERS = """
    int float decimal.Decimal fractions.Fraction
    pydantic.StrictInt pydantic.StrictFloat pydantic.PositiveInt pydantic.PositiveFloat
    pydantic.NonNegativeInt pydantic.NonNegativeFloat pydantic.FiniteFloat pydantic.ByteSize
"""
_ITEMS = """
    list set frozenset tuple dict collections.deque collections.OrderedDict collections.defaultdict
    typing.List typing.Set typing.FrozenSet typing.Tuple typing.Dict typing.Deque typing.DefaultDict
    typing.OrderedDict typing.Sequence typing.MutableSequence typing.Iterable typing.Collection
    typing.Mapping typing.MutableMapping typing.AbstractSet typing.MutableSet
    collections.abc.Sequence collections.abc.MutableSequence collections.abc.Iterable
    collections.abc.Collection collections.abc.Set collections.abc.MutableSet collections.abc.Mapping
    collections.abc.MutableMapping collections.Counter
"""
_ANY = "typing.Any typing_extensions.Any object pydantic.JsonValue"

DIMENSIONS: dict[str, Dimension] = {
    **dict.fromkeys(_CLOSED.split(), "closed"),
    **dict.fromkeys(_TEXT.split(), "text"),
    **dict.fromkeys(_NUMBERS.split(), "number"),
    **dict.fromkeys(_ITEMS.split(), "items"),
    **dict.fromkeys(_ANY.split(), "any"),
}
"""What can grow in a value of a type: nothing in a `closed` one."""

SECRETS = frozenset({"pydantic.SecretStr", "pydantic.SecretBytes", "pydantic.Secret"})

CONSTRAINED: dict[str, Dimension] = {
    "constr": "text",
    "conbytes": "text",
    "conint": "number",
    "confloat": "number",
    "condecimal": "number",
    "conlist": "items",
    "conset": "items",
    "confrozenset": "items",
    "condate": "closed",
}
"""Functions of Pydantic that make a constrained type, by their last name."""

ENUMS = ("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag")
CHOICES = ("django.db.models.TextChoices", "django.db.models.IntegerChoices", "django.db.models.Choices")

TRANSPARENT = frozenset(
    {"Required", "NotRequired", "ReadOnly", "Final", "ClassVar", "InitVar", "Mapped", "SkipValidation"}
)
"""Generic names that stand around a type and change nothing about its size, by their last name."""


def plain(name: str) -> str:
    """A type's name as it is listed here: `pydantic.v1.types.SecretStr` is `pydantic.SecretStr`."""
    first, _, rest = name.partition(".")
    if first == "pydantic":
        return f"pydantic.{rest.rpartition('.')[2]}"
    if first == "typing_extensions":
        return f"typing.{rest}"
    return name
