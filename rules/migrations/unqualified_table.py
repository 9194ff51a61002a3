from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class UnqualifiedTable(Rule[Change]):
    """A table is created without its schema.

    ## Why
    Which schema it lands in is then up to the `search_path` of whoever runs the migration.

    ## Bad
        CREATE TABLE orders (id bigint PRIMARY KEY);

    ## Good
        CREATE TABLE shop.orders (id bigint PRIMARY KEY);

    ## Limits
    PostgreSQL only, and SQL only. `public` counts as no schema. Runs only when it is selected by its full
    name.

    ## References
    - https://www.postgresql.org/docs/current/ddl-schemas.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "tables created in SQL"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Tables that are created by SQL."""
        for each in backend.changes:
            if each.kind == "create-table" and each.engine == "postgres" and not each.statement.derived:
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The name has no schema in front."""
        if "." not in subject.name and not subject.has("temporary"):
            yield self.finding(
                subject,
                f"{subject} is created in whatever schema the `search_path` begins with",
                help=f"write `CREATE TABLE schema.{subject.name}`",
            )
