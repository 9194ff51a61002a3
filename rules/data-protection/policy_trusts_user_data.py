from collections.abc import Iterable, Iterator

from linter.analyses.row_policies import Policy, standing_policies
from linter.backend import Backend
from linter.rule import Confidence, Outcome, Rule, Severity


class PolicyTrustsUserData(Rule[Policy]):
    """A policy of row security decides by data that users write themselves.

    ## Why
    In Supabase every user can change their own `user_metadata`, and the next token carries what they wrote:
    whoever sets `role` to `admin` is one for this policy.

    ## Bad
        CREATE POLICY admins ON orders USING ((auth.jwt() -> 'user_metadata' ->> 'role') = 'admin');

    ## Good
        CREATE POLICY admins ON orders USING ((auth.jwt() -> 'app_metadata' ->> 'role') = 'admin');

    ## Limits
    `user_metadata` of a token, and `raw_user_meta_data` of `auth.users`.

    ## References
    - https://supabase.com/docs/guides/database/database-advisors?lint=0015_rls_references_user_metadata
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "policies of row security"
    cwe = 639
    owasp = "API1:2023"

    def subjects(self, backend: Backend) -> Iterable[Policy]:
        """Policies that the migrations leave."""
        return standing_policies(backend)

    def check(self, subject: Policy, backend: Backend) -> Iterator[Outcome]:
        """The names under which Supabase keeps such data."""
        if subject.user_data:
            yield self.finding(
                subject,
                f"the policy {subject} of `{subject.table}` trusts `{subject.user_data}`, which every user"
                " may write",
                help="decide by `app_metadata`, or by a table that only the application writes",
            )
