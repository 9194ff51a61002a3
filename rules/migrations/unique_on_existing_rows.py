from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class UniqueOnExistingRows(Rule[Change]):
    """A column that was there before becomes unique, and rows may repeat.

    ## Why
    The migration passes on a test database and fails in production on the first repeated value. Code that
    still runs during the deployment does not know the rule and fails when it writes a repeated one.

    ## Bad
        CREATE UNIQUE INDEX CONCURRENTLY users_email_idx ON users (email);

    ## Good
        -- first: SELECT email FROM users GROUP BY email HAVING count(*) > 1;
        CREATE UNIQUE INDEX CONCURRENTLY users_email_idx ON users (email);

    ## Limits
    Whether rows repeat is not in the code, so this is said in the audit only. Silent where a key or
    another unique index covers the columns already, for columns that the same migration adds, and where
    an earlier step changes rows.

    ## References
    - https://www.postgresql.org/docs/current/indexes-unique.html
    """

    severity = Severity.WARNING
    confidence = Confidence.LOW
    noun = "unique constraints over existing columns"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Unique constraints and indexes on tables that were there before."""
        for each in backend.changes_of("add-unique", "create-index"):
            if each.name and each.action.columns and (each.kind == "add-unique" or each.has("unique")):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Nothing made sure of it before."""
        columns = {each.name for each in subject.action.columns}
        # What the same migration drops before has held for the rows until now.
        states = [each.table for each in (*subject.earlier, subject) if each.name == subject.name]
        for table in states:
            if table is not None and (
                any(index.unique and set(index.columns) <= columns for index in table.indexes)
                or set(table.primary_key or ("?",)) <= columns
            ):
                return
        for each in subject.earlier:
            if each.kind in ("update", "delete", "python", "opaque"):
                return
            if each.kind == "add-column" and each.name == subject.name and each.column in columns:
                return
        names = ", ".join(sorted(columns))
        yield self.finding(
            subject,
            f"`{names}` of {subject} becomes unique, which fails on repeated values that only production has",
            help=(
                f"look for them first: `SELECT {names} FROM {subject.name} GROUP BY {names} HAVING count(*)"
                " > 1`"
            ),
        )
