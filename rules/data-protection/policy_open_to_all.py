from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class PolicyOpenToAll(SqlRule):
    """A policy of row security lets everybody change every row.

    ## Why
    Policies are joined by OR. One whose condition is `true` makes all others of its command useless: whoever
    has the right to write to the table writes to the rows of all tenants.

    ## Bad
        CREATE POLICY orders_all ON orders USING (true);

    ## Good
        CREATE POLICY orders_read ON orders FOR SELECT USING (true);
        CREATE POLICY orders_own ON orders USING (tenant_id = current_setting('app.tenant')::bigint);

    ## Limits
    Silent for policies that only let read, for those of named roles, which are often those of a service, and
    for restrictive ones. What the roles may do without a policy is not judged.

    ## References
    - https://www.postgresql.org/docs/current/ddl-rowsecurity.html
    - https://www.postgresql.org/docs/current/sql-createpolicy.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "policies of row security"
    cwe = 863

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that make a policy."""
        return (each for each in backend.statements if any(trait.kind == "policy" for trait in each.traits))

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """`true` as the only condition, for all roles, and for more than reading."""
        for trait in subject.traits:
            if trait.kind == "policy-open":
                command = "change" if trait.detail == "ALL" else trait.detail
                yield self.finding(
                    subject,
                    f"this policy lets everybody {command} every row of `{trait.table}`, whatever others say",
                    help="write who may do it into the condition, or name the roles with `TO`",
                )
