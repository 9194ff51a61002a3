"""The functions that are being run, and what calls of them are known to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from linter.flow.places import name_of
from linter.flow.summaries import Summary

if TYPE_CHECKING:
    from linter.resolve.definitions import Function
    from linter.resolve.trace import Trace

_DEEP = 24

Key: TypeAlias = "tuple[object, ...]"
"""A function and the form of its arguments."""


class Running:
    """What runs at one time, and the summaries of what has run.

    Recursion is cut by what is running already. A summary is used again only where running the function
    would come to the same, so that what is found never depends on what else was looked at before.
    """

    def __init__(self, trace: Trace) -> None:
        self.stack: list[int] = []
        self.at_hand = trace.bit("entry")
        """Stands for the handler at hand: what looks at it holds for no other."""
        self._trace = trace
        self._marks: dict[int, int] = {}
        self._running = 0
        self._deepest = 0
        self._too_deep = False
        self._known: dict[Key, list[Summary]] = {}
        self._known_here: dict[Key, list[Summary]] = {}

    def begin(self) -> None:
        """Take up another handler."""
        self._known_here.clear()

    def start(self, function: Function) -> None:
        """Run a function that a framework calls."""
        self.stack = [id(function)]
        self._running = self.mark(function)
        self._deepest = 0
        self._too_deep = False
        self._trace.log += (function.module.bit, self._running | self._trace.body(function))

    def stop(self) -> None:
        """Nothing runs any more."""
        self.stack = []
        self._running = 0

    def forget(self) -> None:
        """Let go of all summaries."""
        self._known.clear()
        self._known_here.clear()

    def mark(self, function: Function) -> int:
        """The bit that says that a function was run."""
        found = self._marks.get(id(function))
        if found is None:
            found = self._marks[id(function)] = self._trace.bit(f"function {name_of(function)}")
        return found

    def is_deep(self) -> bool:
        """Whether calls are followed no further."""
        depth = len(self.stack)
        self._deepest = max(self._deepest, depth + 1)
        if depth < _DEEP:
            return False
        self._too_deep = True
        return True

    def is_repeated(self, function: Function) -> bool:
        """Whether a function runs so often that running it once more would tell nothing new."""
        if self.stack.count(id(function)) <= 1:
            return False
        self._trace.log.append(self.mark(function))
        return True

    def is_running(self, function: Function) -> bool:
        """Whether a function runs already, so that a call of it is a recursion."""
        if id(function) not in self.stack:
            return False
        self._trace.log.append(self.mark(function))
        return True

    def known(self, key: Key) -> Summary | None:
        """What a call is known to do, where running the function now would come to the same."""
        depth = len(self.stack)
        for known in (self._known, self._known_here):
            for each in known.get(key, ()):
                if depth + each.height <= _DEEP and self._around(each.seen) == each.around:
                    self._trace.log.append(each.seen)
                    self._deepest = max(self._deepest, depth + each.height)
                    return each
        return None

    def run(self, key: Key, function: Function, work: Callable[[], Summary]) -> Summary:
        """Run a function that is called, and keep what it does."""
        log, deepest, running = self._trace.log, self._deepest, self._running
        start = len(log)
        depth = self._deepest = len(self.stack)
        mark = self.mark(function)
        log += (function.module.bit, mark | self._trace.body(function))
        self.stack.append(id(function))
        self._running |= mark
        try:
            found = work()
        finally:
            self.stack.pop()
            self._running = running
        seen = self._trace.since(start)
        height = 0 if self._too_deep else self._deepest - depth
        self._deepest = max(deepest, self._deepest)
        found = found._replace(seen=seen, around=self._around(seen), height=height)
        # What was cut for its depth is no more than this handler needs to know.
        only_here = self._too_deep or seen & self.at_hand
        (self._known_here if only_here else self._known).setdefault(key, []).append(found)
        return found

    def _around(self, seen: int) -> tuple[tuple[int, int], ...]:
        """Which of some functions are running, and how often."""
        both = seen & self._running
        if not both:
            return ()
        marks = ((self._marks.get(each, 0), each) for each in set(self.stack))
        return tuple(sorted((mark, self.stack.count(each)) for mark, each in marks if mark & both))
