"""How requests of a visitor end, and what that says about a guard."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from linter.backend import GuardKind, Verdict
from linter.frameworks.flask.seen import Seen

EndKind: TypeAlias = Literal["pass", "unauthenticated", "forbidden", "away", "error", "unclear"]
"""An error is `unclear` where what a handler of the project answers with cannot be told."""


Role: TypeAlias = Literal["wrapper", "hook", "handler"]
"""A wrapper passes on by calling the view, a hook by returning nothing, a handler by answering."""


class End(NamedTuple):
    """One way in which a function ends. `identity`: whether it got there by who is calling."""

    kind: EndKind
    identity: bool


class Answer(NamedTuple):
    """Whether a visitor is refused, and as what kind of guard."""

    verdict: Verdict
    kind: GuardKind


NO = Answer(Verdict.NO, "other")
LIMIT = Answer(Verdict.NO, "rate-limit")


def judged(ends: frozenset[End] | None, wrapper: bool = False) -> Answer:
    """The answer that a set of ends gives.

    Where a visitor may pass, only refusals that depend on who is calling count: the others are
    about something else, such as a service that is switched off.
    """
    if ends is None:
        return Answer(Verdict.UNKNOWN, "other")
    passes = any(end.kind == "pass" for end in ends)
    hard = [end for end in ends if end.kind in ("unauthenticated", "forbidden")]
    if passes:
        hard = [end for end in hard if end.identity]
    if hard:
        kinds = {end.kind for end in hard}
        kind: GuardKind = "authentication" if "unauthenticated" in kinds else "authorization"
        return Answer(Verdict.UNKNOWN if passes else Verdict.YES, kind)
    if wrapper and not passes and any(end.kind == "away" and end.identity for end in ends):
        return Answer(Verdict.YES, "authentication")
    if any(end.kind == "unclear" and (end.identity or not passes) for end in ends):
        return Answer(Verdict.UNKNOWN, "other")
    return NO


def end_kind(status: int | None) -> EndKind:
    """How an error with this status ends a request."""
    if status == 401:
        return "unauthenticated"
    return "forbidden" if status == 403 else "error"


def returned_kind(value: Seen, role: Role) -> EndKind:
    """How a request ends when a function in this role returns a value."""
    if value.kind == "response" and isinstance(value.value, int) and value.value in (401, 403):
        return end_kind(value.value)
    if role == "handler":
        return "pass"
    lets_pass = role == "hook" and (value.truth is False or value.kind in ("unknown", "anonymous"))
    return "pass" if lets_pass else "away"


def tied(end: End, identity: bool) -> End:
    """The same end, got to by who is calling if `identity` says so."""
    return end._replace(identity=True) if identity else end


def refuses(ends: set[End], returns: list[Seen]) -> bool:
    """Whether a way that ends leaves the caller no way to pass."""
    return all(end.kind != "pass" for end in ends) and all(
        value.kind == "response" and value.value in (301, 302, 303, 401, 403) for value in returns
    )
