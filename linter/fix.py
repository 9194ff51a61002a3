"""Autofix: LibCST edits of the statements that findings lie in, so comments and layout survive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from linter.finding import Edit, Finding, Fix, Location

if TYPE_CHECKING:
    import libcst as cst

    from linter.pipeline import Run
    from linter.rule import CstRule


class Mended(NamedTuple):
    """A file after its fixes: the new text, what was fixed, and what no longer applied."""

    text: str
    fixed: list[Finding]
    left: list[Finding]


def with_fixes(run: Run, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, each fixable one with the edits that mend it alone."""
    _ensure_subjects(run)
    filled: list[Finding] = []
    trees: dict[str, _Tree | None] = {}
    for finding in findings:
        fix = finding.fix
        if finding.fixable and fix is None:
            path = finding.location.path
            if path not in trees:
                trees[path] = _Tree.parse(run.text_of(path))
            tree = trees[path]
            edits = () if tree is None else _edits(run, finding, tree)
            if edits:
                fix = Fix("safe" if finding.fixable == "safe" else "unsafe", edits)
        replaced = msgspec.structs.replace(finding, fix=fix, fixable=finding.fixable if fix else "")
        filled.append(replaced)
    return tuple(filled)


def mend(run: Run, path: str, findings: Iterable[Finding]) -> Mended:
    """Apply the fixes of one file's findings, in source order.

    A fix that overlaps one applied before is left for the next run. A file in another encoding than
    UTF-8 is left alone.
    """
    _ensure_subjects(run)
    text = run.text_of(path)
    if not run.is_utf8(path):
        return Mended(text, [], list(findings))
    fixed: list[Finding] = []
    left: list[Finding] = []
    by_edits: list[Finding] = []
    by_tree: list[Finding] = []
    for finding in sorted(findings, key=lambda each: each.sort_key):
        (by_tree if finding.fix is None else by_edits).append(finding)
    tree = _Tree.parse(text) if by_tree else None
    for finding in by_tree:
        done = tree is not None and _replace(run, finding, tree)
        (fixed if done else left).append(finding)
    if tree is not None:
        text = tree.code
    if by_edits:
        if fixed:
            # Positions have moved; comments are mended by the next run over the new text.
            left.extend(by_edits)
        else:
            edits = [edit for finding in by_edits if finding.fix for edit in finding.fix.edits]
            text = apply_edits(text, edits)
            fixed.extend(by_edits)
    return Mended(text, fixed, left)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with edits applied from its end to its start; one that overlaps another is dropped."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        return min(starts[min(line - 1, len(lines))] + column - 1, len(text))

    spans = sorted(
        (
            (
                offset(edit.location.line, edit.location.column),
                offset(edit.location.end_line, edit.location.end_column),
                edit.content,
            )
            for edit in edits
        ),
        reverse=True,
    )
    limit = len(text)
    for start, end, content in spans:
        if end <= limit:
            text = text[:start] + content + text[end:]
            limit = start
    return text


class _Tree:
    """A file's concrete tree with the statements to edit, found by their lines."""

    def __init__(self, module: cst.Module, text: str) -> None:
        from libcst import metadata

        self.text = text
        wrapper = metadata.MetadataWrapper(module, unsafe_skip_copy=True)
        self.module = wrapper.module
        self._positions = wrapper.resolve(metadata.PositionProvider)
        self._imports: list[str] = []

    @staticmethod
    def parse(text: str) -> _Tree | None:
        import libcst as cst

        try:
            return _Tree(cst.parse_module(text), text)
        except Exception:
            return None

    def statement(self, location: Location) -> cst.CSTNode | None:
        """The innermost statement, `except` clause or `def` that covers a place."""
        import libcst as cst

        kinds = (
            cst.SimpleStatementLine,
            cst.BaseCompoundStatement,
            cst.ExceptHandler,
            cst.ExceptStarHandler,
        )
        place = (location.line, location.column - 1)
        best: cst.CSTNode | None = None
        smallest: tuple[int, int] | None = None
        for node, position in self._positions.items():
            if not isinstance(node, kinds):
                continue
            start = (position.start.line, position.start.column)
            end = (position.end.line, position.end.column)
            if start <= place < end or start == place:
                size = (end[0] - start[0], -start[0])
                if smallest is None or size < smallest:
                    best, smallest = node, size
        return best

    def replaced(self, old: cst.CSTNode, new: cst.CSTNode, imports: Sequence[str]) -> cst.Module:
        """The module with one node exchanged and names imported that the new one needs."""
        import libcst as cst

        module = self.module.deep_replace(old, new)
        assert isinstance(module, cst.Module)
        return _import(module, imports)

    def replace(self, old: cst.CSTNode, new: cst.CSTNode, imports: Sequence[str]) -> None:
        """Exchange a node for good."""
        import libcst as cst

        module = self.module.deep_replace(old, new)
        assert isinstance(module, cst.Module)
        self.module = module
        self._imports.extend(imports)

    @property
    def code(self) -> str:
        """The text as edited."""
        return _import(self.module, self._imports).code

    def holds(self, node: cst.CSTNode) -> bool:
        """Whether a node of the original tree still stands in the edited one."""
        pending: list[cst.CSTNode] = [self.module]
        while pending:
            current = pending.pop()
            if current is node:
                return True
            pending.extend(current.children)
        return False


def _import(module: cst.Module, names: Sequence[str]) -> cst.Module:
    """Add `import module` or `from module import name` for each dotted name that is missing.

    `hmac` stands for `import hmac`, `fastapi:HTTPException` for `from fastapi import HTTPException`.
    """
    if not names:
        return module
    from libcst.codemod import CodemodContext
    from libcst.codemod.visitors import AddImportsVisitor

    context = CodemodContext()
    for name in names:
        source, _, item = name.partition(":")
        AddImportsVisitor.add_needed_import(context, source, item or None)
    return AddImportsVisitor(context).transform_module(module)


def _ensure_subjects(run: Run) -> None:
    if not run.subjects:
        run.check_afresh()


def _rule(run: Run, finding: Finding) -> CstRule | None:
    from linter.rule import CstRule

    rule = next((each for each in run.rules if each.id == finding.rule), None)
    return rule if isinstance(rule, CstRule) else None


def _mended_node(
    run: Run, finding: Finding, tree: _Tree
) -> tuple[cst.CSTNode, cst.CSTNode, Sequence[str]] | None:
    rule = _rule(run, finding)
    subject = run.subjects.get((finding.rule, finding.location))
    node = tree.statement(finding.location)
    if rule is None or subject is None or node is None:
        return None
    new = rule.fix(node, subject)
    return None if new is None or new is node else (node, new, rule.imports)


def _replace(run: Run, finding: Finding, tree: _Tree) -> bool:
    found = _mended_node(run, finding, tree)
    if found is None or not tree.holds(found[0]):
        return False
    tree.replace(*found)
    return True


def _edits(run: Run, finding: Finding, tree: _Tree) -> tuple[Edit, ...]:
    found = _mended_node(run, finding, tree)
    if found is None:
        return ()
    return _difference(finding.location.path, tree.text, tree.replaced(*found).code)


def _difference(path: str, old: str, new: str) -> tuple[Edit, ...]:
    """Line edits that turn one text into the other."""
    from difflib import SequenceMatcher

    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    edits: list[Edit] = []
    for tag, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            location = Location(path, first + 1, 1, last + 1, 1)
            edits.append(Edit(location, "".join(after[start:end])))
    return tuple(edits)
