"""Autofix: LibCST edits of the statements that findings lie in, so comments and layout survive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from linter.finding import Edit, Finding, Fix, Location

if TYPE_CHECKING:
    import libcst as cst

    from linter.backend import Change
    from linter.pipeline import Run
    from linter.rule import ColumnRule, CstRule, MigrationRule, Replacement


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
            if (subject := _sql_subject(run, finding)) is not None:
                edits: tuple[Edit, ...] = _sql_edits(run, finding, subject)
            else:
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
    in_sql: dict[Location, tuple[Edit, ...]] = {}
    for finding in sorted(findings, key=lambda each: each.sort_key):
        subject = None if finding.fix else _sql_subject(run, finding)
        if subject is None:
            (by_tree if finding.fix is None else by_edits).append(finding)
            continue
        # One edit of a statement at a time: the next is made of what it says then.
        edits = () if subject.location in in_sql else _sql_edits(run, finding, subject)
        if edits:
            in_sql[subject.location] = edits
        (fixed if edits else left).append(finding)
    if in_sql:
        text = apply_edits(text, [edit for each in in_sql.values() for edit in each])
    tree = _Tree.parse(text) if by_tree else None
    exchanged: dict[cst.CSTNode, Replacement] = {}
    imports: list[str] = []
    for finding in by_tree:
        found = None if tree is None else _mended_node(run, finding, tree)
        if tree is None or found is None or tree.overlaps(found[0], exchanged):
            left.append(finding)
            continue
        exchanged[found[0]] = found[1]
        imports.extend(found[2])
        fixed.append(finding)
    if tree is not None and exchanged:
        text = tree.replaced(exchanged, imports)
    if by_edits:
        if fixed:
            # Positions have moved; comments are mended by the next run over the new text.
            left.extend(by_edits)
        else:
            text = apply_edits(text, [edit for each in by_edits if each.fix for edit in each.fix.edits])
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

    def replaced(self, new: Mapping[cst.CSTNode, Replacement], imports: Sequence[str]) -> str:
        """The text with nodes exchanged, and names imported that the new ones need."""
        import libcst as cst

        class Exchange(cst.CSTTransformer):
            def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Any:
                return new.get(original_node, updated_node)

        module = self.module.visit(Exchange())
        assert isinstance(module, cst.Module)
        return _import(module, imports).code

    def overlaps(self, node: cst.CSTNode, others: Iterable[cst.CSTNode]) -> bool:
        """Whether a node is, holds, or lies in one of the others."""
        place = self._positions[node]
        for other in others:
            taken = self._positions[other]
            if _before(place.start, taken.end) and _before(taken.start, place.end):
                return True
        return False


def _before(left: Any, right: Any) -> bool:
    return bool((left.line, left.column) < (right.line, right.column))


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
        run.check_afresh(keep_subjects=True)


def _rule(run: Run, finding: Finding) -> CstRule | MigrationRule | ColumnRule | None:
    from linter.rule import ColumnRule, CstRule, MigrationRule

    rule = next((each for each in run.rules if each.id == finding.rule), None)
    return rule if isinstance(rule, (CstRule, MigrationRule, ColumnRule)) else None


def _mended_node(
    run: Run, finding: Finding, tree: _Tree
) -> tuple[cst.CSTNode, Replacement, Sequence[str]] | None:
    rule = _rule(run, finding)
    subject = _subject(run, finding)
    if rule is None or subject is None:
        return None
    from linter.rule import ColumnRule, CstRule

    plan = rule.plan(subject, run.backend) if isinstance(rule, ColumnRule) else None
    place = finding.location if plan is None else plan.place
    node = tree.statement(place) if place.path == finding.location.path else None
    if node is None:
        return None
    if isinstance(rule, ColumnRule):
        new, imports = (None, ()) if plan is None else (plan.edit(node), plan.imports)
    else:
        new = rule.fix(node, subject)
        imports = rule.imports if isinstance(rule, CstRule) else rule.imports_of(subject)
    return None if new is None or new is node else (node, new, imports)


def _subject(run: Run, finding: Finding) -> Any:
    """What a finding was said about."""
    return run.subjects.get((finding.rule, finding.location, finding.message))


def _sql_subject(run: Run, finding: Finding) -> Change | None:
    """The change that a finding in a SQL file is about, if its rule mends such."""
    from linter.rule import MigrationRule

    if not isinstance(_rule(run, finding), MigrationRule):
        return None
    subject = _subject(run, finding)
    return subject if subject is not None and subject.statement.origin == "file" else None


def _sql_edits(run: Run, finding: Finding, change: Change) -> tuple[Edit, ...]:
    from linter.mending_sql import Place
    from linter.rule import MigrationRule

    path, rule = finding.location.path, _rule(run, finding)
    text = run.text_of(path)
    lines = text.split("\n")
    line, column = change.location.line, change.location.column
    # Other line ends than these are counted in other ways by other programs.
    if not isinstance(rule, MigrationRule) or len(f"{text}x".splitlines()) != len(lines):
        return ()
    start = sum(len(each) + 1 for each in lines[: line - 1]) + column - 1
    if not text.startswith(change.statement.facts.text, start):
        return ()
    edits: list[Edit] = []
    line_end = "\r\n" if "\r\n" in text else "\n"
    for offset, content in rule.sql_fix(change, Place(text, start)):
        row = text.count("\n", 0, offset) + 1
        place = offset - text.rfind("\n", 0, offset)
        edits.append(Edit(Location(path, row, place, row, place), content.replace("\n", line_end)))
    return tuple(edits)


def _edits(run: Run, finding: Finding, tree: _Tree) -> tuple[Edit, ...]:
    found = _mended_node(run, finding, tree)
    if found is None:
        return ()
    old, new, imports = found
    return _difference(finding.location.path, tree.text, tree.replaced({old: new}, imports))


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
