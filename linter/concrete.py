"""Concrete syntax of single candidates and of files to be mended. The only user of LibCST's trees."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst


def statement_node(text: str, lines: tuple[int, int]) -> cst.CSTNode | None:
    """The LibCST statement on these lines (1-based, inclusive), parsed by itself.

    A block header, which is no statement by itself, is given an empty body. None when LibCST cannot
    read it.
    """
    import libcst as cst

    first, last = lines
    source = textwrap.dedent("\n".join(text.splitlines()[first - 1 : last])) + "\n"
    for candidate in (source, source + "    pass\n", f"try:\n    pass\n{source}    pass\n"):
        try:
            module = cst.parse_module(candidate)
        except Exception:
            continue
        if module.body:
            return module.body[0]
    return None


def sole_call(node: cst.CSTNode, name: str) -> cst.Call | None:
    """The one call in `node` of something whose last name is `name`; None when there are several."""
    import libcst as cst
    import libcst.matchers as m

    found = m.findall(node, m.Call(func=m.Attribute(attr=m.Name(name)) | m.Name(name)))
    return found[0] if len(found) == 1 and isinstance(found[0], cst.Call) else None


def without_keyword(call: cst.Call, name: str) -> cst.Call:
    """The call without one keyword argument."""
    kept = [argument for argument in call.args if argument.keyword is None or argument.keyword.value != name]
    if kept and len(kept) < len(call.args) and call.args[-1] not in kept:
        kept[-1] = kept[-1].with_changes(comma=call.args[-1].comma)
    return call.with_changes(args=kept)


def with_keyword(call: cst.Call, name: str, value: str) -> cst.Call:
    """The call with a keyword argument set to `value` (Python source), in the layout that it has."""
    import libcst as cst

    given = cst.parse_expression(value)
    for position, argument in enumerate(call.args):
        if argument.keyword is not None and argument.keyword.value == name:
            args = [*call.args]
            args[position] = argument.with_changes(value=given)
            return call.with_changes(args=args)
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    added = cst.Arg(value=given, keyword=cst.Name(name), equal=tight)
    if not call.args:
        return call.with_changes(args=[added])
    last = call.args[-1]
    if isinstance(last.comma, cst.Comma):
        comma, closing = _on_lines_of_their_own(last.comma, call.whitespace_before_args)
        added = added.with_changes(comma=closing)
    else:
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        added = added.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        last = last.with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))
    return call.with_changes(args=[*call.args[:-1], last.with_changes(comma=comma), added])


def appended(sequence: cst.List | cst.Tuple, value: str, position: int) -> cst.List | cst.Tuple:
    """A list or tuple with one more element (Python source) at its end or before its last one.

    The layout is kept: what stands on lines of its own gets another line.
    """
    import libcst as cst

    elements = [*sequence.elements]
    added = cst.Element(cst.parse_expression(value))
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if not elements:
        alone = cst.Comma() if isinstance(sequence, cst.Tuple) else cst.MaybeSentinel.DEFAULT
        return sequence.with_changes(elements=[added.with_changes(comma=alone)])
    opening, closing = _inner_edges(sequence)
    is_spread = isinstance(opening, cst.ParenthesizedWhitespace)
    if position < len(elements):
        between = cst.Comma(whitespace_after=opening) if is_spread else comma
        elements.insert(position, added.with_changes(comma=between))
        return sequence.with_changes(elements=elements)
    last = elements[-1]
    trailing = cst.Comma() if isinstance(last.comma, cst.Comma) else cst.MaybeSentinel.DEFAULT
    if not is_spread or not isinstance(closing, cst.ParenthesizedWhitespace):
        elements[-1] = last.with_changes(comma=comma)
        return sequence.with_changes(elements=[*elements, added])
    # Comments behind the last element stay behind it.
    kept = opening.with_changes(first_line=closing.first_line, empty_lines=closing.empty_lines)
    elements[-1] = last.with_changes(comma=cst.Comma(whitespace_after=kept))
    elements.append(added.with_changes(comma=trailing))
    bare = cst.TrailingWhitespace(newline=closing.first_line.newline)
    edge = closing.with_changes(first_line=bare, empty_lines=[])
    return _with_closing_edge(sequence.with_changes(elements=elements), edge)


def _inner_edges(
    sequence: cst.List | cst.Tuple,
) -> tuple[cst.BaseParenthesizableWhitespace, cst.BaseParenthesizableWhitespace]:
    """The whitespace behind the opening bracket and in front of the closing one."""
    import libcst as cst

    if isinstance(sequence, cst.List):
        return sequence.lbracket.whitespace_after, sequence.rbracket.whitespace_before
    if not sequence.lpar:
        return cst.SimpleWhitespace(""), cst.SimpleWhitespace("")
    return sequence.lpar[-1].whitespace_after, sequence.rpar[0].whitespace_before


def _with_closing_edge(
    sequence: cst.List | cst.Tuple, edge: cst.BaseParenthesizableWhitespace
) -> cst.List | cst.Tuple:
    import libcst as cst

    if isinstance(sequence, cst.List):
        return sequence.with_changes(rbracket=sequence.rbracket.with_changes(whitespace_before=edge))
    first, *others = sequence.rpar
    return sequence.with_changes(rpar=[first.with_changes(whitespace_before=edge), *others])


def _on_lines_of_their_own(
    comma: cst.Comma, opening: cst.BaseParenthesizableWhitespace
) -> tuple[cst.Comma, cst.Comma]:
    """A trailing comma as one before a further argument, and as one behind it; a comment stays put."""
    import libcst as cst

    after = comma.whitespace_after
    if not isinstance(after, cst.ParenthesizedWhitespace):
        return comma.with_changes(whitespace_after=cst.SimpleWhitespace(" ")), comma
    indented = after
    if isinstance(opening, cst.ParenthesizedWhitespace):
        indented = after.with_changes(indent=opening.indent, last_line=opening.last_line)
    bare = cst.TrailingWhitespace(newline=after.first_line.newline)
    closing = comma.with_changes(whitespace_after=after.with_changes(first_line=bare, empty_lines=[]))
    return comma.with_changes(whitespace_after=indented), closing
