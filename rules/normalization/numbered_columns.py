from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity

_SHORTEST = 3
_LINES = frozenset({"line", "address", "street", "addr"})


class NumberedColumns(Rule[TableColumn]):
    """A table counts columns of the same kind: `phone1`, `phone2`, `phone3`.

    ## Why
    A search has to look into each of them, a fourth needs a migration, and nothing keeps the same value out
    of two. It is a list, which is a table of its own.

    ## Bad
        phone1 text, phone2 text, phone3 text

    ## Good
        CREATE TABLE phones (customer_id bigint REFERENCES customers (id), number text)

    ## Limits
    At least three of one type, numbered one after the other from 0 or 1. The lines of an address are no list.

    ## References
    - https://en.wikipedia.org/wiki/First_normal_form
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "columns"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns of known tables."""
        return backend.columns

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """The first of three or more that only a number tells apart."""
        name = subject.column.name
        stem = name.rstrip("0123456789")
        if not stem.strip("_") or name[len(stem) :] not in ("0", "1") or _is_line(stem):
            return
        first = int(name[len(stem) :])
        if first == 1 and f"{stem}0" in subject.table.columns:
            return
        group = [name]
        while (following := subject.table.columns.get(f"{stem}{first + len(group)}")) is not None:
            if following.type != subject.column.type:
                break
            group.append(following.name)
        if len(group) >= _SHORTEST:
            yield self.finding(
                subject,
                f"`{group[0]}` to `{group[-1]}` of {subject.table} are a list kept in columns",
                help="move them to a table of their own, a row for each",
            )


def _is_line(stem: str) -> bool:
    """Whether it is a line of an address: `line1`, `address_line_2`, `street1`."""
    return bool(_LINES & set(stem.lower().replace("-", "_").split("_")))
