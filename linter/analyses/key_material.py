"""What a literal is by its shape: key material, a password, a stand-in for one, or no secret at all."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from linter.secrecy import words_of

Material = Literal["", "placeholder", "word", "key"]
"""`word` is a short literal that may be a real password; `placeholder` says that it is to be replaced."""

_ISSUED = (
    ("AKIA", 20),
    ("ASIA", 20),
    ("sk_live_", 24),
    ("rk_live_", 24),
    ("ghp_", 40),
    ("gho_", 40),
    ("ghs_", 40),
    ("github_pat_", 40),
    ("glpat-", 26),
    ("xoxb-", 24),
    ("xoxp-", 24),
    ("xapp-", 24),
    ("SG.", 60),
    ("npm_", 40),
    ("pypi-AgEI", 50),
)
"""How keys begin that well-known services issue, and how long they are at least."""

_STAND_IN = frozenset(
    {"change", "changeme", "changethis", "changeit", "default", "demo", "dev", "development", "dummy"}
    | {"example", "fake", "fixme", "foo", "bar", "generate", "here", "insecure", "insert", "local", "mock"}
    | {"only", "placeholder", "replace", "sample", "secret", "supersecret", "test", "testing", "todo"}
    | {"unsafe", "your", "xxx", "xxxx", "not", "none", "null", "unset", "password", "guess"}
    | {"pass", "passwd", "pwd"}
)
_HASHES = (
    *("$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$argon2", "$pbkdf2", "$scrypt$", "$y$"),
    *("pbkdf2_sha256$", "pbkdf2_sha1$", "bcrypt_sha256$", "argon2$", "scrypt$", "pbkdf2:", "scrypt:"),
)
"""How hashes of passwords begin: none of them opens anything."""
_LONG = 16
_TOO_LONG = 4096
_ENTROPY = 3.2
"""Bits a character. English words lie below, random letters and digits above."""


@lru_cache(maxsize=4096)
def material(text: str) -> Material:
    """What a string literal is, where one is used as a secret."""
    if not text.strip() or len(text) > _TOO_LONG:
        return ""
    if is_issued(text):
        return "key"
    if len(set(text)) <= 2 or not any(character.isalnum() for character in text):
        return "placeholder"
    if text.startswith(_HASHES):
        return ""
    if any(mark in text for mark in ("{", "}", "<", ">", "${", "%(")):
        return ""
    words = words_of(text)
    if not _STAND_IN.isdisjoint(words) or "changeme" in text.lower():
        return "placeholder"
    if any(character.isspace() for character in text):
        return "placeholder"
    if "://" in text or text.startswith(("/", "./", "~", "--")):
        return ""
    return "key" if _is_random(text) else "word"


def is_issued(text: str) -> bool:
    """Whether a string is a key as well-known services issue them, or a private key."""
    if text.lstrip().startswith("-----BEGIN ") and "PRIVATE KEY-----" in text:
        return len(text) > 200
    return any(
        text.startswith(prefix)
        and len(text) >= length
        and _entropy(text) > 3
        and "EXAMPLE" not in text.upper()
        for prefix, length in _ISSUED
    ) and not any(character.isspace() for character in text)


def _is_random(text: str) -> bool:
    if len(text) < _LONG or _entropy(text) < _ENTROPY or _runs(text) > len(text) / 2:
        return False
    kinds = [
        any(character.isdigit() for character in text),
        any(character.islower() for character in text),
        any(character.isupper() for character in text),
        any(not character.isalnum() and character not in "_-. " for character in text),
    ]
    if sum(kinds) < 2 or not kinds[0]:
        return sum(kinds) > 2 and len(text) >= 2 * _LONG
    # Names of several words with a number in them read like `content-type-2024`.
    longest = max((len(word) for word in text.replace("-", "_").replace(".", "_").split("_")), default=0)
    return longest >= _LONG / 2


def _entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(each / len(text) * math.log2(each / len(text)) for each in counts.values())


def _runs(text: str) -> int:
    """How many characters follow their neighbour in the alphabet: `abcdef`, `0123`."""
    return sum(ord(second) - ord(first) == 1 for first, second in pairwise(text))
