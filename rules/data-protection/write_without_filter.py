from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class WriteWithoutFilter(SqlRule):
    """An UPDATE or DELETE that the application runs has no WHERE.

    ## Why
    It changes or removes every row of the table, for every customer, in one go. Where that is meant, it
    seldom belongs to a request; where a condition was forgotten, only a backup helps.

    ## Bad
        cursor.execute("DELETE FROM sessions")

    ## Good
        cursor.execute("DELETE FROM sessions WHERE expires_at < now()")

    ## Limits
    Migrations, scripts and files of SQL are left alone: they mean it. So are statements with a part that
    only a run can tell, those kept in a name first, to which a condition may be added, and those that
    name other tables in FROM or USING.

    ## References
    - https://www.postgresql.org/docs/current/dml-delete.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "updates and deletes in SQL"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements of application code that change or remove rows."""
        return (
            each
            for each in backend.statements
            if each.origin == "string"
            and each.facts.kind in ("update", "delete")
            and each.facts.understood
            and each.function is not None
            and each.facts.call >= 0
            and not backend.is_run_by_hand(each.function)
        )

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """No condition, and nothing that a run could put in its place."""
        facts = subject.facts
        if facts.filtered or facts.holes or len(facts.tables) != 1 or facts.bounded:
            return
        verb = "changes" if facts.kind == "update" else "removes"
        yield self.finding(
            subject,
            f"this `{facts.kind.upper()}` has no WHERE, so it {verb} every row of `{facts.tables[0]}`",
            help="name the rows with WHERE, or move the statement to a script that says that it means all",
        )
