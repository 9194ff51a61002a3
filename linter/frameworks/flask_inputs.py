"""What Flask handlers take from the request and what they answer."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Input, Output, Verdict
from linter.frameworks.flask_paths import Path
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function


class Inputs:
    """Reads inputs and outputs of handlers."""

    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self._backend = backend

    def inputs(
        self, function: Function | None, owner: Class | None, path: Path, verb: str
    ) -> Iterator[Input]:
        for each in path.parameters:
            yield Input(each.name, "path", each.type, True, Verdict.YES if each.bounded else Verdict.UNKNOWN)

    def outputs(self, function: Function | None, owner: Class | None) -> Iterator[Output]:
        yield from ()
