from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity

_NOT_KEPT = frozenset(
    {"regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc"}
    | {"regprocedure"}
)
"""Types of numbers of the system's objects that are others in a new server."""


class UpgradeBlockingType(Rule[TableColumn]):
    """A column holds numbers of the server's own objects, which `pg_upgrade` refuses to take over.

    ## Why
    A `regproc` is stored as the number of a function. The new server numbers its functions anew, so
    `pg_upgrade` stops at the first table with such a column, on the day of the upgrade.

    ## Bad
        handler regproc

    ## Good
        handler text          -- the name, cast to regproc where it is used

    ## Limits
    `regclass`, `regrole` and `regtype` are kept, and are left alone. PostgreSQL only.

    ## References
    - https://www.postgresql.org/docs/current/pgupgrade.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "columns"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns of known tables."""
        return backend.columns

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """A type whose values mean something else in another server."""
        kind = subject.column.type.removesuffix("[]").strip()
        if kind in _NOT_KEPT:
            yield self.finding(
                subject,
                f"{subject} is a `{kind}`, so `pg_upgrade` refuses the database",
                help=f"store the name as `text`, and cast it to `{kind}` where it is used",
            )
