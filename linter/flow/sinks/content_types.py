"""Which content type an answer gets after it was made, or before it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linter.facts.expressions import Constant, Expr, Item, Mapping, Ref, Result
from linter.facts.scopes import Assign, Scope
from linter.flow.heap import Entries, Instance, Items
from linter.flow.values import STRING, UNKNOWN, Value, const_of, gathered, is_text
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.flow.access import Access

_HEADER = "content-type"
_ATTRIBUTES = ("content_type", "mimetype")
_HOOKS = ("set_default_headers", "prepare", "initialize")
"""Methods of Tornado's handlers that run before the one at hand."""


def names_no_type(act: Access, headers: Value | None) -> bool:
    """Whether headers that go with an answer certainly leave its content type alone."""
    if headers is None or const_of(headers) is None:
        return True
    record = act.record(headers)
    if type(record) is not Entries or record.rest is not None:
        return False
    return all(str(key).lower() != _HEADER for key in record.entries)


def body_of(act: Access, value: Value) -> Value | None:
    """The text that a body is, or that its pieces make; None where it is no text."""
    record = act.record(value)
    if type(record) is Items and record.kind in ("iterator", "list"):
        known, rest = act.elements(value)
        pieces = known if rest is None else [*known, rest]
        whole = [each for each in pieces if is_text(each.shape)]
        return Value(STRING, gathered(pieces)) if pieces and len(whole) == len(pieces) else None
    return value if is_text(value.shape) else None


def is_no_page(act: Access) -> bool:
    """Whether the answer at hand gets a content type that a browser does not read as a page."""
    told = [act.eval(each) for each in _given_later(act)]
    told += [act.eval(each) for each in _headers_set(act.function.scope)]
    return any(not is_html(each) for each in told or _set_by_hooks(act))


def is_html(value: Value) -> bool:
    """Whether a content type is that of pages, or of images with scripts; one that is not known may be."""
    text = const_of(value)
    return "html" in text or "svg" in text if isinstance(text, str) else text is ...


def _given_later(act: Access) -> Iterator[Expr]:
    """What is assigned to the content type of the answer that the call at hand makes."""
    scope = act.function.scope
    for name in _names_of_call(act, scope):
        for statement in scope.statements:
            if isinstance(statement, Assign) and statement.value is not None:
                if any(_is_content_type(target, name) for target in statement.targets):
                    yield statement.value
        for call in scope.calls:
            if call.callee == Ref(f"{name}.headers.update") and call.args:
                yield from _types_among(call.args[0], scope)


def types_assigned(scope: Scope) -> Iterator[Expr]:
    """What a function assigns to the content type of any answer."""
    for statement in scope.statements:
        if isinstance(statement, Assign) and statement.value is not None:
            for target in statement.targets:
                base = target.base if isinstance(target, Item) else target
                if isinstance(base, Ref) and any(
                    _is_content_type(target, name) for name in _owners(base.name)
                ):
                    yield statement.value


def _owners(name: str) -> tuple[str, ...]:
    """The answers that a target may belong to: `answer`, of `answer.headers` or `answer.mimetype`."""
    return name, name.rpartition(".")[0]


def _types_among(headers: Expr, scope: Scope) -> Iterator[Expr]:
    """The content types that headers say, where they are written out in the function."""
    given = [headers]
    if isinstance(headers, Ref):
        assigned = [each for each in scope.statements if isinstance(each, Assign) and headers in each.targets]
        given = [each.value for each in assigned if each.value is not None]
    for each in given:
        if isinstance(each, Mapping):
            for key, value in zip(each.keys, each.values, strict=True):
                if key is not None and _names_header(key):
                    yield value


def _names_of_call(act: Access, scope: Scope) -> Iterator[str]:
    for statement in scope.statements:
        value = getattr(statement, "value", None)
        if isinstance(statement, Assign) and isinstance(value, Result):
            if scope.calls[value.call].span == act.span:
                yield from (each.name for each in statement.targets if isinstance(each, Ref))


def _is_content_type(target: Expr, name: str) -> bool:
    if isinstance(target, Ref):
        return target.name in [f"{name}.{each}" for each in _ATTRIBUTES]
    if not isinstance(target, Item) or not isinstance(target.base, Ref):
        return False
    return target.base.name in (name, f"{name}.headers") and _names_header(target.key)


def _names_header(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, str) and expr.value.lower() == _HEADER


def _headers_set(scope: Scope) -> Iterator[Expr]:
    """What `self.set_header("Content-Type", …)` sets in a function."""
    for call in scope.calls:
        if call.last_name == "set_header" and len(call.args) == 2 and _names_header(call.args[0]):
            yield call.args[1]


def _set_by_hooks(act: Access) -> list[Value]:
    from linter.flow.activation import Activation
    from linter.flow.state import State

    parameters = act.function.scope.parameters
    handler = act.local(parameters[0].name) if parameters and act.function.owner is not None else UNKNOWN
    record = act.record(handler)
    if type(record) is not Instance:
        return []
    found = []
    for name in _HOOKS:
        member = act.engine.project.member(record.cls, name)
        hook = None if member is None else member.target
        if isinstance(hook, Function) and hook.scope.parameters:
            trace = act.engine.trace
            trace.log.append(trace.body(hook))
            names = {hook.scope.parameters[0].name: handler}
            inner = Activation(act.engine, hook, State(names, dict(act.state.heap), {}))
            found += [inner.eval(each) for each in _headers_set(hook.scope)]
    return found
