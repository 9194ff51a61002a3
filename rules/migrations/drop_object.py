from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity

_OBJECTS = (
    "view",
    "materialized-view",
    "function",
    "procedure",
    "type",
    "sequence",
    "domain",
    "extension",
    "trigger",
)
_DROPS = frozenset(f"drop-{each}" for each in _OBJECTS)


class DropObject(Rule[Change]):
    """A view, function, type, trigger or the like is dropped that something may depend on.

    ## Why
    Code that still runs fails when it reads the view or calls the function, and a dropped trigger or
    generated expression stops what kept rows in step.

    ## Bad
        DROP VIEW open_orders;

    ## Good
    A `CREATE OR REPLACE`, or a drop in the deployment after the last use.

    ## Limits
    Silent when the same migration creates one of that name, before or after.

    ## References
    - https://www.postgresql.org/docs/current/ddl-depend.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "dropped views, functions, types and the like"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Drops of what is no table, column or index."""
        for each in backend.changes:
            if each.kind == "other" and not each.is_new and (each.has(*_DROPS) or _is_identity(each)):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Nothing of that name takes its place."""
        flag = subject.action.flags[0]
        if _is_identity(subject):
            what = "generated expression" if "expression" in flag else "identity"
            yield self.finding(
                subject,
                f"the {what} of `{subject.name}.{subject.column}` is dropped, so the column is no longer"
                " filled by itself",
                help="deploy code that fills the column first",
            )
            return
        made = flag.replace("drop-", "create-", 1)
        if any(
            each.has(made) and each.action.name == subject.action.name for each in subject.revision.changes
        ):
            return
        what = flag.partition("-")[2].replace("-", " ")
        yield self.finding(
            subject,
            f"dropping the {what} `{subject.action.name}` breaks whatever still uses it",
            help=(
                "deploy code that does not use it first, and leave `CASCADE` out so that the server says what"
                " depends on it"
            ),
        )


def _is_identity(change: Change) -> bool:
    return change.has("alter-column-drop-expression", "alter-column-drop-identity")
