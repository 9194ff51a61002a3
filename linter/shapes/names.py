"""Types as text, and names as the libraries' own functions rewrite them."""

from __future__ import annotations

from collections.abc import Callable

from linter.facts.expressions import Constant, Expr, Item, Operation, Ref, Sequence


def shown_type(expr: Expr | None) -> str | None:
    """A type as it is shown: its last name, with type arguments and without the metadata of `Annotated`."""
    match expr:
        case Ref(name=name):
            return name.rpartition(".")[2].lstrip(":$")
        case Item(base=base, key=key):
            inner = key.items if isinstance(key, Sequence) else (key,)
            if inner and shown_type(base) == "Annotated":
                return shown_type(inner[0])
            return f"{shown_type(base)}[{', '.join(shown_type(each) or '?' for each in inner)}]"
        case Operation(operator="|", operands=operands):
            return " | ".join(shown_type(each) or "?" for each in operands)
        case Constant(value=None):
            return "None"
        case Constant(value=value):
            return repr(value)
        case _:
            return None


def renamed(function: str, name: str) -> str | None:
    """What a well-known function makes of a field's name; None for any other function."""
    rewrite = _FUNCTIONS.get(function.rpartition(".")[2])
    return None if rewrite is None or not function.startswith(_LIBRARIES) else rewrite(name)


def camel(name: str) -> str:
    """`order_line` as `orderLine`."""
    first = pascal(name)
    return first[:1].lower() + first[1:] if not name.startswith("_") else name


def pascal(name: str) -> str:
    """`order_line` as `OrderLine`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def kebab(name: str) -> str:
    """`order_line` as `order-line`."""
    return name.replace("_", "-")


def _same(name: str) -> str:
    return name


_FUNCTIONS: dict[str, Callable[[str], str]] = {
    "to_camel": camel,
    "to_pascal": pascal,
    "to_snake": _same,
    "camelize": camel,
    "pascalize": pascal,
}
_LIBRARIES = ("pydantic.", "humps.")
