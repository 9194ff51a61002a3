"""Which names stand for secrets: judged by the words of a name, the last of which says what it is."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

_SECRETS = (
    ("password",),
    ("passwords",),
    ("passwd",),
    ("passphrase",),
    ("pwd",),
    ("secret",),
    ("secret", "key"),
    ("secretkey",),
    ("secret", "access", "key"),
    ("private", "key"),
    ("privatekey",),
    ("signing", "key"),
    ("encryption", "key"),
    ("api", "key"),
    ("apikey",),
    ("auth", "key"),
    ("session", "key"),
    ("access", "token"),
    ("refresh", "token"),
    ("auth", "token"),
    ("api", "token"),
    ("bearer", "token"),
    ("session", "token"),
    ("reset", "token"),
    ("id", "token"),
    ("jwt",),
    ("jwt", "token"),
    ("authtoken",),
    ("authorization",),
    ("auth", "header"),
    ("cookie",),
    ("set", "cookie"),
    ("otp",),
    ("otp", "code"),
    ("totp",),
    ("cvv",),
    ("cvc",),
    ("ssn",),
    ("card", "number"),
    ("credit", "card"),
    ("pan", "number"),
)
LAST_WORDS = tuple(sorted({words[-1] for words in _SECRETS}))
"""How every name of a secret ends, in lower case: few others do, so this is worth a look first."""
_LIKELY = (
    ("token",),
    ("access", "key"),
    ("database", "url"),
    ("database", "uri"),
    ("db", "url"),
    ("db", "uri"),
    ("connection", "string"),
    ("credentials",),
)
_HARMLESS = frozenset(
    {"hashed", "hash", "masked", "redacted", "obfuscated", "encrypted", "obscured", "hidden", "truncated"}
    | {"public", "fake", "dummy", "example", "placeholder"}
    | {
        "is",
        "has",
        "had",
        "should",
        "needs",
        "need",
        "require",
        "requires",
        "required",
        "use",
        "uses",
        "with",
    }
    | {"no", "num", "count", "total", "max", "min", "missing", "allow", "show", "force", "valid"}
    | {"next", "page", "continuation", "sync", "cursor", "pagination", "csrf", "xsrf", "push", "device"}
    | {"permission", "permissions"}
    | {"parser", "lexer", "syntax", "stop", "eos", "bos", "pad", "input", "output"}
)
"""Words that make the name one of a digest, a flag, a number, a bookmark, or a piece of text."""

_PERSONAL = frozenset({"email", "phone", "mobile", "birthday", "birthdate", "ssn", "iban", "passport"})

Secrecy = Literal["", "likely", "secret"]


@lru_cache(maxsize=4096)
def secrecy(name: str) -> Secrecy:
    """Whether a value with this name is a secret, is likely to be one, or is not known to be.

    `name` is a variable, attribute, key or header name. `user_password` and `X-API-Key` are secrets,
    `password_hash`, `token_type` and `has_password` are not; `token` alone is likely to be one.
    """
    words = words_of(name)
    if not _HARMLESS.isdisjoint(words):
        return ""
    if any(words[-len(secret) :] == secret for secret in _SECRETS):
        return "secret"
    return "likely" if any(words[-len(likely) :] == likely for likely in _LIKELY) else ""


def is_personal(name: str) -> bool:
    """Whether a value with this name identifies a person: `contact_email`, `phone`, not `has_email`."""
    words = words_of(name)
    return not _PERSONAL.isdisjoint(words[-1:]) and _HARMLESS.isdisjoint(words)


@lru_cache(maxsize=8_192)
def words_of(name: str) -> tuple[str, ...]:
    """The lower-case words of a `snake_case`, `camelCase`, `UPPER_CASE` or `Header-Case` name."""
    words: list[str] = []
    current = ""
    for position, character in enumerate(name):
        if not character.isalnum():
            words.append(current)
            current = ""
            continue
        before = name[position - 1 : position]
        after = name[position + 1 : position + 2]
        starts = before.islower() or (before.isalnum() and after.islower())
        if character.isupper() and starts:
            words.append(current)
            current = ""
        current += character.lower()
    words.append(current)
    return tuple(word for word in words if word)
