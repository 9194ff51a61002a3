from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class SuperuserRole(SqlRule):
    """A role is made a superuser.

    ## Why
    No right is ever checked for it: it reads every database, switches row security off, reads and writes
    files of the server, and runs programs there. An injection into a query of its is a takeover.

    ## Bad
        CREATE ROLE app LOGIN SUPERUSER;

    ## Good
        CREATE ROLE app LOGIN;

    ## Limits
    SQL of files, strings and migrations. What containers and hosting make is not seen.

    ## References
    - https://www.postgresql.org/docs/current/role-attributes.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "roles made superusers"
    cwe = 250

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that say so."""
        return (
            each
            for each in backend.statements
            if any(trait.kind == "superuser" for trait in each.facts.traits)
        )

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """One finding for each."""
        for trait in subject.facts.traits:
            if trait.kind == "superuser":
                yield self.finding(
                    subject,
                    f"role `{trait.table}` is made a superuser, for whom no right is ever checked",
                    help="grant it the rights that it needs, or a predefined role such as `pg_monitor`",
                )
