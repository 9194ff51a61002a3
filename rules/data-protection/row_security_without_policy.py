from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class RowSecurityWithoutPolicy(SqlRule):
    """Row security is switched on for a table that has no policy.

    ## Why
    Without a policy nobody but the owner sees a row: the application finds an empty table, or, when it is
    the owner, the switch protects nothing and only looks as if it did.

    ## Bad
        ALTER TABLE orders ENABLE ROW LEVEL SECURITY;

    ## Good
        ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_orders ON orders USING (tenant_id = current_setting('app.tenant')::bigint);

    ## Limits
    A policy anywhere in the project's SQL counts. Silent when some policy is made for a table that only a
    run can tell. To close a table to all but its owner on purpose is possible, and rare.

    ## References
    - https://www.postgresql.org/docs/current/ddl-rowsecurity.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "tables with row security"
    cwe = 862

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that switch row security on."""
        return _with(backend, "row-security")

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """No statement makes a policy for the table."""
        policies = {
            trait.table
            for each in _with(backend, "policy")
            for trait in each.facts.traits
            if trait.kind == "policy" and not each.facts.holes
        }
        is_built = "" in policies or any(each.facts.holes for each in _with(backend, "policy"))
        if subject.facts.holes or is_built:
            return
        for trait in subject.facts.traits:
            if trait.kind == "row-security" and trait.table not in policies:
                yield self.finding(
                    subject,
                    f"row security is on for `{trait.table}` and no policy says who sees its rows",
                    help=f"add `CREATE POLICY … ON {trait.table} USING (…)`",
                )


def _with(backend: Backend, kind: str) -> Iterator[Statement]:
    return (each for each in backend.statements if any(trait.kind == kind for trait in each.facts.traits))
