from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change, Lock, Revision
from linter.rule import Confidence, Outcome, Rule, Severity


class NoLockTimeout(Rule[Change]):
    """No migration of the project bounds how long it waits for a lock.

    ## Why
    ALTER TABLE waits until running transactions let go of the table, and everybody else queues behind it.
    One forgotten transaction then stops the application, for as long as it stays open. With a
    `lock_timeout` the migration gives up, and is tried again.

    ## Bad
        ALTER TABLE orders ADD COLUMN note text;

    ## Good
        SET lock_timeout = '2s';
        ALTER TABLE orders ADD COLUMN note text;

    ## Limits
    PostgreSQL only. Said once for each kind of migrations, at the latest strong lock. Silent when a
    migration, a settings module or Alembic's `env.py` names `lock_timeout`; a timeout that is set on the
    database role can't be seen.

    ## References
    - https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "kinds of migrations"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """The latest strong lock on a table in use, of each kind of migrations."""
        latest: dict[str, Change] = {}
        for revision in backend.revisions:
            strong = _strong(revision)
            if strong is not None:
                latest[revision.tool] = strong
        return latest.values()

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Nothing names the timeout."""
        if not _is_named(backend, "lock_timeout"):
            yield self.finding(
                subject,
                f"no migration sets `lock_timeout`, so a change like this of {subject} waits behind any open"
                " transaction, and all reads and writes behind it",
                help=_HELP[subject.tool],
            )


_HELP = {
    "sql": "begin each file with `SET lock_timeout = '2s';`",
    "alembic": (
        "run `connection.execute(text(\"SET lock_timeout = '2s'\"))` in `env.py`, in front of"
        " `context.run_migrations()`"
    ),
    "django": 'give the database of migrations `"OPTIONS": {"options": "-c lock_timeout=2000"}`',
}


def _strong(revision: Revision) -> Change | None:
    for each in revision.changes:
        if (
            each.engine == "postgres"
            and not each.is_new
            and each.effect.lock is Lock.ACCESS_EXCLUSIVE
            and each.name
        ):
            return each
    return None


def _is_named(backend: Backend, word: str) -> bool:
    paths = {revision.path for revision in backend.revisions}
    for path in backend.project.modules:
        name = path.rpartition("/")[2]
        if name == "env.py" or "settings" in path or name in ("config.py", "database.py", "db.py", "conf.py"):
            paths.add(path)
    return any(word in backend.text_of(path) for path in sorted(paths))
