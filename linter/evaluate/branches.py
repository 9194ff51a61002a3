"""Which branches the evaluation is in, and what was put into lists under their conditions."""

from __future__ import annotations

from linter.evaluate.values import Value


class Branches:
    """`current` stands for the branch that is run, None on the way that is certainly taken.

    Branches are told apart by identity: what two of them do never counts as done together.
    """

    __slots__ = ("_grown", "current")

    def __init__(self) -> None:
        self.current: object | None = None
        self._grown: dict[int, tuple[Value, set[object]]] = {}

    def note(self, items: Value, *sources: Value) -> None:
        """Remember the branch in which a list is changed, and those in which what it takes over was."""
        branches = set() if self.current is None else {self.current}
        if self._grown:
            for source in sources:
                known = self._grown.get(id(source))
                branches |= set() if known is None else known[1]
        if branches:
            self._grown.setdefault(id(items), (items, set()))[1].update(branches)

    def note_merged(self, items: Value) -> None:
        """Remember that a list holds what several branches would have put there."""
        self._grown[id(items)] = (items, {object()})

    def is_settled(self, items: Value, branch: object | None) -> bool:
        """Whether all that a list holds was put there on the way to `branch`, under no further condition."""
        known = self._grown.get(id(items))
        return known is None or known[1] <= {branch}
