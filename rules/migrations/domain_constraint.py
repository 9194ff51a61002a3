from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class DomainConstraint(Rule[Change]):
    """A domain carries a constraint, which can't be changed without reading every table that uses it.

    ## Why
    A CHECK on a table can be added NOT VALID and replaced. One on a domain is checked against all columns
    of that domain at once, under locks on all their tables.

    ## Bad
        CREATE DOMAIN email AS text CHECK (value LIKE '%@%');

    ## Good
        ALTER TABLE users ADD CONSTRAINT users_email_form CHECK (email LIKE '%@%') NOT VALID;

    ## Limits
    PostgreSQL only.

    ## References
    - https://www.postgresql.org/docs/current/sql-alterdomain.html
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "domains"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Domains that are created or changed."""
        return (each for each in backend.changes if each.has("create-domain", "alter-domain"))

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """It gets a constraint."""
        added = subject.has("add-constraint", "add-check", "set-not", "set-not-null")
        if subject.has("check") or (added and not subject.has("not-valid")):
            yield self.finding(
                subject,
                f"the constraint of domain `{subject.action.name}` is checked in every table that uses it,"
                " whenever it changes",
                help="put a `CHECK` on the tables instead",
            )
