from collections.abc import Iterable, Iterator

from linter.backend import Backend, Function, Index, Query, Table
from linter.facts.expressions import Constant, Expr, Operation, Ref, Result, walk
from linter.facts.scopes import Block, Call, Jump, Raise, Return
from linter.resolve.definitions import Class
from linter.rule import Confidence, Note, Outcome, Rule, Severity

_CREATES = frozenset({"create", "acreate"})
_OBJECTS = ("objects", "_default_manager")
_ENDS = (Raise, Return)
_ASKS = frozenset({"not", "is", "is not", ">", "!="})


class UniqueCheckWithoutConstraint(Rule[Query]):
    """Code makes sure that a row is not there before it adds it, and the database does not.

    ## Why
    Two requests at the same moment both look, both find nothing, and both insert. A double click is enough.
    Then there are two accounts with one address, and every query that expects one of them fails. Only a
    unique index can tell who came first.

    ## Bad
        if User.objects.filter(email=email).exists():
            raise ValidationError("taken")
        User.objects.create(email=email)

    ## Good
        email = models.EmailField(unique=True)
        ...
        try:
            User.objects.create(email=email)
        except IntegrityError:
            raise ValidationError("taken")

    ## Limits
    Only where one function looks a row up by equal values, ends when it is there, and makes a row of the
    same table with the same values. Silent when the table has a unique index over some of the columns, on
    expressions or with a condition, when the table could not be read in full, and when the query locks
    what it finds.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/models/constraints/#uniqueconstraint
    - https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "queries that look for one row"
    cwe = 367

    def subjects(self, backend: Backend) -> Iterable[Query]:
        """Queries of an ORM that compare columns with equal values."""
        return (
            each
            for each in backend.orm_queries
            if each.kind == "select"
            and each.calls
            and each.predicates
            and not backend.is_run_by_hand(each.function)
        )

    def check(self, subject: Query, backend: Backend) -> Iterator[Outcome]:
        """The row is made where it was not found, and no unique index stands behind."""
        table = backend.tables.get(subject.table)
        columns = tuple(dict.fromkeys(each.column for each in subject.predicates))
        if table is None or table.owner is None or not table.complete or not _is_for_equals(subject, table):
            return
        if any(column not in table.columns for column in columns) or _may_be_unique(table, columns):
            return
        found = _Lookup(backend, subject, table)
        creation = found.creation()
        if creation is None:
            return
        spelled = ", ".join(columns)
        what = f"`{columns[0]}`" if len(columns) == 1 else f"`({spelled})`"
        yield self.finding(
            subject,
            f"a row of `{table.name}` is looked up by {what} before one is added, but no unique index "
            "stands behind, so two requests at once add it twice",
            help=f"add a unique constraint: `CREATE UNIQUE INDEX ON {table.name} ({spelled})`",
            related=[Note(subject.function.module.locate(creation.span), "the row is added here")],
        )


class _Lookup:
    """One query, the condition that it decides, and the row that is made when it finds nothing."""

    def __init__(self, backend: Backend, query: Query, table: Table) -> None:
        self.backend = backend
        self.query = query
        self.function = query.function
        self.table = table
        calls = self.function.scope.calls
        self.given = {
            name: value for index in query.calls for name, value in _values(self.function, calls[index])
        }

    def creation(self) -> Call | None:
        """The call that makes the row with the values that were looked for; None without one."""
        for index, block in enumerate(self.function.scope.blocks):
            if block.kind == "if" and block.subject is not None and self._decides(block):
                found = self._made(index, block.subject)
                if found is not None:
                    return found
        return None

    def _decides(self, block: Block) -> bool:
        """Whether a condition asks for nothing but what the query found."""
        test = block.subject
        if isinstance(test, Operation) and test.operator in _ASKS:
            test = test.operands[0]
        return test is not None and self._is_result(test, block)

    def _is_result(self, expr: Expr, block: Block) -> bool:
        """Whether an expression in the header of a block is what the query found."""
        if isinstance(expr, Result):
            return expr.call in self.query.calls
        if not isinstance(expr, Ref) or expr.name[0] != "$" or "." in expr.name:
            return False
        assigned = self.function.assignments.get(expr.name[1:], [])
        values = [each.value for each in assigned if each.span < block.span]
        value = _awaited(values[0]) if len(values) == 1 and values[0] is not None else None
        return isinstance(value, Result) and value.call in self.query.calls

    def _made(self, index: int, test: Expr) -> Call | None:
        """The creation behind a condition that ends the function, or inside one that asks for no row."""
        inside = _blocks_in(self.function, index)
        ends = any(
            isinstance(each, _ENDS) or (isinstance(each, Jump) and each.kind == "continue")
            for each in self.function.scope.statements
            if each.block == index
        )
        asks_for_none = isinstance(test, Operation) and test.operator in ("not", "is")
        for position, call in enumerate(self.function.scope.calls):
            is_behind = ends and not asks_for_none and call.block not in inside
            if (is_behind or (asks_for_none and call.block in inside)) and position > self.query.calls[0]:
                if self._makes(call):
                    return call
        return None

    def _makes(self, call: Call) -> bool:
        """Whether a call makes a row of the table with the same values."""
        callee = call.callee
        if not isinstance(callee, Ref):
            return False
        name = callee.name
        receiver, _, last = name.rpartition(".")
        if last in _CREATES and receiver.endswith(_OBJECTS):
            name = receiver.rpartition(".")[0]
        if not name.strip("$:.") or name[0] == "$":
            return False
        target = self.backend.project.reference(self.function, name).target
        if not isinstance(target, Class) or target is not self.table.owner or not self.given:
            return False
        written = dict(call.keywords)
        if any(written.get(key) != value for key, value in self.given.items()):
            return False
        return not any(self._collides(index, written) for index in self.table.indexes if index.unique)

    def _collides(self, index: Index, written: dict[str, Expr]) -> bool:
        """Whether two rows that are made for the same values get the same key in an index."""
        told = {name for value in self.given.values() for name in _roots(value)}
        same = {
            name
            for name, value in written.items()
            if name in self.given or isinstance(value, Constant) or _roots(value) <= told
        }
        same |= {f"{name}_id" for name in same}
        return set(index.columns) <= same


def _values(function: Function, call: Call) -> Iterator[tuple[str, Expr]]:
    """What a call compares: keywords of `filter`, and `Model.attribute == value`."""
    for name, value in call.keywords:
        if "__" not in name or name.endswith("__exact"):
            yield name.removesuffix("__exact"), value
    for argument in call.args:
        for each in walk(argument):
            if isinstance(each, Operation) and each.operator == "==" and isinstance(each.operands[0], Ref):
                yield each.operands[0].name.rpartition(".")[2], each.operands[1]


def _is_for_equals(query: Query, table: Table) -> bool:
    """Whether a query compares with equal values only, of all rows, and locks nothing."""
    calls = [query.function.scope.calls[index] for index in query.calls]
    names = [call.last_name for call in calls]
    first = calls[0].callee
    manager = first.name.rpartition(".")[0] if isinstance(first, Ref) else ""
    if table.source == "django" and not manager.endswith(_OBJECTS):
        return False
    conditions = sum(
        len(call.keywords) + len(call.args)
        for call, name in zip(calls, names, strict=True)
        if name in ("filter", "filter_by", "where", "get")
    )
    return (
        all(each.operator == "=" and not each.wrapped for each in query.predicates)
        and {"select_for_update", "with_for_update", "exclude", "join", "outerjoin"}.isdisjoint(names)
        and conditions == len(query.predicates)
    )


def _roots(expr: Expr) -> set[str]:
    """The names that a value is made of, by their first part; one of its own for what only a call tells."""
    found: set[str] = set()
    for each in walk(expr):
        if isinstance(each, Ref):
            found.add(each.name.partition(".")[0])
        elif isinstance(each, Result):
            found.add(f"call {each.call}")
    return found


def _may_be_unique(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether a unique index may stand behind: over some of the columns, or one that can't be compared."""
    if set(columns) >= set(table.primary_key) != set():
        return True
    for index in table.indexes:
        plain = [column for column in index.columns if "(" not in column and "?" not in column]
        if index.unique and set(plain) <= set(columns):
            return True
    return False


def _blocks_in(function: Function, index: int) -> set[int]:
    """A block and those inside it."""
    inside = {index}
    for position, block in enumerate(function.scope.blocks):
        if position > index and block.parent in inside:
            inside.add(position)
    return inside


def _awaited(expr: Expr) -> Expr:
    return expr.operands[0] if isinstance(expr, Operation) and expr.operator == "await" else expr
