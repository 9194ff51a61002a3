from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class DefaultNotKept(Rule[Change]):
    """A NOT NULL column has no default in the database while old code still inserts.

    ## Why
    Django gives a field's `default=` to the rows that are there and takes it from the column again. The
    version that still runs does not know the column, leaves it out of its INSERT, and the server refuses
    the row. The same happens when a migration drops the default of such a column.

    ## Bad
        migrations.AddField("order", "region", models.CharField(max_length=9, default="n"))

    ## Good
        migrations.AddField("order", "region", models.CharField(max_length=9, default="n", db_default="n"))

    ## Limits
    Silent for tables that the same migration creates and for columns that may be NULL.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/models/fields/#db-default
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "columns that are NOT NULL by a default"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Columns added with a default, and dropped defaults."""
        for each in backend.changes_of("add-column", "drop-default"):
            column = each.definition
            if not each.name or column is None or each.engine == "sqlite":
                continue
            before = each.column_before
            if each.kind == "add-column":
                if not column.nullable and column.default is not None:
                    yield each
            elif before is not None and not before.nullable:
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The default is gone when the migration is done."""
        if subject.kind == "add-column" and not subject.has("default-not-kept"):
            return
        if subject.kind == "drop-default" and any(
            each.name == subject.name
            and each.column == subject.column
            and each.kind in ("drop-not-null", "set-default")
            for each in subject.later
        ):
            return
        yield self.finding(
            subject,
            f"`{subject.name}.{subject.column}` is NOT NULL and the database keeps no default for it, so"
            " inserts of the version that still runs fail",
            help=_HELP[subject.tool],
        )


_HELP = {
    "django": (
        "give the field a `db_default=` as well (Django 5.0 and later), or add it with `null=True` first"
    ),
    "alembic": "keep the `server_default` until no old version runs any more",
    "sql": "keep the `DEFAULT` until no old version runs any more",
}
