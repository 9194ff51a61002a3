from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity
from linter.secrecy import words_of

_FLOATS = ("float", "double", "real")
_MONEY = frozenset(
    (word,)
    for word in ("price", "prices", "cost", "costs", "salary", "salaries", "fee", "fees", "revenue", "refund")
)
_ESTIMATES = ("cost", "costs")


class MoneyAsFloat(Rule[TableColumn]):
    """An amount of money is kept as a floating-point number.

    ## Why
    0.1 and 0.2 have no exact binary form. Sums are off by a cent, comparisons fail, and an invoice does not
    add up to its lines.

    ## Bad
        total double precision NOT NULL

    ## Good
        total numeric(12, 2) NOT NULL

    ## Limits
    Judged by the last word of the column's name: words for money only, no rates, scores or factors. A
    note for costs, which are often estimates.

    ## References
    - https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_money
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "columns"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns of known tables."""
        return backend.columns

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """A name for money and a type that rounds."""
        if subject.column.type.startswith(_FLOATS) and words_of(subject.column.name)[-1:] in _MONEY:
            yield self.finding(
                subject,
                f"{subject} holds money as `{subject.column.type}`, which cannot hold cents exactly",
                help="use `numeric(12, 2)` (`DecimalField`, `Numeric`), or whole cents as an integer",
                severity=Severity.NOTE if subject.column.name.endswith(_ESTIMATES) else self.severity,
            )
