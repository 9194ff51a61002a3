from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity

_CODE = 3
_DIGESTS = frozenset({32, 36, 40, 56, 64, 96, 128})


class PaddedText(Rule[TableColumn]):
    """A text column has the type `char(n)`, which pads its values with blanks.

    ## Why
    PostgreSQL fills `'de'` up to the length with blanks, ignores them in some comparisons and keeps them in
    others, as in LIKE. It saves nothing: the blanks are stored.

    ## Bad
        code char(10)

    ## Good
        code text CHECK (length(code) <= 10)

    ## Limits
    A note. `char(1)` to `char(3)`, for flags and codes of countries and currencies, are left alone, and so
    are lengths of digests in hexadecimal (32, 40, 64 and so on).

    ## References
    - https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_char.28n.29
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "columns"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns of known tables."""
        return backend.columns

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """A fixed length that is no code of a few letters."""
        kind, _, length = subject.column.type.rstrip(")").partition("(")
        size = int(length) if length.strip().isdecimal() else 0
        if kind.strip() in ("char", "character", "bpchar") and size > _CODE and size not in _DIGESTS:
            yield self.finding(
                subject,
                f"{subject} is padded with blanks to {size} characters, which LIKE and clients see",
                help="use `text` or `varchar`, with a CHECK where the length matters",
            )
