from collections.abc import Iterable, Iterator

from linter.analyses.effects import effects_of
from linter.analyses.secrecy import words_of
from linter.backend import Backend, Query, Route, Table, Verdict
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided

_PERSONAL = frozenset({"email", "phone", "mobile", "birthday", "birthdate", "ssn", "iban", "passport"})
"""Last words of columns that hold what identifies or reaches a person."""


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
    Judged where other routes are guarded, for handlers that themselves read a table without a filter or a
    limit, when the table has a column such as `email` or `phone`. What of a row leaves is not looked at.

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
        if subject.authenticated is Verdict.UNKNOWN or not subject.complete or subject.function is None:
            yield Undecided("a guard, a prefix or the handler could not be resolved")
            return
        for query in backend.queries:
            if query.function is not subject.function or not _reads_all(query):
                continue
            table = backend.tables.get(query.table)
            column = None if table is None else _personal(table)
            if column is None or effects_of(backend).is_open_on_purpose(subject):
                continue
            yield self.finding(
                subject,
                f"{subject} reads all of `{query.table}` without a guard, `{column}` among its columns",
                location=subject.function.location,
                help="guard the route, its router or its blueprint as its neighbours are",
                related=[Note(query.location, "the rows are read here")],
            )
            return


def _reads_all(query: Query) -> bool:
    return query.kind == "select" and not query.bounded and not query.filters


def _personal(table: Table) -> str | None:
    """A column of the table that holds what identifies a person."""
    return next((name for name in table.columns if not _PERSONAL.isdisjoint(words_of(name)[-1:])), None)
