"""The functions that a handler reaches, those that get an id of its path, and what they look at."""

from __future__ import annotations

from collections.abc import Iterator

from linter.analyses.ownership import Owner, expressions_of, ownership_of
from linter.backend import Backend, Function, Resolved, Route
from linter.facts.expressions import Attr, Expr, Ref, Result, walk
from linter.guards import refusals_of
from linter.resolve.definitions import arguments_of

_REACHED = 60
HOOKS = (
    "check_object_permissions",
    "check_permissions",
    "dispatch",
    "filter_queryset",
    "get_object",
    "get_permissions",
    "get_queryset",
    "has_permission",
    "initial",
    "perform_destroy",
    "perform_update",
    "setup",
    "test_func",
)
"""Methods of class views that may look at the caller or the row."""
_SESSIONS = ("sqlalchemy.orm.", "sqlalchemy.ext.asyncio.", "sqlmodel.")
_CALLER_PARTS = frozenset({"auth", "scope", "session", "state", "user"})


class Ways:
    """The functions that a handler reaches, and those that get an id of its path."""

    def __init__(self, route: Route, handler: Function, backend: Backend) -> None:
        self.backend = backend
        self.given = {each.name for each in route.inputs}
        self.handler = handler
        names = {each.name: each.name for each in route.inputs if each.place == "path"}
        names = {name: shown for name, shown in names.items() if name in handler.local_names}
        self.carriers = list(self._followed(handler, names))
        self.reached = list(self._reach(route))

    def know_the_caller(self, owner: Owner) -> bool:
        """Whether anything on the way looks at the caller or at the owner, or can't be followed."""
        refusals = refusals_of(self.backend.project)
        ownership = ownership_of(self.backend)
        words = {owner.column, owner.column.removesuffix("_id")}
        if self._uses_dependency() or any(self._is_lost(*each) for each in self.carriers):
            return True
        return any(
            ownership.reads_caller(each) or any(refusals.refusals(each)) or names_any(each, words)
            for each in self.reached
        )

    def _followed(
        self, handler: Function, names: dict[str, str]
    ) -> Iterator[tuple[Function, dict[str, str]]]:
        """Functions with their names for ids of the path, and the parameter that each comes from."""
        pending, seen = [(handler, names)], {id(handler)}
        while pending and len(seen) < _REACHED:
            function, known = pending.pop(0)
            yield function, known
            for call in function.scope.calls:
                target = self.backend.project.callee(function, call).target
                if not isinstance(target, Function) or id(target) in seen:
                    continue
                parameters = [each.name for each in target.scope.parameters]
                if target.owner is not None:
                    parameters = parameters[1:]
                given = {
                    name: known[read]
                    for name, value in (*zip(parameters, call.args, strict=False), *call.keywords)
                    if (read := _plain(value)) in known
                }
                if given:
                    seen.add(id(target))
                    pending.append((target, given))

    def _reach(self, route: Route) -> Iterator[Function]:
        pending, seen = [self.handler], {id(self.handler)}
        if route.owner is not None:
            for name in HOOKS:
                member = self.backend.project.member(route.owner, name)
                if member is not None and isinstance(member.target, Function):
                    pending.append(member.target)
        while pending and len(seen) < _REACHED:
            function = pending.pop(0)
            yield function
            for call in function.scope.calls:
                target = self.backend.project.callee(function, call).target
                if isinstance(target, Function) and id(target) not in seen:
                    seen.add(id(target))
                    pending.append(target)

    def _uses_dependency(self) -> bool:
        """Whether the handler uses a parameter that is neither sent by the caller nor a database session."""
        project, handler = self.backend.project, self.handler
        doubtful = set()
        for position, parameter in enumerate(handler.scope.parameters):
            if parameter.name in self.given or (position == 0 and handler.owner is not None):
                continue
            kind = project.type_of(handler, Ref("$" + parameter.name)) or ""
            if not kind.startswith(_SESSIONS):
                doubtful.add(parameter.name)
        for expr in expressions_of(handler):
            for each in walk(expr):
                if isinstance(each, Ref) and each.name[0] == "$":
                    root, *rest = each.name[1:].split(".")
                    if root not in doubtful:
                        continue
                    if root != "request" or not _CALLER_PARTS.isdisjoint(rest[:1]):
                        return True
        return False

    def _is_lost(self, function: Function, names: dict[str, str]) -> bool:
        """Whether an id, or what was made with one, goes to a call that can't be followed."""
        tainted = set(names)
        for name, assigns in function.assignments.items():
            if any(
                each.value is not None
                and any(_root(ref) in tainted for ref in self.backend.reads(each.value, function))
                for each in assigns
            ):
                tainted.add(name)
        return any(
            self.backend.project.callee(function, call).name.startswith("?")
            and any(
                _root(ref) in tainted
                for argument in arguments_of(call)
                for ref in self.backend.reads(argument, function)
            )
            for call in function.scope.calls
        )


def decorators_of(function: Function, backend: Backend) -> Iterator[Resolved]:
    """What the decorators of a function, and of its class, are."""
    for definition in (function, function.owner):
        holder = None if definition is None else definition.parent
        if definition is None or holder is None:
            continue
        for decorator in definition.scope.decorators:
            value = decorator.value
            if isinstance(value, Result):
                yield backend.project.callee(holder, holder.scope.calls[value.call])
            elif isinstance(value, Ref):
                yield backend.project.reference(holder, value.name)


def names_any(function: Function, words: set[str]) -> bool:
    """Whether a function reads a name or attribute, or gives a keyword, out of `words`."""
    for expr in expressions_of(function):
        for each in walk(expr):
            if isinstance(each, Ref) and not words.isdisjoint(each.name.lstrip("$:.").split(".")):
                return True
            if isinstance(each, Attr) and each.name in words:
                return True
    return any(key in words for call in function.scope.calls for key, _ in call.keywords)


def _plain(value: Expr) -> str:
    return value.name[1:] if isinstance(value, Ref) and value.name[0] == "$" else ""


def _root(ref: Ref) -> str:
    return ref.name.lstrip("$:").partition(".")[0]
