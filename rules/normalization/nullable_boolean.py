from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity

_HABIT = 10


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
    Ten or more are a habit of the project: one finding, at the first, says how many there are.

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
        found = _found(backend)
        if subject in found and (len(found) < _HABIT or subject == found[0]):
            others = f"; so may {len(found) - 1} others" if len(found) >= _HABIT else ""
            yield self.finding(
                subject,
                f"{subject} may be NULL, which neither a condition nor its negation finds{others}",
                help="make it `NOT NULL` with a default",
            )


@lru_cache(maxsize=1)
def _found(backend: Backend) -> list[TableColumn]:
    """Booleans that may be NULL."""
    return [each for each in backend.columns if each.column.type.startswith("bool") and each.column.nullable]
