from collections.abc import Iterable, Iterator

from linter.analyses.provenance import SQL_TEXT, Leaf, provenance_of
from linter.analyses.sql_text import is_head_of_statement
from linter.backend import Backend, Site, is_run_by_hand
from linter.facts.expressions import Constant, Expr, Sequence
from linter.facts.expressions import Mapping as MappingExpr
from linter.finding import Note
from linter.rule import Confidence, CstRule, Outcome, Severity

_TAKES_SQL = {
    "execute": "sql",
    "executemany": "sql",
    "executescript": "sql_script",
    "exec_driver_sql": "statement",
    "fetch": "query",
    "fetchrow": "query",
    "fetchval": "query",
    "raw": "raw_query",
    "RawSQL": "sql",
    "text": "text",
    "literal_column": "text",
    "read_sql": "sql",
    "read_sql_query": "sql",
    "extra": "where",
}
"""Methods whose first argument is SQL, with that argument's name."""

_SQL_ONLY = {
    "sqlalchemy.text",
    "sqlalchemy.literal_column",
    "django.db.models.expressions.RawSQL",
    "django.db.Cursor.execute",
    "sqlite3.Cursor.execute",
    "sqlite3.Connection.execute",
}
"""What takes SQL fragments as well as statements."""


class SqlFromParts(CstRule):
    """A SQL statement is put together from strings that a caller can choose.

    ## Why
    Whoever fills the hole writes SQL: they read other tables, change rows, or switch a condition off.
    A bound parameter is never read as SQL.

    ## Bad
        session.execute(text(f"SELECT id FROM products WHERE name = '{name}' ORDER BY {sort}"))

    ## Good
        column = SORTABLE[sort]
        session.execute(text(f"SELECT id FROM products WHERE name = :name ORDER BY {column}"), {"name": name})

    ## Limits
    Values are followed through names, containers, string building and the project's own functions. Numbers,
    enums, quoted identifiers and values held against an allow list are safe; a value whose origin is not
    known says nothing. A string parameter of a function that nobody is seen to call counts with low
    confidence, but not in migrations, scripts and management commands.

    ## References
    - https://owasp.org/www-community/attacks/SQL_Injection
    - https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "SQL statements handed to a database"
    follows_values = True
    cwe = 89
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Calls that take SQL text."""
        for name in sorted(_TAKES_SQL):
            for site in backend.methods_called(name):
                sql = self._sql(site)
                if sql is None or isinstance(sql, Constant):
                    continue
                if site.callee.name in _SQL_ONLY or name == "extra" or self._starts_sql(site, sql):
                    yield site

    def _sql(self, site: Site) -> Expr | None:
        last = site.callee.name.rpartition(".")[2]
        if last != "extra":
            return site.argument(0, _TAKES_SQL.get(last, "sql"))
        given = [site.argument(position, name) for position, name in ((0, "select"), (1, "where"))]
        found = tuple(each for each in given if isinstance(each, (Sequence, MappingExpr)))
        return Sequence("tuple", found) if found else None

    def _starts_sql(self, site: Site, sql: Expr) -> bool:
        first = next(provenance_of(site.backend).leaves(site.function, sql, SQL_TEXT), None)
        if first is None or not isinstance(first.expr, Constant) or not isinstance(first.expr.value, str):
            return False
        modules = (site.function.module, first.holder.module)
        return any(is_head_of_statement(first.expr.value, module.facts) for module in modules)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A hole that is filled by the caller of the backend, or by an unchecked string parameter."""
        sql = self._sql(subject)
        worst: Leaf | None = None
        for leaf in provenance_of(backend).followed(subject.function, sql, SQL_TEXT):
            if leaf.kind == "outside":
                worst = leaf
                break
            if leaf.kind == "parameter" and leaf.part and worst is None and self._is_text(leaf, backend):
                worst = leaf
        outside = worst is not None and worst.kind == "outside"
        if backend.flows is not None:
            shows = backend.flows.judges if outside else backend.flows.ends_in
            if shows("sql", subject.location) or backend.flows.leads_through("sql", subject.location):
                # `sql-injection` shows the whole way of the same value, or knows that it has none.
                return
        if worst is None or (worst.kind == "parameter" and is_run_by_hand(subject.location.path)):
            return
        place = worst.holder.location
        if worst.kind == "outside":
            entry = worst.holder.scope.name or "the module"
            yield self.finding(
                subject,
                f"`{worst.what}` comes from the caller and is put into SQL, which the caller can so rewrite",
                help="pass the value as a bound parameter; pick identifiers from a fixed mapping",
                related=[Note(place, f"`{worst.what}` enters in `{entry}`")],
                path=[Note(step, "handed on here") for step in reversed(worst.steps)],
            )
        else:
            yield self.finding(
                subject,
                f"parameter `{worst.what}` is put into this SQL unchecked, so its value is read as SQL",
                help="pass the value as a bound parameter; pick identifiers from a fixed mapping",
                confidence=Confidence.LOW,
            )

    def _is_text(self, leaf: Leaf, backend: Backend) -> bool:
        declared = next((each for each in leaf.holder.scope.parameters if each.name == leaf.what), None)
        parent = leaf.holder.parent
        if declared is None or parent is None or declared.kind in ("*", "**"):
            return False
        return backend.project.annotated_type(parent, declared.annotation) == "str"
