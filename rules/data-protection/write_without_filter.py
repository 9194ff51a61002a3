from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, Query, Statement
from linter.rule import Confidence, Outcome, Rule, Severity


class WriteWithoutFilter(Rule[Statement | Query]):
    """An UPDATE or DELETE that the application runs has no WHERE.

    ## Why
    It changes or removes every row of the table, for every customer, in one go. Where that is meant, it
    seldom belongs to a request; where a condition was forgotten, only a backup helps.

    ## Bad
        cursor.execute("DELETE FROM sessions")
        Session.objects.all().delete()
        db.execute(delete(Session))

    ## Good
        cursor.execute("DELETE FROM sessions WHERE expires_at < now()")
        Session.objects.filter(expires_at__lt=now()).delete()

    ## Limits
    Migrations, scripts and files of SQL are left alone: they mean it. So are statements with a part that
    only a run can tell, those kept in a name first, to which a condition may be added, and those that
    name other tables in FROM or USING. Of an ORM, only chains without a variable on the way, and not those
    of a manager of the project's own that may leave rows out; one finding for each function.

    ## References
    - https://www.postgresql.org/docs/current/dml-delete.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "updates and deletes"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """Statements and queries of application code that change or remove rows."""
        yield from (
            each
            for each in backend.statements
            if each.origin == "string"
            and each.facts.kind in ("update", "delete")
            and each.facts.understood
            and each.function is not None
            and each.facts.call >= 0
            and not backend.is_run_by_hand(each.function)
        )
        yield from (
            each
            for each in backend.orm_queries
            if each.kind in ("update", "delete") and not backend.is_run_by_hand(each.function)
        )

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """No condition, and nothing that a run could put in its place."""
        if isinstance(subject, Query):
            yield from self._of_orm(subject, backend)
        else:
            yield from self._of_sql(subject)

    def _of_orm(self, subject: Query, backend: Backend) -> Iterator[Outcome]:
        for trait in subject.traits:
            alike = _unfiltered(backend).get(subject.function.id, [])
            if trait.kind == "unfiltered" and alike[:1] == [subject]:
                verb = "changes" if subject.kind == "update" else "removes"
                others = f", as do {len(alike) - 1} more calls here" if len(alike) > 1 else ""
                yield self.finding(
                    subject,
                    f"this {subject.kind} has no filter, so it {verb} every row of `{trait.table}`{others}",
                    help="filter the rows, or move the call to a script that says that it means all",
                )

    def _of_sql(self, subject: Statement) -> Iterator[Outcome]:
        facts = subject.facts
        if facts.filtered or facts.holes or len(facts.tables) != 1 or facts.bounded:
            return
        verb = "changes" if facts.kind == "update" else "removes"
        yield self.finding(
            subject,
            f"this `{facts.kind.upper()}` has no WHERE, so it {verb} every row of `{facts.tables[0]}`",
            help="name the rows with WHERE, or move the statement to a script that says that it means all",
        )


@lru_cache(maxsize=1)
def _unfiltered(backend: Backend) -> dict[str, list[Query]]:
    """The writes to all rows of each function, by its id."""
    found: dict[str, list[Query]] = {}
    for each in backend.orm_queries:
        if any(trait.kind == "unfiltered" for trait in each.traits):
            found.setdefault(each.function.id, []).append(each)
    return found
