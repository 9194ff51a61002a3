from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity
from linter.schema.advice import code

_SAFE = {
    "reindex": "use `REINDEX … CONCURRENTLY` outside a transaction",
    "refresh materialized view": (
        "create a unique index on the view and use `REFRESH MATERIALIZED VIEW CONCURRENTLY`"
    ),
    "detach partition": "use `DETACH PARTITION … CONCURRENTLY` outside a transaction",
    "vacuum full": "use plain `VACUUM`, or `pg_repack`, which works beside reads and writes",
    "cluster": "use `pg_repack --order-by`, which works beside reads and writes",
    "set logged": "do it in a maintenance window, or copy the rows to a new table in batches",
    "set tablespace": "move it in a maintenance window, or with `pg_repack --tablespace`",
    "set access method": "do it in a maintenance window, or copy the rows to a new table in batches",
}


class MaintenanceBlocksTable(Rule[Change]):
    """A maintenance command keeps everybody away from a table while it works.

    ## Why
    REINDEX, REFRESH MATERIALIZED VIEW, VACUUM FULL, CLUSTER, DETACH PARTITION and a move to another
    storage hold their lock for as long as they read or write the whole table. For most there is a form
    that works beside the traffic.

    ## Bad
        REINDEX TABLE orders;

    ## Good
        REINDEX TABLE CONCURRENTLY orders;

    ## Limits
    PostgreSQL only. `DETACH PARTITION … CONCURRENTLY` needs version 14.

    ## References
    - https://www.postgresql.org/docs/current/explicit-locking.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "maintenance commands in migrations"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Commands that work through a whole table or view."""
        forms = {*_SAFE, "reindex concurrently", "refresh materialized view concurrently"}
        changes = backend.changes_of("other", engine="postgres")
        return (each for each in changes if each.effect.form in forms)

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Its lock keeps readers or writers away."""
        form = subject.effect.form
        on = subject.name or subject.action.name
        if form not in _SAFE or on in _made_before(subject):
            return
        command = "SET UNLOGGED" if subject.has("set-unlogged") else form.upper()
        yield self.finding(
            subject,
            f"`{command}` holds {subject.effect.lock.named} on {code(on or 'its table')} while it works"
            f" through it, so all {subject.effect.lock.waits} wait",
            help=_SAFE[form],
        )


def _made_before(subject: Change) -> set[str]:
    views = {each.action.name for each in subject.earlier if each.has("create-materialized-view")}
    return views | subject.created
