from collections.abc import Iterable, Iterator

from linter.analyses.other_services import is_open
from linter.analyses.provenance import provenance_of
from linter.analyses.random_sources import is_drawn, is_index, is_picked, may_be_safe
from linter.backend import Backend, Function, Site
from linter.facts.expressions import (
    Attr,
    Choice,
    Comprehension,
    Constant,
    Expr,
    Mapping,
    Operation,
    Ref,
    Result,
    Template,
    children,
    walk,
)
from linter.facts.scopes import Assign, Call, Return
from linter.finding import Note
from linter.rule import Confidence, CstRule, Outcome, Severity
from linter.secrecy import words_of

_DRAWS = ("choice", "choices", "randint", "randrange", "random", "getrandbits", "sample", "randbytes")
_SOURCES = tuple(f"{each}.{name}" for each in ("random", "random.Random") for name in _DRAWS)
_SECRETS = frozenset(
    {"token", "otp", "password", "passwd", "secret", "nonce", "salt", "pin", "passcode", "totp"}
)
_KEYS = frozenset({"api", "secret", "session", "access", "private", "signing"})
_CODES = frozenset(
    {"reset", "verification", "confirm", "confirmation", "recovery", "invite", "backup", "auth", "login"}
)
_BUILDS = frozenset({"str", "hex", "join", "upper", "lower", "title", "format", "zfill", "decode", "encode"})
"""Calls that give their argument, or what they are called on, in other clothes."""
_OPERATORS = frozenset({"+", "-", "*", "%", "^", "|", "or", "await"})
_HOPS = 2
_DEMONSTRATION = frozenset(
    {"seed", "seeds", "seeder", "seeding", "demo", "demos", "fake", "fakes", "faker", "factory", "factories"}
    | {"fixture", "fixtures", "mock", "mocks", "sample", "samples", "script", "scripts"}
    | {"benchmark", "benchmarks"}
)


class PredictableToken(CstRule):
    """A secret is drawn from the `random` module, whose next values can be computed.

    ## Why
    `random` is a Mersenne Twister: who has seen some of its output knows all the rest. A caller who asks for
    a few tokens of their own can then compute the token that resets somebody else's password.

    ## Bad
        reset_code = "".join(random.choices(string.digits, k=6))

    ## Good
        reset_code = "".join(secrets.choice(string.digits) for _ in range(6))

    ## Limits
    The name that takes the value says that it is a secret: a variable, a keyword, a key, a column, or the
    function that returns it; what a function returns is followed to its callers. `random.SystemRandom` is
    safe. Demonstration data is left alone. Low confidence for salts, and for nonces for other services.

    ## References
    - https://docs.python.org/3/library/secrets.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "values drawn from `random`"
    cwe = 330
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Every call of the module's own generator."""
        return backend.calls(*_SOURCES)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A drawn value that is given a secret's name."""
        if not _DEMONSTRATION.isdisjoint(words_of(subject.location.path)):
            return
        if is_index(subject) or may_be_safe(subject):
            return
        name, related = self._taken_as(subject), []
        if not name:
            if (taken := self._taken_elsewhere(subject, backend)) is None:
                return
            name, function, call = taken
            related = [Note(function.module.locate(call.span), f"becomes `{name}` here")]
        yield self.finding(
            subject,
            f"`{name}` is drawn with `{subject.callee.name}`, whose values follow from earlier ones",
            help="use `secrets.token_urlsafe()`, `secrets.choice(...)` or `secrets.randbelow(...)`",
            related=related,
            confidence=Confidence.LOW if is_open(name, subject.function, backend) else None,
        )

    def _taken_as(self, site: Site) -> str:
        """The secret's name that takes the value, or empty."""
        function = site.function
        for statement in function.scope.statements:
            if isinstance(statement, Assign) and statement.value is not None:
                if is_picked(site, statement.value):
                    continue
                if self._holds(site, statement.value) or self._makes(site, statement.value):
                    for target in statement.targets:
                        if isinstance(target, Ref) and is_secret(_last(target.name)):
                            return _last(target.name)
            elif isinstance(statement, Return) and statement.value is not None:
                if is_picked(site, statement.value):
                    continue
                if is_secret(function.scope.name) and self._holds(site, statement.value, through_names=True):
                    return function.scope.name
        for call in function.scope.calls:
            for key, value in call.keywords:
                if is_secret(key) and self._holds(site, value):
                    return key
            name = self._handed_as(site, call)
            if name:
                return name
        return next((key for key, value in _named(function) if self._makes(site, value)), "")

    def _makes(self, site: Site, value: Expr) -> bool:
        """Whether a value is made of the drawn one, names in between included."""
        assert site.call is not None
        return is_built(site.function, value, site.call, site.callee.name != "random.choice")

    def _handed_as(self, site: Site, call: Call) -> str:
        """The secret's name under which a function of the project takes the value, or empty."""
        target = site.backend.project.callee(site.function, call).target
        if not isinstance(target, Function) or not any(self._makes(site, each) for each in call.args):
            return ""
        parameters = target.scope.parameters[target.owner is not None :]
        for parameter, value in zip(parameters, call.args, strict=False):
            # A store calls all that it keeps a token, a counter as well: only a text that is made is one.
            if is_secret(parameter.name) and self._makes(site, value) and not is_drawn(site, value):
                return parameter.name
        return ""

    def _taken_elsewhere(self, site: Site, backend: Backend) -> tuple[str, Function, Call] | None:
        """A secret's name that a caller gives to the value which this function returns, and where."""
        assert site.call is not None
        # One of a few things that exist already is picked, not made: only many picks in a row make a text.
        drawn = site.callee.name != "random.choice"
        pending = [(site.function, site.call, drawn)]
        for _ in range(_HOPS):
            callers = [
                found
                for function, call, made in pending
                if any(
                    isinstance(each, Return) and is_built(function, each.value, call, made)
                    for each in function.scope.statements
                )
                for found in provenance_of(backend).callers(function)
                if _DEMONSTRATION.isdisjoint(words_of(found[0].module.path))
            ]
            for function, call in callers:
                name = name_given(function, call)
                if name:
                    return name, function, call
            pending = [(function, call, True) for function, call in callers]
        return None

    def _holds(self, site: Site, expr: Expr, through_names: bool = False) -> bool:
        """Whether the drawn value is in `expr`, arguments of calls included."""
        pending, seen = [expr], set()
        while pending:
            each = pending.pop()
            if through_names and isinstance(each, Mapping):
                # Each value of a dict has a name of its own, which is not that of the function.
                continue
            pending.extend(children(each))
            if isinstance(each, Result):
                call = site.function.scope.calls[each.call]
                if call is site.call:
                    return True
                pending.extend((call.callee, *call.args))
            elif through_names and isinstance(each, Ref) and each.name not in seen:
                seen.add(each.name)
                assigned = site.function.assignments.get(each.name.lstrip("$"), ())
                pending.extend(assign.value for assign in assigned if assign.value is not None)
        return False


def name_given(function: Function, call: Call) -> str:
    """The secret's name that a function gives to the result of a call, or empty."""
    for statement in function.scope.statements:
        if isinstance(statement, Assign) and is_built(function, statement.value, call):
            for target in statement.targets:
                if isinstance(target, (Ref, Attr)) and is_secret(_last(target.name)):
                    return _last(target.name)
    return next((key for key, value in _named(function) if is_built(function, value, call)), "")


def _named(function: Function) -> Iterator[tuple[str, Expr]]:
    """What the keywords and dict displays of a function give a secret's name."""
    scope = function.scope
    keywords = [each for call in scope.calls for each in call.keywords]
    yield from (each for each in keywords if is_secret(each[0]))
    values = [each.value for each in scope.statements if isinstance(each, (Assign, Return))]
    values += [each for call in scope.calls for each in call.args] + [value for _, value in keywords]
    for each in (inner for expr in values if expr is not None for inner in walk(expr)):
        if isinstance(each, Mapping):
            for key, value in zip(each.keys, each.values, strict=True):
                if isinstance(key, Constant) and isinstance(key.value, str) and is_secret(key.value):
                    yield key.value, value


def is_built(function: Function, expr: Expr | None, call: Call, made: bool = True, depth: int = 0) -> bool:
    """Whether an expression is the result of a call, or made of it; `made` is false for a single pick."""
    if expr is None or depth > 8:
        return False
    if isinstance(expr, Result):
        inner = function.scope.calls[expr.call]
        if inner is call:
            return made
        callee = inner.callee
        if not isinstance(callee, (Ref, Attr)) or _last(callee.name) not in _BUILDS:
            return False
        base = (callee.base,) if isinstance(callee, Attr) else ()
        return any(is_built(function, each, call, made, depth + 1) for each in (*base, *inner.args))
    if isinstance(expr, Comprehension):
        return is_built(function, expr.element, call, True, depth + 1)
    if isinstance(expr, Ref):
        assigned = function.assignments.get(expr.name[1:], ()) if expr.name[0] == "$" else ()
        return len(assigned) == 1 and is_built(function, assigned[0].value, call, made, depth + 1)
    if isinstance(expr, Choice):
        return any(is_built(function, each, call, made, depth + 1) for each in (expr.then, expr.otherwise))
    if isinstance(expr, Template) or (isinstance(expr, Operation) and expr.operator in _OPERATORS):
        return any(is_built(function, each, call, made, depth + 1) for each in children(expr))
    return False


def is_secret(name: str) -> bool:
    """Whether a name says that its value must not be guessed: `reset_token`, `generate_otp`, `apiKey`."""
    *rest, last = words_of(name) or ("",)
    return (
        last in _SECRETS
        or (last == "key" and not _KEYS.isdisjoint(rest))
        or (last == "code" and not _CODES.isdisjoint(rest))
    )


def _last(name: str) -> str:
    return name.rpartition(".")[2].lstrip(":$")
