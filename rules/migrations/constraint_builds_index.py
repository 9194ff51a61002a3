from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change, Work
from linter.rule import Confidence, Outcome, Rule, Severity
from linter.schema.advice import index_first

_KINDS = ("add-unique", "add-primary-key", "add-exclude", "add-column")


class ConstraintBuildsIndex(Rule[Change]):
    """A unique, primary key or exclusion constraint builds its index while nobody can use the table.

    ## Why
    ALTER TABLE holds an ACCESS EXCLUSIVE lock, and behind such a constraint stands an index that has to
    be built first: all reads and writes wait for it. A unique index that was built concurrently becomes
    the constraint in an instant.

    ## Bad
        ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);

    ## Good
        CREATE UNIQUE INDEX CONCURRENTLY users_email_idx ON users (email);
        ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_idx;

    ## Limits
    PostgreSQL only. Silent for tables that the same migration creates. An exclusion constraint has no
    form that works beside the traffic. A new unique column is all NULL, so it weighs less.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "unique, primary key and exclusion constraints on tables in use"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Constraints with an index on tables that were there before."""
        for each in backend.changes_of(*_KINDS, engine="postgres"):
            definition = each.definition
            is_key = definition is not None and (definition.unique or definition.primary_key)
            if each.name and (each.kind != "add-column" or is_key):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The index is built under the lock."""
        is_column = subject.kind == "add-column"
        wanted = (Work.BUILD, Work.REWRITE) if is_column else (Work.BUILD,)
        if subject.effect.work not in wanted or (is_column and subject.effect.work is Work.REWRITE):
            return
        what = "column" if is_column else f"{_NAMES[subject.kind]} constraint"
        yield self.finding(
            subject,
            f"this {what} builds an index under {subject.effect.lock.named} on {subject}, so all reads and"
            " writes of it wait until it is done",
            help=_EXCLUDE if subject.kind == "add-exclude" else _column(subject) + index_first(subject),
            severity=Severity.WARNING if is_column else None,
        )


_NAMES = {"add-unique": "unique", "add-primary-key": "primary key", "add-exclude": "exclusion"}
_EXCLUDE = (
    "there is no form that works beside the traffic: add it in a maintenance window with a short"
    " `lock_timeout`"
)


def _column(subject: Change) -> str:
    return "add the column without it, then " if subject.kind == "add-column" else ""
