from collections.abc import Iterable, Iterator

from linter.backend import Backend, Query, Statement, Table
from linter.facts.sql import Predicate
from linter.rule import Confidence, Outcome, Rule, Severity

_COMPARED = frozenset({"=", "<>", "<", "<=", ">", ">=", "in", "not in", "between"})
_INTEGERS = ("smallint", "integer", "int", "bigint", "serial", "bigserial")


class ImplicitConversion(Rule[Statement | Query]):
    """A column is compared with a value of another type.

    ## Why
    For `reference = 1700` with a text in `reference`, MySQL turns the text of every row into a number: no
    index serves it, and `1700 B` matches too. PostgreSQL refuses it, so the query fails. An integer column
    that is compared with `1.5` is converted row by row by PostgreSQL as well.

    ## Bad
        SELECT id FROM orders WHERE reference = 1700  -- reference is varchar(20)
        select(Order).where(Order.reference == 1700)

    ## Good
        SELECT id FROM orders WHERE reference = '1700'
        select(Order).where(Order.reference == "1700")

    ## Limits
    Numbers that stand in the SQL, and values of SQLAlchemy's columns whose type is known from the code.
    Silent for SQLite and Django's models, which both convert the number, for columns whose type is the
    project's own, and for PostgreSQL where a mapper sends the value: some drivers convert it.

    ## References
    - https://dev.mysql.com/doc/refman/8.4/en/type-conversion.html
    - https://www.postgresql.org/docs/current/typeconv-oper.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "queries"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """Statements, and queries of an ORM."""
        yield from backend.statements
        yield from backend.orm_queries

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """A text compared with a number, or an integer with a fraction."""
        servers = backend.databases
        for predicate in subject.predicates:
            if not predicate.against or predicate.wrapped or predicate.operator not in _COMPARED:
                continue
            table = subject.schema.get(predicate.table) if isinstance(subject, Statement) else None
            table = table or backend.tables.get(predicate.table)
            column = None if table is None else table.columns.get(predicate.column)
            if table is None or column is None:
                continue
            follows = _follows(table, column.type, predicate, servers, is_orm=isinstance(subject, Query))
            if follows:
                value = "a number" if predicate.against == "integer" else "a fraction"
                yield self.finding(
                    subject,
                    f"`{table.name}.{column.name}` is `{column.type}` and compared with {value}, {follows}",
                    help=f"compare it with a value of its own type, `{column.type}`",
                )


def _follows(table: Table, kind: str, predicate: Predicate, servers: tuple[str, ...], *, is_orm: bool) -> str:
    """What comes of the comparison on one of the servers; empty when nothing bad does."""
    is_text = kind.startswith(("varchar", "character", "char", "text")) and not kind.endswith("]")
    is_indexed = table.leads_index(predicate.column)
    if is_text and "mysql" in servers:
        return "so MySQL converts each row and uses no index" if is_indexed else "so MySQL converts each row"
    if is_text and "postgresql" in servers and not is_orm:
        return "which PostgreSQL refuses, so the query fails"
    is_fraction = predicate.against == "fraction" and kind.partition("(")[0] in _INTEGERS
    if is_fraction and "postgresql" in servers and is_indexed:
        return "so PostgreSQL converts each row and uses no index"
    return ""
