from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class DropConstraint(Rule[Change]):
    """A constraint is dropped, and with it a guarantee about the rows.

    ## Why
    From then on rows get in that it kept out, and adding it back means to clean them up. Dropping a
    foreign key locks both of its tables.

    ## Bad
        ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey;

    ## Good
    A dropped constraint with another in its place in the same migration.

    ## Limits
    Silent for tables that the same migration creates, where a constraint is added to the table in the
    same migration, and for what goes with a dropped column.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "dropped constraints"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Constraints of tables that were there before."""
        return (each for each in backend.changes_of("drop-constraint") if each.name)

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Nothing comes in its place."""
        for each in (*subject.earlier, *subject.later):
            replaces = each.kind.startswith("add-") and each.kind != "add-column"
            if each.name == subject.name and (replaces or each.kind in ("create-index", "drop-column")):
                return
        named = f"`{subject.action.name}`" if subject.action.name else "a constraint"
        both = ""
        if subject.engine == "postgres" and subject.effect.other.waits:
            known = None if subject.table is None else subject.table.constraint(subject.action.name)
            both = f", and `{known.references}` is locked as well" if known is not None else ""
        yield self.finding(
            subject,
            f"dropping {named} of {subject} gives up what it guarantees about the rows{both}",
            help="say in a comment what guarantees it from now on, or add the constraint that replaces it",
        )
