from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.analyses.row_policies import Policy, standing_policies
from linter.backend import Backend
from linter.rule import Confidence, Outcome, Rule, Severity

_HABIT = 5


class PolicyCallForEachRow(Rule[Policy]):
    """A policy of row security calls a function for each row that gives the same for all of them.

    ## Why
    PostgreSQL runs `current_setting('app.tenant')` or `auth.uid()` in a policy once for each row that it
    looks at. In a subselect of its own it is run once for the statement.

    ## Bad
        CREATE POLICY own ON orders USING (owner_id = auth.uid());

    ## Good
        CREATE POLICY own ON orders USING (owner_id = (SELECT auth.uid()));

    ## Limits
    `current_setting` and Supabase's `auth.*` with constant arguments, outside of subqueries, which may run
    once. Where an index finds the rows, the server runs the function once all the same. Silent for INSERT;
    from five policies on, one finding stands for all.

    ## References
    - https://supabase.com/docs/guides/database/database-advisors?lint=0003_auth_rls_initplan
    - https://www.postgresql.org/docs/current/xfunc-volatility.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "policies of row security"

    def subjects(self, backend: Backend) -> Iterable[Policy]:
        """Policies that the migrations leave."""
        return standing_policies(backend)

    def check(self, subject: Policy, backend: Backend) -> Iterator[Outcome]:
        """Calls that stand in the condition by themselves."""
        found = _found(backend)
        if subject in found and (len(found) < _HABIT or subject == found[0]):
            others = f"; so do {len(found) - 1} other policies" if len(found) >= _HABIT else ""
            yield self.finding(
                subject,
                f"the policy {subject} runs `{subject.calls[0]}` for each row of `{subject.table}`{others}",
                help=f"write `(SELECT {subject.calls[0]})`, which runs once",
            )


@lru_cache(maxsize=1)
def _found(backend: Backend) -> list[Policy]:
    """The policies that make such calls."""
    return [each for each in standing_policies(backend) if each.calls]
