from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from linter.analyses.absence import is_absent
from linter.analyses.development import is_for_development
from linter.analyses.log_values import Written, item_key, written
from linter.backend import Backend, Class, LogCall
from linter.facts.expressions import Attr, Constant, Expr, Item, Operation, Ref, Result, walk
from linter.facts.scopes import Assign
from linter.rule import Confidence, Note, Outcome, Rule, Severity
from linter.secrecy import Secrecy, secrecy, words_of
from linter.shapes import shape_of

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
            if certainty == "likely" and (_is_identifier(backend, name) or _is_told(backend, name)):
                continue
            named.add(name)
            confidence = Confidence.HIGH if certainty == "secret" else Confidence.MEDIUM
            unseen = certainty == "likely" and _is_of_something_unseen(subject, value.expr, name)
            if unseen or _is_any_key(subject, value.expr, name):
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
        if any(isinstance(each.expr, Ref) and _is_file(log, each.expr) for each in written(log)):
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


def _is_identifier(backend: Backend, name: str) -> bool:
    """Whether tables of the project use the name for a UUID, which names a row and opens nothing."""
    return any(
        column.type == "uuid"
        for table in backend.tables.values()
        if (column := table.columns.get(name)) is not None
    )


def _is_hidden_on_the_way(flow: Flow) -> bool:
    """Whether a value goes through a function that masks what it is given."""
    return any(not _HIDING.isdisjoint(words_of(each.message)) for each in flow.path[1:-1])


@lru_cache(maxsize=256)
def _is_told(backend: Backend, name: str) -> bool:
    """Whether routes are asked for a row by the name, and others hand it out with the row it names."""
    asked = any(
        each.place == "path" and each.name == name for route in backend.routes for each in route.inputs
    )
    return asked and any(
        field.name == name and not field.write_only
        for schema in _answering(backend)
        for shape in (shape_of(backend.project, schema),)
        for field in (() if shape is None else shape.fields)
    )


def _answering(backend: Backend) -> Iterator[Class]:
    """Schemas of what routes answer when they are read, and serializers of rows, wherever they are used."""
    for route in backend.routes:
        if "GET" in route.methods:
            yield from (each.model for each in route.outputs if each.model is not None)
    for cls in backend.classes:
        if backend.project.derives(cls, "rest_framework.serializers.ModelSerializer"):
            yield cls


def _is_of_something_unseen(log: LogCall, expr: Expr, name: str) -> bool:
    """Whether a value is read off an object of which nothing is known, under a name of its own.

    A media profile and a page of a list have tokens as well.
    """
    if isinstance(expr, Ref) and "." not in expr.name:
        assigned = log.function.assignments.get(expr.name.lstrip("$"), [])
        value = assigned[-1].value if assigned else None
        expr = value.operands[0] if isinstance(value, Operation) and value.operator == "or" else value or expr
    if isinstance(expr, Result):
        call = log.function.scope.calls[expr.call]
        if call.last_name != "getattr" or len(call.args) < 2 or not isinstance(call.args[1], Constant):
            return False
        owner: Expr = call.args[0]
    elif isinstance(expr, Ref) and "." in expr.name.lstrip("."):
        owner = Ref(expr.name.rpartition(".")[0])
    else:
        return False
    if not isinstance(owner, Ref) or owner.name[0] != "$" or log.type_of(owner) is not None:
        return False
    return owner.name not in ("$self", "$cls") and not _is_own_attribute(log, name)


def _is_any_key(log: LogCall, expr: Expr, name: str) -> bool:
    """Whether a parameter is called `session_key` where no Django, and no table, makes a secret of that."""
    if words_of(name)[-2:] != ("session", "key") or not isinstance(expr, Ref) or "." in expr.name:
        return False
    handed = any(each.name == name for each in log.function.scope.parameters)
    stored = any(name in table.columns for table in log.backend.tables.values())
    return handed and not stored and "django" not in log.backend.project.imported


def _is_own_attribute(log: LogCall, name: str) -> bool:
    """Whether a table, or a class of the same module, has a column or an attribute of a name."""
    return any(name in table.columns for table in log.backend.tables.values()) or any(
        name in cls.attributes
        or name in cls.children
        or any(f"self.{name}" in method.assignments for method in cls.methods.values())
        for cls in log.function.module.classes
    )


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
    if not isinstance(expr, (Ref, Attr)) or not _prints_as_text(log, expr):
        return None
    name = expr.name.rpartition(".")[2].lstrip(":$")
    certainty = secrecy(name)
    if not certainty and value.key and isinstance(expr, Ref) and _says_nothing(expr):
        name, certainty = value.key, secrecy(value.key)
    return (name, certainty) if certainty else None


def _prints_as_text(log: LogCall, expr: Ref | Attr) -> bool:
    kind = log.type_of(expr)
    if kind is not None and kind not in ("str", "bytes") and not kind.endswith("()"):
        # The type of what a library holds is not known: it is given the name of the thing itself.
        if kind.rpartition(".")[2] != expr.name.rpartition(".")[2].lstrip(":$"):
            return False
    if not isinstance(expr, Ref):
        return True
    return not (
        _is_cleaned(log, expr)
        or _is_row(log, expr)
        or _is_object(log, expr)
        or _is_file(log, expr)
        or _is_word(log, expr)
        or is_absent(log, expr)
    )


def _is_row(log: LogCall, expr: Ref) -> bool:
    """Whether a local name is treated as an object of a database elsewhere in the function."""
    return any(
        call.last_name in _OF_ROWS
        and isinstance(call.callee, Ref)
        and "session" in call.callee.name.rpartition(".")[0]
        and expr in call.args
        for call in log.function.scope.calls
    )


def _is_object(log: LogCall, expr: Ref) -> bool:
    """Whether a local name is bound to an exception, or has items of which attributes are read."""
    scope = log.function.scope
    if any(expr in block.targets for block in scope.blocks if block.kind == "except"):
        return True
    values = [getattr(each, "value", None) for each in scope.statements]
    for call in scope.calls:
        values += [call.callee, *call.args, *(each for _, each in call.keywords)]
    return any(
        isinstance(each, Attr) and isinstance(each.base, Item) and each.base.base == expr
        for value in values
        for each in (() if value is None else walk(value))
        if not hasattr(str, getattr(each, "name", ""))
    )


def _is_word(log: LogCall, expr: Ref) -> bool:
    """Whether a name goes through the words of a text: those are called tokens as well."""
    function = log.function
    for block in function.scope.blocks:
        if block.kind == "for" and expr in block.targets:
            source = block.subject
            if isinstance(source, Ref):
                assigned = function.assignments.get(source.name.lstrip("$"), [])
                source = assigned[-1].value if assigned else None
            if isinstance(source, Result):
                return function.scope.calls[source.call].last_name in _SPLITTING
    return False


def _is_file(log: LogCall, expr: Ref) -> bool:
    """Whether a name is that of a file which the function opens: the secret is in there."""
    return any(
        expr in call.args[:1] and log.backend.project.callee(log.function, call).name in _OPENING
        for call in log.function.scope.calls
    )


def _is_cleaned(log: LogCall, expr: Ref) -> bool:
    """Whether a local name was last given a constant, or the result of a call that hides its input."""
    if expr.name[0] != "$" or "." in expr.name:
        return False
    assigned: list[Assign] = log.function.assignments.get(expr.name[1:], [])
    if not assigned:
        return False
    value: Expr | None = assigned[-1].value
    if isinstance(value, Constant):
        return True
    if isinstance(value, Result):
        callee = log.function.scope.calls[value.call].callee
        name = callee.name.rpartition(".")[2] if isinstance(callee, (Ref, Attr)) else ""
        return not _HIDING.isdisjoint(words_of(name.lstrip(":$")))
    return False


def _says_nothing(expr: Ref) -> bool:
    """Whether a name is so plain that the key it is logged under says what it is."""
    return "." not in expr.name and words_of(expr.name)[-1:] in (("value",), ("raw",), ("key",), ("header",))


_OPENING = frozenset({"open", "io.open", "pathlib.Path", "os.path.exists", "os.path.isfile", "os.stat"})
_SPLITTING = frozenset({"split", "rsplit", "splitlines", "findall", "finditer", "tokenize"})
_OF_ROWS = frozenset({"add", "delete", "expunge", "merge", "refresh"})
"""Methods of a session that take an object of a table."""
_HIDING = frozenset(
    {"mask", "masked", "redact", "redacted", "hash", "hashed", "obfuscate", "censor", "hexdigest", "digest"}
    | {"sanitize", "scrub", "encrypt", "fingerprint", "len", "bool", "truncate", "shorten", "anonymize"}
)
