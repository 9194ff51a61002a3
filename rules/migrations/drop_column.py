from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change, Table
from linter.facts.spans import line_of
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity

_COPY = ("insert", "opaque", "python", "update")
"""What may have brought the values to another place before."""


class DropColumn(Rule[Change]):
    """A column is dropped that code may still read or write.

    ## Why
    The values are gone, also after a rollback. The version that still runs during the deployment names
    the column in each SELECT and INSERT of its model, and all of them fail. It is worse when the model in
    this project still has it.

    ## Bad
        op.drop_column("orders", "status")

    ## Good
    First deploy a version whose model lacks the column (Django: `SeparateDatabaseAndState` with the
    removal in `state_operations`), drop it in a later migration.

    ## Limits
    Silent for tables that the same migration creates, for a column that was added in the same migration,
    and where another is renamed to its name, or takes its name after its values may have been copied. In
    Django also silent for SQL that drops what no model had any more.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "dropped columns"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Columns of tables that were there before."""
        return (each for each in backend.changes_of("drop-column") if each.name and each.column)

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The column goes with its values; another that is added by its name has none."""
        if subject.statement.unused:
            return
        if any(each.kind == "add-column" and _is_same(each, subject) for each in subject.earlier):
            return
        if any(each.kind == "rename-column" and _makes(each, subject) for each in subject.later):
            return
        is_new = any(each.kind == "add-column" and _makes(each, subject) for each in subject.later)
        if is_new and _may_be_copied(subject):
            return
        model = None if is_new else _model(subject, backend)
        column = f"`{subject.name}.{subject.column}`"
        if is_new:
            message = f"dropping {column} loses its values for good: the one that is added again begins anew"
        elif model is None:
            message = f"dropping {column} loses its values for good, and code that still runs fails on it"
        else:
            message = (
                f"{column} is dropped while `{model.model}` still has it, so each query of the model fails"
            )
        yield self.finding(
            subject,
            message,
            help=_HELP[subject.tool],
            related=(
                [Note(model.columns[subject.column].location, "declared here")] if model is not None else ()
            ),
            severity=Severity.ERROR if model is not None else None,
        )


def _may_be_copied(dropped: Change) -> bool:
    """Whether something ran before that can have brought the values to another place."""
    ran = any(each.kind in _COPY for each in dropped.earlier)
    return ran or any(
        call.last_name in ("execute", "bulk_insert") and line_of(call.span) < dropped.location.line
        for function in dropped.revision.functions
        for call in function.scope.calls
    )


def _is_same(change: Change, other: Change) -> bool:
    return (change.name, change.column) == (other.name, other.column)


def _makes(change: Change, dropped: Change) -> bool:
    if change.name != dropped.name:
        return False
    return dropped.column == (change.column if change.kind == "add-column" else change.action.name)


def _model(change: Change, backend: Backend) -> Table | None:
    """The model that declares the column, unless a later migration makes one of that name again."""
    table = backend.tables.get(change.name)
    left = backend.migrated.get(change.name)
    if table is None or table.model is None or table.source == "sql" or change.column not in table.columns:
        return None
    return None if left is None or change.column in left.columns else table


_HELP = {
    "sql": "deploy code that does not use the column first, and drop it in a later migration",
    "alembic": (
        "remove the attribute from the model and deploy that first, and drop the column in a later revision"
    ),
    "django": (
        "put `RemoveField` into the `state_operations` of a `SeparateDatabaseAndState` and deploy that first,"
        " drop the column in a later migration"
    ),
}
