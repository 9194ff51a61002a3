"""What a function does, itself or through what it calls: writes data, or establishes who is calling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from linter.analyses.truths import tests_of
from linter.facts.expressions import Expr, Operation, Ref, Result, Sequence, walk
from linter.guards import refusals_of
from linter.resolve.definitions import Function, arguments_of
from linter.resolve.project import Resolved, Variable

if TYPE_CHECKING:
    from linter.backend import Backend, Route

_FUNCTIONS = 200
"""How many functions behind one are looked at."""

_WRITING_METHODS = frozenset(
    {
        "add_all",
        "bulk_create",
        "bulk_insert_mappings",
        "bulk_save_objects",
        "bulk_update",
        "commit",
        "create",
        "delete",
        "delete_many",
        "delete_one",
        "get_or_create",
        "insert_many",
        "insert_one",
        "save",
        "update_many",
        "update_one",
        "update_or_create",
    }
)
_SESSION_METHODS = frozenset({"add", "add_all", "delete", "merge", "commit", "flush"})
_STATEMENTS = frozenset({"sqlalchemy.insert", "sqlalchemy.update", "sqlalchemy.delete"})
_QUERIES = ("django.db.models.", "sqlalchemy.orm.", "flask_sqlalchemy.")
"""What queries are made by; `update` of anything else is a mapping's."""

_NO_DATABASE = (
    "bytes.",
    "dict.",
    "hashlib.",
    "httpx.",
    "io.",
    "list.",
    "logging.",
    "os.",
    "pathlib.",
    "requests.",
    "set.",
    "str.",
)
_IDENTIFYING = frozenset(
    {
        "authenticate",
        "authenticate_user",
        "check_password",
        "check_password_hash",
        "checkpw",
        "compare_digest",
        "construct_event",
        "create_access_token",
        "create_refresh_token",
        "generate_password_hash",
        "hashpw",
        "login_user",
        "logout_user",
        "make_password",
        "make_random_password",
        "set_password",
        "verify_and_update",
        "verify_password",
        "verify_signature",
    }
)
_IDENTIFYING_NAMES = frozenset(
    {
        "django.contrib.auth.login",
        "django.contrib.auth.logout",
        "hmac.new",
        "hmac.digest",
        "jwt.decode",
        "jwt.encode",
        "jose.jwt.decode",
        "jose.jwt.encode",
        "stripe.Webhook.construct_event",
        "svix.webhooks.Webhook.verify",
    }
)
_SIGNING_MODULES = ("itsdangerous.", "django.core.signing.", "passlib.", "argon2.", "authlib.", "webauthn.")
_CAPABILITIES = frozenset({"code", "hash", "key", "otp", "secret", "signature", "token", "uidb64"})
"""What a caller may show instead of an account: who knows it may act on what it names."""

_OPTIONAL = frozenset({"anonymous", "maybe", "optional"})
_OPEN_WORDS = frozenset(
    {
        "activate",
        "activation",
        "auth",
        "authorize",
        "callback",
        "confirm",
        "confirmation",
        "csp",
        "csrf",
        "forgot",
        "health",
        "healthcheck",
        "heartbeat",
        "hook",
        "hooks",
        "initialize",
        "install",
        "invitation",
        "invitations",
        "invite",
        "invites",
        "login",
        "logout",
        "oauth",
        "oauth2",
        "oidc",
        "password",
        "ping",
        "public",
        "register",
        "registration",
        "resend",
        "reset",
        "saml",
        "setup",
        "signin",
        "signout",
        "signup",
        "sso",
        "token",
        "tokens",
        "unsubscribe",
        "verify",
        "webhook",
        "webhooks",
    }
)


@lru_cache(maxsize=1)
def effects_of(backend: Backend) -> Effects:
    """What the functions of a backend do to data and to callers."""
    return Effects(backend)


class Effects:
    """Answers, memoised, for every function of one backend."""

    def __init__(self, backend: Backend) -> None:
        self._project = backend.project
        self._known: dict[tuple[int, str], bool] = {}

    def writes(self, function: Function) -> bool:
        """Whether a function is seen to write to a database."""
        return self._reaches(function, "writes", _is_write)

    def compares_caller(self, function: Function) -> bool:
        """Whether a function's own body holds the caller against somebody, such as the owner of a row."""
        reads_identity = refusals_of(self._project).reads_identity
        tests = (each for _, _, expr in tests_of(function) for each in walk(expr))
        return any(
            isinstance(each, Operation) and each.operator in ("==", "!=") and reads_identity(function, each)
            for each in tests
        )

    def reads_caller(self, function: Function) -> bool:
        """Whether a function's own body asks who is calling, to choose or to scope what it does."""
        refusals = refusals_of(self._project)
        asked: list[Expr] = [block.subject for block in function.scope.blocks if block.subject is not None]
        for call in function.scope.calls:
            asked.append(call.callee)
            asked.extend(arguments_of(call))
        return any(refusals.reads_identity(function, expr) for expr in asked)

    def identifies(self, function: Function) -> bool:
        """Whether a function checks credentials or a signature, or issues a token.

        Such a function is meant for callers who are not known yet.
        """
        return self._reaches(function, "identifies", _is_identification)

    def is_open_on_purpose(self, route: Route) -> bool:
        """Whether a route is meant for anonymous callers: sign-in, sign-up, reset, webhook, health.

        So is one that says it in its declaration, and one whose caller shows a key, code or token.
        """
        function = route.function
        if function is not None and (self.identifies(function) or self._says_so(function)):
            return True
        if any(_last_word(each.name) in _CAPABILITIES for each in route.inputs):
            return True
        # Behaviour that lies in a library cannot be followed; then the path has to say it.
        path = route.path.lower()
        words = {*re.split(r"[-_./]", path), *re.split(r"[/.]", re.sub(r"[-_]", "", path))}
        if route.is_graphql:
            words.update(re.sub(r"([A-Z])", r" \1", route.path.rpartition(".")[2]).lower().split())
        name = route.handler.rpartition(".")[2].lower().split("_")
        return not _OPEN_WORDS.isdisjoint(words) or not _OPEN_WORDS.isdisjoint(name)

    def _says_so(self, function: Function) -> bool:
        """Whether the handler allows anyone by name, asks who is there, or reads a key of its input."""
        owner = function.owner
        if owner is not None:
            allowed = self._project.member(owner, "permission_classes")
            if allowed is not None and isinstance(allowed.target, Variable):
                value = allowed.target.assign.value
                if value is not None and _names(value) & {"AllowAny"}:
                    return True
        for parameter in function.scope.parameters:
            for each in (parameter.annotation, parameter.default):
                if each is not None and any(_OPTIONAL & set(_words(name)) for name in _names(each)):
                    return True
        for decorator in function.scope.decorators:
            if isinstance(decorator.value, Result) and function.parent is not None:
                call = function.parent.scope.calls[decorator.value.call]
                if any(
                    argument == Sequence("list", ()) or _names(argument) & {"AllowAny"}
                    for argument in call.args
                ):
                    return True
        return any(self._reads_identity(function, each) for each in _read(function))

    def _reads_identity(self, function: Function, name: str) -> bool:
        parts = name.lstrip(":$").split(".")
        if parts[-1] == "is_authenticated":
            return True
        given = {parameter.name for parameter in function.scope.parameters}
        return len(parts) == 2 and parts[0] in given and _last_word(parts[1]) in _CAPABILITIES

    def _reaches(self, function: Function, question: str, holds: Callable[[Resolved], bool]) -> bool:
        """Whether a call that `holds` is in the function or in what it calls, nearest first."""
        key = (id(function), question)
        if key not in self._known:
            self._known[key] = self._search(function, holds)
        return self._known[key]

    def _search(self, function: Function, holds: Callable[[Resolved], bool]) -> bool:
        pending, seen = [function], {id(function)}
        while pending and len(seen) <= _FUNCTIONS:
            current = pending.pop(0)
            for call in current.scope.calls:
                found = self._project.callee(current, call)
                if holds(found):
                    return True
                if isinstance(found.target, Function) and id(found.target) not in seen:
                    seen.add(id(found.target))
                    pending.append(found.target)
        return False


def _is_write(found: Resolved) -> bool:
    holder, _, last = found.name.rpartition(".")
    if found.name in _STATEMENTS:
        return True
    if isinstance(found.target, Function) or found.name.startswith(_NO_DATABASE):
        return False
    if last in _SESSION_METHODS and holder.endswith(("Session", "session", "?")):
        return last != "add" or not holder.endswith("?")
    if last == "update":
        return holder.startswith(_QUERIES)
    return last in _WRITING_METHODS and bool(holder)


def _is_identification(found: Resolved) -> bool:
    name = found.name
    return (
        name in _IDENTIFYING_NAMES
        or name.rpartition(".")[2] in _IDENTIFYING
        or name.startswith(_SIGNING_MODULES)
    )


def _names(expr: Expr) -> set[str]:
    return {each.name.rpartition(".")[2].lstrip(":$") for each in walk(expr) if isinstance(each, Ref)}


def _words(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


def _last_word(name: str) -> str:
    return _words(name.replace("-", "_"))[-1]


def _read(function: Function) -> Iterator[str]:
    """Names read in arguments and tests of a function."""
    for call in function.scope.calls:
        for argument in (*call.args, *(value for _, value in call.keywords)):
            yield from (each.name for each in walk(argument) if isinstance(each, Ref))
    for block in function.scope.blocks:
        if block.subject is not None:
            yield from (each.name for each in walk(block.subject) if isinstance(each, Ref))
