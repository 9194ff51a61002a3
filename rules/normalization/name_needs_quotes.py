from collections.abc import Iterable, Iterator

from linter.backend import Backend, Table
from linter.rule import Confidence, Location, Outcome, Rule, Severity
from linter.schema.spelling import quoted


class NameNeedsQuotes(Rule[Table]):
    """A table or column has a name that PostgreSQL takes for another unless it is quoted.

    ## Why
    `SELECT userId FROM users` asks for `userid`, and `SELECT user FROM orders` answers with the name of the
    role: who writes a query by hand, or in another tool, gets an error or a wrong result.

    ## Bad
        CREATE TABLE "orderItems" ("user" bigint);

    ## Good
        CREATE TABLE order_items (user_id bigint);

    ## Limits
    Runs only when it is selected by its full name: mappers quote such names by themselves. PostgreSQL's
    reserved words, capitals and signs.

    ## References
    - https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
    - https://www.postgresql.org/docs/current/sql-keywords-appendix.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "tables"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Table]:
        """Tables of projects that PostgreSQL holds."""
        return backend.own_tables if "postgresql" in backend.databases else ()

    def check(self, subject: Table, backend: Backend) -> Iterator[Outcome]:
        """The table's name and its columns'."""
        if _needs_quotes(subject.name):
            yield self._found(subject, subject.name)
        for name, column in subject.columns.items():
            if _needs_quotes(name):
                yield self._found(subject, name, column.location)

    def _found(self, subject: Table, name: str, location: Location | None = None) -> Outcome:
        return self.finding(
            subject,
            f"`{name}` is no name for PostgreSQL unless it is quoted",
            help="use lower case and underscores, and no reserved word",
            location=location,
        )


def _needs_quotes(name: str) -> bool:
    # A migration may work out a name when it runs.
    return bool(name) and quoted(name) != name
