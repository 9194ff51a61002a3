"""Which classes SQLAlchemy maps, and which classes give them columns."""

from __future__ import annotations

from dataclasses import dataclass, field

from linter.facts.expressions import Constant, Item, Ref, Result
from linter.resolve.definitions import Class
from linter.resolve.project import Resolved, Variable
from linter.resolve.values import Value, Values

FLASK_MODEL = "flask_sqlalchemy.SQLAlchemy.Model"
SQLMODEL = "sqlmodel.SQLModel"
_BASE_MAKERS = frozenset({"sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.DeclarativeBaseNoMeta"})
_BASES = frozenset(
    {
        FLASK_MODEL,
        SQLMODEL,
        "flask_sqlalchemy.model.Model",
        "sqlmodel.main.SQLModel",
        "sqlalchemy.orm.declarative_base()",
        "sqlalchemy.ext.declarative.declarative_base()",
        "sqlalchemy.orm.registry.generate_base()",
        "sqlalchemy.orm.automap_base()",
        "sqlalchemy.ext.automap.automap_base()",
    }
)
_WITHOUT_COLUMNS = frozenset(
    {
        "object",
        "dict",
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "sqlalchemy.orm.MappedAsDataclass",
        "sqlalchemy.ext.asyncio.AsyncAttrs",
        "flask_login.UserMixin",
        "flask_login.AnonymousUserMixin",
        "flask_sqlalchemy.BaseQuery",
        "pydantic.BaseModel",
        "sqlmodel.SQLModel",
        "sqlalchemy_utils.generic_repr",
        "enum.Enum",
        "str",
    }
)

_DEEP = 60
"""Levels of inheritance that are followed."""


@dataclass(slots=True)
class Lineage:
    """Where the columns of a class come from: unmapped bases in order, and the model it inherits from.

    `complete` is False when a base could not be read.
    """

    mixins: list[Class] = field(default_factory=list)
    parent: Class | None = None
    complete: bool = True


class Bases:
    """Answers which classes are models."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.project = values.project
        self._roots: dict[str, str] = {}
        self._lineages: dict[str, Lineage] = {}
        self._flask: dict[str, bool] = {}
        self._deciding: list[str] = []

    def root(self, cls: Class) -> str:
        """The name of the declarative base that a class has among its ancestors; empty without one."""
        found = self._roots.get(cls.id)
        if found is None:
            self._roots[cls.id] = ""
            if len(self._deciding) > _DEEP:
                return ""
            self._deciding.append(cls.id)
            found = self._find_root(cls)
            self._deciding.pop()
            self._roots[cls.id] = found
        return found

    def _find_root(self, cls: Class) -> str:
        for base in self._parents(cls):
            if base.name in _BASES or base.name in _BASE_MAKERS:
                return base.name
            if isinstance(base.target, Class):
                inner = self.root(base.target)
                if inner:
                    return inner
        if self._is_decorated(cls, "as_declarative") or self._is_decorated(cls, "mapped"):
            return "sqlalchemy.orm.declarative_base()"
        return ""

    def _is_decorated(self, cls: Class, name: str) -> bool:
        for decorator in cls.head.decorators:
            holder = cls.parent
            assert holder is not None
            expr = decorator.value
            if isinstance(expr, Result):
                expr = holder.scope.calls[expr.call].callee
            if isinstance(expr, Ref) and expr.name.rpartition(".")[2] == name:
                found = self.project.reference(holder, expr.name).name
                if found.startswith("sqlalchemy"):
                    return True
        return False

    def _parents(self, cls: Class) -> list[Resolved]:
        """The direct bases; a base that a call makes also brings the class it was given."""
        found: list[Resolved] = []
        for base, expr in zip(self.project.bases(cls), cls.head.bases, strict=True):
            if isinstance(base.target, Variable):
                found += self._made_base(base.target)
                continue
            if base.name == FLASK_MODEL:
                found += self._model_class(cls, expr.base if isinstance(expr, Item) else expr)
            found.append(base)
        return found

    def _made_base(self, variable: Variable) -> list[Resolved]:
        """`Base = declarative_base(cls=…)`: the class given, and the base."""
        found: list[Resolved] = []
        if variable.assign.value is None:
            return found
        source = Value(variable.holder, variable.assign.value)
        made = self.values.made(source)
        if made is not None:
            given = self.values.named(made.keyword("cls"))
            if given is not None and isinstance(given.target, Class):
                found.append(given)
        else:
            named = self.values.named(source)
            if named is not None and not isinstance(named.target, Variable):
                return [named]
        kind = self.project.type_of_variable(variable)
        found.append(Resolved(kind or "?", self.project.by_id(kind) if kind else None))
        return found

    def _model_class(self, cls: Class, expr: object) -> list[Resolved]:
        """`db = SQLAlchemy(model_class=Base)`: models of `db.Model` are models of `Base`."""
        if not isinstance(expr, Ref) or "." not in expr.name:
            return []
        assert cls.parent is not None
        made = self.values.made(Value(cls.parent, Ref(expr.name.rpartition(".")[0])))
        given = None if made is None else self.values.named(made.keyword("model_class"))
        return [given] if given is not None and isinstance(given.target, Class) else []

    def is_flask(self, cls: Class) -> bool:
        """Whether a class is a model of Flask-SQLAlchemy."""
        found = self._flask.get(cls.id)
        if found is None:
            self._flask[cls.id] = False
            if len(self._deciding) > _DEEP:
                return False
            self._deciding.append(cls.id)
            found = any(
                base.name == FLASK_MODEL or (isinstance(base.target, Class) and self.is_flask(base.target))
                for base in self._parents(cls)
            )
            self._deciding.pop()
            self._flask[cls.id] = found
        return found

    def is_mapped(self, cls: Class) -> bool:
        """Whether a class stands for a table, its own or its parent's."""
        root = self.root(cls)
        if not root or self._is_abstract(cls):
            return False
        if root.endswith(SQLMODEL.rpartition(".")[2]) and root.startswith("sqlmodel"):
            return any(
                name == "table" and isinstance(value, Constant) and value.value is True
                for name, value in cls.head.keywords
            )
        if self._is_decorated(cls, "as_declarative"):
            return False
        return not any(base.name in _BASE_MAKERS for base in self.project.bases(cls))

    def _is_abstract(self, cls: Class) -> bool:
        assign = cls.attributes.get("__abstract__")
        return assign is not None and isinstance(assign.value, Constant) and assign.value.value is True

    def lineage(self, cls: Class) -> Lineage:
        """Where the columns of a class come from."""
        found = self._lineages.get(cls.id)
        if found is None:
            self._lineages[cls.id] = found = Lineage()
            self._collect(cls, found, {cls.id})
        return found

    def _collect(self, cls: Class, found: Lineage, seen: set[str]) -> None:
        """Go through the bases, depth first. A loop keeps a chain of thousands off the stack."""
        pending = list(reversed(self._parents(cls)))
        while pending:
            base = pending.pop()
            if base.name in seen:
                continue
            seen.add(base.name)
            if not isinstance(base.target, Class):
                known = base.name in _BASES or base.name in _BASE_MAKERS or base.name in _WITHOUT_COLUMNS
                found.complete = found.complete and known
            elif self.is_mapped(base.target):
                found.parent = found.parent or base.target
            else:
                found.mixins.append(base.target)
                pending += reversed(self._parents(base.target))
