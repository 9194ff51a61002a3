from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class PolicyTrustsUserData(SqlRule):
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

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that make or change a policy."""
        kinds = ("policy", "policy-altered")
        return (each for each in backend.statements if any(trait.kind in kinds for trait in each.traits))

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """The names under which Supabase keeps such data."""
        for trait in subject.traits:
            if trait.kind == "policy-user-data":
                yield self.finding(
                    subject,
                    f"the policy `{trait.column}` of `{trait.table}` trusts `{trait.detail}`, which every"
                    " user may write",
                    help="decide by `app_metadata`, or by a table that only the application writes",
                )
