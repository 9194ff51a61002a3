from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, Query, Statement
from linter.rule import Confidence, Outcome, Rule, Severity

_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})


class RandomOrder(Rule[Statement | Query]):
    """A query sorts by a random number.

    ## Why
    The server makes a number for every row that matches and sorts them all, to return a few. No index can
    help. It gets slower with each row.

    ## Bad
        SELECT id FROM products ORDER BY random() LIMIT 3
        Product.objects.order_by("?")[:3]
        select(Product).order_by(func.random()).limit(3)

    ## Good
        SELECT id FROM products TABLESAMPLE SYSTEM_ROWS (3)

    ## Limits
    Small tables do not mind: it is a warning for what answers a request, wherever a table grows. Of an ORM's
    queries, one finding for each file.

    ## References
    - https://www.postgresql.org/docs/current/tsm-system-rows.html
    - https://docs.djangoproject.com/en/stable/ref/models/querysets/#order-by
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "queries"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """Queries in SQL that were read, and those of an ORM outside scripts."""
        yield from (
            each for each in backend.statements if each.facts.kind in _KINDS and each.facts.understood
        )
        for query in backend.orm_queries:
            if not backend.is_run_by_hand(query.function):
                yield query

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """Sorted by chance."""
        path = subject.location.path
        for trait in subject.traits:
            alike = _by_file(backend).get(path, []) if isinstance(subject, Query) else [subject]
            if trait.kind == "random-order" and alike[0] is subject:
                others = f", as do {len(alike) - 1} more queries of the file" if len(alike) > 1 else ""
                yield self.finding(
                    subject,
                    f"`ORDER BY` a random number makes the server sort every row that matches{others}",
                    help="draw keys in the application, or use `TABLESAMPLE`",
                )


@lru_cache(maxsize=1)
def _by_file(backend: Backend) -> dict[str, list[Query]]:
    """The queries of an ORM that sort by chance, by file."""
    found: dict[str, list[Query]] = {}
    for each in backend.orm_queries:
        is_random = any(trait.kind == "random-order" for trait in each.traits)
        if is_random and not backend.is_run_by_hand(each.function):
            found.setdefault(each.location.path, []).append(each)
    return found
