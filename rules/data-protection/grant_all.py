from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class GrantAll(SqlRule):
    """All rights are granted where a few would do.

    ## Why
    Whoever takes over the application through an injection has the rights of its role. With ALL that is
    TRUNCATE, triggers and references as well as the reads and writes that it needs.

    ## Bad
        GRANT ALL PRIVILEGES ON DATABASE shop TO app;

    ## Good
        GRANT SELECT, INSERT, UPDATE, DELETE ON orders, lines TO app;

    ## Limits
    A note: a role that owns its schema by design is common, and only its owner knows.

    ## References
    - https://www.postgresql.org/docs/current/ddl-priv.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "grants of all rights"
    cwe = 250

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that say so."""
        return (
            each
            for each in backend.statements
            if any(trait.kind == "grant-all" for trait in each.facts.traits)
        )

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """One finding for each."""
        for trait in subject.facts.traits:
            if trait.kind == "grant-all":
                role = "the role" if "hole_" in trait.detail else f"`{trait.detail}`"
                yield self.finding(
                    subject,
                    f"`GRANT ALL` on `{trait.table}` gives {role} more than reads and writes",
                    help="name the rights that the role needs",
                )
