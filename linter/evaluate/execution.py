"""Executes the statements of a function or module body over a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, Union

from linter.evaluate.natives import add, is_key, truth
from linter.evaluate.values import (
    UNKNOWN,
    Closure,
    Either,
    Frame,
    Instance,
    Made,
    Raised,
    Value,
)
from linter.facts.expressions import Expr, Item, Operation, Ref, Sequence, Starred
from linter.facts.scopes import Assign, Block, Define, Evaluate, Import, Jump, Raise, Return, Scope, Statement
from linter.resolve.definitions import Class, Function

if TYPE_CHECKING:
    from linter.evaluate.evaluator import Evaluator

Signal: TypeAlias = Literal["", "return", "break", "continue"]
Step: TypeAlias = Union[Statement, int]
"""A statement, or the index of a nested block."""

_TURNS = 5_000
_LOOKUP_ERRORS = frozenset({"KeyError", "IndexError", "LookupError"})


def outline(scope: Scope) -> dict[int, list[Step]]:
    """The steps of each block in source order."""
    steps: dict[int, list[Step]] = {0: []}
    for statement in scope.statements:
        _place(scope.blocks, steps, statement.block)
        steps[statement.block].append(statement)
    return steps


def _place(blocks: tuple[Block, ...], steps: dict[int, list[Step]], block: int) -> None:
    missing: list[int] = []
    while block not in steps:
        missing.append(block)
        block = blocks[block].parent
    for index in reversed(missing):
        steps[index] = []
        steps[blocks[index].parent].append(index)


class Execution:
    """One run of a body. Branches with an unknown test are all taken, and their names joined."""

    def __init__(self, evaluator: Evaluator, frame: Frame) -> None:
        self._evaluator = evaluator
        self._frame = frame
        self._steps = evaluator.outline(frame.holder)
        self._blocks = frame.holder.scope.blocks

    def run(self) -> None:
        """Execute the whole body; results and yields are left in the frame."""
        self._suite(0)

    def _suite(self, block: int) -> Signal:
        steps = self._steps.get(block, [])
        position = 0
        while position < len(steps):
            step = steps[position]
            position += 1
            if isinstance(step, int):
                group = [step]
                while position < len(steps):
                    following = steps[position]
                    if not isinstance(following, int) or self._blocks[following].opener == following:
                        break
                    group.append(following)
                    position += 1
                signal = self._compound(group)
            else:
                signal = self._statement(step)
            if signal:
                return signal
        return ""

    # Simple statements

    def _statement(self, statement: Statement) -> Signal:
        evaluator, frame = self._evaluator, self._frame
        kind = type(statement)
        if kind is Assign:
            return self._assign(statement)  # type: ignore[arg-type]
        if kind is Evaluate:
            return self._evaluated(statement.value)  # type: ignore[union-attr, arg-type]
        match statement:
            case Return(value=value):
                frame.results.append(None if value is None else evaluator.value(frame, value))
                return "return"
            case Raise() if frame.yields:
                # After its yield a generator cleans up: it fails then for other reasons.
                return "return"
            case Raise(exception=exception):
                raised = UNKNOWN if exception is None else evaluator.value(frame, exception)
                frame.results.append(Raised(raised))
                return "return"
            case Define(scope=index):
                self._define(index)
            case Import(name="*", module=module):
                if frame.holder.head.kind == "module":
                    evaluator.import_star(frame, module)
            case Jump(kind=("break" | "continue") as jump):
                return jump
        return ""

    def _evaluated(self, expr: Expr) -> Signal:
        if isinstance(expr, Operation) and expr.operator == "yield":
            self._frame.yields.extend(self._evaluator.value(self._frame, each) for each in expr.operands)
            return ""
        return self._checked(self._evaluator.value(self._frame, expr))

    def _checked(self, value: Value) -> Signal:
        """A statement whose call certainly raises ends the run."""
        if isinstance(value, Raised):
            self._frame.results.append(value)
            return "return"
        if isinstance(value, Either):
            raised = [option for option in value.options if isinstance(option, Raised)]
            self._frame.results.extend(raised)
            return "return" if len(raised) == len(value.options) else ""
        return ""

    def _define(self, index: int) -> None:
        frame = self._frame
        definer = self._evaluator.definer
        nested = frame.holder.head.kind == "function"
        if not nested and definer is None:
            return
        definition = frame.holder.module.definitions[index]
        name = definition.head.name
        value: Value = definition
        if isinstance(definition, Function):
            value = Closure(definition, frame if nested else None)
        elif nested:
            self._evaluator.remember_class(definition, frame)
        changed = NotImplemented
        if definer is not None and (definition.head.decorators or isinstance(definition, Class)):
            changed = definer.define(self._evaluator, frame, definition, value)
        if changed is not NotImplemented:
            frame.names[name] = changed
        elif nested:
            frame.names[name] = value

    def _assign(self, statement: Assign) -> Signal:
        if statement.value is None:
            return ""
        value = self._evaluator.value(self._frame, statement.value)
        signal = self._checked(value)
        if signal:
            return signal
        for target in statement.targets:
            if statement.operator is None:
                self.bind(target, value)
            elif statement.operator == "+":
                self._augment(target, value)
            elif not (statement.operator == "|" and self._merge(target, value)):
                self.bind(target, UNKNOWN)
        return ""

    def _augment(self, target: Expr, value: Value) -> None:
        current = self._evaluator.value(self._frame, target)
        self._evaluator.spend(current, value)
        if isinstance(current, list) and self._owns(target) and isinstance(value, (list, tuple)):
            if len(current) + len(value) < _TURNS * 4:
                current.extend(list(value))
                self._evaluator.branches.note(current, value)
            return
        self.bind(target, add(current, value))

    def _merge(self, target: Expr, value: Value) -> bool:
        current = self._evaluator.value(self._frame, target)
        if isinstance(current, dict) and isinstance(value, dict):
            current.update(value)
            return True
        return False

    def _owns(self, target: Expr) -> bool:
        """Whether a list is this frame's own: one imported from elsewhere is copied, not changed."""
        if not isinstance(target, Ref) or "." in target.name:
            return True
        return target.name[1:] in self._frame.names

    def bind(self, target: Expr, value: Value) -> None:
        """Assign a value to a target expression."""
        frame = self._frame
        match target:
            case Ref(name=name):
                self._bind_name(name, value)
            case Sequence(items=items):
                self._unpack(items, value)
            case Starred(value=inner):
                self.bind(inner, value)
            case Item(base=base, key=key):
                container, index = self._evaluator.value(frame, base), self._evaluator.value(frame, key)
                if isinstance(container, dict) and is_key(index):
                    container[index] = value
                elif isinstance(container, list) and isinstance(index, int) and -len(container) <= index:
                    if index < len(container):
                        container[index] = value

    def _bind_name(self, name: str, value: Value) -> None:
        bare = name[1:] if name[0] in "$:" else name
        head, _, last = bare.rpartition(".")
        if not head:
            self._home(name).names[bare] = value
            return
        receiver = self._evaluator.value(self._frame, Ref(name[: len(name) - len(last) - 1]))
        if isinstance(receiver, (Instance, Made)):
            receiver.fields[last] = value

    def _home(self, name: str) -> Frame:
        """The frame that an assigned name belongs to: the module's for a global."""
        if name[0] == ":" and self._frame.holder.head.kind == "function":
            return self._evaluator.module_frame(self._frame.holder.module)
        return self._frame

    def _unpack(self, items: tuple[Expr, ...], value: Value) -> None:
        values = list(value) if isinstance(value, (list, tuple)) else []
        rest = len(values) - len(items) + 1
        for position, item in enumerate(items):
            if isinstance(item, Starred):
                taken = values[position : position + rest] if values and rest >= 0 else UNKNOWN
                self.bind(item, taken)
                values = values[rest - 1 :] if rest > 0 else []
            else:
                self.bind(item, values[position] if position < len(values) else UNKNOWN)

    # Compound statements

    def _compound(self, group: list[int]) -> Signal:
        kind = self._blocks[group[0]].kind
        if kind == "if":
            return self._if(group)
        if kind == "try":
            return self._try(group)
        if kind == "for":
            return self._for(group)
        if kind == "with":
            return self._with(group[0])
        if kind in ("while", "case"):
            for block in group:
                self._maybe([block])
        elif kind in ("else", "except", "finally"):
            return self._suite(group[0])
        return ""

    def _if(self, group: list[int]) -> Signal:
        evaluator = self._evaluator
        subject = self._blocks[group[0]].subject
        asked, evaluator.asked_environment = evaluator.asked_environment, False
        value = UNKNOWN if subject is None else evaluator.value(self._frame, subject)
        signal = self._checked(value)
        # A default that the environment can change decides nothing.
        known = None if evaluator.asked_environment else truth(value)
        evaluator.asked_environment = asked or evaluator.asked_environment
        if signal:
            return signal
        if known is None:
            return self._maybe([group[0], group[1] if len(group) > 1 else -1])
        if known:
            return self._suite(group[0])
        return self._suite(group[1]) if len(group) > 1 else ""

    def _maybe(self, branches: list[int]) -> Signal:
        """Take each branch on its own copy of the names, then join; -1 stands for doing nothing."""
        frame, evaluator = self._frame, self._evaluator
        before, way = frame.names, evaluator.branches.current
        outcomes: list[dict[str, Value]] = []
        signals: list[Signal] = []
        for branch in [*branches, -1] if len(branches) == 1 else branches:
            frame.names = dict(before)
            evaluator.branches.current = object()
            signal = "" if branch < 0 else self._suite(branch)
            signals.append(signal)
            if not signal:
                outcomes.append(frame.names)
        # What follows an early end is as uncertain as that end.
        evaluator.branches.current = object() if any(signals) else way
        frame.names = self._joined(outcomes) if outcomes else before
        return "" if outcomes else signals[0] if len(set(signals)) == 1 else "return"

    def _joined(self, outcomes: list[dict[str, Value]]) -> dict[str, Value]:
        if len(outcomes) == 1:
            return outcomes[0]
        joined: dict[str, Value] = {}
        for names in outcomes:
            for name, value in names.items():
                if name not in joined:
                    others = [each[name] for each in outcomes if name in each and each[name] is not value]
                    joined[name] = self._evaluator.join([value, *others]) if others else value
        return joined

    def _try(self, group: list[int]) -> Signal:
        frame = self._frame
        start = len(frame.results)
        signal = self._suite(group[0])
        handlers = [block for block in group[1:] if self._blocks[block].kind == "except"]
        caught = self._caught(handlers, start) if self._evaluator.branching else None
        if caught is not None:
            certain = signal and len(frame.results) == start
            signal = self._suite(caught) if certain else self._maybe([caught]) or signal
        for block in group[1:]:
            kind = self._blocks[block].kind
            if kind == "except":
                if block != caught and (not signal or self._evaluator.branching):
                    if not (signal and self._settled(block, frame.results[start:])):
                        self._maybe([block])
            elif kind == "finally" or not signal:
                signal = self._suite(block) or signal
        return signal

    def _settled(self, handler: int, results: list[Value]) -> bool:
        """Whether a handler waits for a missing key alone, and the results tell that none is missing."""
        subject = self._blocks[handler].subject
        kinds = subject.items if isinstance(subject, Sequence) else (subject,)
        names = {each.name for each in kinds if isinstance(each, Ref)}
        if not names or not names <= _LOOKUP_ERRORS or len(names) < len(kinds):
            return False
        return bool(results) and all(_is_whole(each) for each in results)

    def _caught(self, handlers: list[int], start: int) -> int | None:
        """The handler that takes the first error of the `try` body; the errors it takes are no results."""
        frame = self._frame
        for position in range(start, len(frame.results)):
            raised = frame.results[position]
            if not isinstance(raised, Raised):
                continue
            for block in handlers:
                if self._catches(block, raised.exception):
                    frame.results[start:] = [
                        each
                        for each in frame.results[start:]
                        if not (isinstance(each, Raised) and self._catches(block, each.exception))
                    ]
                    return block
        return None

    def _catches(self, block: int, exception: Value) -> bool:
        """Whether a handler certainly takes an exception."""
        subject = self._blocks[block].subject
        if subject is None:
            return True
        kinds = self._evaluator.value(self._frame, subject)
        return self._evaluator.is_kind(exception, kinds)

    def _for(self, group: list[int]) -> Signal:
        block = self._blocks[group[0]]
        source = UNKNOWN if block.subject is None else self._evaluator.value(self._frame, block.subject)
        if isinstance(source, dict):
            source = list(source)
        if not isinstance(source, (list, tuple)):
            return ""
        for item in list(source)[:_TURNS]:
            self._evaluator.spend()
            self.bind(block.targets[0], item)
            signal = self._suite(group[0])
            if signal == "return":
                return signal
            if signal == "break":
                return ""
        return self._suite(group[1]) if len(group) > 1 else ""

    def _with(self, index: int) -> Signal:
        block = self._blocks[index]
        if isinstance(block.subject, Sequence):
            for source in block.subject.items:
                self._evaluator.value(self._frame, source)
        for target in block.targets:
            self.bind(target, UNKNOWN)
        return self._suite(index)


def body_value(evaluator: Evaluator, function: Function, frame: Frame) -> Value:
    """Run a function's body and give what it returns: a list of what it yields for a generator."""
    run = Execution(evaluator, frame)
    signal = run._suite(0)
    if function.head.generator:
        raised = [each for each in frame.results if isinstance(each, Raised)]
        if evaluator.branching and raised:
            return evaluator.join([*raised, frame.yields] if frame.yields else raised)
        return frame.yields
    results = frame.results if signal == "return" else [*frame.results, None]
    return results[0] if len(results) == 1 else evaluator.join(results)


def _is_whole(value: Value) -> bool:
    """Whether a list or a tuple is known to its last item."""
    return isinstance(value, (list, tuple)) and not any(each is UNKNOWN for each in value)
