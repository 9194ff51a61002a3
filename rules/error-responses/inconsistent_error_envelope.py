from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from linter.analyses.answers import Answer, answers_of
from linter.backend import Backend
from linter.facts.expressions import Constant, Mapping
from linter.finding import Note
from linter.rule import Confidence, Location, Outcome, Rule, Severity

_SITES = 8
_MAJORITY = 0.8


class _Convention(NamedTuple):
    """The key that most error bodies have, how many of how many, and one of them."""

    key: str
    having: int
    total: int
    example: Answer


@dataclass(eq=False)
class _Body:
    """An error body, and the convention of its project."""

    answer: Answer
    convention: _Convention | None

    @property
    def location(self) -> Location:
        """The answer."""
        return self.answer.location

    @property
    def scope(self) -> str:
        """The function that answers."""
        return self.answer.scope


class InconsistentErrorEnvelope(Rule[_Body]):
    """An error body has another shape than nearly all others of the project.

    ## Why
    Clients read the message of an error from one key. The answer that keeps it elsewhere shows an empty
    dialog, or breaks the code that reads it.

    ## Bad
        return JsonResponse({"message": "no such order"}, status=404)  # {"error": …} everywhere else

    ## Good
        return JsonResponse({"error": "no such order"}, status=404)

    ## Limits
    Only literal bodies of 4xx and 5xx responses count, at least 8 of them, and 80 % must share a key.
    Without such a majority there is no convention to hold anyone to.

    ## References
    - https://www.rfc-editor.org/rfc/rfc9457
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "literal error bodies"

    def subjects(self, backend: Backend) -> Iterable[_Body]:
        """Dict bodies that are sent with 4xx or 5xx."""
        bodies = [
            answer
            for answer in answers_of(backend)
            if answer.how in ("response", "return") and (answer.status or 0) >= 400 and _keys(answer)
        ]
        convention = _convention(bodies)
        return [_Body(answer, convention) for answer in bodies]

    def check(self, subject: _Body, backend: Backend) -> Iterator[Outcome]:
        """A body without the key that the others share."""
        convention = subject.convention
        keys = _keys(subject.answer)
        if convention is None or convention.key in keys:
            return
        named = ", ".join(f"`{key}`" for key in sorted(keys))
        shared = f"`{convention.key}`"
        yield self.finding(
            subject,
            f"this error body has {named} where {convention.having} of {convention.total} have {shared}, so "
            "clients miss its message",
            help=f"put the message under {shared}",
            related=[Note(convention.example.location, f"{shared} is used here, for example")],
        )


def _keys(answer: Answer) -> frozenset[str]:
    """The keys of a literal body; empty when some cannot be seen."""
    if not isinstance(answer.body, Mapping):
        return frozenset()
    keys = [each.value for each in answer.body.keys if isinstance(each, Constant)]
    if len(keys) < len(answer.body.keys):
        return frozenset()
    return frozenset(key for key in keys if isinstance(key, str))


def _convention(bodies: list[Answer]) -> _Convention | None:
    """The key that a clear majority of bodies has."""
    if len(bodies) < _SITES:
        return None
    counted = Counter(key for each in bodies for key in _keys(each))
    key, count = min(counted.items(), key=lambda each: (-each[1], each[0]))
    if count < _MAJORITY * len(bodies):
        return None
    example = next(each for each in bodies if key in _keys(each))
    return _Convention(key, count, len(bodies), example)
