"""Autofix: LibCST edits of the statements that findings lie in, so comments and layout survive."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec

from linter.finding import Edit, Finding, Fix, Location

if TYPE_CHECKING:
    import libcst as cst

    from linter.backend import Change
    from linter.pipeline import Run
    from linter.rule import ColumnRule, CstRule, MigrationRule, Replacement


_HOLDING = ("body", "handlers", "cases", "orelse", "finalbody")
"""The attributes of nodes that hold statements, in source order."""


class Mended(NamedTuple):
    """A file after its fixes: the new text, what was fixed, and what no longer applied."""

    text: str
    fixed: list[Finding]
    left: list[Finding]


def with_fixes(run: Run, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, each fixable one with the edits that mend it alone."""
    run.keep_subjects({each.rule for each in findings if each.fixable and each.fix is None})
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
    findings = list(findings)
    run.keep_subjects({each.rule for each in findings if each.fix is None})
    text = run.text_of(path)
    if not run.is_utf8(path):
        return Mended(text, [], findings)
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
    lines = _lines(text)
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


class _Statement(NamedTuple):
    """A statement, where it stands (lines from 1, columns from 0), and which part of the module has it."""

    node: cst.CSTNode
    start: tuple[int, int]
    end: tuple[int, int]
    part: int


class _Tree:
    """A file's concrete tree with the statements to edit, found by their lines.

    Each statement of the module is looked into when a finding lies in it.
    """

    def __init__(self, module: cst.Module, text: str) -> None:
        self.module = module
        self._lines = _lines(text)
        header = sum(len(_lines(module.code_for_node(each))) for each in module.header)
        sizes = [len(_lines(module.code_for_node(each))) for each in module.body]
        self._starts = list(accumulate(sizes, initial=header))
        self._parts: dict[int, list[_Statement]] = {}
        self._places: dict[cst.CSTNode, _Statement] = {}

    @staticmethod
    def parse(text: str) -> _Tree | None:
        import libcst as cst

        try:
            return _Tree(cst.parse_module(text), text)
        except Exception:
            return None

    def statement(self, location: Location) -> cst.CSTNode | None:
        """The innermost statement, `except` clause or `def` that covers a place."""
        place = (location.line, location.column - 1)
        best: cst.CSTNode | None = None
        smallest: tuple[int, int] | None = None
        for node, start, end, _ in self._statements(bisect_right(self._starts, location.line - 1) - 1):
            if start <= place < end or start == place:
                size = (end[0] - start[0], -start[0])
                if smallest is None or size < smallest:
                    best, smallest = node, size
        return best

    def _statements(self, part: int) -> list[_Statement]:
        """The statements in one of the module, itself and all within; none for what is no statement."""
        import libcst as cst
        from libcst import metadata

        kinds = (
            cst.SimpleStatementLine,
            cst.BaseCompoundStatement,
            cst.ExceptHandler,
            cst.ExceptStarHandler,
        )
        if part not in self._parts and 0 <= part < len(self.module.body):
            wrapper = metadata.MetadataWrapper(self._alone(part), unsafe_skip_copy=True)
            above = self._starts[part]
            self._parts[part] = [
                _Statement(
                    node, (above + at.start.line, at.start.column), (above + at.end.line, at.end.column), part
                )
                for node, at in wrapper.resolve(metadata.PositionProvider).items()
                if isinstance(node, kinds)
            ]
            self._places.update((each.node, each) for each in self._parts[part])
        return self._parts.get(part, [])

    def _alone(self, part: int) -> cst.Module:
        return self.module.with_changes(header=(), body=self.module.body[part : part + 1], footer=())

    def replaced(self, new: Mapping[cst.CSTNode, Replacement], imports: Sequence[str]) -> str:
        """The text with nodes exchanged, and names imported that the new ones need."""
        module = self.module
        for old, replacement in new.items():
            module = cast("cst.Module", _exchanged(module, old, replacement))
        return _import(module, imports).code

    def edits(
        self, path: str, old: cst.CSTNode, new: Replacement, imports: Sequence[str]
    ) -> tuple[Edit, ...]:
        """The edits that exchange one node, and import the names that the new one needs.

        Only the statement of the module that holds the node is written anew, unless names are missing.
        """
        if imports:
            return _difference(path, self._lines, _lines(self.replaced({old: new}, imports)))
        part = self._places[old].part
        first, end = self._starts[part], self._starts[part + 1]
        changed = cast("cst.Module", _exchanged(self._alone(part), old, new))
        code = "".join(self.module.code_for_node(each) for each in changed.body)
        if end == len(self._lines) and not self.module.has_trailing_newline:
            code = code.removesuffix(self.module.default_newline)
        return _difference(path, self._lines[first:end], _lines(code), first)

    def overlaps(self, node: cst.CSTNode, others: Iterable[cst.CSTNode]) -> bool:
        """Whether a node is, holds, or lies in one of the others."""
        place = self._places[node]
        taken = [self._places[each] for each in others]
        return any(place.start < each.end and each.start < place.end for each in taken)


def _exchanged(node: cst.CSTNode, old: cst.CSTNode, new: Replacement) -> Replacement | None:
    """A node with a statement in it exchanged; None when the statement is not there.

    Only what holds statements is made anew: a visitor would make every expression of the file anew.
    """
    import libcst as cst

    if node is old:
        return new
    for name in _HOLDING:
        held = getattr(node, name, None)
        if isinstance(held, cst.CSTNode):
            found = _exchanged(held, old, new)
            if found is not None:
                return node.with_changes(**{name: found})
        several: Sequence[cst.CSTNode] = held if isinstance(held, (list, tuple)) else ()
        for index, each in enumerate(several):
            found = _exchanged(each, old, new)
            if found is not None:
                put = found.nodes if isinstance(found, cst.FlattenSentinel) else (found,)
                kept = [one for one in put if isinstance(one, cst.CSTNode)]
                return node.with_changes(**{name: [*several[:index], *kept, *several[index + 1 :]]})
    return None


def _lines(text: str) -> list[str]:
    """The lines of a source as Python counts them: a form feed ends none."""
    return list(StringIO(text, newline=""))


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
    return () if found is None else tree.edits(finding.location.path, *found)


def _shared(left: list[str], right: list[str]) -> int:
    """How many lines are the same from the first on."""
    pairs = zip(left, right, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _difference(path: str, before: list[str], after: list[str], offset: int = 0) -> tuple[Edit, ...]:
    """Edits of whole lines that turn some lines into others; `offset` lines of the file stand before them."""
    from difflib import SequenceMatcher

    same = _shared(before, after)
    rest = min(len(before), len(after)) - same
    tail = min(_shared(before[::-1], after[::-1]), rest)
    old, new = before[same : len(before) - tail], after[same : len(after) - tail]
    edits: list[Edit] = []
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            top = offset + same
            location = Location(path, top + first + 1, 1, top + last + 1, 1)
            edits.append(Edit(location, "".join(new[start:end])))
    return tuple(edits)
