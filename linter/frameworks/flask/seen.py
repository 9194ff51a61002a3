"""What values are when nobody knows the caller: no session, no credentials, no account.

A value is seen as a constant, as absent (what a visitor lacks), or as unknown. Each remembers whether
it tells who is calling, because only refusals that depend on that are access control.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

SeenKind: TypeAlias = Literal[
    "constant",
    "absent",
    "anonymous",
    "unknown",
    "test",
    "response",
    "path",
    "source",
    "list",
    "many",
    "either",
]

_IDENTITY_WORDS = (
    "user",
    "auth",
    "account",
    "login",
    "logged",
    "token",
    "member",
    "admin",
    "identity",
    "principal",
    "profile",
    "role",
    "uid",
    "email",
    "credential",
    "jwt",
    "claims",
    "customer",
    "api_key",
    "apikey",
)
_CREDENTIAL_WORDS = ("auth", "token", "key", "secret", "signature", "session", "credential", "jwt", "user")
_REQUEST_PARTS = frozenset({"args", "form", "json", "values", "headers"})
_COMMON_HEADERS = (
    "accept",
    "cache-control",
    "connection",
    "content-",
    "date",
    "dnt",
    "expect",
    "forwarded",
    "host",
    "if-",
    "origin",
    "range",
    "referer",
    "sec-",
    "te",
    "upgrade",
    "user-agent",
    "via",
    "x-forwarded-",
    "x-real-ip",
    "x-request",
)
"""How the names of headers begin that browsers and proxies send for everybody."""
_QUERY_CREDENTIALS = frozenset({"api_key", "apikey", "api-key", "access_token", "auth_token", "authtoken"})
_STRING_METHODS = frozenset(
    {
        "startswith",
        "endswith",
        "split",
        "rsplit",
        "partition",
        "rpartition",
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "removeprefix",
        "removesuffix",
        "casefold",
    }
)


class Seen(NamedTuple):
    """One value. `identity` says whether it depends on who is calling.

    `value` is the constant (`constant`), the status (`response`), the route's path with `{name}` for
    parameters (`path`), the name of what is looked into (`source`) or was looked into (`absent`,
    `unknown`), the items (`list`, `either`), or what each of an unknown number of items is (`many`).
    A `test` is unknown, and its value says for both outcomes whether they depend on who is calling.
    """

    kind: SeenKind
    value: object = None
    identity: bool = False

    @property
    def truth(self) -> bool | None:
        """Whether it counts as true; None when that is not known."""
        if self.kind == "constant":
            return bool(self.value)
        if self.kind == "absent":
            return False
        if self.kind in ("anonymous", "response", "path"):
            return True
        if self.kind == "either":
            truths = {each.truth for each in self.items}
            return truths.pop() if len(truths) == 1 else None
        return None

    @property
    def sides(self) -> tuple[bool, bool]:
        """Whether it depends on the caller that a test succeeds, and that it fails."""
        if self.kind == "test" and isinstance(self.value, tuple):
            return bool(self.value[0]), bool(self.value[1])
        return self.identity, self.identity

    @property
    def items(self) -> tuple[Seen, ...]:
        """The items of a list, or the values that it may be."""
        return self.value if isinstance(self.value, tuple) and self.kind in ("list", "many", "either") else ()

    def tied(self, identity: bool) -> Seen:
        """The same value, depending on the caller if `identity` says so."""
        return self._replace(identity=True) if identity and not self.identity else self


UNKNOWN = Seen("unknown")
NONE = Seen("constant", None)
ABSENT = Seen("absent", None, True)
ANONYMOUS = Seen("anonymous", None, True)


def constant(value: object, identity: bool = False) -> Seen:
    """A constant."""
    return Seen("constant", value, identity)


def unknown(identity: bool) -> Seen:
    """An unknown value."""
    return Seen("unknown", None, identity)


def any_identity(values: Iterable[Seen]) -> bool:
    """Whether one of the values depends on the caller."""
    return any(value.identity for value in values)


def either(values: Iterable[Seen]) -> Seen:
    """One of several values."""
    distinct = tuple(dict.fromkeys(values))
    if len(distinct) == 1:
        return distinct[0]
    return Seen("either", distinct, any_identity(distinct)) if distinct else UNKNOWN


def from_truth(truth: bool | None, identity: bool) -> Seen:
    """The result of a test."""
    return unknown(identity) if truth is None else constant(truth, identity)


def negated(value: Seen) -> Seen:
    """`not value`."""
    truth = value.truth
    if truth is not None:
        return constant(not truth, value.identity)
    return test(value.sides[1], value.sides[0])


def test(succeeds: bool, fails: bool) -> Seen:
    """A test of which the outcome is not known; whether either outcome depends on the caller."""
    return Seen("test", (succeeds, fails), succeeds or fails) if succeeds != fails else unknown(succeeds)


def conjunction(values: list[Seen], wanted: bool) -> Seen:
    """`and` (`wanted` is True) or `or` (False) of values, as Python evaluates them.

    With operands `private` (not known) and `no user` (true), success of `and` needs both and so depends on
    the caller; failure is up to `private` alone.
    """
    left: list[Seen] = []
    seen = False
    for value in values:
        seen = seen or value.identity
        truth = value.truth
        if truth is None:
            left.append(value)
        elif truth is not wanted:
            return value if not left else value.tied(seen)
    if not left:
        return values[-1].tied(seen)
    alone = any(value.sides[0 if not wanted else 1] for value in left)
    return test(seen, alone) if wanted else test(alone, seen)


def known_key(value: Seen) -> object:
    """The key that a value is; None when it is not known."""
    return value.value if value.kind == "constant" else None


def attribute(base: Seen, name: str) -> Seen:
    """`base.name`."""
    if base.kind in ("absent", "anonymous"):
        if name == "is_anonymous":
            return constant(True, True)
        if name in ("is_authenticated", "is_active"):
            return constant(False, True)
        return base if base.kind == "absent" else ABSENT
    if base.kind == "source" and base.value in ("g", "session"):
        return ABSENT if _sounds(name, _IDENTITY_WORDS) and "csrf" not in name else UNKNOWN
    return unknown(base.identity)


def lookup(base: Seen, key: object, default: Seen | None = None) -> Seen:
    """`base[key]`, or `base.get(key, default)`."""
    if base.kind == "absent":
        return base
    if base.kind == "source":
        return _looked_up(str(base.value), key if isinstance(key, str) else None, default)
    if base.kind == "list" and isinstance(key, int) and -len(base.items) <= key < len(base.items):
        return base.items[key]
    if base.kind == "constant" and isinstance(base.value, (str, tuple)) and isinstance(key, int):
        if -len(base.value) <= key < len(base.value):
            return constant(base.value[key], base.identity)
    return unknown(base.identity)


def _looked_up(source: str, key: str | None, default: Seen | None) -> Seen:
    if not _lacks(source, key):
        return Seen("unknown", source) if source in _REQUEST_PARTS else UNKNOWN
    identity = key is not None and _identifies(source, key.lower())
    if default is None or default == NONE:
        return Seen("absent", source, identity)
    return default.tied(identity)


def _lacks(source: str, key: str | None) -> bool:
    """Whether a visitor has nothing under this key: no session, no cookies, no headers of his own."""
    lowered = (key or "").lower()
    if "csrf" in lowered or "xsrf" in lowered:
        return False
    if source == "headers":
        return not lowered.startswith(_COMMON_HEADERS) or _sounds(lowered, _CREDENTIAL_WORDS)
    if source == "session":
        return key is not None
    return source == "cookies" or (key is not None and _identifies(source, lowered))


def _identifies(source: str, key: str) -> bool:
    """Whether what stands under this key tells who is calling."""
    if source in ("session", "g"):
        return _sounds(key, _IDENTITY_WORDS) or key in ("id", "_id", "me", "sub")
    if source in ("headers", "cookies"):
        return _sounds(key, _CREDENTIAL_WORDS)
    return key in _QUERY_CREDENTIALS


def _sounds(name: str, words: tuple[str, ...]) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in words)


def called_method(base: Seen, name: str, arguments: list[Seen]) -> Seen | None:
    """A method of a value that is known well enough; None when it is not."""
    if base.kind in ("absent", "anonymous"):
        if name == "get" and len(arguments) > 1:
            return arguments[1].tied(True)
        return attribute(base, name)
    if base.kind == "source" and name in ("get", "pop", "setdefault") and arguments:
        return lookup(base, known_key(arguments[0]), arguments[1] if len(arguments) > 1 else None)
    values = [each.value for each in arguments]
    if base.kind == "path" and name == "startswith" and values and isinstance(base.value, str):
        return _path_starts(base.value, values[0] if arguments[0].kind == "constant" else None)
    if base.kind == "constant" and isinstance(base.value, str) and name in _STRING_METHODS:
        if all(each.kind == "constant" for each in arguments):
            try:
                found = getattr(base.value, name)(*values)
            except (TypeError, ValueError):
                return None
            return constant(tuple(found) if isinstance(found, list) else found, base.identity)
    if base.kind == "constant" and base.identity and not base.value:
        return ABSENT
    if base.kind == "constant" and base.value == "" and name == "encode":
        return base
    return None


def _path_starts(path: str, prefixes: object) -> Seen:
    """Whether a path with parameters starts with a prefix, as far as its fixed beginning tells."""
    fixed = path.partition("{")[0]
    truths: list[bool | None] = []
    for prefix in prefixes if isinstance(prefixes, tuple) else (prefixes,):
        if not isinstance(prefix, str):
            truths.append(None)
        elif fixed.startswith(prefix):
            return constant(True)
        else:
            truths.append(None if prefix.startswith(fixed) else False)
    return UNKNOWN if None in truths else constant(False)


def compared(operator: str, left: Seen, right: Seen) -> Seen:
    """A comparison."""
    identity = left.identity or right.identity
    if operator in ("!=", "is not", "not in"):
        plain = {"!=": "==", "is not": "is", "not in": "in"}[operator]
        return negated(compared(plain, left, right))
    if operator == "==" and _is_session_token(left, right):
        return UNKNOWN
    if operator in ("==", "is"):
        return from_truth(_equal(left, right), identity)
    if operator == "in":
        return from_truth(_contained(left, right), identity or right.kind == "source")
    return unknown(identity)


def _is_session_token(left: Seen, right: Seen) -> bool:
    """Whether something of the session is compared with something of the request, as CSRF checks do."""
    values = {each.value for each in (left, right) if each.kind in ("absent", "unknown")}
    return "session" in values and not values.isdisjoint(_REQUEST_PARTS)


def _equal(left: Seen, right: Seen) -> bool | None:
    if right.kind in ("absent", "anonymous"):
        left, right = right, left
    if left.kind == "absent":
        if right.kind == "constant":
            return right.value is None or right.value is False
        return None if right.kind in ("absent", "either") else False
    if left.kind in ("anonymous", "response"):
        return False if right.kind in ("constant", "unknown") else None
    if left.kind == "constant" and right.kind == "constant":
        return left.value == right.value
    return None


def _is_missing(value: Seen) -> bool:
    return value.kind == "absent" or value == NONE


def _contained(left: Seen, right: Seen) -> bool | None:
    if right.kind == "source" and left.kind == "constant" and isinstance(left.value, str):
        return False if _lacks(str(right.value), left.value) else None
    if right.kind == "absent" or left.kind == "absent":
        return False
    if right.kind == "list" and left.kind == "constant":
        return _within(left.value, right.items)
    if right.kind == "list" and left.kind == "unknown" and all(_is_missing(each) for each in right.items):
        # What a visitor lacks equals nothing that he cannot know.
        return False
    if left.kind != "constant" or right.kind not in ("constant", "path"):
        return None
    if isinstance(right.value, tuple):
        return left.value in right.value
    if isinstance(right.value, str) and isinstance(left.value, str):
        if right.kind == "path":
            return True if left.value in right.value.partition("{")[0] else None
        return left.value in right.value
    return None


def _within(value: object, items: tuple[Seen, ...]) -> bool | None:
    if any(item.kind == "constant" and item.value == value for item in items):
        return True
    return False if all(item.kind == "constant" for item in items) else None
