from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from linter.analyses.effects import effects_of
from linter.backend import Backend, Class, Function, Query, Resolved, Route, Table, Variable, Verdict
from linter.facts.expressions import Attr, Constant, Ref, Result, walk
from linter.facts.scopes import Call, Return
from linter.facts.spans import line_of
from linter.finding import Location, Note
from linter.resolve.definitions import arguments_of
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided
from linter.secrecy import is_personal
from linter.shapes import shape_of

"""Last words of columns that hold what identifies or reaches a person."""


_LISTING = (
    "rest_framework.mixins.ListModelMixin",
    "rest_framework.generics.ListAPIView",
    "rest_framework.generics.ListCreateAPIView",
    "rest_framework.viewsets.ModelViewSet",
    "rest_framework.viewsets.ReadOnlyModelViewSet",
)
_PICKING = frozenset({"query", "select", "values", "values_list", "with_entities"})
_DEPTH = 3


class _Rows(NamedTuple):
    """All rows of a table with a personal column, and the place where they are read."""

    table: Table
    column: str
    location: Location


class UnauthenticatedPersonalData(Rule[Route]):
    """A route reads a whole table of people for callers whom it has not identified.

    ## Why
    Whoever finds the path takes every address and telephone number at once, and has no account to block.

    ## Bad
        @router.get("/customers")
        def customers(session: SessionDep):
            return session.scalars(select(Customer)).all()

    ## Good
        @router.get("/customers", dependencies=[Depends(current_user)])
        def customers(session: SessionDep): ...

    ## Limits
    Judged where other routes are guarded, for handlers that answer with a table read without a filter or a
    limit, by themselves or by what they call for it, when the table has a column such as `email` or `phone`.
    What of a row leaves is looked at for generic views of Django REST framework only.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "routes that read"
    cwe = 306
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Reading routes of a project that guards routes at all."""
        if not any(route.authenticated is Verdict.YES for route in backend.routes):
            return ()
        return (route for route in backend.routes if not route.changes_state and not route.websocket)

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """No guard, and a query for all rows of a table with personal columns."""
        if subject.authenticated is Verdict.YES:
            return
        if subject.authenticated is Verdict.UNKNOWN or not subject.complete:
            yield Undecided("a guard or a prefix could not be resolved")
            return
        found = self._listed(subject, backend) or self._read(subject, backend)
        if found is None or effects_of(backend).is_open_on_purpose(subject):
            return
        table, column, _ = found
        view = subject.owner if subject.function is None else None
        yield self.finding(
            subject,
            f"{subject} reads all of `{table.name}` without a guard, `{column}` among its columns",
            location=subject.handler_location if view is None else view.location,
            help="guard the route, its router or its blueprint as its neighbours are",
            related=[Note(found.location, "the rows are read here")],
        )

    def _read(self, route: Route, backend: Backend) -> _Rows | None:
        """A query for all rows in the handler, or in a function whose result it answers with."""
        if route.function is None:
            return None
        behind = {id(each) for each in _answering(route.function, backend)}
        for query in backend.queries:
            table = backend.tables.get(query.table) if id(query.function) in behind else None
            if table is not None and _reads_all(query):
                column = _personal(table)
                if column is not None and column in _picked(query, table):
                    return _Rows(table, column, query.location)
        return None

    def _listed(self, route: Route, backend: Backend) -> _Rows | None:
        """A generic view that lists all rows of its model with a serializer that shows such a column."""
        view = route.owner
        if view is None or route.function is not None or any(each.place == "path" for each in route.inputs):
            return None
        project = backend.project
        if not project.derives(view, *_LISTING) or _allows_anyone(view, backend):
            return None
        if any(_is_own(view, name, backend) for name in ("get_queryset", "get_serializer_class", "list")):
            return None
        queryset, serializer = (project.member(view, name) for name in ("queryset", "serializer_class"))
        if queryset is None or serializer is None or not isinstance(queryset.target, Variable):
            return None
        variable = queryset.target
        model = _model_of_all(variable, backend)
        table = next((each for each in backend.tables.values() if model and each.owner is model), None)
        schema = _class_behind(serializer, backend)
        shape = None if schema is None else shape_of(project, schema)
        column = None if table is None else _personal(table)
        field = None if shape is None or column is None else shape.field(column)
        if table is None or column is None or field is None or field.write_only:
            return None
        return _Rows(table, column, view.module.locate(variable.assign.span))


def _answering(handler: Function, backend: Backend) -> Iterator[Function]:
    """A handler, and the functions whose results make up what it returns."""
    pending, seen = [(handler, 0)], {id(handler)}
    while pending:
        function, depth = pending.pop(0)
        yield function
        if depth == _DEPTH:
            continue
        for call in _returned_calls(function):
            target = backend.project.callee(function, call).target
            if isinstance(target, Function) and id(target) not in seen:
                seen.add(id(target))
                pending.append((target, depth + 1))


def _returned_calls(function: Function) -> Iterator[Call]:
    """Calls whose results a function returns, straight, in a display, or by a local name."""
    pending = [
        each.value
        for each in function.scope.statements
        if isinstance(each, Return) and each.value is not None
    ]
    names: set[str] = set()
    while pending:
        for each in walk(pending.pop()):
            if isinstance(each, Result):
                call = function.scope.calls[each.call]
                yield call
                pending += arguments_of(call)
            elif isinstance(each, Ref) and each.name[0] == "$" and each.name not in names:
                names.add(each.name)
                assigned = function.assignments.get(each.name[1:], ())
                pending += [assign.value for assign in assigned if assign.value is not None]


def _is_own(view: Class, name: str, backend: Backend) -> bool:
    member = backend.project.member(view, name)
    return member is not None and isinstance(member.target, Function)


def _allows_anyone(view: Class, backend: Backend) -> bool:
    """Whether a view says itself that everybody may call it."""
    member = backend.project.member(view, "permission_classes")
    return member is not None and isinstance(member.target, Variable)


def _model_of_all(variable: Variable, backend: Backend) -> Class | None:
    """The model of `Model.objects.all()`."""
    value, holder = variable.assign.value, variable.holder
    callee = holder.scope.calls[value.call].callee if isinstance(value, Result) else None
    if not isinstance(callee, Ref) or not callee.name.endswith(".objects.all"):
        return None
    target = backend.project.reference(holder, callee.name.removesuffix(".objects.all")).target
    return target if isinstance(target, Class) else None


def _class_behind(member: Resolved, backend: Backend) -> Class | None:
    """The class that an attribute of a view names."""
    if not isinstance(member.target, Variable):
        return None
    value, holder = member.target.assign.value, member.target.holder
    found = backend.project.reference(holder, value.name).target if isinstance(value, Ref) else None
    return found if isinstance(found, Class) else None


def _reads_all(query: Query) -> bool:
    return query.kind == "select" and not query.bounded and not query.filters


def _picked(query: Query, table: Table) -> Collection[str]:
    """The columns that a query asks for by name; all of the table's where it names none."""
    for call in query.function.scope.calls:
        callee = call.callee
        last = callee.name.rpartition(".")[2] if isinstance(callee, (Ref, Attr)) else ""
        here = query.location.line <= line_of(call.span) <= query.location.end_line
        if not here or last not in _PICKING or not call.args:
            continue
        names = [
            each.value if isinstance(each, Constant) else getattr(each, "name", "").rpartition(".")[2]
            for each in call.args
        ]
        if all(name in table.columns for name in names):
            return [str(name) for name in names]
    return table.columns


def _personal(table: Table) -> str | None:
    """A column of the table that holds what identifies a person."""
    return next((name for name in table.columns if is_personal(name)), None)
