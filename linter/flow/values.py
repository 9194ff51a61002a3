"""Abstract values: what is known of a value at one place of a program, and who had a hand in it.

Values never change. What a program can change (lists, dicts, instances) is an `Obj`, a number that
stands for a record on the heap of the state at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, Union

from linter.facts.expressions import Expr
from linter.flow.kinds import BITS, RELATIVE, both
from linter.flow.names import HIDDEN_TYPES

if TYPE_CHECKING:
    from linter.facts.spans import Span
    from linter.resolve.definitions import Class, Function, Module

_ALTERNATIVES = 6
_PARTS = 40
_TAINTS = 12
_WAY = 5


HOST, SCHEME, RESOLVED, INNER, CHAR, FIRST = "host", "scheme", "resolved", "inner", "char", "first"
PARENTS, SIGNED, DECODED = "parents", "signed", "decoded"
HOW = frozenset({HOST, SCHEME, RESOLVED, INNER, CHAR, FIRST, PARENTS, SIGNED})
"""Keys of a way that say how a part was taken: of a URL, of a path, between the quotes, one character.

What is proved of such a part says something of what stands before it in the way, which must not be cut.
"""


def unresolved(way: tuple[object, ...]) -> tuple[object, ...]:
    """The way of a path before it was resolved."""
    end = len(way)
    while end and way[end - 1] == RESOLVED:
        end -= 1
    return way[:end]


class Source:
    """Where tainted values begin. `family` says what they are (`request`, `secret`…).

    `what` is how the code reads it, `holder` and `span` where.
    """

    __slots__ = ("family", "holder", "key", "span", "what")

    def __init__(self, family: str, what: str, holder: Function, span: Span, key: object = None) -> None:
        self.family = family
        self.what = what
        self.holder = holder
        self.span = span
        self.key = (family, what) if key is None else key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Source({self.what})"


class Step(NamedTuple):
    """One step of a value's way, and the step before it."""

    holder: Function
    span: Span
    what: str
    before: Step | None
    length: int


Root: TypeAlias = "Source | int"
"""Where a taint begins; a number stands for a parameter's taint in a function's summary."""


class Taint(NamedTuple):
    """One origin of a value.

    `way` says which part of the origin it is: keys, and places of code that took a part out. `safe` holds
    bits of `linter.flow.kinds`.
    """

    root: Root
    way: tuple[object, ...]
    safe: int
    steps: Step | None


Taints: TypeAlias = tuple[Taint, ...]


class Const:
    """A constant."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return type(other) is Const and type(other.value) is type(self.value) and other.value == self.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))

    def __repr__(self) -> str:
        return f"Const({self.value!r})"


class Bounds(NamedTuple):
    """The value of a slice with known bounds."""

    start: int | None
    stop: int | None
    step: int | None


class Text(NamedTuple):
    """A string of constant pieces and values put between them."""

    parts: tuple[str | Value, ...]


class Named(NamedTuple):
    """A thing of a library: a module, function or class, or an instance of a class, by canonical name."""

    name: str


class TypeRef(NamedTuple):
    """A builtin type itself, such as `int`, which makes instances and is none."""

    name: str
    is_type: bool = True


class Typed(NamedTuple):
    """An instance of a class of the project, of which nothing but the class is known."""

    cls: Class


class ModuleRef(NamedTuple):
    """A module of the project."""

    module: Module


class ClassRef(NamedTuple):
    """A class of the project."""

    cls: Class


class FunctionRef(NamedTuple):
    """A function of the project.

    `cell` is the heap record of the names that it sees around it, `receiver` what it is bound to. `bare`
    says that its decorators have been dealt with.
    """

    function: Function
    cell: int | None = None
    receiver: Value | None = None
    bare: bool = False


class Lambda(NamedTuple):
    """A lambda: its parameters, its body, the function that holds it and what it sees there."""

    function: Function
    parameters: tuple[Expr, ...]
    body: Expr
    cell: int | None

    def __eq__(self, other: object) -> bool:
        return type(other) is Lambda and self.body is other.body and self.cell == other.cell

    def __hash__(self) -> int:
        # Expressions cannot be hashed; a lambda is the same where it is written in the same place.
        return hash((id(self.body), self.cell))


class Partial(NamedTuple):
    """A callable with its first arguments given."""

    callee: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


class Encoded(NamedTuple):
    """Text that a codec of the library has made of a value, and that the same codec turns back into it."""

    codec: str
    value: Value


class Bound(NamedTuple):
    """A method of a value that is no instance of a project's class."""

    receiver: Value
    name: str


class Super(NamedTuple):
    """`super()` in a method of a class."""

    cls: Class
    receiver: Value


class Obj(NamedTuple):
    """A record on the heap."""

    id: int


class Either(NamedTuple):
    """One of a few shapes."""

    shapes: tuple[Shape, ...]


Shape: TypeAlias = Union[
    Const,
    Text,
    Named,
    TypeRef,
    Typed,
    ModuleRef,
    ClassRef,
    FunctionRef,
    Lambda,
    Partial,
    Encoded,
    Bound,
    Super,
    Obj,
    Either,
    None,
]

Mark: TypeAlias = "tuple[Root, tuple[object, ...], int]"
"""What a check proves: bits that hold for all values that come from a part of a root."""
Marks: TypeAlias = tuple[Mark, ...]


class Value:
    """What is known of one value. `yes` and `no` are what follows if it is true, or false."""

    __slots__ = ("no", "shape", "taints", "yes")

    def __init__(
        self,
        shape: Shape = None,
        taints: Taints = (),
        yes: Marks = (),
        no: Marks = (),
    ) -> None:
        self.shape = shape
        self.taints = taints
        self.yes = yes
        self.no = no

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Value)
            and self.shape == other.shape
            and self.taints == other.taints
            and self.yes == other.yes
            and self.no == other.no
        )

    def __hash__(self) -> int:
        return hash((self.shape, len(self.taints)))

    def __repr__(self) -> str:
        return f"Value({self.shape!r}, {self.taints!r})"

    def shaped(self, shape: Shape) -> Value:
        """The same taints with another shape."""
        return Value(shape, self.taints)


UNKNOWN = Value()
NONE = Value(Const(None))
TRUE = Value(Const(True))
FALSE = Value(Const(False))
STRING = Named("str")
A_STRING = Value(STRING)
A_NUMBER = Value(Named("int"))
A_BOOL = Value(Named("bool"))


def constant(value: object) -> Value:
    """A known constant."""
    return Value(Const(value))


def const_of(value: Value) -> object:
    """The constant that a value is known to be; `...` when it is none."""
    shape = value.shape
    return shape.value if type(shape) is Const else ...


def merge(left: Taints, right: Taints) -> Taints:
    """The taints of a value that holds both, or is one or the other."""
    if not right or left is right:
        return left
    if not left:
        return right
    found = {(each.root, each.way): each for each in left}
    for each in right:
        key = (each.root, each.way)
        known = found.get(key)
        if known is None:
            if len(found) < _TAINTS:
                found[key] = each
        elif known.safe != each.safe:
            found[key] = known._replace(safe=both(known.safe, each.safe))
    return tuple(found.values())


def gathered(values: Iterable[Value]) -> Taints:
    """The taints of several values together."""
    taints: Taints = ()
    for value in values:
        if value.taints:
            taints = merge(taints, value.taints)
    return taints


def marked(taints: Taints, mask: int) -> Taints:
    """Taints with more bits known of each."""
    return tuple(
        [each if each.safe & mask == mask else each._replace(safe=each.safe | mask) for each in taints]
    )


def unmarked(taints: Taints, mask: int) -> Taints:
    """Taints with some bits no longer known."""
    return tuple([each._replace(safe=each.safe & ~mask) if each.safe & mask else each for each in taints])


def part(taints: Taints, key: object) -> Taints:
    """The taints of a part that is taken out of a value."""
    most = _WAY + 2 if key in HOW else _WAY
    return tuple([each._replace(way=(*_shortened(each.way, most), key)) for each in taints])


def _shortened(way: tuple[object, ...], most: int) -> tuple[object, ...]:
    """A way that is not too long: the first key and the last ones."""
    return way if len(way) < most else way[:1] + way[2:]


def join(left: Value, right: Value) -> Value:
    """A value that is one of two."""
    if left is right:
        return left
    if left.shape == right.shape:
        if left.taints == right.taints and left.yes == right.yes and left.no == right.no:
            return left
        shape = left.shape
    else:
        shape = either(left.shape, right.shape)
        if shape is None:
            left, right = _without_pieces(left), _without_pieces(right)
    yes, no = shared(left.yes, right.yes), shared(left.no, right.no)
    for one, other in ((left, right), (right, left)):
        # A constant is never the other truth: nothing has to hold of it there.
        if type(one.shape) is Const:
            if one.shape.value:
                no = other.no
            else:
                yes = other.yes
    return Value(shape, merge(left.taints, right.taints), yes, no)


def _without_pieces(value: Value) -> Value:
    """A text whose pieces are forgotten: of what stood behind another piece it is kept that it did."""
    shapes = value.shape.shapes if type(value.shape) is Either else (value.shape,)
    texts = [each for each in shapes if type(each) is Text]
    if not value.taints or not texts:
        return value
    first = {key for each in texts for key in _keys(each.parts[:1])}
    behind = {key for each in texts for key in _keys(each.parts[1:])} - first
    queries = {key for each in texts for key in _keys(_query_of(each.parts))}
    queries &= behind - {key for each in texts for key in _keys(_before_query(each.parts))}
    taints = [
        each._replace(safe=each.safe | RELATIVE | (_LEADS_NOWHERE if (each.root, each.way) in queries else 0))
        if (each.root, each.way) in behind
        else each
        for each in value.taints
    ]
    return Value(value.shape, tuple(taints), value.yes, value.no)


_LEADS_NOWHERE = BITS["redirect"] | BITS["url"]


def _query_of(parts: Sequence[str | Value]) -> Sequence[str | Value]:
    """The pieces behind the first one that is known to hold a question mark."""
    return parts[len(_before_query(parts)) :]


def _before_query(parts: Sequence[str | Value]) -> Sequence[str | Value]:
    for position, each in enumerate(parts):
        if isinstance(each, str) and "?" in each:
            return parts[:position]
    return parts


def _keys(parts: Iterable[str | Value]) -> set[tuple[Root, tuple[object, ...]]]:
    return {(taint.root, taint.way) for each in parts if isinstance(each, Value) for taint in each.taints}


def either(left: Shape, right: Shape) -> Shape:
    """One of two shapes; None when there are too many, or one of them is not known."""
    if left is None or right is None:
        return None
    found: list[Shape] = list(left.shapes) if type(left) is Either else [left]
    for each in right.shapes if type(right) is Either else (right,):
        if each not in found:
            found.append(each)
    if len(found) == 1:
        return found[0]
    if len(found) > _ALTERNATIVES:
        return STRING if all(is_text(each) for each in found) else None
    return Either(tuple(found))


def is_hidden(value: Value) -> bool:
    """Whether a value is written as asterisks."""
    return type(value.shape) is Named and value.shape.name in HIDDEN_TYPES


def is_text(shape: Shape) -> bool:
    """Whether a shape is certainly a string."""
    kind = type(shape)
    if kind is Const:
        return isinstance(shape.value, str)  # type: ignore[union-attr]
    if kind is Either:
        return all(is_text(each) or each == Const(None) for each in shape.shapes)  # type: ignore[union-attr]
    return kind in (Text, Encoded) or shape == STRING


def shared(left: Marks, right: Marks) -> Marks:
    """What follows from either of two checks."""
    if not left or not right:
        return ()
    known = {(root, way): mask for root, way, mask in right}
    found: list[Mark] = []
    for root, way, mask in left:
        for length in range(len(way), -1, -1):
            other = known.get((root, way[:length]))
            if other is not None and both(mask, other):
                found.append((root, way, both(mask, other)))
                break
    return tuple(found)


def text(parts: Iterable[str | Value]) -> Shape:
    """A string of pieces, with constants folded into each other."""
    found: list[str | Value] = []
    for each in parts:
        piece = _piece(each)
        for inner in piece:
            if isinstance(inner, str) and found and isinstance(found[-1], str):
                found[-1] += inner
            elif inner != "":
                found.append(inner)
    if not found:
        return Const("")
    if len(found) == 1 and isinstance(found[0], str):
        return Const(found[0])
    if len(found) > _PARTS:
        return STRING
    return Text(tuple(found))


def _piece(each: str | Value) -> tuple[str | Value, ...]:
    if isinstance(each, str):
        return (each,)
    shape = each.shape
    if type(shape) is Const:
        value = shape.value
        return (value,) if isinstance(value, str) else (str(value),)
    if type(shape) is Either and each.taints:
        return _beginning(each, shape.shapes)
    return shape.parts if type(shape) is Text else (each,)


def _beginning(value: Value, shapes: tuple[Shape, ...]) -> tuple[str | Value, ...]:
    """A text that is one of several, parted after what all of them begin with."""
    common = _common_start([_pieces_of(each) for each in shapes])
    if common:
        rests = tuple(dict.fromkeys(text(_after(common, _pieces_of(each))) for each in shapes))
        return *common, Value(Either(rests) if len(rests) > 1 else STRING, value.taints)
    behind: set[tuple[Root, tuple[object, ...]]] = set()
    leading: set[tuple[Root, tuple[object, ...]]] = set()
    for each in shapes:
        parts = each.parts if type(each) is Text else ()
        after = parts[1:] if parts and isinstance(parts[0], Value) else ()
        behind |= _keys(after)
        leading |= _keys(parts[: len(parts) - len(after)])
    tail = tuple([each for each in value.taints if (each.root, each.way) in behind - leading])
    if not tail or not all(type(each) is Text or is_text(each) for each in shapes):
        return (value,)
    first = tuple([each for each in value.taints if each not in tail])
    return Value(STRING, first), Value(STRING, tail)


def _after(common: tuple[str | Value, ...], pieces: tuple[str | Value, ...]) -> tuple[str | Value, ...]:
    """The pieces of a text without those that it begins with."""
    left = list(pieces)
    for each in common:
        first = left.pop(0)
        if isinstance(each, str) and isinstance(first, str) and len(first) > len(each):
            left.insert(0, first[len(each) :])
    return tuple(left)


def _pieces_of(shape: Shape) -> tuple[str | Value, ...]:
    if type(shape) is Text:
        return shape.parts
    value = shape.value if type(shape) is Const else None
    return (value,) if isinstance(value, str) else ()


def _common_start(texts: list[tuple[str | Value, ...]]) -> tuple[str | Value, ...]:
    """The pieces that several texts begin with, up to the first that is tainted."""
    found: list[str | Value] = []
    for pieces in zip(*texts, strict=False):
        first = pieces[0]
        plain = [each for each in pieces if isinstance(each, str)]
        if len(plain) < len(pieces):
            if plain or any(each != first for each in pieces) or gathered([first]):
                break
            found.append(first)
            continue
        same = _same_start(plain)
        found += [same] if same else []
        if any(each != same for each in plain):
            break
    return tuple(found)


def _same_start(texts: list[str]) -> str:
    lowest, highest = min(texts), max(texts)
    same = 0
    while same < len(lowest) and lowest[same] == highest[same]:
        same += 1
    return lowest[:same]
