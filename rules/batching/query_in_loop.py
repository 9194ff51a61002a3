from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, Function, Query
from linter.facts.expressions import Expr, Item, Operation, Ref, Result, walk
from linter.facts.scopes import Block, Call
from linter.rule import Confidence, Note, Outcome, Rule, Severity

_PASSES_ON = frozenset({"enumerate", "iter", "list", "reversed", "sorted", "tuple"})
_FETCHES = frozenset({"fetchall", "fetch", "fetch_all", "iterate"})
_RUNS = frozenset(
    {
        "aexists",
        "afirst",
        "aget",
        "aggregate",
        "all",
        "count",
        "earliest",
        "exec",
        "execute",
        "exists",
        "fetchone",
        "fetchrow",
        "fetchval",
        "first",
        "get",
        "last",
        "latest",
        "one",
        "one_or_none",
        "scalar",
        "scalars",
        *_FETCHES,
    }
)
_DEEP = 6


class QueryInLoop(Rule[Query]):
    """A loop over the rows of one query runs another query for each of them.

    ## Why
    A list of fifty orders takes fifty-one trips to the database, one of five hundred takes ten times as many.
    It is quick with the data of a laptop, and the first thing that gets slow in production.

    ## Bad
        for order in Order.objects.all():
            customer = Customer.objects.get(pk=order.customer_id)
            print(order.shop.name)

    ## Good
        for order in Order.objects.select_related("customer", "shop"):
            print(order.customer, order.shop.name)

    ## Limits
    Only where the loop goes over the result of a query in the same function, and the query in it is run
    there with a value of the row. What is looked up once and kept (`if key not in cache`) counts for none.
    Attributes that load a row of Django are seen on models whose manager is Django's own. Scripts and
    commands are left alone.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/models/querysets/#select-related
    - https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "queries that read rows"

    def subjects(self, backend: Backend) -> Iterable[Query]:
        """Queries by ORM and SQL outside scripts and migrations."""
        migrations = frozenset(backend.migrations)
        for each in backend.queries:
            is_kept = each.kind == "select" and each.calls and each.location.path not in migrations
            if is_kept and not backend.is_run_by_hand(each.function):
                yield each

    def check(self, subject: Query, backend: Backend) -> Iterator[Outcome]:
        """Run once for each row of another query, or made to load a row for each of its own."""
        calls = [subject.function.scope.calls[index] for index in subject.calls]
        if any(_last_name(call.callee) in _RUNS for call in calls):
            yield from self._repeated(subject, calls, backend)
        for trait in subject.traits:
            if trait.kind == "alone":
                yield from self._loading(subject, backend)

    def _repeated(self, subject: Query, calls: list[Call], backend: Backend) -> Iterator[Outcome]:
        function = subject.function
        main = next(each for each in _queries(backend)[function.id] if each.calls == subject.calls)
        if main is not subject:
            return
        for block in _loops_around(function, calls[-1].block):
            source = _rows_of(function, block.subject, _queries(backend)[function.id], 0)
            if source is None or set(source) & set(subject.calls):
                continue
            names = {each.name for each in block.targets if isinstance(each, Ref)}
            if any(_reads_any(backend, function, call, names) for call in calls):
                yield self.finding(
                    subject,
                    f"this query on `{subject.table}` runs once for each row that the loop goes over",
                    help="load all that the loop needs by one query before it, by a join or with `IN`",
                    related=[Note(function.module.locate(block.span), "the loop over rows")],
                )
                return

    def _loading(self, subject: Query, backend: Backend) -> Iterator[Outcome]:
        """`row.relation.attribute` in a loop over the rows of a query that did not load the relation."""
        table = backend.tables.get(subject.table)
        owner = None if table is None else table.owner
        if table is None or owner is None:
            return
        function = subject.function
        keys = {
            name
            for name in owner.attributes
            if (column := table.columns.get(f"{name}_id")) is not None and column.references
        }
        for row, reads, place in _loops_over(backend, function, subject.calls):
            for read in reads:
                root, relation, *rest = [*read.name.split("."), "", ""]
                is_loaded = root == row and relation in keys and rest[0] not in ("", "id", "pk")
                if is_loaded and not _is_set(function, f"{row}.{relation}"):
                    yield self.finding(
                        subject,
                        f"the loop reads `{relation}` of each row, which runs a query on "
                        f"`{(table.columns[f'{relation}_id'].references or '').rpartition('.')[0]}` for each",
                        help=f'load it along: `.select_related("{relation}")`',
                        related=[Note(function.module.locate(place), "the loop over rows")],
                    )
                    return


@lru_cache(maxsize=1)
def _queries(backend: Backend) -> dict[str, list[Query]]:
    """Reading queries by the id of their function."""
    found: dict[str, list[Query]] = {}
    for each in backend.queries:
        if each.kind == "select" and each.calls:
            found.setdefault(each.function.id, []).append(each)
    return found


def _loops_around(function: Function, index: int) -> Iterator[Block]:
    """The loops around a block, innermost first, up to one that looks a value up in what it keeps."""
    blocks = function.scope.blocks
    while index:
        block = blocks[index]
        if block.kind in ("for", "comprehension"):
            yield block
        elif block.kind in ("if", "try", "except", "while") and (block.kind != "if" or _is_of_cache(block)):
            return
        index = block.parent


def _is_of_cache(block: Block) -> bool:
    """Whether a condition asks for what is not known yet."""
    return block.subject is not None and any(
        isinstance(each, Operation) and each.operator in ("not in", "not", "is")
        for each in walk(block.subject)
    )


def _rows_of(
    function: Function, expr: Expr | None, queries: list[Query], depth: int
) -> tuple[int, ...] | None:
    """The calls of the query whose rows an expression holds; None when it is not known to hold any."""
    if depth > _DEEP or expr is None:
        return None
    match expr:
        case Operation(operator="await", operands=(inner,)) | Item(base=inner, key=Operation(operator=":")):
            return _rows_of(function, inner, queries, depth + 1)
        case Result(call=index):
            call = function.scope.calls[index]
            name = _last_name(call.callee)
            if name in _PASSES_ON and call.args:
                return _rows_of(function, call.args[0], queries, depth + 1)
            if name in _FETCHES and not call.args:
                return (index,)
            return next((each.calls for each in queries if index in each.calls and _is_many(each)), None)
        case Ref(name=name) if name[0] == "$" and "." not in name:
            assigned = function.assignments.get(name[1:], [])
            if len(assigned) == 1 and len(assigned[0].targets) == 1 and assigned[0].operator is None:
                return _rows_of(function, assigned[0].value, queries, depth + 1)
    return None


def _is_many(query: Query) -> bool:
    return query.spelling == "orm" and not query.bounded


def _reads_any(backend: Backend, function: Function, call: Call, names: set[str]) -> bool:
    """Whether an argument of a call reads one of the names, or something of one."""
    given = (*call.args, *(value for _, value in call.keywords))
    return any(
        read.name.partition(".")[0] in names for expr in given for read in backend.reads(expr, function)
    )


def _loops_over(
    backend: Backend, function: Function, calls: tuple[int, ...]
) -> Iterator[tuple[str, list[Ref], int]]:
    """Each loop over the rows of a query: the name of the row, what the loop reads, and its place."""
    queries = _queries(backend)[function.id]
    for index, block in enumerate(function.scope.blocks):
        if block.kind != "for" or len(block.targets) != 1 or not isinstance(block.targets[0], Ref):
            continue
        if _rows_of(function, block.subject, queries, 0) == calls:
            yield block.targets[0].name, list(_reads_in(backend, function, index)), block.span


def _reads_in(backend: Backend, function: Function, block: int) -> Iterator[Ref]:
    for site in backend.calls_in(function, block):
        assert site.call is not None
        callee = site.call.callee
        if isinstance(callee, Ref):
            yield callee
        for expr in (*site.call.args, *(value for _, value in site.call.keywords)):
            yield from (each for each in walk(expr) if isinstance(each, Ref))
    for statement in backend.statements_in(function, block):
        value = getattr(statement, "value", None)
        if value is not None:
            yield from (each for each in walk(value) if isinstance(each, Ref))


def _is_set(function: Function, name: str) -> bool:
    """Whether a function assigns to an attribute of a row."""
    return any(
        target == Ref(name)
        for statement in function.scope.statements
        for target in getattr(statement, "targets", ())
    )


def _last_name(callee: Expr) -> str:
    if isinstance(callee, Ref):
        return callee.name.rpartition(".")[2].lstrip(":$")
    return str(getattr(callee, "name", ""))
