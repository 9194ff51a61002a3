from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule

_TEXTS = ("text", "varchar", "character", "char", "citext", "string")


class NullSwallowsText(SqlRule):
    """A text is put together with `||` out of a column that may be NULL.

    ## Why
    NULL in one of the parts makes all of it NULL: a customer without a second name has no name at all in the
    list, and is not found by it.

    ## Bad
        SELECT first_name || ' ' || last_name FROM customers  -- last_name may be NULL

    ## Good
        SELECT concat_ws(' ', first_name, last_name) FROM customers

    ## Limits
    Runs only when it is selected by its full name: NULL may be just what is meant. Silent inside COALESCE
    and CASE, where the WHERE speaks of the column, for MySQL (`||` is OR there), and for columns whose type
    is no text.

    ## References
    - https://www.postgresql.org/docs/current/functions-string.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "statements that were read"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that were read."""
        return (each for each in backend.statements if each.facts.understood)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A nullable column among the parts."""
        for trait in subject.traits:
            if trait.kind != "concatenated":
                continue
            table = subject.schema.get(trait.table) or backend.tables.get(trait.table)
            column = None if table is None else table.columns.get(trait.column)
            if column is not None and column.nullable and _is_text(column.type):
                yield self.finding(
                    subject,
                    f"`{trait.table}.{trait.column}` may be NULL, which makes the whole text NULL",
                    help="use `concat()` or `concat_ws()`, or put `coalesce(…, '')` around it",
                )


def _is_text(kind: str) -> bool:
    return kind.startswith(_TEXTS) and not kind.endswith("]")
