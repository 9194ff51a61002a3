"""The arguments of a call, and how they fill the parameters of a function."""

from __future__ import annotations

from collections.abc import Iterable

from linter.facts.scopes import Parameter
from linter.flow.values import UNKNOWN, Value


class Args:
    """Values given to a call.

    `rest` and `extra` stand for what `*` and `**` may add unseen, `names` for what decides under which names
    `**` adds it.
    """

    __slots__ = ("extra", "keywords", "names", "positional", "rest")

    def __init__(
        self,
        positional: Iterable[Value] = (),
        keywords: dict[str, Value] | None = None,
        rest: Value | None = None,
        extra: Value | None = None,
        names: Value | None = None,
    ) -> None:
        self.positional = list(positional)
        self.keywords = keywords or {}
        self.rest = rest
        self.extra = extra
        self.names = names

    def get(self, position: int, name: str = "") -> Value | None:
        """An argument by position or keyword."""
        if 0 <= position < len(self.positional):
            return self.positional[position]
        found = self.keywords.get(name)
        if found is not None:
            return found
        if self.rest is not None and position >= 0:
            return self.rest
        return self.extra if name else None

    def given(self, position: int, name: str = "") -> Value:
        """An argument, or an unknown value."""
        found = self.get(position, name)
        return UNKNOWN if found is None else found

    def all(self) -> list[Value]:
        """Every value given."""
        more = [each for each in (self.rest, self.extra) if each is not None]
        return [*self.positional, *self.keywords.values(), *more]

    def unnamed(self) -> list[Value]:
        """Every value of which no name says where it goes."""
        return [*self.positional, *[each for each in (self.rest, self.extra) if each is not None]]

    def after(self, first: Value) -> Args:
        """The same arguments with one before them."""
        return Args([first, *self.positional], self.keywords, self.rest, self.extra, self.names)


def fill(
    parameters: tuple[Parameter, ...], args: Args
) -> tuple[dict[str, Value], list[Value], dict[str, Value], list[Parameter]]:
    """The values of named parameters, what is left for `*` and for `**`, and parameters not given."""
    names: dict[str, Value] = {}
    missing: list[Parameter] = []
    positional = list(args.positional)
    keywords = dict(args.keywords)
    for each in parameters:
        if each.kind in ("positional", "positional-only") and positional:
            names[each.name] = positional.pop(0)
        elif each.kind in ("*", "**"):
            continue
        elif each.name in keywords and each.kind != "positional-only":
            names[each.name] = keywords.pop(each.name)
        elif each.kind in ("positional", "positional-only") and args.rest is not None:
            names[each.name] = args.rest
        elif args.extra is not None and (each.default is None or args.extra.taints):
            names[each.name] = args.extra
        else:
            missing.append(each)
    return names, positional, keywords, missing
