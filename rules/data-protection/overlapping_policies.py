from collections.abc import Iterable, Iterator

from linter.analyses.row_policies import Policy, standing_policies
from linter.backend import Backend
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class OverlappingPolicies(Rule[Policy]):
    """Several policies permit the same command on a table to the same role.

    ## Why
    Permissive policies are joined by OR: a row that one of them lets through is open, whatever the others
    say. Who adds a second one to narrow the first makes it wider, and each costs time for each row.

    ## Bad
        CREATE POLICY by_tenant ON orders USING (tenant_id = (SELECT current_tenant()));
        CREATE POLICY not_archived ON orders FOR SELECT USING (NOT archived);

    ## Good
        CREATE POLICY by_tenant ON orders USING (tenant_id = (SELECT current_tenant()));
        CREATE POLICY not_archived ON orders AS RESTRICTIVE FOR SELECT USING (NOT archived);

    ## Limits
    What CREATE, ALTER and DROP POLICY of all migrations leave. Who is a member of a role is not in the code.
    Silent for a project that names policies or tables at run time, and for one that lets everybody read
    beside one for all commands.

    ## References
    - https://www.postgresql.org/docs/current/sql-createpolicy.html
    - https://supabase.com/docs/guides/database/database-advisors?lint=0006_multiple_permissive_policies
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "policies of row security"
    cwe = 863

    def subjects(self, backend: Backend) -> Iterable[Policy]:
        """Policies that the migrations leave."""
        return (each for each in standing_policies(backend) if each.command)

    def check(self, subject: Policy, backend: Backend) -> Iterator[Outcome]:
        """An earlier policy for the same."""
        earlier = subject.overlapped
        if earlier:
            names = ", ".join(f"`{each.name}`" for each in earlier)
            shared = sorted({subject.shared(each) for each in earlier})
            command = "all commands" if "ALL" in shared else ", ".join(shared)
            yield self.finding(
                subject,
                f"`{subject.name}` and {names} each permit {command} on `{subject.table}`, and are"
                " joined by OR",
                help="write one policy with the whole condition, or make those that shall narrow it"
                " `AS RESTRICTIVE`",
                related=[Note(each.location, f"`{each.name}`") for each in earlier],
            )
