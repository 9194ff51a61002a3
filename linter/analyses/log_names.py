"""What the names that a log record writes stand for: a secret, or a row, a file, an object, a word."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from linter.analyses.absence import is_absent
from linter.backend import Backend, Class, LogCall
from linter.facts.expressions import (
    Attr,
    Choice,
    Constant,
    Expr,
    Item,
    Operation,
    Ref,
    Result,
    Template,
    walk,
)
from linter.facts.scopes import Assign
from linter.secrecy import words_of
from linter.shapes import shape_of

_OPENING = frozenset({"open", "io.open", "pathlib.Path", "os.path.exists", "os.path.isfile", "os.stat"})
_SPLITTING = frozenset({"split", "rsplit", "splitlines", "findall", "finditer", "tokenize"})
_COUNTING = frozenset({"incr", "incrby", "decr", "decrby"})
"""Methods of stores that count up what they hold under a key."""
_OF_ROWS = frozenset({"add", "delete", "expunge", "merge", "refresh"})
"""Methods of a session that take an object of a table."""
HIDING = frozenset(
    {"mask", "masked", "redact", "redacted", "hash", "hashed", "obfuscate", "censor", "hexdigest", "digest"}
    | {"sanitize", "scrub", "encrypt", "fingerprint", "len", "bool", "truncate", "shorten", "anonymize"}
)
"""Words of functions that hide what they are given."""


def names_row(backend: Backend, name: str) -> bool:
    """Whether the project finds rows by a name that opens nothing: a UUID, or what routes hand out."""
    return _is_identifier(backend, name) or _is_told(backend, name)


def _is_identifier(backend: Backend, name: str) -> bool:
    """Whether tables of the project use the name for a UUID, which names a row and opens nothing."""
    return any(
        column.type == "uuid"
        for table in backend.tables.values()
        if (column := table.columns.get(name)) is not None
    )


@lru_cache(maxsize=256)
def _is_told(backend: Backend, name: str) -> bool:
    """Whether routes are asked for a row by the name, and others hand it out with the row it names."""
    asked = any(
        each.place == "path" and each.name == name for route in backend.routes for each in route.inputs
    )
    return asked and any(
        field.name == name and not field.write_only
        for schema in _answering(backend)
        for shape in (shape_of(backend.project, schema),)
        for field in (() if shape is None else shape.fields)
    )


def _answering(backend: Backend) -> Iterator[Class]:
    """Schemas of what routes answer when they are read, and serializers of rows, wherever they are used."""
    for route in backend.routes:
        if "GET" in route.methods:
            yield from (each.model for each in route.outputs if each.model is not None)
    for cls in backend.classes:
        if backend.project.derives(cls, "rest_framework.serializers.ModelSerializer"):
            yield cls


def is_of_something_unseen(log: LogCall, expr: Expr, name: str) -> bool:
    """Whether a value is read off an object of which nothing is known, under a name of its own.

    A media profile and a page of a list have tokens as well.
    """
    if isinstance(expr, Ref) and "." not in expr.name:
        assigned = log.function.assignments.get(expr.name.lstrip("$"), [])
        value = assigned[-1].value if assigned else None
        expr = value.operands[0] if isinstance(value, Operation) and value.operator == "or" else value or expr
    if isinstance(expr, Result):
        call = log.function.scope.calls[expr.call]
        if call.last_name != "getattr" or len(call.args) < 2 or not isinstance(call.args[1], Constant):
            return False
        owner: Expr = call.args[0]
    elif isinstance(expr, Ref) and "." in expr.name.lstrip("."):
        owner = Ref(expr.name.rpartition(".")[0])
    else:
        return False
    if not isinstance(owner, Ref) or owner.name[0] != "$" or log.type_of(owner) is not None:
        return False
    return owner.name not in ("$self", "$cls") and not _is_own_attribute(log, name)


def is_any_key(log: LogCall, expr: Expr, name: str) -> bool:
    """Whether a parameter is called `session_key` where no Django, and no table, makes a secret of that."""
    if words_of(name)[-2:] != ("session", "key") or not isinstance(expr, Ref) or "." in expr.name:
        return False
    handed = any(each.name == name for each in log.function.scope.parameters)
    stored = any(name in table.columns for table in log.backend.tables.values())
    return handed and not stored and "django" not in log.backend.project.imported


def _is_own_attribute(log: LogCall, name: str) -> bool:
    """Whether a table, or a class of the same module, has a column or an attribute of a name."""
    return any(name in table.columns for table in log.backend.tables.values()) or any(
        name in cls.attributes
        or name in cls.children
        or any(f"self.{name}" in method.assignments for method in cls.methods.values())
        for cls in log.function.module.classes
    )


def prints_as_text(log: LogCall, expr: Ref | Attr) -> bool:
    """Whether a record writes the text that a name stands for, and not an object, a row or nothing at all."""
    kind = log.type_of(expr)
    if kind is not None and kind not in ("str", "bytes") and not kind.endswith("()"):
        # The type of what a library holds is not known: it is given the name of the thing itself.
        if kind.rpartition(".")[2] != expr.name.rpartition(".")[2].lstrip(":$"):
            return False
    if not isinstance(expr, Ref):
        return True
    return not (
        _is_cleaned(log, expr)
        or _is_row(log, expr)
        or _is_object(log, expr)
        or is_opened(log, expr)
        or _is_word(log, expr)
        or is_absent(log, expr)
    )


def _is_row(log: LogCall, expr: Ref) -> bool:
    """Whether a local name is treated as an object of a database elsewhere in the function."""
    return any(
        call.last_name in _OF_ROWS
        and isinstance(call.callee, Ref)
        and "session" in call.callee.name.rpartition(".")[0]
        and expr in call.args
        for call in log.function.scope.calls
    )


def _is_object(log: LogCall, expr: Ref) -> bool:
    """Whether a local name is bound to an exception, or has items of which attributes are read."""
    scope = log.function.scope
    if any(expr in block.targets for block in scope.blocks if block.kind == "except"):
        return True
    values = [getattr(each, "value", None) for each in scope.statements]
    for call in scope.calls:
        values += [call.callee, *call.args, *(each for _, each in call.keywords)]
    return any(
        isinstance(each, Attr) and isinstance(each.base, Item) and each.base.base == expr
        for value in values
        for each in (() if value is None else walk(value))
        if not hasattr(str, getattr(each, "name", ""))
    )


def _is_word(log: LogCall, expr: Ref) -> bool:
    """Whether a name goes through the words of a text: those are called tokens as well."""
    function = log.function
    for block in function.scope.blocks:
        if block.kind == "for" and expr in block.targets:
            source = block.subject
            if isinstance(source, Ref):
                assigned = function.assignments.get(source.name.lstrip("$"), [])
                source = assigned[-1].value if assigned else None
            if isinstance(source, Result):
                return function.scope.calls[source.call].last_name in _SPLITTING
    return False


def _shows_pieces(value: Expr) -> bool:
    """Whether a value is put together from slices, and from text that stands in the source."""
    match value:
        case Constant():
            return True
        case Template(parts=parts):
            return all(_shows_pieces(each) for each in parts)
        case Choice(then=then, otherwise=otherwise):
            return _shows_pieces(then) and _shows_pieces(otherwise)
        case Operation(operator="+" | "*", operands=operands):
            return all(_shows_pieces(each) for each in operands)
        case Item(key=Operation(operator=":", operands=(start, end, *_))):
            return _is_number(end) or _is_below_zero(start)
        case _:
            return False


def _is_number(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, int)


def _is_below_zero(expr: Expr) -> bool:
    """Whether an expression is `-4`: what is left of a text from there on is its end."""
    if isinstance(expr, Constant):
        return isinstance(expr.value, int) and expr.value < 0
    return isinstance(expr, Operation) and expr.operator == "-" and _is_number(expr.operands[0])


def is_counted(log: LogCall, expr: Expr) -> bool:
    """Whether a name holds a number, or what is counted up under the same key: a turn is a token too."""
    if not isinstance(expr, Ref) or expr.name[0] != "$" or "." in expr.name:
        return False
    calls = log.function.scope.calls
    assigned = log.function.assignments.get(expr.name[1:], [])
    value = assigned[-1].value if assigned else None
    if not isinstance(value, Result):
        return False
    made = calls[value.call]
    if made.last_name == "int":
        return True
    counted = [each.args[:1] for each in calls if each.last_name in _COUNTING]
    return made.last_name == "get" and len(made.args) == 1 and made.args[:1] in counted


def is_opened(log: LogCall, expr: Ref) -> bool:
    """Whether a name is that of a file which the function opens: the secret is in there."""
    return any(
        expr in call.args[:1] and log.backend.project.callee(log.function, call).name in _OPENING
        for call in log.function.scope.calls
    )


def _is_cleaned(log: LogCall, expr: Ref) -> bool:
    """Whether a local name was last given a constant, or the result of a call that hides its input."""
    if expr.name[0] != "$" or "." in expr.name:
        return False
    assigned: list[Assign] = log.function.assignments.get(expr.name[1:], [])
    if not assigned:
        return False
    value: Expr | None = assigned[-1].value
    if value is not None and _shows_pieces(value):
        return True
    if isinstance(value, Result):
        callee = log.function.scope.calls[value.call].callee
        name = callee.name.rpartition(".")[2] if isinstance(callee, (Ref, Attr)) else ""
        return not HIDING.isdisjoint(words_of(name.lstrip(":$")))
    return False
