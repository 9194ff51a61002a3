from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class NoStatementTimeout(Rule[Change]):
    """A migration takes a strong lock without a bound on how long its statements run.

    ## Why
    A statement that turns out slow holds its lock until it is done. With a `statement_timeout` it is
    given up before users notice.

    ## Bad
        ALTER TABLE orders ADD COLUMN note text;

    ## Good
        SET statement_timeout = '10s';
        ALTER TABLE orders ADD COLUMN note text;

    ## Limits
    PostgreSQL only. Runs only when it is selected by its full name: many teams set the timeout on the
    role.

    ## References
    - https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-STATEMENT-TIMEOUT
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "changes under a strong lock"
    spares_new_tables = True
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Changes of tables in use that readers or writers wait for."""
        for each in backend.changes:
            if each.engine == "postgres" and not each.is_new and each.effect.lock.waits and each.name:
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Nothing in the migration names the timeout."""
        if "statement_timeout" not in backend.text_of(subject.revision.path):
            yield self.finding(
                subject,
                f"this change of {subject} has no `statement_timeout`, so its {subject.effect.lock} lock may"
                " last",
                help="run `SET statement_timeout = '10s'` first",
            )
