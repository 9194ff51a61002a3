"""How Connexion finds the function that an operation of a document means."""

from __future__ import annotations

from typing import NamedTuple

from linter.facts.openapi import ApiOperation

_RESTY = frozenset({"RestyResolver", "MethodResolver", "MethodViewResolver"})


class Resolver(NamedTuple):
    """A resolver by its class, with the module that it starts from.

    `kind` is the last name of Connexion's class; `root` is None when it is not known.
    """

    kind: str = "Resolver"
    root: str | None = ""
    collection: str = "search"

    def name(self, operation: ApiOperation) -> str | None:
        """The dotted name of an operation's function; None when it is not known."""
        if operation.operation_id:
            start = operation.controller or (self.root if self.kind == "RelativeResolver" else "")
            return None if start is None else f"{start}.{operation.operation_id}".lstrip(".")
        if self.kind not in _RESTY:
            return None
        return self._by_path(operation)

    def _by_path(self, operation: ApiOperation) -> str | None:
        """By the words of the path and the verb: `GET /pets` is `api.pets.search`."""
        parts = [part for part in operation.path.split("/") if part]
        words = [part for part in parts if not _is_hole(part)]
        resource = ".".join(words).replace("-", "_")
        start = operation.controller or self.root
        if start is None:
            return None
        if resource and not operation.controller:
            start = f"{start}.{resource}"
        lists = operation.method == "GET" and bool(resource) and not _is_hole(parts[-1])
        verb = self.collection if lists and self.kind != "MethodViewResolver" else operation.method.lower()
        if self.kind != "RestyResolver":
            module, _, last = start.rpartition(".")
            camel = "".join(word[:1].upper() + word[1:] for word in last.split("_"))
            start = f"{module}.{camel}View" if module else f"{camel}View"
        return f"{start}.{verb}"


def _is_hole(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")
