from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class MysqlInlineReferences(Rule[Change]):
    """A foreign key is written behind a column, where MySQL reads and ignores it.

    ## Why
    Before version 9.0 MySQL parses `REFERENCES` in a column's own definition and makes no foreign key.
    There is no error and no constraint: rows that point nowhere get in.

    ## Bad
        CREATE TABLE `lines` (`id` int PRIMARY KEY, `order_id` int REFERENCES `orders` (`id`));

    ## Good
        CREATE TABLE `lines` (
          `id` int PRIMARY KEY, `order_id` int,
          FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`)
        );

    ## Limits
    SQL for MySQL only; MariaDB since 10.5 and MySQL since 9.0 make the constraint.

    ## References
    - https://dev.mysql.com/doc/refman/8.4/en/ansi-diff-foreign-keys.html
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "columns declared in SQL for MySQL"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Tables and columns that are declared in SQL."""
        for each in backend.changes:
            if (
                each.engine == "mysql"
                and each.kind in ("create-table", "add-column")
                and not each.statement.derived
            ):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """A column has its reference inline."""
        for column in subject.action.columns:
            if column.references:
                yield self.finding(
                    subject,
                    f"the `REFERENCES` behind `{column.name}` makes no foreign key before MySQL 9.0, so"
                    " nothing checks it",
                    help=(
                        f"write `FOREIGN KEY ({column.name}) REFERENCES {column.references} (…)` as a clause"
                        " of its own"
                    ),
                )
