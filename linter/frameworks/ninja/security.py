"""What the `auth` of an operation does to a caller without credentials."""

from __future__ import annotations

from linter.backend import Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.natives import truth
from linter.evaluate.values import (
    Closure,
    Combined,
    Either,
    External,
    Instance,
    Lambda,
    Made,
    Raised,
    Value,
    options,
)
from linter.frameworks.django.anonymous import Caller
from linter.frameworks.django.decorators import DecoratorGuards
from linter.resolve.definitions import Class, Function

_SECURITY = "ninja.security."
_HEADER_CLASSES = frozenset({"HttpBearer", "HttpBasicAuth", "HttpAuthBase"})
"""Classes that refuse whoever sends no `Authorization` header, before anything of the project runs."""

_KEY_CLASSES = frozenset({"APIKeyQuery", "APIKeyHeader", "APIKeyCookie", "APIKeyBase"})
_SESSION_CLASSES = frozenset({"SessionAuth", "SessionAuthSuperUser", "SessionAuthIsStaff"})
_COOKIE_CLASSES = _SESSION_CLASSES | {"APIKeyCookie"}
_SESSION_OBJECTS = frozenset({"django_auth", "django_auth_superuser", "django_auth_is_staff"})
_OTHERS = ("ninja_jwt.", "ninja_extra.security.", "ninja_apikey.")
"""Packages of which every authenticator refuses whoever brings nothing."""


class Security:
    """Judges authenticators, with memory."""

    def __init__(self, evaluator: Evaluator, caller: Caller, guards: DecoratorGuards) -> None:
        self._evaluator = evaluator
        self._caller = caller
        self._guards = guards
        self._judged: dict[int, tuple[Value, Verdict]] = {}

    def of_list(self, auth: Value) -> Verdict:
        """What a list of authenticators does: the first that accepts lets the caller in."""
        if isinstance(auth, Either):
            found = {self.of_list(each) for each in auth.options}
            return found.pop() if len(found) == 1 else Verdict.UNKNOWN
        verdicts = {self.of(each) for each in listed(auth)}
        if Verdict.NO in verdicts or not verdicts:
            return Verdict.NO
        return Verdict.YES if verdicts == {Verdict.YES} else Verdict.UNKNOWN

    def of(self, authenticator: Value) -> Verdict:
        """What one authenticator does to an anonymous caller."""
        key = id(authenticator)
        if key not in self._judged:
            self._judged[key] = (authenticator, Verdict.UNKNOWN)
            self._judged[key] = (authenticator, self._judge(authenticator))
        return self._judged[key][1]

    def _judge(self, authenticator: Value) -> Verdict:
        if isinstance(authenticator, Either):
            found = {self.of(each) for each in authenticator.options}
            return found.pop() if len(found) == 1 else Verdict.UNKNOWN
        if isinstance(authenticator, Combined):
            return Verdict.UNKNOWN
        if isinstance(authenticator, Instance):
            return self._of_instance(authenticator)
        if isinstance(authenticator, Closure):
            return self._of_answer(self._asked(authenticator, []), authenticator.function)
        if isinstance(authenticator, Lambda):
            return self._caller.of_test(self._evaluator, authenticator).verdict
        if isinstance(authenticator, (Made, External)):
            return _of_library(authenticator.name)
        return Verdict.UNKNOWN

    def _asked(self, closure: Closure, rest: list[Value]) -> Value:
        return self._evaluator.trial(closure, [self._caller.request(), *rest])

    def _of_instance(self, authenticator: Instance) -> Verdict:
        """Run what the class itself says; what it leaves out is the library's."""
        ask: Function | None = None
        for ancestor in self._evaluator.order.of(authenticator.cls):
            if isinstance(ancestor.target, Class):
                called = ancestor.target.methods.get("__call__")
                if called is not None:
                    return self._of_answer(self._asked(Closure(called, None, authenticator), []), called)
                ask = ask or ancestor.target.methods.get("authenticate")
                continue
            last = ancestor.name.rpartition(".")[2]
            if last in _KEY_CLASSES or last in _SESSION_CLASSES:
                return Verdict.YES if ask is None else self._of_key(Closure(ask, None, authenticator))
            if last in _HEADER_CLASSES or _of_library(ancestor.name) is Verdict.YES:
                return Verdict.YES
        return Verdict.UNKNOWN

    def _of_key(self, ask: Closure) -> Verdict:
        """A key that is not sent is None. Only an answer that is certainly true lets the caller in."""
        answers = {truth(each) for each in options(self._asked(ask, [None])) if not isinstance(each, Raised)}
        if True not in answers:
            return Verdict.YES
        return Verdict.NO if answers == {True} else Verdict.UNKNOWN

    def _of_answer(self, outcome: Value, function: Function) -> Verdict:
        """A true answer is a caller that is known, anything else a refusal."""
        answers = {self._meaning(each) for each in options(outcome)}
        if answers <= {Verdict.YES}:
            return Verdict.YES
        if answers == {Verdict.NO}:
            return Verdict.NO
        if Verdict.NO not in answers and self._guards.asks_who(function):
            # What it looks up with what the caller sends is not there when the caller sends nothing.
            return Verdict.YES
        return Verdict.UNKNOWN

    def _meaning(self, answer: Value) -> Verdict:
        if isinstance(answer, Raised):
            return self._caller.judge(answer).verdict
        known = truth(answer)
        if isinstance(answer, Instance):
            known = True
        return Verdict.UNKNOWN if known is None else Verdict.NO if known else Verdict.YES

    def checks_csrf(self, authenticator: Value) -> bool:
        """Whether an authenticator reads a cookie, and so checks that the request is no forgery."""
        if isinstance(authenticator, External):
            return (
                authenticator.name.startswith(_SECURITY)
                and authenticator.name.rpartition(".")[2] in _SESSION_OBJECTS
            )
        if isinstance(authenticator, Made):
            last = authenticator.name.rpartition(".")[2]
            return last in _COOKIE_CLASSES and authenticator.keywords.get("csrf", True) is not False
        if not isinstance(authenticator, Instance):
            return False
        order = self._evaluator.order.of(authenticator.cls)
        return any(ancestor.name.rpartition(".")[2] in _COOKIE_CLASSES for ancestor in order)


def listed(auth: Value) -> list[Value]:
    """The authenticators of an `auth`: one, several, or none when it is None."""
    if auth is None or auth is NotImplemented:
        return []
    return list(auth) if isinstance(auth, (list, tuple)) else [auth]


def label(authenticator: Value) -> str:
    """The name that a report shows for an authenticator."""
    if isinstance(authenticator, Instance):
        return authenticator.cls.name
    if isinstance(authenticator, Closure):
        return authenticator.function.name
    if isinstance(authenticator, Either):
        return " | ".join(sorted({label(each) for each in authenticator.options}))
    if isinstance(authenticator, Lambda):
        return f"{authenticator.frame.holder.name}.<lambda>"
    if isinstance(authenticator, (Class, External, Made)):
        return authenticator.name
    return "?"


def _of_library(name: str) -> Verdict:
    last = name.rpartition(".")[2]
    if name.startswith(_SECURITY) and (last in _SESSION_OBJECTS or last in _SESSION_CLASSES):
        return Verdict.YES
    return Verdict.YES if name.startswith(_OTHERS) else Verdict.UNKNOWN
