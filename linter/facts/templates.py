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


class Macro(msgspec.Struct, array_like=True, frozen=True):
    """A macro, with its parameters in order and those that it puts out without escaping them."""

    name: str
    parameters: tuple[str, ...]
    put_out: tuple[str, ...]


class Given(msgspec.Struct, array_like=True, frozen=True):
    """What is given to a macro of another template: the path of the value, and for which parameter.

    `parameter` is its name or its position. `line` is where the macro is called.
    """

    template: str
    macro: str
    parameter: str
    path: str
    line: int


class Template(msgspec.Struct, array_like=True, frozen=True):
    """What one template does with values.

    `outputs` are those of its own that are not escaped, `includes` the templates that it takes in by name,
    `macros` what it defines that puts something out as it is, and `given` what it hands to macros of others.
    """

    outputs: tuple[Output, ...] = ()
    includes: tuple[str, ...] = ()
    macros: tuple[Macro, ...] = ()
    given: tuple[Given, ...] = ()
