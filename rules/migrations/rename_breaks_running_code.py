from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided


class RenameBreaksRunningCode(Rule[Change]):
    """A table, column, schema or enum value is renamed under the code that still runs.

    ## Why
    Between the migration and the end of the deployment the old version is still at work, and each of its
    queries names the thing as it was. All of them fail, and after a rollback all of them again.

    ## Bad
        ALTER TABLE orders RENAME COLUMN total TO amount;

    ## Good
    Add the new column, write both, copy the old values in batches, read the new one, and drop the old one
    in a later deployment. In Django only the name in Python may change:
    `models.IntegerField(db_column="total")`.

    ## Limits
    Silent for tables that the same migration creates, and for a renamed table that a view of the old name
    stands in for.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "renamed tables, columns, schemas and enum values"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Renames of what was there before."""
        for each in backend.changes_of("rename-column", "rename-table", "other"):
            if _what(each):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Nothing answers to the old name."""
        if any(each.location == subject.location and _what(each) for each in subject.earlier):
            return
        old = subject.name or subject.action.name
        if subject.kind == "rename-column":
            if _is_added_here(subject):
                return
            old = f"{subject.name}.{subject.column}"
        elif subject.kind == "rename-table" and subject.table is None and subject.statement.schema:
            yield Undecided("what is renamed is no table that the project knows")
            return
        elif subject.kind == "rename-table" and any(_stands_in(each, subject) for each in subject.later):
            return
        named = f" `{old}`" if old else ""
        yield self.finding(
            subject,
            f"renaming the {_what(subject)}{named} breaks every query of the version that still runs",
            help=_help(subject),
        )


def _what(change: Change) -> str:
    if change.kind in ("rename-column", "rename-table"):
        return change.kind.partition("-")[2]
    if change.kind != "other":
        return ""
    if change.has("rename-value"):
        return "enum value of"
    if change.has("set-schema") or (change.has("alter-schema") and change.has("rename-to")):
        return "schema of" if change.has("set-schema") else "schema"
    return ""


def _is_added_here(change: Change) -> bool:
    """Whether the column was added by the same migration, or its new name is that of one that it dropped."""
    for each in change.earlier:
        if each.name == change.name and each.kind == "add-column" and each.column == change.column:
            return True
    return False


def _stands_in(change: Change, renamed: Change) -> bool:
    return change.has("create-view") and renamed.name in (change.action.name, change.action.table)


def _help(change: Change) -> str:
    if change.kind == "rename-table":
        if change.tool == "django":
            return f"keep the table's name with `db_table = \"{change.name}\"` in the model's `Meta`"
        return (
            f"create a view in the same transaction: `CREATE VIEW {change.name} AS SELECT * FROM"
            f" {change.action.name}`"
        )
    if change.kind == "rename-column":
        if change.tool == "django":
            return (
                f'keep the column\'s name with `db_column="{change.column}"`, or add a second field and move'
                " over in steps"
            )
        if change.tool == "alembic":
            return (
                f'keep the column\'s name with `mapped_column("{change.column}")`, or add a second column and'
                " move over in steps"
            )
        return (
            "add a second column, write both, copy the values in batches, and drop the old one in a later"
            " deployment"
        )
    return (
        "add the new one beside the old one, move over in steps, and remove the old one in a later deployment"
    )
