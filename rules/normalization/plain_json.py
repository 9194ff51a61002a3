from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.facts.spans import line_of
from linter.rule import Confidence, Outcome, Rule, Severity


class PlainJson(Rule[TableColumn]):
    """A column of PostgreSQL has the type `json`, which keeps text and cannot be compared.

    ## Why
    `json` has no `=`: SELECT DISTINCT, GROUP BY and UNION over the row fail, and no GIN index looks inside.
    The text is parsed again for each look at it.

    ## Bad
        details json

    ## Good
        details jsonb

    ## Limits
    A note of low confidence: who only stores and shows a document loses nothing, and `json` keeps the order
    of its keys. Columns with a variant for PostgreSQL are left alone, and so are projects for others.

    ## References
    - https://www.postgresql.org/docs/current/datatype-json.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "columns"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns of known tables, where PostgreSQL alone holds them."""
        return backend.columns if tuple(backend.databases) == ("postgresql",) else ()

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """The type by its name."""
        if subject.column.type == "json" and not _has_variant(subject):
            yield self.finding(
                subject,
                f"{subject} is a `json`, which DISTINCT, GROUP BY and indexes cannot look into",
                help="use `jsonb`",
            )


def _has_variant(subject: TableColumn) -> bool:
    """Whether the model gives the column another type for one of its databases."""
    owner, place = subject.table.owner, subject.column.location
    return owner is not None and any(
        call.last_name == "with_variant" and place.line <= line_of(call.span) <= place.end_line
        for call in owner.scope.calls
    )
