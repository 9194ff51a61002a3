from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.analyses.development import is_for_development
from linter.analyses.log_names import (
    HIDING,
    is_any_key,
    is_counted,
    is_of_something_unseen,
    is_opened,
    names_row,
    prints_as_text,
)
from linter.analyses.log_values import Written, item_key, written
from linter.backend import Backend, LogCall
from linter.facts.expressions import Attr, Ref, Result
from linter.rule import Confidence, Note, Outcome, Rule, Severity
from linter.secrecy import Secrecy, secrecy, words_of

if TYPE_CHECKING:
    from linter.flow import Flow


class SecretInLog(Rule[LogCall]):
    """A password, token, key or card number is written to a log.

    ## Why
    Logs are copied to many places, kept for long and read by many people. Whoever reads the record can act as
    the user or the service whose secret it holds.

    ## Bad
        logger.info("login of %s with %s", user.email, password)
        log.debug("calling", headers={"Authorization": token})

    ## Good
        logger.info("login of %s", user.email)

    ## Limits
    A value is judged by the name of its variable, attribute, key or header: the last words must say that
    it is a secret. What is hashed, masked, measured, compared or sliced is left alone, as is every type that
    does not print as its text (`SecretStr`, models). A value that is only called `token` gives medium
    confidence, since lexers and paginators have tokens as well: low confidence where it is read off an object
    of which nothing is known, and none where routes find rows by it and hand it out. What tests around the
    record show to be missing, or an error, is left alone. What a caller sends as a password or the like
    is followed through functions to records that call it something else, and so is what the backend itself
    keeps secret: settings, `SecretStr`, columns of rows, and, with low confidence, what is read of the
    environment under a secret's name. What a branch for development writes is left alone there.

    ## References
    - https://cwe.mitre.org/data/definitions/532.html
    - https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "log records"
    cwe = 532
    owasp = "A09:2021"
    follows_values = True

    def subjects(self, backend: Backend) -> Iterable[LogCall]:
        """Every log call."""
        return backend.logs

    def check(self, subject: LogCall, backend: Backend) -> Iterator[Outcome]:
        """One finding for each secret that the record writes."""
        named: set[str] = set()
        for value in written(subject):
            found = _secret(subject, value)
            if found is None or found[0] in named:
                continue
            name, certainty = found
            if certainty == "likely" and (names_row(backend, name) or is_counted(subject, value.expr)):
                continue
            named.add(name)
            confidence = Confidence.HIGH if certainty == "secret" else Confidence.MEDIUM
            unseen = certainty == "likely" and is_of_something_unseen(subject, value.expr, name)
            if unseen or is_any_key(subject, value.expr, name):
                confidence = Confidence.LOW
            yield self.finding(
                subject,
                f"`{name}` is written to the log, where everyone who reads logs can use it",
                help=f"leave `{name}` out, or log an id that leads to its owner",
                confidence=confidence,
            )
        if not named:
            yield from self._followed(subject, backend) or self._kept(subject, backend)

    def _kept(self, log: LogCall, backend: Backend) -> list[Outcome]:
        """A secret of the backend's own that the record has under another name."""
        flows = () if backend.flows is None else backend.flows.ending("secret-log", log.location)
        if not flows or is_for_development(log.function, log.block):
            return []
        if any(isinstance(each.expr, Ref) and is_opened(log, each.expr) for each in written(log)):
            return []
        by_name = [each for each in flows if each.family == "environment"]
        flow = next((each for each in flows if each not in by_name), flows[0])
        if _is_hidden_on_the_way(flow):
            return []
        return [
            self.finding(
                log,
                f"`{flow.what}` is written to the log under another name",
                help=f"leave `{flow.what}` out of what is logged",
                confidence=Confidence.LOW if flow in by_name else Confidence.MEDIUM,
                related=[Note(flow.path[0].location, f"is read on the way through {flow.entry}")],
                path=flow.path,
            )
        ]

    def _followed(self, log: LogCall, backend: Backend) -> list[Outcome]:
        """A secret that a caller sends, and that the record has under another name."""
        for flow in () if backend.flows is None else backend.flows.ending("record", log.location):
            known = secrecy(flow.part) == "secret" and not _is_hidden_on_the_way(flow)
            if flow.certainty == "sure" and known:
                return [
                    self.finding(
                        log,
                        f"`{flow.part}`, which a caller sends, is written to the log under another name",
                        help=f"leave `{flow.part}` out, or log an id that leads to its owner",
                        related=[Note(flow.path[0].location, f"enters through {flow.entry}")],
                        path=flow.path,
                    )
                ]
        return []


def _is_hidden_on_the_way(flow: Flow) -> bool:
    """Whether a value goes through a function that masks what it is given."""
    return any(not HIDING.isdisjoint(words_of(each.message)) for each in flow.path[1:-1])


def _secret(log: LogCall, value: Written) -> tuple[str, Secrecy] | None:
    """The name of a secret that is written, and how sure that is."""
    expr = value.expr
    calls = log.function.scope.calls
    key = item_key(expr, calls)
    if key is not None:
        certainty = secrecy(key)
        return (key, certainty) if certainty else None
    if isinstance(expr, Result):
        revealed = calls[expr.call].callee
        shown = isinstance(revealed, (Ref, Attr)) and revealed.name.rpartition(".")[2] == "get_secret_value"
        return ("get_secret_value()", "secret") if shown else None
    if not isinstance(expr, (Ref, Attr)) or not prints_as_text(log, expr):
        return None
    name = expr.name.rpartition(".")[2].lstrip(":$")
    certainty = secrecy(name)
    if not certainty and value.key and isinstance(expr, Ref) and _says_nothing(expr):
        name, certainty = value.key, secrecy(value.key)
    return (name, certainty) if certainty else None


def _says_nothing(expr: Ref) -> bool:
    """Whether a name is so plain that the key it is logged under says what it is."""
    return "." not in expr.name and words_of(expr.name)[-1:] in (("value",), ("raw",), ("key",), ("header",))
