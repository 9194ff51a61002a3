"""What a template of HTML puts into the page as it is."""

from __future__ import annotations

import msgspec


class Output(msgspec.Struct, array_like=True, frozen=True):
    """A value of the context that is put out without being escaped.

    `path` is how it is reached from the context (`page.body`), `line` where it is put out. An item of what a
    loop runs over has the path of the whole.
    """

    path: str
    line: int


class Template(msgspec.Struct, array_like=True, frozen=True):
    """The outputs of one template that are not escaped, and the templates that it takes in, by name."""

    outputs: tuple[Output, ...] = ()
    includes: tuple[str, ...] = ()
