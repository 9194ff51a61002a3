"""What a function does to a visitor: does it let him pass, refuse him, or does it depend?

Hooks, decorators and handlers are followed as a caller without credentials would go through them.
Conditions on who is calling are decided, so are conditions on the endpoint; both ways are taken
where something else decides.
"""

from __future__ import annotations

from typing import NamedTuple

from linter.backend import Backend
from linter.facts.expressions import Expr, Ref, Sequence
from linter.facts.scopes import Assign, Evaluate, Raise, Return, Statement
from linter.frameworks.flask.carried import Carried
from linter.frameworks.flask.ends import (
    Answer,
    End,
    EndKind,
    Role,
    end_kind,
    judged,
    refuses,
    returned_kind,
    tied,
)
from linter.frameworks.flask.evaluation import Ended, Evaluation
from linter.frameworks.flask.seen import ABSENT, NONE, Seen, any_identity, either, unknown
from linter.guards import Refusals
from linter.resolve.definitions import Function

_DEPTH = 8
_STEPS = 3000
"""Statements that are followed for one question; then the answer is that it is not known."""


class Asked(NamedTuple):
    """What is known of the request. Empty text and None mean that it is not known."""

    endpoint: str | None = None
    blueprints: tuple[str, ...] | None = None
    path: str = ""
    method: str = ""


class Summary(NamedTuple):
    """What a call does: how it ends other than by returning, and what it may return."""

    ends: frozenset[End]
    returns: tuple[Seen, ...]


class Frame:
    """One function while it is followed."""

    __slots__ = (
        "asked",
        "broke",
        "depth",
        "ends",
        "function",
        "identity",
        "names",
        "returns",
        "views",
    )

    def __init__(
        self,
        function: Function,
        names: dict[str, Seen],
        views: frozenset[str],
        asked: Asked,
        depth: int,
    ) -> None:
        self.function = function
        self.names = names
        self.views = views
        self.asked = asked
        self.depth = depth
        self.identity = False
        self.broke = False
        self.ends: set[End] = set()
        self.returns: list[Seen] = []

    def end(self, kind: EndKind) -> None:
        """Note how this way ends."""
        self.ends.add(End(kind, self.identity))


class Visitor:
    """Follows functions for one backend; answers are remembered."""

    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self.backend = backend
        self.project = backend.project
        self.refusals = refusals
        self.carried = Carried(self)
        self.evaluation = Evaluation(self)
        self.asked = False
        self._steps = 0
        self._known: dict[object, tuple[Summary, bool]] = {}
        self._running: set[int] = set()
        self._outlines: dict[int, dict[int, list[tuple[int, Statement | int]]]] = {}

    # Questions

    def wrapper(self, function: Function, names: dict[str, Seen], views: frozenset[str]) -> Answer:
        """What the inner function of a decorator does before it calls the view, one of `views`."""
        return judged(self._ends(function, names, views, Asked(), "wrapper"), wrapper=True)

    def hook(self, function: Function, asked: Asked) -> Answer:
        """What a function that runs before requests does to a visitor's request."""
        return judged(self._ends(function, {}, frozenset(), asked, "hook"), wrapper=True)

    def may_refuse(self, function: Function) -> bool:
        """Whether a function that runs before requests can keep any request from its handler."""
        ends = self._ends(function, {}, frozenset(), Asked(), "hook")
        return ends is None or any(
            end.kind in ("unauthenticated", "forbidden", "away", "unclear") for end in ends
        )

    def handler(self, function: Function, method: str, names: dict[str, Seen]) -> Answer:
        """What a handler itself does to a visitor's request; `names` are parameters that are known."""
        return judged(self._ends(function, names, frozenset(), Asked(method=method), "handler"))

    def _ends(
        self, function: Function, names: dict[str, Seen], views: frozenset[str], asked: Asked, role: Role
    ) -> frozenset[End] | None:
        self._steps = 0
        try:
            summary = self.call(function, names, views, asked, 0)
        except RecursionError:
            return None
        if self._steps > _STEPS:
            return None
        ends = set(summary.ends)
        for value in summary.returns:
            for each in value.items if value.kind == "either" else (value,):
                ends.add(End(returned_kind(each, role), each.identity))
        return frozenset(ends)

    # Functions

    def call(
        self,
        function: Function,
        names: dict[str, Seen],
        views: frozenset[str],
        asked: Asked,
        depth: int,
    ) -> Summary:
        """Follow one function."""
        key: object = (id(function), tuple(sorted(names.items(), key=lambda item: item[0])), views)
        found = self._known.get(key) or self._known.get((key, asked))
        if found is not None:
            self.asked = self.asked or found[1]
            return found[0]
        if depth > _DEPTH or id(function) in self._running or self._steps > _STEPS:
            return Summary(frozenset(), (unknown(any_identity(names.values())),))
        outer, self.asked = self.asked, False
        self._running.add(id(function))
        frame = Frame(function, dict(names), views, asked, depth)
        if self._block(frame, 0):
            frame.returns.append(NONE.tied(frame.identity))
        self._running.discard(id(function))
        summary = Summary(frozenset(frame.ends), tuple(dict.fromkeys(frame.returns)))
        self._known[(key, asked) if self.asked else key] = (summary, self.asked)
        self.asked = self.asked or outer
        return summary

    def _outline(self, function: Function) -> dict[int, list[tuple[int, Statement | int]]]:
        """The statements and nested blocks of each block, in source order."""
        found = self._outlines.get(id(function))
        if found is None:
            found = {}
            for statement in function.scope.statements:
                found.setdefault(statement.block, []).append((statement.span, statement))
            for index, block in enumerate(function.scope.blocks):
                if index and block.kind in ("if", "for", "while", "with", "try", "case"):
                    found.setdefault(block.parent, []).append((block.span, index))
            for items in found.values():
                items.sort(key=lambda item: item[0])
            self._outlines[id(function)] = found
        return found

    # Blocks

    def _block(self, frame: Frame, block: int) -> bool:
        """Follow a block; whether its end is reached."""
        for _, item in self._outline(frame.function).get(block, ()):
            self._steps += 1
            if self._steps > _STEPS:
                return True
            try:
                goes_on = self._nested(frame, item) if isinstance(item, int) else self._statement(frame, item)
            except Ended:
                return False
            if not goes_on:
                return False
        return True

    def _statement(self, frame: Frame, statement: Statement) -> bool:
        match statement:
            case Return(value=value):
                seen = NONE if value is None else self.evaluation.value(frame, value)
                frame.returns.append(seen.tied(frame.identity))
                return False
            case Raise(exception=exception, block=block):
                frame.end(self._raised(frame, exception, block))
                return False
            case Assign(targets=targets, value=given) if given is not None:
                seen = self.evaluation.value(frame, given)
                for target in targets:
                    self.bind(frame, target, seen if statement.operator is None else unknown(seen.identity))
            case Evaluate(value=value):
                self.evaluation.value(frame, value)
            case _:
                pass
        return True

    def bind(self, frame: Frame, target: Expr, seen: Seen) -> None:
        """Give a local name, or several, a value."""
        if isinstance(target, Ref) and target.name[0] == "$" and "." not in target.name:
            frame.names[target.name[1:]] = seen
        elif isinstance(target, Ref):
            self.carried.bind(frame, target.name, seen)
        elif isinstance(target, Sequence):
            for position, inner in enumerate(target.items):
                if seen.kind == "absent":
                    self.bind(frame, inner, ABSENT)
                else:
                    self.bind(frame, inner, self.evaluation.item(seen, position))

    def _raised(self, frame: Frame, exception: Expr | None, block: int) -> EndKind:
        status = self.refusals.responses.raised(frame.function, exception)
        if status is None and exception is not None:
            here = {each[0] for each in self.refusals.refusals(frame.function) if each[1] == block}
            status = min(here) if here else None
            if status is None and self.refusals.is_unclear(frame.function, exception):
                return "unclear"
        return end_kind(status)

    def _nested(self, frame: Frame, index: int) -> bool:
        block = frame.function.scope.blocks[index]
        match block.kind:
            case "if":
                return self._branch(frame, index)
            case "with":
                if block.subject is not None:
                    self.evaluation.value(frame, block.subject)
                return self._block(frame, index)
            case "try":
                return self._try(frame, index)
            case _:
                # A loop or a case: its body runs or not.
                if block.subject is not None:
                    seen = self.evaluation.value(frame, block.subject)
                    for target in block.targets:
                        self.bind(frame, target, unknown(seen.identity))
                before = dict(frame.names)
                self._block(frame, index)
                _merge(frame, before)
                return True

    def _branch(self, frame: Frame, index: int) -> bool:
        blocks = frame.function.scope.blocks
        subject = blocks[index].subject
        test = unknown(False) if subject is None else self.evaluation.value(frame, subject)
        otherwise = self._continuation(frame.function, index, "else")
        truth = test.truth
        if truth is not None:
            frame.identity = frame.identity or test.identity
            if truth:
                return self._block(frame, index)
            return True if otherwise is None else self._block(frame, otherwise)
        return self._both(frame, (index, otherwise), test.sides)

    def _both(self, frame: Frame, blocks: tuple[int, int | None], identities: tuple[bool, bool]) -> bool:
        """Follow both ways of a test that something other than the caller may decide.

        A refusal on one way only is not about the caller, even if an earlier test was: he may get past
        it on the other way. Where both ways refuse, the earlier test stands.
        """
        outer, names = frame.identity, dict(frame.names)
        ends, returns = frame.ends, frame.returns
        sides: list[tuple[bool, set[End], list[Seen], dict[str, Seen]]] = []
        for block, identity in zip(blocks, identities, strict=True):
            frame.ends, frame.returns, frame.names = set(), [], dict(names)
            frame.identity = identity
            goes_on = True if block is None else self._block(frame, block)
            sides.append((goes_on, frame.ends, frame.returns, frame.names))
        about_caller = outer and all(not side[0] and refuses(side[1], side[2]) for side in sides)
        frame.ends = ends.union(*({tied(end, about_caller) for end in side[1]} for side in sides))
        frame.returns = [*returns, *(value.tied(about_caller) for side in sides for value in side[2])]
        first, second = sides[0][0], sides[1][0]
        # Where only one way goes on, getting there depends on what the test tells of the caller.
        goes = identities[0] if first else identities[1]
        frame.identity = outer if first and second else outer or goes
        frame.names = sides[0][3] if first else sides[1][3]
        if first and second:
            _merge(frame, sides[1][3])
        return first or second

    def _continuation(self, function: Function, index: int, kind: str) -> int | None:
        for position, block in enumerate(function.scope.blocks):
            if block.kind == kind and block.opener == index:
                return position
        return None

    def _try(self, frame: Frame, index: int) -> bool:
        blocks = frame.function.scope.blocks
        handlers = [
            position
            for position, block in enumerate(blocks)
            if block.kind == "except" and block.opener == index
        ]
        before, outer = dict(frame.names), frame.ends
        identity = frame.identity
        frame.ends, frame.broke = set(), False
        goes_on = self._block(frame, index)
        refused = any(self._catches(frame.function, blocks[each].subject) for each in handlers)
        caught = {
            end
            for end in frame.ends
            if handlers and (end.kind in ("error", "unclear") or (refused and end.kind != "pass"))
        }
        frame.ends = outer | (frame.ends - caught)
        broke, frame.broke = frame.broke, False
        about_caller = broke or any(end.identity for end in caught)
        goes_on = goes_on and not (broke and handlers)
        otherwise = self._continuation(frame.function, index, "else")
        if goes_on and otherwise is not None:
            goes_on = self._block(frame, otherwise)
        after, after_identity = frame.names, frame.identity
        for handler in handlers:
            frame.names, frame.identity = dict(before), identity or about_caller
            if self._block(frame, handler):
                after = after if goes_on else frame.names
                goes_on = True
        frame.names, frame.identity = after, after_identity
        finish = self._continuation(frame.function, index, "finally")
        return self._block(frame, finish) and goes_on if finish is not None else goes_on

    def _catches(self, function: Function, types: Expr | None) -> bool:
        """Whether an `except` catches errors that stand for a status."""
        if types is None:
            return True
        for each in types.items if isinstance(types, Sequence) else (types,):
            if isinstance(each, Ref):
                name = self.project.reference(function, each.name).name.rpartition(".")[2]
                if name in ("Exception", "BaseException", "HTTPException", "Unauthorized", "Forbidden"):
                    return True
        return False


def _merge(frame: Frame, other: dict[str, Seen]) -> None:
    for name in {*frame.names, *other}:
        frame.names[name] = either([frame.names.get(name, unknown(False)), other.get(name, unknown(False))])
