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
