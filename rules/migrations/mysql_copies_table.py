from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class MysqlCopiesTable(Rule[Change]):
    """A statement asks MySQL to copy or lock the table although it could do without.

    ## Why
    `ALGORITHM=COPY` and `CONVERT TO CHARACTER SET` write the whole table anew while writes wait;
    `LOCK=SHARED` and `LOCK=EXCLUSIVE` keep writers, or everybody, away even where the server would not
    have to.

    ## Bad
        ALTER TABLE `orders` ADD INDEX `total_idx` (`total`), ALGORITHM=COPY;

    ## Good
        ALTER TABLE `orders` ADD INDEX `total_idx` (`total`), ALGORITHM=INPLACE, LOCK=NONE;

    ## Limits
    MySQL and MariaDB. Silent for tables that the same migration creates.

    ## References
    - https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "statements that say how MySQL should work"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Statements with an ALGORITHM, a LOCK, or another character set."""
        for each in backend.changes_of("other", "create-index", engine="mysql"):
            if any(flag.startswith(("algorithm-", "lock-", "convert-to")) for flag in each.action.flags):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The table is copied or locked."""
        for flag in subject.action.flags:
            if flag in _SAID:
                said, what, waits = _SAID[flag]
                yield self.finding(subject, f"`{said}` {what} {subject}, so all {waits} wait", help=_HELP)
                return


_SAID = {
    "algorithm-copy": ("ALGORITHM=COPY", "copies all of", "writes"),
    "convert-to-character-set": ("CONVERT TO CHARACTER SET", "copies all of", "writes"),
    "lock-shared": ("LOCK=SHARED", "locks", "writes"),
    "lock-exclusive": ("LOCK=EXCLUSIVE", "locks", "reads and writes"),
}
_HELP = (
    "say `ALGORITHM=INPLACE, LOCK=NONE`, which fails rather than block, or use `gh-ost` or"
    " `pt-online-schema-change`"
)
