"""Models of Peewee: the tables, columns and keys that their fields and `class Meta` declare."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from linter.backend import Backend, Column, Index, Table
from linter.finding import Location
from linter.resolve.definitions import Class
from linter.resolve.values import Made, Value, Values, class_body
from linter.schema.build import make_table, with_key_types

_MODEL = "peewee.Model"
_TYPES = {
    "AutoField": "integer",
    "BareField": "",
    "BigAutoField": "bigint",
    "BigBitField": "bytea",
    "BigIntegerField": "bigint",
    "BinaryUUIDField": "bytea",
    "BitField": "bigint",
    "BlobField": "bytea",
    "BooleanField": "boolean",
    "CharField": "varchar",
    "DateField": "date",
    "DateTimeField": "timestamp",
    "DecimalField": "numeric",
    "DoubleField": "double precision",
    "FixedCharField": "char",
    "FloatField": "real",
    "ForeignKeyField": "",
    "IPField": "bigint",
    "IntegerField": "integer",
    "PrimaryKeyField": "integer",
    "SmallIntegerField": "smallint",
    "TextField": "text",
    "TimeField": "time",
    "TimestampField": "integer",
    "UUIDField": "uuid",
}
_KEYS = frozenset({"AutoField", "BigAutoField", "PrimaryKeyField", "IdentityField"})


@dataclass(slots=True)
class _Model:
    cls: Class
    name: str
    fields: dict[str, Made]
    columns: dict[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ("id",)
    complete: bool = True


class PeeweeModels:
    """All models of the project that Peewee gives a table.

    A class that others derive from is a base, unless it names its table or a foreign key leads to it: Peewee
    knows no abstract models, and makes a table of one only if asked.
    """

    def __init__(self, backend: Backend) -> None:
        self.project = backend.project
        self.values = Values(backend.project)
        modules = self.project.modules.values()
        self._stars = {module.id for module in modules if module.star_imports == ("peewee",)}
        self._models = {cls.id: self._model(cls) for cls in self.project.classes if self._is_model(cls)}
        self._inherited = {
            base.name for each in self._models.values() for base in self.project.ancestors(each.cls)[1:]
        }
        self._referenced = {
            named.name
            for each in self._models.values()
            for made in each.fields.values()
            if self._kind(made) == "ForeignKeyField"
            and (named := self.values.named(made.argument(0, "model"))) is not None
        }

    @property
    def tables(self) -> dict[str, Table]:
        """The tables by name, foreign keys with the types of what they point to."""
        found = [self._table(model) for model in self._models.values() if not self._is_base(model)]
        return with_key_types({table.name: table for table in found})

    def _is_model(self, cls: Class) -> bool:
        bases = (base for base in self.project.ancestors(cls) if base.target is None)
        return any(self._known(base.name) == _MODEL for base in bases)

    def _known(self, name: str) -> str:
        """A canonical name; what `from peewee import *` binds is Peewee's, for nothing else binds it."""
        module, _, last = name.rpartition(".")
        return f"peewee.{last}" if module in self._stars else name

    def _is_base(self, model: _Model) -> bool:
        if self._meta(model.cls, "table_name", inherited=False) is not None:
            return False
        return model.cls.id in self._inherited and model.cls.id not in self._referenced

    def _model(self, cls: Class) -> _Model:
        bases = [base for base in self.project.ancestors(cls) if self._known(base.name) != _MODEL]
        known = [base.target for base in bases if isinstance(base.target, Class)]
        fields: dict[str, Made] = {}
        for base in reversed(known):
            fields |= dict(self._own_fields(base))
        model = _Model(cls, self._name(cls), fields)
        model.complete = all(isinstance(base.target, Class) or base.name == "object" for base in bases)
        for name, made in fields.items():
            given = self.values.text(made.keyword("column_name") or made.keyword("db_column"))
            suffix = "_id" if self._kind(made) == "ForeignKeyField" and not name.endswith("_id") else ""
            model.columns[name] = given or name + suffix
        model.key = self._key(model)
        return model

    def _own_fields(self, cls: Class) -> list[tuple[str, Made]]:
        made = ((name, self.values.made(value)) for name, value, _ in class_body(cls))
        return [(name, each) for name, each in made if each is not None and self._kind(each)]

    def _kind(self, made: Made) -> str:
        """The class of Peewee's that a field is; empty for what is no field of a column."""
        target = made.callee.target
        names = [made.name]
        if isinstance(target, Class):
            names = [base.name for base in self.project.ancestors(target) if base.target is None]
        for name in names:
            module, _, last = self._known(name).rpartition(".")
            if module.partition(".")[0] in ("peewee", "playhouse") and last.endswith("Field"):
                return "" if last in ("ManyToManyField", "MetaField") else last
        return ""

    def _meta(self, cls: Class, name: str, *, inherited: bool = True) -> Value | None:
        """An option of `class Meta`, of the class itself or of the nearest base that has it."""
        for base in self.project.ancestors(cls) if inherited else self.project.ancestors(cls)[:1]:
            meta = base.target.children.get("Meta") if isinstance(base.target, Class) else None
            if isinstance(meta, Class) and name in meta.attributes:
                value = meta.attributes[name].value
                return Value(meta, value) if value is not None else None
        return None

    def _name(self, cls: Class) -> str:
        for option in ("table_name", "db_table"):
            if name := self.values.text(self._meta(cls, option, inherited=False)):
                return name
        own = cls.id.rpartition(".")[2]
        if self.values.flag(self._meta(cls, "legacy_table_names"), default=True):
            return re.sub(r"[^\w]+", "_", own.lower())
        first = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", own)
        return re.sub(r"([a-z0-9])_?([A-Z])", r"\1_\2", first).lower()

    def _key(self, model: _Model) -> tuple[str, ...]:
        for name, made in model.fields.items():
            if self._kind(made) in _KEYS or self.values.flag(made.keyword("primary_key")):
                return (model.columns[name],)
        option = self._meta(model.cls, "primary_key")
        composite = self.values.made(option) if option is not None else None
        if composite is not None:
            names = [self.values.text(each) for each in composite.args]
            model.complete = model.complete and all(names)
            return tuple(model.columns.get(name, name) for name in names if name)
        return () if option is not None and self.values.constant(option) is False else ("id",)

    def _table(self, model: _Model) -> Table:
        columns: dict[str, Column] = {}
        if model.key == ("id",) and "id" not in model.columns.values():
            place = model.cls.location
            columns["id"] = Column("id", "integer", False, True, False, False, None, place)
        for name, made in model.fields.items():
            column = self._column(model, name, made)
            columns[column.name] = column
        return make_table(
            model.name,
            columns,
            self._indexes(model),
            model.key,
            model.cls.location,
            model=model.cls.id,
            source="peewee",
            complete=model.complete,
            owner=model.cls,
        )

    def _column(self, model: _Model, name: str, made: Made) -> Column:
        kind = self._kind(made)
        key = model.columns[name] in model.key
        return Column(
            name=model.columns[name],
            type=self._type(kind, made),
            nullable=self.values.flag(made.keyword("null")) and not key,
            primary_key=key,
            unique=self.values.flag(made.keyword("unique")),
            indexed=self.values.flag(made.keyword("index"), default=kind == "ForeignKeyField"),
            references=self._reference(model, made) if kind == "ForeignKeyField" else None,
            location=_place(made),
        )

    def _type(self, kind: str, made: Made) -> str:
        base = _TYPES.get(kind, "")
        if kind in ("CharField", "FixedCharField"):
            length = self.values.constant(made.argument(0, "max_length"))
            return f"{base}({length if isinstance(length, int) else 255})"
        if kind == "DecimalField":
            digits = self.values.constant(made.argument(0, "max_digits"))
            places = self.values.constant(made.argument(1, "decimal_places"))
            first, second = (
                digits if isinstance(digits, int) else 10,
                places if isinstance(places, int) else 5,
            )
            return f"numeric({first},{second})"
        return base

    def _reference(self, model: _Model, made: Made) -> str | None:
        to = made.argument(0, "model")
        if self.values.text(to) == "self":
            target: _Model | None = model
        else:
            named = self.values.named(to)
            target = self._models.get(named.target.id) if named and isinstance(named.target, Class) else None
        if target is None:
            return None
        given = self.values.text(made.argument(1, "field"))
        column = target.columns.get(given, given) if given else (target.key[0] if target.key else "id")
        return f"{target.name}.{column}"

    def _indexes(self, model: _Model) -> list[Index]:
        found: list[Index] = []
        option = self._meta(model.cls, "indexes")
        for item in self.values.items(option) or []:
            parts = self.values.items(item)
            names = self.values.texts(parts[0]) if parts and len(parts) == 2 else None
            if names is None:
                model.complete = False
                continue
            columns = tuple(model.columns.get(name, name) for name in names)
            unique = self.values.flag(parts[1] if parts else None)
            found.append(Index("_".join((model.name, *columns)), columns, unique, model.cls.location))
        if option is not None and self.values.items(option) is None:
            model.complete = False
        return found


def _place(made: Made) -> Location:
    return made.value.holder.module.locate(made.call.span)
