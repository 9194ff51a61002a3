"""Whether constraints limit the size of a value."""

from __future__ import annotations

from collections.abc import Iterable

from linter.backend.routes import Verdict
from linter.facts.expressions import Starred
from linter.resolve.values import Made, Values

_LONGEST_PATTERN = 2000
_LIMITS = {
    "text": frozenset({"max_length", "max_len"}),
    "number": frozenset({"le", "lt", "max_digits", "max_value", "max"}),
    "items": frozenset({"max_length", "max_items", "max_len"}),
}
_ANY_LIMIT = frozenset().union(*_LIMITS.values())
UNREADABLE = "?"
"""A constraint that may limit anything: a validator whose code is not read."""
_PATTERNS = ("pattern", "regex")
CLOSED = "closed"


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """YES when all are, NO when one is NO."""
    found = set(verdicts)
    if Verdict.NO in found:
        return Verdict.NO
    return Verdict.UNKNOWN if Verdict.UNKNOWN in found else Verdict.YES


def limits(dimension: str, constraints: frozenset[str]) -> Verdict:
    """Whether constraints (as `Constraints.of` names them) limit a value of one dimension.

    UNKNOWN when one may: a pattern without an end, a validator that can't be read.
    """
    if CLOSED in constraints or constraints & _LIMITS.get(dimension, _ANY_LIMIT):
        return Verdict.YES
    if UNREADABLE in constraints or (dimension != "number" and constraints & set(_PATTERNS)):
        return Verdict.UNKNOWN
    return Verdict.NO


class Constraints:
    """Reads the constraints that a call states."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def of(self, made: Made) -> frozenset[str]:
        """The names of the constraints that are set; `closed` for a pattern that only short text matches."""
        found = {name for name, _ in made.call.keywords if self._is_set(made, name)}
        if "**" in found:
            found.discard("**")
            found.add(UNREADABLE)
        found |= self._positional(made)
        for name in _PATTERNS:
            if name in found and is_short(self._values.text(made.keyword(name))):
                found.add(CLOSED)
        return frozenset(found)

    def _is_set(self, made: Made, name: str) -> bool:
        return name == "**" or self._values.constant(made.keyword(name)) is not None

    def _positional(self, made: Made) -> set[str]:
        """What positional arguments of `annotated_types` and of validators stand for."""
        last = made.name.rpartition(".")[2]
        if any(isinstance(argument, Starred) for argument in made.call.args):
            return {UNREADABLE}
        known = _POSITIONS.get(last, ())
        return {
            name
            for name, argument in zip(known, made.args, strict=False)
            if name and self._values.constant(argument) is not None
        }


_POSITIONS: dict[str, tuple[str, ...]] = {
    "Len": ("min_length", "max_length"),
    "MaxLen": ("max_length",),
    "Le": ("le",),
    "Lt": ("lt",),
    "AfterValidator": (UNREADABLE,),
    "BeforeValidator": (UNREADABLE,),
    "WrapValidator": (UNREADABLE,),
    "PlainValidator": (UNREADABLE,),
    "Predicate": (UNREADABLE,),
}


def is_short(pattern: str | None) -> bool:
    """Whether a regular expression is anchored at both ends and matches text of limited length only."""
    if pattern is None or len(pattern) > _LONGEST_PATTERN:
        return False
    starts = pattern.startswith(("^", r"\A"))
    ends = pattern.endswith((r"\Z", r"\z")) or (pattern.endswith("$") and not pattern.endswith(r"\$"))
    if not starts or not ends or _has_open_choice(pattern):
        return False
    return _longest(pattern.removesuffix(r"\z")) is not None


def _has_open_choice(pattern: str) -> bool:
    """Whether the anchors may belong to one branch only: `^a|b$`."""
    depth = 0
    escaped = False
    for character in pattern:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "|" and depth <= 0:
            return True
    return False


def _longest(pattern: str) -> int | None:
    """The length of the longest text that a regular expression matches; None without a limit."""
    import re._parser as parser  # type: ignore[import-not-found]
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            longest: int = parser.parse(pattern).getwidth()[1]
    except (ValueError, OverflowError, RecursionError, parser.error):
        return None
    return longest if longest < _ENDLESS else None


_ENDLESS = 1_000_000
