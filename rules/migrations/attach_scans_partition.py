from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, Change, Constraint, Table
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class AttachScansPartition(Rule[Change]):
    """ATTACH PARTITION reads all rows of a table under a lock, for no CHECK says that they fit.

    ## Why
    The server has to know that each row lies within the partition's bounds. It reads all of them under
    ACCESS EXCLUSIVE on the table, and on the default partition, whose rows could belong there as well: reads
    and writes of both wait. With a valid CHECK that rules out what does not fit, NULL included, it reads
    none.

    ## Bad
        ALTER TABLE orders ATTACH PARTITION orders_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

    ## Good
        ALTER TABLE orders_2024 ADD CONSTRAINT orders_2024_made CHECK (
            made IS NOT NULL AND made >= '2024-01-01' AND made < '2025-01-01') NOT VALID;
        ALTER TABLE orders_2024 VALIDATE CONSTRAINT orders_2024_made;
        ALTER TABLE orders ATTACH PARTITION orders_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

    ## Limits
    PostgreSQL, and tables that an earlier migration made. Any CHECK over columns that are never NULL counts;
    whether it fits the bounds is not asked. Silent for hash partitions, for which no CHECK can be written.

    ## References
    - https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "partitions that are attached"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Tables with a history that become partitions of PostgreSQL."""
        for each in backend.changes:
            if each.has("attach-partition") and each.engine == "postgres" and not each.has("hash"):
                if not each.revision.fresh and each.action.name not in each.created:
                    yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """No CHECK on the table, or none on the default partition."""
        name = subject.action.name
        table = subject.statement.schema.get(name)
        if table is not None and table.complete and (why := _reads(table)):
            yield self._found(subject, table, f"`ATTACH PARTITION` reads all rows of `{name}`, {why}")
        default = subject.statement.schema.get(_default_of(backend, subject.name))
        if default is not None and default.name not in (name, *subject.created) and _reads(default):
            says = f"`ATTACH PARTITION` also reads all rows of the default partition `{default.name}`"
            yield self._found(subject, default, f"{says}, while nobody can use it")

    def _found(self, subject: Change, table: Table, message: str) -> Outcome:
        return self.finding(
            subject,
            message,
            help=f"before, in a migration of its own, add a `CHECK (…) NOT VALID` to `{table.name}` that"
            " rules out all other rows, and NULL, and run `VALIDATE CONSTRAINT`",
            related=[Note(table.location, f"`{table.name}` is made here")],
            together=table.location.path,
        )


def _reads(table: Table) -> str:
    """Why the server must read a table's rows; empty when a CHECK may spare it that."""
    checks = [
        each for each in table.constraints if each.kind == "check" and each.columns and not each.not_null
    ]
    if any(each.valid and not _may_be_null(table, each) for each in checks):
        return ""
    if any(each.valid for each in checks):
        return "as NULL gets past its CHECK, while nobody can use it"
    if checks:
        return "as its CHECK is not validated, while nobody can use it"
    return "while nobody can use it, as no CHECK says that they fit"


def _may_be_null(table: Table, check: Constraint) -> bool:
    """Whether a column of a CHECK may be NULL, which a comparison lets through."""
    if not check.expression or "IS NOT NULL" in " ".join(check.expression.upper().split()):
        return False
    checked = {each.not_null for each in table.constraints if each.not_null and each.valid}
    columns = [table.columns.get(name) for name in check.columns if name not in checked]
    return any(each is not None and each.nullable for each in columns)


@lru_cache(maxsize=1)
def _defaults(backend: Backend) -> dict[str, str]:
    """The default partition of each table, by its name."""
    found: dict[str, str] = {}
    for each in backend.changes:
        if each.has("partition-of") and each.has("default"):
            found[each.action.references] = each.action.table
        elif each.has("attach-partition") and each.has("default"):
            found[each.name] = each.action.name
    return found


def _default_of(backend: Backend, parent: str) -> str:
    return _defaults(backend).get(parent, "")
