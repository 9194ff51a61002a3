"""radon in this process: cyclomatic complexity and the maintainability index of files already parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from linter.engines.remark import Measure, Remark, Remarks
from linter.finding import Confidence, Severity
from linter.measures import COMPLEX, HARD

if TYPE_CHECKING:
    import ast

    from linter.engines.radon.numbers import Numbers
    from linter.parse.python import Parsed

_RULES = {"complexity": "maintainability/radon-complexity", "index": "maintainability/radon-index"}
RULES = tuple(_RULES.values())
"""The ids under which it reports."""
_SEVERE = 2
"""More than so many times the limit is more than a note."""

Depth: TypeAlias = Literal["grave", "limits", "worst", "all"]
"""What is measured: only what is more than a note, all that can pass a limit, also what may be among the
worst of a project, or everything."""


class RadonEngine(msgspec.Struct, frozen=True):
    """radon as an observer of parsed files.

    `complexity` is the most that a function may have, `index` the least maintainability index of a file (0 to
    100). With `counts` it also says the raw and Halstead numbers of each file.
    """

    complexity: float
    index: float
    depth: Depth
    counts: bool
    release: str

    @property
    def name(self) -> str:
        """The engine's name."""
        return "radon"

    @property
    def signature(self) -> bytes:
        """Changes when the engine may say something else about the same file."""
        return b"radon\0" + msgspec.msgpack.encode(self)

    def place(self, path: str) -> bytes:
        """Nothing: where a file lies does not matter."""
        return b""

    def rules(self) -> list[str]:
        """The ids under which it reports."""
        return sorted(_RULES.values())

    def judges(self) -> dict[str, tuple[str, str]]:
        """All of them."""
        return {rule: _DESCRIPTIONS[code] for code, rule in _RULES.items()}

    def rule_of(self, remark: Remark) -> str:
        """The id under which a remark is reported."""
        return _RULES[remark.code]

    def is_asked_for(self, remark: Remark) -> bool:
        """Never."""
        return False

    def describe(self, remark: Remark) -> tuple[str, str]:
        """The title and the documentation of a measure."""
        return _DESCRIPTIONS[remark.code]

    def observe(self, path: str, data: bytes, parsed: Parsed) -> bytes:
        """What radon says about a file, encoded."""
        try:
            remarks = self._remarks(data, parsed)
        except RecursionError:
            # radon cannot go so deep, and says nothing of the file.
            remarks = Remarks()
        return msgspec.msgpack.encode(remarks)

    def _remarks(self, data: bytes, parsed: Parsed) -> Remarks:
        measures = self._complexities(data, parsed.tree)
        limit = self.complexity * (_SEVERE if self.depth == "grave" else 1)
        found = [self._too_complex(each, parsed.text) for each in measures if each.value > limit]
        about = self._numbers(data, parsed)
        if about is not None and about.maintainability is not None:
            measures.append(Measure("maintainability-index", "", 1, about.maintainability))
            if about.maintainability < self.index and self.depth != "grave":
                found.append(self._too_hard(about.maintainability))
        shown = tuple(each for each in measures if self._shows(each))
        return Remarks(tuple(found), measures=shown, counts=about.counts if about and self.counts else None)

    def _shows(self, measure: Measure) -> bool:
        if self.depth == "worst":
            complexity = measure.kind == "complexity"
            return measure.value > COMPLEX if complexity else measure.value < HARD
        return self.depth == "all"

    def _complexities(self, data: bytes, tree: ast.Module) -> list[Measure]:
        from linter.engines.radon.bounds import functions, may_be_complex, weigh

        least = {
            "grave": _SEVERE * self.complexity,
            "limits": self.complexity,
            "worst": min(self.complexity, COMPLEX),
            "all": 0,
        }[self.depth]
        if not may_be_complex(data, least):
            return []
        from radon.visitors import ComplexityVisitor

        measures: list[Measure] = []
        lines = data.split(b"\n")
        for node, owner in functions(tree):
            first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
            words = b"\n".join(lines[first - 1 : last])
            if not may_be_complex(words, least) or weigh(node).complexity <= least:
                continue
            visitor = ComplexityVisitor(to_method=owner is not None, classname=owner, off=False)
            visitor.visit(node)
            block = visitor.functions[0]
            measures.append(Measure("complexity", block.fullname, first, float(block.complexity)))
        return measures

    def _numbers(self, data: bytes, parsed: Parsed) -> Numbers | None:
        from linter.engines.radon.bounds import is_data, may_be_hard_to_maintain, weigh

        if self.depth == "grave" and not self.counts:
            # A low index is a note.
            return None
        most = {"worst": max(self.index, HARD), "all": 101}.get(self.depth, self.index)
        if not self.counts and (
            not may_be_hard_to_maintain(data, most)
            or is_data(parsed.tree)
            or not weigh(parsed.tree).may_be_hard_to_maintain(most)
        ):
            return None
        from linter.engines.radon.numbers import numbers

        return numbers(parsed)

    def _too_complex(self, measure: Measure, text: str) -> Remark:
        line = text.split("\n", measure.line)[measure.line - 1]
        start = len(line) - len(line.lstrip()) + 1
        value = int(measure.value)
        return Remark(
            code="complexity",
            message=f"`{measure.name}` has a cyclomatic complexity of {value}, above the limit of "
            f"{self.complexity:g}: as many paths have to be read and tested",
            line=measure.line,
            column=start,
            end_line=measure.line,
            end_column=len(line) + 1,
            severity=Severity.WARNING if value > _SEVERE * self.complexity else Severity.NOTE,
            confidence=Confidence.HIGH,
            help="move branches that belong together into functions with a name, and leave early",
        )

    def _too_hard(self, index: float) -> Remark:
        return Remark(
            code="index",
            message=f"the maintainability index of this file is {index:.1f}, below the limit of "
            f"{self.index:g}: it is long and dense at once",
            line=1,
            column=1,
            end_line=1,
            end_column=1,
            severity=Severity.NOTE,
            confidence=Confidence.HIGH,
            help="split the file along what its parts are about",
        )


_DESCRIPTIONS = {
    "complexity": (
        "Functions keep the limit of cyclomatic complexity.",
        "radon counts one for each function and one more for each decision in it: branches, loops, handlers, "
        "boolean operators, conditions of comprehensions. What is hard to test is hard to change. The limit "
        "is `limits.complexity`; more than twice of it is a warning, the rest a note.",
    ),
    "index": (
        "Files keep the least maintainability index.",
        "radon's index (0 to 100) falls with the Halstead volume, the complexity and the length of a file, "
        "and rises with its comments. The limit is `limits.maintainability-index`. A file with a statement "
        "of more than 400 lines is data, and is not measured.",
    ),
}
