from collections.abc import Iterable, Iterator

from linter.backend import Backend, Function, Revision
from linter.facts.expressions import Attr, Expr, Operation, Ref, Result, Template, walk
from linter.facts.scopes import Call
from linter.rule import Confidence, Outcome, Rule, Severity

_RUN = frozenset({"execute", "executemany", "exec_driver_sql", "text"})
_ROWS = frozenset(
    {"execute", "fetchall", "fetchone", "all", "iterator", "filter", "values", "values_list", "scalars"}
)


class SqlFromRows(Rule[Revision]):
    """A migration puts values of rows into the text of a statement.

    ## Why
    The rows hold what users once typed. A quote in one of them ends the string, and the rest is run as
    SQL with the rights of whoever migrates. A parameter is never read as SQL.

    ## Bad
        for row in connection.execute("SELECT id, name FROM users"):
            op.execute(f"UPDATE users SET slug = '{row.name}' WHERE id = {row.id}")

    ## Good
        for row in connection.execute("SELECT id, name FROM users"):
            connection.execute(text("UPDATE users SET slug = :slug WHERE id = :id"), row._asdict())

    ## Limits
    Sees loops over the rows of a query in the migration's own functions. Constants and names of tables
    that a loop goes through are no rows. Values from outside are judged by
    `input-validation/sql-from-parts`.

    ## References
    - https://cwe.mitre.org/data/definitions/89.html
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "migrations with functions of Python"
    cwe = 89

    def subjects(self, backend: Backend) -> Iterable[Revision]:
        """Migrations of which a function runs."""
        return (each for each in backend.revisions if each.functions)

    def check(self, subject: Revision, backend: Backend) -> Iterator[Outcome]:
        """A statement is put together from a row."""
        for function in subject.functions:
            for call in function.scope.calls:
                if _last(call.callee) in _RUN and any(
                    _holds_row(function, call, arg) for arg in call.args[:1]
                ):
                    yield self.finding(
                        subject,
                        f"`{function.scope.name}` writes values of rows into a statement, where a quote in"
                        " one of them becomes SQL",
                        help=(
                            'pass them as parameters, as in `connection.execute(text("… = :name"), {"name":'
                            " row.name})`"
                        ),
                        location=function.module.locate(call.span),
                    )
                    return


def _last(callee: Expr) -> str:
    return callee.name.rpartition(".")[2].lstrip(":$") if isinstance(callee, (Ref, Attr)) else ""


def _holds_row(function: Function, call: Call, text: Expr) -> bool:
    """Whether a text is built from a variable of a loop over rows around the call."""
    names = _rows_around(function, call.block)
    if not names:
        return False
    built = [text]
    if isinstance(text, Ref) and text.name.startswith("$"):
        assigned = function.assignments.get(text.name[1:], [])
        built += [each.value for each in assigned if each.value is not None]
    for expr in built:
        if isinstance(expr, (Template, Operation)):
            for each in walk(expr):
                if isinstance(each, Ref) and each.name.partition(".")[0] in names:
                    return True
    return False


def _rows_around(function: Function, block: int) -> set[str]:
    """The variables of the loops over rows of a query that stand around a place."""
    found: set[str] = set()
    while block:
        each = function.scope.blocks[block]
        if each.kind == "for" and each.subject is not None and _is_query(function, each.subject):
            for target in each.targets:
                found |= {ref.name for ref in walk(target) if isinstance(ref, Ref)}
        block = each.parent
    return found


def _is_query(function: Function, subject: Expr, depth: int = 0) -> bool:
    if depth > 4:
        return False
    if isinstance(subject, Ref) and subject.name.startswith("$"):
        assigned = function.assignments.get(subject.name[1:], [])
        return any(each.value is not None and _is_query(function, each.value, depth + 1) for each in assigned)
    if isinstance(subject, Result):
        callee = function.scope.calls[subject.call].callee
        return _last(callee) in _ROWS
    return False
