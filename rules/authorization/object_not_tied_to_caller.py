from collections.abc import Iterable, Iterator

from linter.analyses.ownership import Owner, ownership_of, range_of
from linter.analyses.reached_ids import HOOKS, Ways, decorators_of, names_any
from linter.backend import Backend, Class, Function, Guard, Query, Resolved, Route, Table, Variable, Verdict
from linter.facts.expressions import Attr, Ref, Result, walk
from linter.facts.spans import line_of
from linter.finding import Location, Note
from linter.guards import refusals_of
from linter.resolve.definitions import arguments_of
from linter.rule import Confidence, Finding, Outcome, Rule, Severity, Undecided

_GENERIC = ("rest_framework.generics.", "rest_framework.viewsets.", "rest_framework.mixins.")
_DETAIL = ("django.views.generic.",)
_PLAIN_PERMISSIONS = frozenset({"rest_framework.permissions.IsAuthenticated"})
_FRAMEWORKS = frozenset(
    {"django", "drf", "fastapi", "flask", "functools", "quart", "rest", "starlette", "sentry", "typing"}
)
"""First words of packages whose decorators register, document, guard or cache, and look up no row."""


class ObjectNotTiedToCaller(Rule[Route]):
    """A route gives any signed-in caller any row, by the id that the caller sends.

    ## Why
    Ids are counted up or copied from a link. Where nobody asks whose row it is, one account reads, changes
    or deletes the rows of all others.

    ## Bad
        @router.delete("/notes/{note_id}")
        def delete(note_id: int, session: SessionDep, user: CurrentUser):
            session.delete(session.get(Note, note_id))

    ## Good
        note = session.scalar(select(Note).where(Note.id == note_id, Note.owner_id == user.id))

    ## Limits
    Judged where a row's table, or its parent, has one foreign key to the table of accounts, and another query
    picks rows by it for the caller; without such a query the confidence is low. A guard with permissions,
    a look at the caller anywhere on the way, or a call that gets the row and can't be
    followed, leave the route alone.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "guarded routes that take an id"
    cwe = 639
    owasp = "API1:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes that know their caller and take a part of their path."""
        for route in backend.routes:
            if route.authenticated is Verdict.YES and any(each.place == "path" for each in route.inputs):
                yield route

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """A row found by an id of the path, and nothing on the way that knows the caller."""
        if not subject.complete:
            yield Undecided("a prefix or a guard could not be resolved")
            return
        if any(_may_know_the_row(guard, subject, backend) for guard in subject.guards):
            return
        if subject.function is not None:
            if any(_is_foreign(each, backend) for each in decorators_of(subject.function, backend)):
                return
            found = self._loaded(subject, subject.function, backend)
        else:
            found = self._generic(subject, backend)
        if found is not None:
            yield found

    def _loaded(self, route: Route, handler: Function, backend: Backend) -> Finding | None:
        ways = Ways(route, handler, backend)
        for function, names in ways.carriers:
            for query in ownership_of(backend).queries_in(function):
                name = _asked_by(query, names)
                table = backend.tables.get(query.table)
                if name is None or table is None or not query.bounded or len(query.filters) != 1:
                    continue
                if set(query.filters) != set(table.primary_key):
                    continue
                owner = ownership_of(backend).owner_of(table)
                if owner is None or ways.know_the_caller(owner):
                    continue
                parameter = names[name]
                return self._reproach(route, table, parameter, owner, query.location)
        return None

    def _generic(self, route: Route, backend: Backend) -> Finding | None:
        """A generic view that takes its rows from all of a model's; said of one of its routes."""
        view, project = route.owner, backend.project
        if (
            view is None
            or route is not self._worst(view, backend)
            or not any(each.name.startswith(_GENERIC + _DETAIL) for each in project.ancestors(view))
        ):
            return None
        if any(_is_own(view, name, backend) for name in HOOKS) or not _has_plain_permissions(view, backend):
            return None
        table = _table_of(view, backend)
        owner = None if table is None else ownership_of(backend).owner_of(table)
        if table is None or owner is None:
            return None
        if any(
            ownership_of(backend).reads_caller(each)
            for ancestor in project.ancestors(view)
            if isinstance(ancestor.target, Class)
            for each in ancestor.target.methods.values()
        ):
            return None
        parameter = next(each.name for each in route.inputs if each.place == "path")
        return self._reproach(route, table, parameter, owner, view.location)

    def _worst(self, view: Class, backend: Backend) -> Route:
        """The route of a view that stands for all: one that changes rows before one that reads them."""
        routes = [
            each
            for each in self.subjects(backend)
            if each.owner is view and each.function is None and each.complete
        ]
        return min(routes, key=lambda each: not each.changes_state)

    def _reproach(
        self, route: Route, table: Table, parameter: str, owner: Owner, location: Location
    ) -> Finding:
        does = "changes" if route.changes_state else "reads"
        certain = owner.scoped and (not owner.through or route.changes_state)
        return self.finding(
            route,
            f"{route} {does} any row of `{table.name}` by `{parameter}` and never compares {owner} with the "
            "caller",
            location=location,
            help=f"find the row by {owner} of the caller as well, and answer 404 when there is none",
            severity=None if route.changes_state else Severity.WARNING,
            confidence=None if certain else Confidence.LOW,
            related=[Note(route.location, "the route is declared here")],
        )


def _may_know_the_row(guard: Guard, route: Route, backend: Backend) -> bool:
    """Whether a guard asks for more than an account, or sees the id of the path."""
    if guard.kind == "authorization" or (guard.verdict is Verdict.UNKNOWN and guard.kind != "rate-limit"):
        return True
    function = backend.project.by_id(guard.name)
    if isinstance(function, Class):
        functions = list(function.methods.values())
    elif isinstance(function, Function):
        functions = [function, *(each for each in function.children.values() if isinstance(each, Function))]
    else:
        return False
    ids = {each.name for each in route.inputs if each.place == "path"}
    refusals = refusals_of(backend.project)
    return any(
        (
            any(refused.status == 403 for refused in refusals.refusals(each))
            and ownership_of(backend).gets_caller(each)
        )
        or not ids.isdisjoint(parameter.name for parameter in each.scope.parameters)
        or names_any(each, {"path_params", "view_args", "kwargs", "has_object_permission"} | ids)
        for each in functions
    )


def _is_foreign(decorator: Resolved, backend: Backend) -> bool:
    """Whether a decorator is neither a framework's nor the project's, so that it may do anything."""
    if decorator.target is not None:
        return False
    return decorator.name.partition(".")[0].partition("_")[0] not in _FRAMEWORKS


def _is_own(view: Class, name: str, backend: Backend) -> bool:
    member = backend.project.member(view, name)
    return member is not None and isinstance(member.target, Function)


def _has_plain_permissions(view: Class, backend: Backend) -> bool:
    """Whether a view's permissions ask for an account and no more, and it filters nothing by itself."""
    for name in ("permission_classes", "filter_backends", "permission_required"):
        member = backend.project.member(view, name)
        if member is None or not isinstance(member.target, Variable):
            continue
        variable = member.target
        value = variable.assign.value
        for each in () if value is None else getattr(value, "items", (value,)):
            found = (
                backend.project.reference(variable.holder, each.name).name if isinstance(each, Ref) else ""
            )
            if name == "permission_classes" and found not in _PLAIN_PERMISSIONS:
                return False
            if name == "filter_backends" and not found.startswith(("rest_framework.", "django_filters.")):
                return False
            if name == "permission_required":
                return False
    return True


def _table_of(view: Class, backend: Backend) -> Table | None:
    """The table whose rows a view takes: `model = X` or `queryset = X.objects.all()`."""
    for name in ("queryset", "model"):
        member = backend.project.member(view, name)
        if member is None or not isinstance(member.target, Variable):
            continue
        holder, value = member.target.holder, member.target.assign.value
        while isinstance(value, (Result, Attr)):
            value = holder.scope.calls[value.call].callee if isinstance(value, Result) else value.base
        if not isinstance(value, Ref):
            return None
        parts = value.name.split(".objects")
        model = backend.project.reference(holder, parts[0]).target
        return next((each for each in backend.tables.values() if each.owner is model), None)
    return None


def _asked_by(query: Query, names: dict[str, str]) -> str | None:
    """The name of an id that the statement of a query reads."""
    first, last = range_of(query)
    for call in query.function.scope.calls:
        if first <= line_of(call.span) <= last:
            for argument in arguments_of(call):
                for each in walk(argument):
                    if isinstance(each, Ref) and each.name.lstrip("$") in names:
                        return each.name.lstrip("$")
    return None
