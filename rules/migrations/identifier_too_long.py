from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity

_BYTES = 63
_NAMING = frozenset(
    {"create-table", "add-column", "create-index", "rename-table", "rename-column"}
    | {"add-unique", "add-primary-key", "add-foreign-key", "add-check", "add-exclude"}
)


class IdentifierTooLong(Rule[Change]):
    """A name is longer than PostgreSQL keeps, and is cut without an error.

    ## Why
    Names end after 63 bytes. Two long ones that differ at their end become the same, and code that looks
    for the full name, such as a DROP … IF EXISTS or a handler of constraint violations, finds nothing.

    ## Bad
        CREATE INDEX orders_customer_region_status_created_at_and_priority_descending_idx ON orders (region);

    ## Good
        CREATE INDEX orders_region_idx ON orders (region);

    ## Limits
    PostgreSQL only, and names that stand in SQL: Django and SQLAlchemy shorten or refuse theirs.

    ## References
    - https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "names given in SQL"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Changes that name something, spelled as SQL."""
        for each in backend.changes:
            if each.engine == "postgres" and each.kind in _NAMING and not each.statement.derived:
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """One of the names is cut."""
        if subject.statement.facts.holes:
            return
        action = subject.action
        names = [action.name.rpartition(".")[2]]
        if action.kind == "create-table":
            names += [action.table.rpartition(".")[2], *(each.name for each in action.columns)]
        elif action.kind == "add-column":
            names += [each.name for each in action.columns]
        for name in names:
            if len(name.encode("utf-8", "replace")) > _BYTES:
                kept = name.encode("utf-8", "replace")[:_BYTES].decode("utf-8", "ignore")
                yield self.finding(
                    subject,
                    f"`{name}` is cut to `{kept}` without an error",
                    help="choose a name of at most `63` bytes",
                )
                return
