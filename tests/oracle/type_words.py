"""A type as the map spells it, in the words that `openapi_inputs.type_of` uses for a JSON schema."""

from __future__ import annotations

import ast

TEXT = frozenset(
    {"EmailStr", "AnyUrl", "HttpUrl", "AnyHttpUrl", "SecretStr", "Path", "timedelta", "NameEmail"}
    | {"StrictStr", "IPv4Address", "IPvAnyAddress", "Base64Str"}
)
WORDS = {
    **dict.fromkeys(TEXT, "str"),
    **dict.fromkeys(("PositiveInt", "NonNegativeInt", "StrictInt", "NegativeInt"), "int"),
    **dict.fromkeys(("PositiveFloat", "NonNegativeFloat", "FiniteFloat"), "float"),
    **dict.fromkeys(("AwareDatetime", "NaiveDatetime", "FutureDatetime", "PastDatetime"), "datetime"),
    **dict.fromkeys(("FutureDate", "PastDate"), "date"),
    **dict.fromkeys(("UUID1", "UUID3", "UUID4", "UUID5"), "UUID"),
    **dict.fromkeys(("object", "JsonValue"), "Any"),
    **dict.fromkeys(("list", "set", "tuple", "frozenset", "List", "Set", "Sequence"), "list[Any]"),
    **dict.fromkeys(("Dict", "Mapping"), "dict"),
    "StrictBool": "bool",
    "bytes": "UploadFile",
    "UploadedFile": "UploadFile",
}
LISTS = frozenset({"list", "set", "tuple", "frozenset", "List", "Set", "Sequence", "Iterable"})


def in_words(spelled: str | None) -> str | None:
    """What a JSON schema says of a type; None for what it says nothing of."""
    if spelled is None:
        return "Any"
    return _words(ast.parse(spelled, mode="eval").body)


def _words(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=None):
            return "None"
        case ast.BinOp(left=left, right=right):
            parts = [_words(left), _words(right)]
            return " | ".join(dict.fromkeys(part for part in parts if part != "None"))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choice):
            first = choice.elts[0] if isinstance(choice, ast.Tuple) else choice
            return type(first.value).__name__ if isinstance(first, ast.Constant) else ast.unparse(node)
        case ast.Subscript(value=ast.Name(id="Json"), slice=inner):
            return _words(inner)
        case ast.Subscript(value=ast.Name(id=name)) if WORDS.get(name, name) == "dict":
            return "dict"
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in LISTS:
            kinds = (
                [each for each in inner.elts if not _is_dots(each)]
                if isinstance(inner, ast.Tuple)
                else [inner]
            )
            return f"list[{_words(kinds[0])}]" if len(kinds) == 1 else "list[Any]"
        case ast.Subscript(value=ast.Name(id=name), slice=inner):
            kinds = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return f"{name}[{', '.join(_words(each) for each in kinds)}]"
        case ast.Name(id=name):
            return WORDS.get(name, name)
        case _:
            return ast.unparse(node)


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
