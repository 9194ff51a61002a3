from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class DropTable(Rule[Change]):
    """A table is dropped with everything in it.

    ## Why
    The rows are gone, also when the deployment has to be rolled back, and code that still runs fails at
    its first query. With foreign keys the referenced tables are locked as well.

    ## Bad
        DROP TABLE orders;

    ## Good
    First deploy code that does not use the table. Drop it in a later migration, with a backup at hand.

    ## Limits
    Silent for tables that the same migration creates, for temporary ones, and where another table takes
    the name in the same migration. `table-recreated` speaks of a table that is created anew.

    ## References
    - https://www.postgresql.org/docs/current/sql-droptable.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "dropped tables"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Tables that were there before."""
        return (each for each in backend.changes_of("drop-table") if each.name)

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Nothing takes its place."""
        if subject.statement.unused:
            return
        for each in subject.later:
            takes_name = each.kind == "rename-table" and each.action.name == subject.name
            if takes_name or (each.kind == "create-table" and each.name == subject.name):
                return
        locked = ""
        if subject.engine == "postgres" and subject.effect.other.waits and subject.table is not None:
            parents = {(each.references or "").rpartition(".")[0] for each in subject.table.columns.values()}
            tables = " and ".join(f"`{each}`" for each in sorted(parents - {"", subject.name}))
            verb = "are" if " and " in tables else "is"
            locked = f", and {tables} {verb} locked meanwhile" if tables else ""
        yield self.finding(
            subject,
            f"dropping {subject} loses its rows for good{locked}, and code that still runs fails on it",
            help=(
                "deploy code that does not use the table first, and drop it in a later migration with a"
                " backup at hand"
            ),
        )
