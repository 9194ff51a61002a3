from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity


class LimitedText(Rule[TableColumn]):
    """A text of PostgreSQL is limited by its type.

    ## Why
    `varchar(50)` is no smaller and no faster than `text`. A limit that turns out too short fails on the first
    customer with a longer name, and a view on the column stops the migration that lifts it.

    ## Bad
        name varchar(50) NOT NULL

    ## Good
        name text NOT NULL CHECK (length(name) <= 200)

    ## Limits
    Runs only when it is selected by its full name: to make such a type longer costs nothing. Silent for
    projects that are for other databases as well.

    ## References
    - https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_varchar.28n.29_by_default
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "columns"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns of known tables, where PostgreSQL alone holds them."""
        return backend.columns if tuple(backend.databases) == ("postgresql",) else ()

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """A text with a length."""
        kind = subject.column.type
        if kind.startswith(("varchar(", "character varying(")) and kind.endswith(")"):
            yield self.finding(
                subject,
                f"{subject} is a `{kind}`, which saves nothing over `text` and fails on longer values",
                help="use `text`, with a `CHECK` where a limit is meant",
            )
