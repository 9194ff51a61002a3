from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity


class NullableBoolean(Rule[TableColumn]):
    """A boolean column may be NULL, which makes three answers to a question that has two.

    ## Why
    `WHERE NOT active` leaves the rows with NULL out, and so does `WHERE active`. In Python, None counts
    as false. The two disagree, and nobody said what the third answer means.

    ## Bad
        active boolean DEFAULT true

    ## Good
        active boolean NOT NULL DEFAULT true

    ## Limits
    A note: "not known yet" is a fair third answer where it is meant.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/models/fields/#null
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "boolean columns"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns that hold true or false."""
        return (each for each in backend.columns if each.column.type.startswith("bool"))

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """NULL is allowed."""
        if subject.column.nullable and not subject.column.primary_key:
            yield self.finding(
                subject,
                f"{subject} has a third answer, NULL, which neither a condition nor its negation finds",
                help="make it `NOT NULL` with a default",
            )
