from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change, Work
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided
from linter.schema.advice import code
from linter.schema.defaults import is_known_function


class AddedColumnRewritesTable(Rule[Change]):
    """A column is added in a way that makes the server write every row anew.

    ## Why
    A constant default is kept in the catalogue. A default that differs from row to row (`random()`,
    `gen_random_uuid()`, `clock_timestamp()`), an identity or serial, and a stored generated column are
    not: the table and all its indexes are written anew under an ACCESS EXCLUSIVE lock. Before PostgreSQL
    11 every default did that.

    ## Bad
        ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();

    ## Good
        ALTER TABLE orders ADD COLUMN token uuid;
        ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();
        -- then fill the old rows in batches

    ## Limits
    Silent for tables that the same migration creates. A default by a function that is not built in counts
    as volatile, as the server takes it unless it was declared otherwise; that is less certain. Django
    computes a `default=` itself and hands over a constant; only `db_default` runs in the server.
    `postgres-version` tells the server.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "columns added to tables in use"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Columns added to tables that were there before."""
        return (each for each in backend.changes_of("add-column") if each.name and each.engine != "sqlite")

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Every row is written anew."""
        effect, column = subject.effect, subject.definition
        if column is None or (not effect.known and subject.tool != "django"):
            yield Undecided("the default can't be seen")
            return
        if effect.work is not Work.REWRITE:
            return
        default = column.default
        what = (
            f"default {code(default)}"
            if default and "default" in effect.form
            else _WHAT.get(effect.form, "column")
        )
        sure = "default" not in effect.form or default is None or is_known_function(default)
        yield self.finding(
            subject,
            f"adding `{column.name}` with its {what} rewrites all of {subject} under {effect.lock.named}, so "
            f"all {effect.lock.waits} wait",
            help=_help(subject),
            confidence=None if sure else Confidence.MEDIUM,
        )


_WHAT = {"add identity column": "identity", "add stored generated column": "stored expression"}


def _help(subject: Change) -> str:
    form = subject.effect.form
    if form == "add stored generated column":
        return "add a plain column, keep it up to date by a trigger, and fill the old rows in batches"
    if form == "add identity column":
        return (
            "add a nullable column, fill the old rows in batches, and attach the sequence as its default"
            " afterwards"
        )
    default = (
        f"ALTER TABLE {subject.name} ALTER COLUMN {subject.column} SET DEFAULT"
        f" {(subject.definition and subject.definition.default) or '…'}"
    )
    spelled = {
        "sql": default,
        "alembic": f"op.execute({default!r})",
        "django": f"migrations.RunSQL({default!r})",
    }
    return (
        f"add it nullable without a default, then run {code(spelled[subject.tool])}, and fill the old rows in"
        " batches"
    )
