from collections.abc import Iterable, Iterator

from linter.analyses.log_values import item_key, written
from linter.backend import Backend, LogCall
from linter.facts.expressions import Attr, Expr, Ref
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity
from linter.secrecy import is_personal

_COLUMNS = ("Field", ".Column", ".mapped_column()")
"""How the types of columns end: an instance holds a plain value under them."""


class PersonalDataInLog(Rule[LogCall]):
    """What identifies a person is written to a log.

    ## Why
    Logs are copied, kept and read by people who have no business with the person. A request to be forgotten
    reaches the database, and hardly ever the logs.

    ## Bad
        logger.info("mail sent to %s", user.email)

    ## Good
        logger.info("mail sent to user %s", user.id)

    ## Limits
    Mail addresses, telephone numbers, dates of birth, and numbers of accounts, passports and insurances,
    judged by the name of the value; what a caller sends is followed through functions. Names of people are
    not judged: too many other things have a `name`.

    ## References
    - https://cwe.mitre.org/data/definitions/359.html
    - https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "log records"
    cwe = 359
    owasp = "A09:2021"
    follows_values = True

    def subjects(self, backend: Backend) -> Iterable[LogCall]:
        """Every log call."""
        return backend.logs

    def check(self, subject: LogCall, backend: Backend) -> Iterator[Outcome]:
        """The first value of a record that identifies a person."""
        for value in written(subject):
            name = _name(subject, value.expr)
            if is_personal(name):
                yield self._reproach(subject, name)
                return
        for flow in () if backend.flows is None else backend.flows.ending("record", subject.location):
            if flow.certainty == "sure" and is_personal(flow.part):
                yield self.finding(
                    subject,
                    f"`{flow.part}`, which a caller sends, is written to the log under another name",
                    help="log an id that leads to the person",
                    related=[Note(flow.path[0].location, f"enters through {flow.entry}")],
                    path=flow.path,
                )
                return

    def _reproach(self, log: LogCall, name: str) -> Outcome:
        return self.finding(
            log,
            f"`{name}` is written to the log, where it outlives the person's consent",
            help="log an id that leads to the person",
        )


def _name(log: LogCall, expr: Expr) -> str:
    """The name of a value that prints as its text; empty for any other."""
    key = item_key(expr, log.function.scope.calls)
    if key is not None:
        return key
    if not isinstance(expr, (Ref, Attr)):
        return ""
    name = expr.name.rpartition(".")[2].lstrip(":$")
    kind = log.type_of(expr)
    # The type of what a library holds is not known: it is given the name of the thing itself.
    plain = kind in (None, "str") or kind.rpartition(".")[2] == name or kind.endswith(_COLUMNS)
    return name if plain else ""
