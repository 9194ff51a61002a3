from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, Function, Route
from linter.facts.expressions import Expr, Ref, Result, walk
from linter.facts.scopes import Assertion, Assign, Define, Delete, Evaluate, Raise, Return
from linter.frameworks.fastapi.dependencies import Dependencies
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided

_DEPENDS = ("fastapi.Depends", "fastapi.param_functions.Depends", "fastapi.Security")
_REGISTERING = frozenset(
    {"get", "post", "put", "patch", "delete", "route", "api_route", "api_operation", "head", "options"}
)


class PathParameterUnused(Rule[Route]):
    """A handler takes a parameter of its path and never reads it.

    ## Why
    The path says that the parameter narrows what is read. When nothing looks at it, every value gives the
    same answer: `/teams/7/orders/3` serves the order of team 8 as well.

    ## Bad
        @router.get("/teams/{team_id}/orders/{order_id}")
        def read(team_id: int, order_id: int, session: SessionDep) -> OrderOut:
            return session.get(Order, order_id)

    ## Good
        @router.get("/teams/{team_id}/orders/{order_id}")
        def read(team_id: int, order_id: int, session: SessionDep) -> OrderOut:
            return session.scalars(select(Order).filter_by(id=order_id, team_id=team_id)).one()

    ## Limits
    Functions only: methods of classes may hand their arguments on through `self`. A parameter that a FastAPI
    dependency of the project takes as well counts as used, and so does one whose name begins with `_`, is
    `slug` (a readable ending of an address), or is deleted. Handlers with other decorators, which see the
    arguments too, are undecided.

    ## References
    - https://cwe.mitre.org/data/definitions/639.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "routes with parameters in the path"
    cwe = 639
    owasp = "API1:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Functions behind a path with parameters, each once."""
        seen: set[int] = set()
        for route in backend.routes:
            function = route.function
            if (
                function is None
                or function.owner is not None
                or id(function) in seen
                or "{" not in route.path
            ):
                continue
            if route.framework in ("fastapi", "flask", "django", "ninja") and not route.websocket:
                seen.add(id(function))
                yield route

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """A parameter that nothing reads."""
        function = subject.function
        assert function is not None
        taken = {each.name for each in function.scope.parameters if each.kind not in ("*", "**")}
        named = [name for name in _names(subject.path) if name in taken and not name.startswith("_")]
        read = _read(function)
        unread = [name for name in named if name not in read and name != "slug"]
        if not unread or "locals" in read or _is_stub(function):
            return
        if _is_wrapped(function):
            yield Undecided("a decorator of the handler may read the parameter")
            return
        if subject.framework == "fastapi":
            taken = _of_dependencies(backend)
            unread = [name for name in unread if name not in taken]
            if unread and _reads_path_params(backend):
                yield Undecided("a dependency may read the parameter from the request")
                return
        elif any(backend.methods_called("url_value_preprocessor")) or any(
            backend.methods_called("before_request")
        ):
            yield Undecided("what runs before requests may read the parameter")
            return
        for name in unread:
            yield self.finding(
                subject,
                f"`{name}` of {subject} is never read, so every value of it gives the same answer",
                help=f"look the record up by `{name}` as well, or take it out of the path",
            )


def _names(path: str) -> list[str]:
    return [piece.partition("}")[0] for piece in path.split("{")[1:]]


def _of_dependencies(backend: Backend) -> set[str]:
    """The names of the parameters of functions and classes that FastAPI calls for handlers."""
    reader = Dependencies(backend)
    names: set[str] = set()
    for site in backend.calls(*_DEPENDS):
        if site.call is None:
            continue
        wanted = site.call.argument(0, "dependency")
        if isinstance(wanted, Ref):
            found = reader.project.reference(site.function, wanted.name).target
            called = getattr(found, "methods", {}).get("__init__", found)
            called = getattr(found, "methods", {}).get("__call__", called)
            if isinstance(called, Function):
                names.update(each.name for each in called.scope.parameters)
        elif isinstance(wanted, Result):
            made = backend.project.callee(site.function, site.function.scope.calls[wanted.call]).target
            inner = [made, *getattr(made, "methods", {}).values(), *getattr(made, "children", {}).values()]
            for each in inner:
                if isinstance(each, Function):
                    names.update(parameter.name for parameter in each.scope.parameters)
    return names


@lru_cache(maxsize=1)
def _reads_path_params(backend: Backend) -> bool:
    """Whether any code of the project takes parameters from `request.path_params` or the like."""
    return any(
        name.endswith(".path_params") or ".path_params." in name
        for function in backend.functions
        for name in _names_read(function)
    )


def _is_wrapped(function: Function) -> bool:
    """Whether anything but a registration decorates the handler."""
    parent = function.parent
    for each in function.scope.decorators:
        if not isinstance(each.value, Result) or parent is None:
            return True
        callee = parent.scope.calls[each.value.call].callee
        if not isinstance(callee, Ref) or callee.name.rpartition(".")[2] not in _REGISTERING:
            return True
    return False


def _is_stub(function: Function) -> bool:
    """Whether the body does nothing yet: only a docstring, `pass` or one `raise`."""
    return not function.scope.calls and not any(
        isinstance(each, (Return, Assign)) for each in function.scope.statements
    )


def _read(function: Function) -> set[str]:
    """The first words of the names that a function reads."""
    return {name.partition(".")[0] for name in _names_read(function)}


def _names_read(function: Function) -> set[str]:
    """The dotted names that a function and those inside it read."""
    scope = function.scope
    found: list[Expr | None] = [block.subject for block in scope.blocks]
    names: set[str] = set()
    for call in scope.calls:
        found += [call.callee, *call.args, *(value for _, value in call.keywords)]
    for statement in scope.statements:
        match statement:
            case Assign():
                found += [statement.value, *statement.targets]
            case Return() | Evaluate():
                found.append(statement.value)
            case Raise():
                found += [statement.exception, statement.cause]
            case Assertion():
                found.append(statement.test)
            case Delete():
                found += statement.targets
            case Define():
                inner = function.module.definitions[statement.scope]
                names |= _names_read(inner) if isinstance(inner, Function) else set()
            case _:
                pass
    for expr in found:
        if expr is not None:
            names.update(each.name.lstrip(":$.") for each in walk(expr) if isinstance(each, Ref))
    return names
