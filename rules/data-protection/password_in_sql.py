from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class PasswordInSql(SqlRule):
    """The password of a database role is written in a statement.

    ## Why
    Whoever can read the repository, an image built from it or the log of the server can log in. It stays
    in the history when it is changed.

    ## Bad
        CREATE ROLE app LOGIN PASSWORD 'hunter2';

    ## Good
        CREATE ROLE app LOGIN PASSWORD :'app_password';

    ## Limits
    Silent for variables of psql, templates and hashes, and in folders that say that they are for tests.

    ## References
    - https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "passwords of roles"
    cwe = 798

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that say so."""
        return (
            each
            for each in backend.statements
            if any(trait.kind == "password" for trait in each.facts.traits)
        )

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """One finding for each."""
        for trait in subject.facts.traits:
            if trait.kind == "password":
                yield self.finding(
                    subject,
                    f"the password of role `{trait.table}` is written in the code, for all who read it",
                    help=(
                        "hand it over at run time (`psql -v app_password=…` and `PASSWORD :'app_password'`), "
                        "and change it"
                    ),
                )
