"""radon in this process: cyclomatic complexity and the maintainability index of files already parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from linter.engines.remark import Measure, Remark, Remarks
from linter.finding import Confidence, Severity

if TYPE_CHECKING:
    import ast

    from linter.parse.python import Parsed

_RULES = {"complexity": "maintainability/radon-complexity", "index": "maintainability/radon-index"}
_SEVERE = 2
"""More than so many times the limit is more than a note."""
_WORTH_SHOWING = 10
"""radon's rank B begins above it: simpler functions are not among the worst of any project."""


class RadonEngine(msgspec.Struct, frozen=True):
    """radon as an observer of parsed files.

    `complexity` is the most that a function may have, `index` the least maintainability index of a file (0 to
    100). With `everything` each function is measured, not only those that can pass the limit.
    """

    complexity: float
    index: float
    everything: bool
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

    def rule_of(self, remark: Remark) -> str:
        """The id under which a remark is reported."""
        return _RULES[remark.code]

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
        found = [self._too_complex(each, parsed.text) for each in measures if each.value > self.complexity]
        found += self._too_hard(data, parsed)
        shown = tuple(each for each in measures if each.value > _WORTH_SHOWING) if self.everything else ()
        return Remarks(tuple(found), measures=shown)

    def _complexities(self, data: bytes, tree: ast.Module) -> list[Measure]:
        from linter.engines.radon.bounds import functions, may_be_complex

        if not self.everything and not may_be_complex(data, self.complexity):
            return []
        from radon.visitors import ComplexityVisitor

        measures: list[Measure] = []
        lines = data.split(b"\n")
        for node, owner in functions(tree):
            first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
            if not self.everything and not may_be_complex(
                b"\n".join(lines[first - 1 : last]), self.complexity
            ):
                continue
            visitor = ComplexityVisitor(to_method=owner is not None, classname=owner, off=False)
            visitor.visit(node)
            block = visitor.functions[0]
            measures.append(Measure(block.fullname, first, float(block.complexity)))
        return measures

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

    def _too_hard(self, data: bytes, parsed: Parsed) -> list[Remark]:
        from linter.engines.radon.bounds import can_count_lines, may_be_hard_to_maintain

        lines = parsed.text.count("\n") + 1
        if not may_be_hard_to_maintain(data, lines, self.index) or not can_count_lines(parsed.tree):
            return []
        index = maintainability_index(parsed)
        if index is None or index >= self.index:
            return []
        return [
            Remark(
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
        ]


def maintainability_index(parsed: Parsed) -> float | None:
    """radon's maintainability index of a file, as `radon mi` gives it; None when it cannot count."""
    from radon.metrics import h_visit_ast, mi_compute
    from radon.raw import analyze
    from radon.visitors import ComplexityVisitor

    try:
        raw = analyze(parsed.text)
    except SyntaxError:
        return None
    comments = (raw.comments + raw.multi) / float(raw.sloc) * 100 if raw.sloc else 0
    volume = h_visit_ast(parsed.tree).total.volume
    complexity = ComplexityVisitor.from_ast(parsed.tree).total_complexity
    return float(mi_compute(volume, complexity, raw.lloc, comments))


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
