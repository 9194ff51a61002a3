from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class PolicyCallForEachRow(SqlRule):
    """A policy of row security calls a function for each row that gives the same for all of them.

    ## Why
    PostgreSQL runs `current_setting('app.tenant')` or `auth.uid()` in a policy once for each row that it
    looks at. In a subselect of its own it is run once for the statement.

    ## Bad
        CREATE POLICY own ON orders USING (owner_id = auth.uid());

    ## Good
        CREATE POLICY own ON orders USING (owner_id = (SELECT auth.uid()));

    ## Limits
    `current_setting` and Supabase's `auth.*` with constant arguments. Where an index finds the rows, the
    server runs the function once all the same.

    ## References
    - https://supabase.com/docs/guides/database/database-advisors?lint=0003_auth_rls_initplan
    - https://www.postgresql.org/docs/current/xfunc-volatility.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "policies of row security"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that make or change a policy."""
        kinds = ("policy", "policy-altered")
        return (each for each in backend.statements if any(trait.kind in kinds for trait in each.traits))

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """Calls that stand in the condition by themselves."""
        for trait in subject.traits:
            if trait.kind == "policy-call":
                yield self.finding(
                    subject,
                    f"the policy `{trait.column}` runs `{trait.detail}` for each row of `{trait.table}`",
                    help=f"write `(SELECT {trait.detail})`, which runs once",
                )
