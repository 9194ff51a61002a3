from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class OpenSearchPath(SqlRule):
    """A function runs with its owner's rights and looks its names up where the caller says.

    ## Why
    SECURITY DEFINER lends the owner's rights to whoever calls. With a `search_path` of their own, callers
    put a table or an operator of theirs in place of the one that is meant, and their code runs as the owner.

    ## Bad
        CREATE FUNCTION close_account(id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
        AS $$ DELETE FROM accounts WHERE accounts.id = close_account.id $$;

    ## Good
        CREATE FUNCTION close_account(id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
        SET search_path = shop, pg_temp
        AS $$ DELETE FROM accounts WHERE accounts.id = close_account.id $$;

    ## Limits
    An ALTER FUNCTION … SET search_path elsewhere in the project counts. Which roles may call the function
    is not judged.

    ## References
    - https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "SECURITY DEFINER functions without a search_path"
    cwe = 426

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that make such a function."""
        return _with(backend, "search-path")

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """No later statement sets the path of the function."""
        mended = {trait.table for each in _with(backend, "search-path-set") for trait in each.facts.traits}
        for trait in subject.facts.traits:
            if trait.kind == "search-path" and trait.table not in mended:
                yield self.finding(
                    subject,
                    f"function `{trait.table}` runs as its owner, and callers choose where it looks names up",
                    help="add `SET search_path = pg_catalog, pg_temp` and the schemas that it needs",
                )


def _with(backend: Backend, kind: str) -> Iterator[Statement]:
    return (each for each in backend.statements if any(trait.kind == kind for trait in each.facts.traits))
