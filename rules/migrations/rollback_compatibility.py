from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity

_STARTS = (
    "create-policy",
    "alter-policy",
    "drop-policy",
    "revoke",
    "alter-role",
    "alter-database",
    "alter-system",
    "alter-sequence",
    "disable-trigger",
    "replica-identity",
    "no-inherit",
    "enable-row",
    "force-row",
    "disable-row",
)


class RollbackCompatibility(Rule[Change]):
    """A change of rights, policies or server options that the previous release may not survive.

    ## Why
    After a rollback the previous release meets the schema of the next one. Rights that were taken,
    policies that filter rows, and options of roles, sequences and replication change what it may see and
    do.

    ## Bad
        REVOKE SELECT ON orders FROM reporting;

    ## Good
    The change in a deployment of its own, after the last release that needs the right.

    ## Limits
    Runs only when it is selected by its full name.

    ## References
    - https://www.postgresql.org/docs/current/ddl-priv.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "changes of rights, policies and options"
    spares_new_tables = True
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Changes of rights, policies and options."""
        for each in backend.changes:
            if each.kind == "other" and not each.is_new and each.action.flags[:1]:
                if each.action.flags[0].startswith(_STARTS):
                    yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Each of them is one to think about."""
        what = subject.action.flags[0].replace("-", " ").upper()
        yield self.finding(
            subject,
            f"`{what}` changes what the previous release may see or do when it has to come back",
            help="release it by itself, after the last version that needs the old state",
        )
