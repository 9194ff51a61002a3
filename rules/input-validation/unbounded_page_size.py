from collections.abc import Iterable, Iterator

from linter.analyses.provenance import AMOUNT, Leaf, provenance_of
from linter.backend import Backend, Site, Verdict
from linter.facts.expressions import Constant, Expr, Item, Operation, walk
from linter.facts.scopes import Assign, Return
from linter.finding import Location, Note
from linter.rule import Confidence, CstRule, Outcome, Severity

_SIZES = {"limit": (0, "limit"), "fetchmany": (0, "size"), "paginate": (99, "per_page")}
"""Methods that cut a result, with the place of the size among their arguments."""


class UnboundedPageSize(CstRule):
    """The caller says how many rows are read, and nothing bounds the number.

    ## Why
    One request with `limit=100000000` reads the whole table into memory. A few of them stop the backend.

    ## Bad
        def list_orders(limit: int = 50):
            return session.scalars(select(Order).limit(limit))

    ## Good
        def list_orders(limit: Annotated[int, Query(ge=1, le=100)] = 50):
            return session.scalars(select(Order).limit(limit))

    ## Limits
    The number is followed from the query to the handler's parameter or the request, through the project's
    functions. `le`, `min(...)` and any comparison with a limit count as bounds.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "page sizes that are not constant"
    cwe = 770
    owasp = "API4:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Cuts of results whose size is not written in place."""
        for name in sorted(_SIZES):
            for site in backend.methods_called(name):
                if site.call is not None and backend.constant(site.function, self._size(site)) is ...:
                    if self._size(site) is not None:
                        yield site
        yield from self._slices(backend)

    def _size(self, site: Site) -> Expr | None:
        position, name = _SIZES[site.callee.name.rpartition(".")[2]]
        return site.argument(position, name)

    def _slices(self, backend: Backend) -> Iterator[Site]:
        """`queryset[offset:offset + limit]` in handlers."""
        for function in provenance_of(backend).inputs.handler_functions:
            for statement in function.scope.statements:
                if isinstance(statement, (Assign, Return)) and statement.value is not None:
                    if _slice_end(statement.value) is not None:
                        yield Site(backend, function, statement.span, statement.block)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A number from the caller without an upper bound."""
        size = self._size(subject) if subject.call is not None else self._end_of(subject)
        seen: set[Location] = set()
        for leaf in provenance_of(backend).followed(subject.function, size, AMOUNT):
            if leaf.kind != "outside" or not self._is_open(leaf, backend):
                continue
            place = self._entry(leaf)
            if place in seen:
                continue
            seen.add(place)
            yield self.finding(
                subject,
                f"`{leaf.what}` says how many rows are read and has no upper bound, so a caller can read all",
                help="bound it: `Query(le=100)`, `min(value, 100)`, or refuse more",
                location=place,
                related=[Note(subject.location, "the rows are read here")]
                if place != subject.location
                else [],
            )

    def _end_of(self, site: Site) -> Expr | None:
        for statement in site.function.scope.statements:
            if isinstance(statement, (Assign, Return)) and statement.span == site.span:
                return None if statement.value is None else _slice_end(statement.value)
        return None

    def _entry(self, leaf: Leaf) -> Location:
        """Where the number enters: the handler, or the call that reads it from the request."""
        return leaf.holder.location if not leaf.what.startswith("request.") else leaf.place

    def _is_open(self, leaf: Leaf, backend: Backend) -> bool:
        if leaf.what.startswith("request."):
            return True
        known = provenance_of(backend).inputs.input_of(leaf.holder, leaf.what)
        if known is None or known.place == "path":
            # What stands in a path names a row.
            return False
        return known.bounded is not Verdict.YES and (known.type or "").startswith("int")


def _slice_end(expr: Expr) -> Expr | None:
    """How much a slice takes: `n` in `[:n]` and in `[start : start + n]`."""
    for each in walk(expr):
        if isinstance(each, Item) and isinstance(each.key, Operation) and each.key.operator == ":":
            start, end = (*each.key.operands, None, None)[:2]
            if start in (None, Constant(None), Constant(0)):
                return end
            if isinstance(end, Operation) and end.operator == "+" and start in end.operands:
                return next((operand for operand in end.operands if operand != start), None)
    return None
