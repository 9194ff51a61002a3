from collections import Counter
from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class ColumnTwice(SqlRule):
    """A statement names a column twice where once is allowed.

    ## Why
    The server refuses it: `column "total" specified more than once`. It stands in code that was never
    run.

    ## Bad
        INSERT INTO orders (id, total, total) VALUES (1, 2, 3);

    ## Good
        INSERT INTO orders (id, total) VALUES (1, 2);

    ## Limits
    Looks at INSERT, UPDATE, CREATE TABLE and keys. Silent where a part of the statement is put in at run
    time.

    ## References
    - https://www.postgresql.org/docs/current/sql-insert.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "statements that list columns"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements with a list of columns."""
        for each in backend.statements:
            if each.facts.kind in ("insert", "update", "create", "alter") and not each.facts.holes:
                yield each

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A name stands there twice."""
        facts = subject.facts
        lists = [facts.columns] if facts.kind in ("insert", "update") else []
        lists += [
            tuple(column.name for column in action.columns)
            for action in facts.actions
            if action.kind in ("create-table", "add-unique", "add-primary-key") and "like" not in action.flags
        ]
        for names in lists:
            twice = [
                name for name, count in Counter(names).items() if count > 1 and name not in ("", "?", "*")
            ]
            if twice:
                yield self.finding(
                    subject,
                    f"`{twice[0]}` stands twice in the column list, which the server refuses",
                    help="leave one out",
                )
                return
