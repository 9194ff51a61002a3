from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule

_SHOW_NO_ROW = frozenset({"EXECUTE", "USAGE", "CONNECT"})


class GrantToPublic(SqlRule):
    """Rights are granted to PUBLIC, which is every role there is and will be.

    ## Why
    A role for reports or for a partner can do the same from the moment that it is made. Nobody looks for
    rights that no role was given.

    ## Bad
        GRANT SELECT ON customers TO PUBLIC;

    ## Good
        GRANT SELECT ON customers TO reporting;

    ## Limits
    EXECUTE, USAGE and CONNECT are notes: by themselves they show no row.

    ## References
    - https://www.postgresql.org/docs/current/ddl-priv.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "grants to PUBLIC"
    cwe = 732

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that say so."""
        return (
            each
            for each in backend.statements
            if any(trait.kind == "grant-to-public" for trait in each.facts.traits)
        )

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """One finding for each."""
        for trait in subject.facts.traits:
            if trait.kind == "grant-to-public":
                yield self.finding(
                    subject,
                    f"`{trait.detail}` on `{trait.table}` is granted to every role, those made later as well",
                    help="grant it to the roles that need it",
                    severity=Severity.NOTE if trait.detail in _SHOW_NO_ROW else self.severity,
                )
