"""Python annotations as the GraphQL types that Strawberry makes of them."""

from __future__ import annotations

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Made
from linter.facts.expressions import Attr, Constant, Expr, Item, Operation, Ref, Result, Sequence
from linter.frameworks.graphql.names import SCALARS, STRAWBERRY_TYPES, short
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Project

_LISTS = frozenset({"list", "List", "Sequence", "Iterable", "tuple", "Tuple"})
_STREAMS = frozenset({"AsyncGenerator", "AsyncIterator", "AsyncIterable", "AsyncGeneratorType"})
_THROUGH = frozenset({"Annotated", "Awaitable", "Coroutine", "Final", "Required"})
_NOTHING = frozenset({"None", "strawberry.UNSET", "strawberry.types.unset.UnsetType"})
_DEPTH = 12


class Annotations:
    """Reads annotations with the names of the place that they stand in."""

    def __init__(self, project: Project, evaluator: Evaluator) -> None:
        self._project = project
        self._evaluator = evaluator

    def type_of(self, holder: Definition, expr: Expr | None) -> str | None:
        """The type in GraphQL's notation, None when it is not known."""
        text, optional = self._read(holder, expr, 0)
        return text if text is None or optional else f"{text}!"

    def class_of(self, holder: Definition, expr: Expr | None, depth: int = 0) -> Class | None:
        """The class of the project that an annotation, or the items of one, is about."""
        if depth > _DEPTH or expr is None:
            return None
        if isinstance(expr, Ref):
            target = self._project.reference(holder, expr.name).target
            return target if isinstance(target, Class) else None
        if isinstance(expr, Constant) and isinstance(expr.value, str) and expr.value.isidentifier():
            return self.class_of(holder, Ref(":" + expr.value), depth + 1)
        if isinstance(expr, Item):
            return self.class_of(holder, _first(expr.key), depth + 1)
        if isinstance(expr, Operation) and expr.operator == "|":
            found = [self.class_of(holder, each, depth + 1) for each in expr.operands]
            return next((each for each in found if each is not None), None)
        return None

    def name_of(self, cls: Class) -> str:
        """What a class of the project is called in the schema."""
        parent = cls.parent
        for decorator in cls.head.decorators:
            if isinstance(decorator.value, Result) and parent is not None:
                made = self._evaluator.expression(parent, decorator.value)
                named = made.keywords.get("name") if isinstance(made, Made) else None
                if isinstance(named, str) and isinstance(made, Made) and short(made.name) in STRAWBERRY_TYPES:
                    return named
        return cls.head.name

    def marks(self, holder: Definition, expr: Expr | None) -> list[Made]:
        """What stands beside the type in `Annotated`."""
        if not isinstance(expr, Item) or self._base(holder, expr) != "Annotated":
            return []
        items = expr.key.items[1:] if isinstance(expr.key, Sequence) else ()
        found = [self._evaluator.expression(_outside(holder), each) for each in items]
        return [each for each in found if isinstance(each, Made)]

    def is_marked(self, holder: Definition, expr: Expr | None, name: str) -> bool:
        """Whether an annotation is `name[...]`, or `name` by itself."""
        if isinstance(expr, Item):
            return self._base(holder, expr) == name
        if isinstance(expr, Constant) and isinstance(expr.value, str):
            return expr.value.partition("[")[0].rpartition(".")[2] == name
        named = self._named(holder, expr) if isinstance(expr, (Ref, Attr)) else ""
        return named.rpartition(".")[2] == name

    def _read(self, holder: Definition, expr: Expr | None, depth: int) -> tuple[str | None, bool]:
        """The type without its last `!`, and whether it may be null."""
        if expr is None or depth > _DEPTH:
            return None, False
        if isinstance(expr, Constant):
            return self._of_constant(holder, expr.value, depth)
        if isinstance(expr, Operation) and expr.operator == "|":
            return self._of_union(holder, list(expr.operands), depth)
        if isinstance(expr, Item):
            return self._of_item(holder, expr, depth)
        if isinstance(expr, Ref):
            return self._of_name(holder, expr, depth), False
        return None, False

    def _of_constant(self, holder: Definition, value: object, depth: int) -> tuple[str | None, bool]:
        if value is None:
            return "Void", True
        if isinstance(value, str):
            text = value.strip()
            optional = text.endswith("| None")
            text = text.removesuffix("| None").strip()
            if text.replace(".", "").isidentifier():
                mark = "" if text in SCALARS else ":"
                return self._of_name(holder, Ref(mark + text), depth), optional
        return None, False

    def _of_union(self, holder: Definition, operands: list[Expr], depth: int) -> tuple[str | None, bool]:
        rest = [each for each in operands if not self._is_nothing(holder, each)]
        if len(rest) != 1:
            return None, len(rest) < len(operands)
        text, optional = self._read(holder, rest[0], depth + 1)
        return text, optional or len(rest) < len(operands)

    def _is_nothing(self, holder: Definition, expr: Expr) -> bool:
        if isinstance(expr, Constant):
            return expr.value is None
        return isinstance(expr, Ref) and (expr.name == "None" or self._named(holder, expr) in _NOTHING)

    def _of_item(self, holder: Definition, expr: Item, depth: int) -> tuple[str | None, bool]:
        base = self._base(holder, expr)
        first = _first(expr.key)
        if base in _LISTS:
            text, optional = self._read(holder, first, depth + 1)
            return (None if text is None else f"[{text if optional else text + '!'}]"), False
        if base in _STREAMS or base in _THROUGH:
            named = [
                each.argument(0, "name") for each in self.marks(holder, expr) if short(each.name) == "union"
            ]
            if named and isinstance(named[0], str):
                return named[0], False
            return self._read(holder, first, depth + 1)
        if base in ("Optional", "Maybe"):
            return self._read(holder, first, depth + 1)[0], True
        if base == "Union":
            items: list[Expr] = list(expr.key.items) if isinstance(expr.key, Sequence) else [expr.key]
            return self._of_union(holder, items, depth)
        return None, False

    def _of_name(self, holder: Definition, expr: Ref, depth: int) -> str | None:
        found = self._project.reference(holder, expr.name)
        if isinstance(found.target, Class):
            return self.name_of(found.target)
        if found.name in SCALARS:
            return SCALARS[found.name]
        if expr.name in SCALARS and found.target is None:
            return SCALARS[expr.name]
        named = short(found.name)
        return "ID" if named in ("ID", "GlobalID") else "JSON" if named == "JSON" else None

    def _base(self, holder: Definition, expr: Item) -> str:
        return self._named(holder, expr.base).rpartition(".")[2]

    def _named(self, holder: Definition, expr: Expr) -> str:
        return self._project.reference(holder, expr.name).name if isinstance(expr, Ref) else ""


def _first(key: Expr) -> Expr:
    return key.items[0] if isinstance(key, Sequence) and key.items else key


def _outside(holder: Definition) -> Definition:
    """The module around a definition, whose names annotations are written with."""
    return holder.module.definitions[0] if isinstance(holder, Function) else holder
