"""Attributes, items and assignments."""

from __future__ import annotations

from linter.facts.expressions import Attr, Expr, Item, Ref, Sequence, Starred
from linter.flow import checks, folding
from linter.flow.descriptors import described, writes
from linter.flow.expressions import Expressions
from linter.flow.heap import (
    CONFIG,
    HELD,
    REST,
    Cell,
    Entries,
    Instance,
    Items,
    Native,
    Record,
    joined,
    maybe_join,
)
from linter.flow.instances import held, is_mapping
from linter.flow.kinds import BITS, LOOSE, NO_PARENT_STEP
from linter.flow.library.patterns import group_of
from linter.flow.names import is_document_client
from linter.flow.sanitizers import FILE_NAME
from linter.flow.storage import is_row
from linter.flow.values import (
    CHAR,
    INNER,
    STRING,
    UNKNOWN,
    Bound,
    Bounds,
    ClassRef,
    Const,
    Either,
    FunctionRef,
    ModuleRef,
    Named,
    Obj,
    Super,
    Taints,
    Text,
    Typed,
    TypeRef,
    Value,
    const_of,
    constant,
    gathered,
    is_text,
    join,
    marked,
    merge,
    part,
    text,
)
from linter.resolve.definitions import Class, Function
from linter.resolve.known_types import canonical
from linter.resolve.project import Resolved, Variable


class Access(Expressions):
    """Reads and writes of attributes, items and names."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.logs: list[dict[str, Value]] = []
        """For each `try` at hand, the values that names have had in it."""
        self.outer_names: frozenset[str] = frozenset(self.function.scope.globals)

    # Attributes

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`."""
        shape = value.shape
        match shape:
            case Obj():
                return self._of_record(value, name)
            case Named() if value.taints and (related := self._related(value.taints, name)) is not None:
                return related
            case Named() if self._is_column(value, name):
                return Value(STRING, self.taken(value.taints, name))
            case Named(name=full) | TypeRef(name=full):
                return self.engine.sources.attribute(self, value, canonical(f"{full}.{name}"))
            case ModuleRef(module=module):
                return self.engine.globals.resolved(self, self.engine.project.resolve(module, ":" + name))
            case ClassRef(cls=cls):
                found = self._of_class(cls, name)
                stored = self.engine.stored
                taints = () if stored is None else stored.of_class(self, cls, name)
                return Value(found.shape, merge(found.taints, taints)) if taints else found
            case Typed(cls=cls):
                return self.member(cls, name, value, value)
            case Super(cls=cls, receiver=receiver):
                return self._of_bases(cls, name, receiver)
            case Either(shapes=shapes):
                several = [
                    self.attribute(Value(each, value.taints), name) for each in shapes if each != _NONE
                ]
                return joined(several) or UNKNOWN
            case _:
                taken = self.taken(value.taints, name)
                if name in _LAST_PARTS and is_text(shape):
                    # Texts have no such attribute: it is a path, and this the last part of it.
                    return Value(STRING, marked(taken, FILE_NAME))
                return Value(Bound(value, name), taken)

    def _is_column(self, row: Value, name: object) -> bool:
        """Whether a part of what is read of a database is a column that is worth following."""
        stored = self.engine.stored
        return stored is not None and name in stored.shown and any(is_row(each) for each in row.taints)

    def _related(self, taints: Taints, name: str) -> Value | None:
        stored = self.engine.stored
        return None if stored is None else stored.related(self, taints, name)

    def taken(self, taints: Taints, key: object) -> Taints:
        """The taints of an attribute: what was looked up by a value is not made of it."""
        kept = tuple([each for each in taints if not each.safe & LOOSE])
        return self.fresh_part(kept, key)

    def _of_record(self, value: Value, name: str) -> Value:
        record = self.record(value)
        if type(record) is Instance:
            found = record.fields.get(name)
            if found is not None:
                return found
            extra = record.extra
            if HELD in record.fields and not hasattr(dict, name) and name not in record.cls.children:
                # Of a library's class nobody knows what it does not have: this one is known.
                missing = self._fallback(record.cls, name, value)
                if missing is not None:
                    return missing
            return self.member(record.cls, name, value, extra)
        if type(record) is Native:
            found = record.fields.get(name)
            return found if found is not None else Value(Bound(value, name))
        if type(record) is Entries and name in record.entries and not hasattr(dict, name):
            # A plain dict has no such attribute: it is one whose keys are attributes as well.
            return self.entry(record, name)
        return Value(Bound(value, name), value.taints)

    def member(self, cls: Class, name: str, receiver: Value, extra: Value | None) -> Value:
        """What an instance of a class has under a name that was not written by the code at hand."""
        if name == "__class__":
            return Value(ClassRef(cls))
        if name == "__dict__":
            return Value(Bound(receiver, FIELDS), self.deep_taints(receiver))
        found = self.engine.project.member(cls, name)
        target = None if found is None else found.target
        if isinstance(target, Function):
            return self._method(target, receiver, cls)
        related = None if extra is None or not extra.taints else self._related(extra.taints, name)
        if related is not None:
            return related
        if isinstance(target, Variable) and extra is not None and self._is_column(extra, name):
            return Value(STRING, self.taken(extra.taints, name))
        declared = self.engine.fields.of(self, cls, name, receiver, extra)
        if declared is not None:
            return declared
        if isinstance(target, Class):
            return Value(ClassRef(target))
        if isinstance(target, Variable):
            return self._class_value(target, receiver)
        if found is not None and name == "instance":
            # What a form or a serializer is about is a row, and not what it was sent.
            return UNKNOWN
        if found is not None:
            taints = () if extra is None else marked(self.taken(extra.taints, name), BITS["keys"])
            if name == "errors":
                # What a form has to say of what it was sent need not hold any of it.
                taints = self.loosened(taints)
            return self.engine.sources.attribute(self, Value(None, taints), found.name)
        if extra is not None and extra.taints:
            return Value(None, self.taken(extra.taints, name))
        return self._fallback(cls, name, receiver) or Value(Bound(receiver, name))

    def _fallback(self, cls: Class, name: str, receiver: Value) -> Value | None:
        """What `__getattr__` gives for a name; None where the class has no such method."""
        found = self.engine.project.member(cls, "__getattr__")
        if found is None or not isinstance(found.target, Function):
            return None
        return self.engine.call(self, self._method(found.target, receiver, cls), [constant(name)])

    def _written_on_class(self, cls: Class, name: str) -> Value | None:
        """What the program has given a class under a name, or one of its bases."""
        cells = self.engine.cells
        if not cells:
            return None
        for each in self.engine.project.ancestors(cls):
            number = cells.get(id(each.target))
            record = None if number is None else self.record(Value(Obj(number)))
            if type(record) is Cell and name in record.names:
                return record.names[name]
        return None

    def _class_value(self, variable: Variable, receiver: Value) -> Value:
        if isinstance(variable.holder, Class):
            written = self._written_on_class(variable.holder, variable.name)
            if written is not None:
                return written
            found = self.engine.globals.variable(variable)
            return described(self, found, receiver, variable.holder, variable.name)
        # Assigned to `self` in a method that has not run here: its type is what is known.
        kind = self.engine.project.type_of_variable(variable)
        return Value(self.engine.globals.shape_of_type(kind))

    def _method(self, function: Function, receiver: Value, cls: Class) -> Value:
        kind = self.engine.decorations.kind(function)
        if kind == "static":
            return Value(FunctionRef(function))
        if kind == "class":
            return Value(FunctionRef(function, None, Value(ClassRef(cls))))
        if kind == "accessor":
            getter = self.engine.decorations.getter(function)
            return UNKNOWN if getter is None else self._method(getter, receiver, cls)
        bound = Value(FunctionRef(function, None, receiver))
        return self.invoke(bound) if kind == "property" else bound

    def invoke(self, callee: Value) -> Value:
        """The result of a call without arguments."""
        raise NotImplementedError

    def _of_class(self, cls: Class, name: str) -> Value:
        written = self._written_on_class(cls, name)
        if written is not None:
            return written
        found = self.engine.project.member(cls, name)
        if found is None:
            return UNKNOWN
        if isinstance(found.target, Function):
            if self.engine.decorations.kind(found.target) == "class":
                return Value(FunctionRef(found.target, None, Value(ClassRef(cls))))
            return Value(FunctionRef(found.target))
        return self._resolved_member(found)

    def _resolved_member(self, found: Resolved) -> Value:
        if isinstance(found.target, Variable):
            if isinstance(found.target.holder, Class):
                return self.engine.globals.variable(found.target)
            return UNKNOWN
        return self.engine.globals.resolved(self, found)

    def _of_bases(self, cls: Class, name: str, receiver: Value) -> Value:
        for ancestor in self._ancestors_after(cls, receiver):
            if isinstance(ancestor.target, Class):
                child = ancestor.target.children.get(name)
                if isinstance(child, Function):
                    return self._method(child, receiver, cls)
            elif ancestor.target is None and ancestor.name != "object":
                return Value(Bound(receiver, f"super.{name}"))
        return Value(Bound(receiver, f"super.{name}"))

    def _ancestors_after(self, cls: Class, receiver: Value) -> tuple[Resolved, ...]:
        """What `super()` of a class leads to, in the order of the class that an instance has."""
        record, shape = self.record(receiver), receiver.shape
        own = record.cls if type(record) is Instance else getattr(shape, "cls", cls)
        known = self.engine.project.ancestors(own)
        for position, each in enumerate(known):
            if each.target is cls:
                return known[position + 1 :]
        return self.engine.project.ancestors(cls)[1:]

    # Items

    def item(self, base: Value, key: Value, written: Expr | None = None) -> Value:
        """`base[key]`."""
        shape = base.shape
        known = const_of(key)
        if type(shape) is Const:
            found = folding.item(shape.value, known) if known is not ... else ...
            if found is not ...:
                return Value(Const(found))
            return Value(STRING if isinstance(shape.value, str) else None)
        record = self.record(base)
        if key.taints and not base.taints:
            self._found_under(key, record)
        if type(record) is Items:
            return self._position(record, known)
        if type(record) is Entries:
            return self._made(base, record, key) or self.entry(record, known)
        fields = self.ordered_fields(base)
        if fields is not None:
            return self._position(Items("tuple", tuple(fields)), known)
        if type(record) is Native and record.name == CONFIG and known in record.fields:
            return record.fields[known]
        if type(record) is Instance:
            method = self.attribute(base, "__getitem__")
            if type(method.shape) is FunctionRef:
                return self.engine.call(self, method, [key])
            items = held(self, base, record, False)
            if items is not None:
                return self.item(items, key)
            taints = base.taints if record.extra is None else merge(base.taints, record.extra.taints)
            return Value(None, self.taken(taints, known if known is not ... else ("item", self.span)))
        if record is not None:
            return Value(None, self.deep_taints(base))
        if type(shape) is Either:
            return joined([self.item(Value(each, base.taints), key) for each in shape.shapes]) or UNKNOWN
        if type(shape) is Text and isinstance(known, Bounds):
            cut = _cut(shape, known)
            if cut is not None:
                return cut
        if is_text(shape):
            taints = self.fresh_part(base.taints, _text_key(known, self.span))
            return Value(STRING, marked(taints, NO_PARENT_STEP) if _is_short(known) else taints)
        if shape == _MATCH:
            return group_of(self, base, key)
        if type(shape) is Bound and shape.name == FIELDS and isinstance(known, str):
            return self.attribute(shape.receiver, known)
        if type(shape) is Named and isinstance(known, str) and is_document_client(shape.name):
            return self.attribute(base, known)
        if type(shape) is Named and self.engine.stored is not None:
            found_there = self.engine.stored.entry(self, shape.name, key)
            if found_there is not None:
                return found_there
            if self._is_column(base, known):
                return Value(STRING, self.taken(base.taints, known))
        if shape == _ENVIRONMENT:
            left = self.state.names.get(f".{_ENVIRONMENT.name}[{known!r}]")
            if left is not None:
                return left
        if type(shape) in (ClassRef, Named) and not base.taints:
            return Value(self.engine.sources.element(shape)) if type(shape) is Named else base
        name = known if known is not ... and not isinstance(known, Bounds) else ("item", self.span)
        return Value(self.engine.sources.element(shape), self.taken(base.taints, name))

    def _position(self, record: Items, key: object) -> Value:
        items, rest = record.items, record.rest
        if isinstance(key, Bounds):
            if rest is None:
                return self.allocate(Items(record.kind, items[slice(*key)]))
            return self.allocate(Items(record.kind, (), joined([*items], rest)))
        if isinstance(key, int):
            if key >= 0:
                if key < len(items):
                    return items[key]
                return UNKNOWN if rest is None else self._at(rest, key)
            if rest is None:
                return items[key] if -key <= len(items) else UNKNOWN
            if not items:
                return self._at(rest, key)
        return joined([*items], rest) or UNKNOWN

    def _at(self, value: Value, position: int) -> Value:
        """One of many items that are alike: what is proved of one is not proved of the others."""
        return Value(value.shape, self.fresh_part(value.taints, ("at", position))) if value.taints else value

    def _found_under(self, key: Value, record: Record | None) -> None:
        """What it proves of a key that the program's own mapping has something under it."""
        if type(record) is not Entries:
            self.state.prove(checks.marks(key, BITS["keys"]))
        elif record.keys is None and record.rest is None and record.factory is None:
            self.state.prove(checks.known(key))

    def _made(self, base: Value, record: Entries, key: Value) -> Value | None:
        """What a `defaultdict` makes for a key that it does not have; None when nothing is made."""
        if record.factory is None or record.rest is not None or const_of(key) in record.entries:
            return None
        made = self.engine.call(self, record.factory, [])
        self.store(base, self.with_key(record, key, made))
        return made

    def entry(self, record: Entries, key: object) -> Value:
        """What a dict holds under a key; any of its values if the key is not known."""
        if key is not ...:
            found = record.entries.get(key)
            if found is not None:
                return found
            return UNKNOWN if record.rest is None else self._under(record.rest, key)
        return joined([*record.entries.values()], record.rest) or UNKNOWN

    def _under(self, value: Value, key: object) -> Value:
        """One of many values that are alike: what is proved of one is not proved of the others."""
        if not value.taints or not isinstance(key, str) or type(value.shape) in (Text, Either):
            return value
        return Value(value.shape, self.fresh_part(value.taints, key))

    # Assignment

    def assign(self, target: Expr, value: Value) -> None:
        """Bind a target to a value."""
        match target:
            case Ref(name=name):
                self._assign_name(name, value)
            case Sequence(items=items):
                self._unpack(items, value)
            case Attr(base=base, name=name):
                self.set_attribute(self.eval(base), name, value)
            case Item(base=base, key=key):
                self.set_item(self.eval(base), self.eval(key), value)
            case Starred(value=inner):
                self.assign(inner, value)
            case _:
                pass

    def bind(self, name: str, value: Value) -> None:
        """Give a local name a value."""
        self.state.names[name] = value
        for log in self.logs:
            known = log.get(name)
            log[name] = value if known is None else join(known, value)

    def _assign_name(self, name: str, value: Value) -> None:
        head, _, last = name.rpartition(".")
        if head.strip(":.$"):
            self.set_attribute(self._ref(Ref(head)), last, value)
        elif name[0] == "$":
            self.bind(name[1:], value)
        else:
            self.state.names[name] = value

    def _unpack(self, items: tuple[Expr, ...], value: Value) -> None:
        known, rest = self.elements(value)
        whole = Value(None, self.deep_taints(value)) if not known and rest is None else None
        starred = next((i for i, each in enumerate(items) if type(each) is Starred), None)
        if starred is not None and rest is None:
            after = len(items) - starred - 1
            middle = known[starred : len(known) - after]
            self.assign(items[starred], self.allocate(Items("list", tuple(middle))))
            for position, target in enumerate(items[:starred]):
                self.assign(target, known[position] if position < len(known) else whole or UNKNOWN)
            for offset, target in enumerate(items[starred + 1 :]):
                position = len(known) - after + offset
                self.assign(target, known[position] if 0 <= position < len(known) else whole or UNKNOWN)
            return
        for position, target in enumerate(items):
            found = known[position] if position < len(known) else rest
            if found is None:
                found = whole or UNKNOWN
            elif position >= len(known) and is_text(value.shape):
                found = found.shaped(STRING)
            if type(target) is Starred:
                found = self.allocate(Items("list", (), found))
            elif position >= len(known) and found.taints:
                key = ("at", position) if type(self.record(value)) is Items else position
                found = Value(found.shape, self.fresh_part(found.taints, key))
            self.assign(target, found)

    def set_attribute(self, base: Value, name: str, value: Value) -> None:
        """`base.name = value`."""
        record = self.record(base)
        self._kept(base, record, name, value)
        if type(record) is Instance:
            if writes(self, record.cls, name, base, value):
                return
            self.store(base, Instance(record.cls, {**record.fields, name: value}, record.extra))
        elif type(record) is Native:
            self.store(base, Native(record.name, {**record.fields, name: value}))
        elif type(record) is Cell:
            self.store(base, Cell({**record.names, name: value}))
        elif type(base.shape) is ClassRef:
            cell = Value(Obj(self.engine.cell_of(base.shape.cls)))
            known = self.record(cell)
            self.store(cell, Cell({**(known.names if type(known) is Cell else {}), name: value}))
        elif type(base.shape) is Named:
            full = canonical(f"{base.shape.name}.{name}")
            self.state.names["." + full] = value
            self.engine.sinks.attribute_set(self, full, base, value)
        elif record is None and base.taints:
            self._overwritten(base.taints, name, value)

    def _overwritten(self, taints: Taints, key: object, value: Value) -> None:
        """Note what is known of a part of a caller's value from here on: all that is known of the new one."""
        inner = self.deep_taints(value)
        known = checks.common(inner) if inner else checks.KNOWN_VALUE
        for each in part(taints, key):
            self.state.rewrite(each, known)

    def _kept(self, base: Value, record: object, name: str, value: Value) -> None:
        """Note what is written into a column of a row."""
        stored = self.engine.stored
        if stored is None or name not in stored.shown:
            return
        if type(record) is Instance or type(base.shape) is Typed:
            stored.column_set(self, record.cls if type(record) is Instance else base.shape.cls, name, value)  # type: ignore[union-attr]
        for owner in {each.root.key[1] for each in base.taints if is_row(each)}:  # type: ignore[union-attr, index]
            stored.write(self, f"{owner}.{name}", value)

    def set_item(self, base: Value, key: Value, value: Value) -> None:
        """`base[key] = value`."""
        record = self.record(base)
        known = const_of(key)
        if type(record) is Items:
            put = self.record(value) if isinstance(known, Bounds) and record.rest is None else None
            if isinstance(known, Bounds) and type(put) is Items and put.rest is None and known.step is None:
                items = list(record.items)
                items[slice(*known)] = put.items
                self.store(base, Items(record.kind, tuple(items)))
            elif (
                isinstance(known, int)
                and -len(record.items) <= known < len(record.items)
                and (known >= 0 or record.rest is None)
            ):
                items = list(record.items)
                items[known] = value
                self.store(base, Items(record.kind, tuple(items), record.rest))
            else:
                items = [join(each, value) for each in record.items]
                self.store(base, Items(record.kind, tuple(items), maybe_join(record.rest, value)))
        elif type(record) is Entries:
            self.store(base, self.with_key(record, key, value))
        elif type(record) is Native and record.name == CONFIG:
            section = self.allocate(self.updated(Entries({}), value))
            name = known if known is not ... else REST
            self.store(base, Native(record.name, {**record.fields, name: section}))
        elif type(record) is Native:
            name = known if known is not ... else ("item", self.span)
            self.store(base, Native(record.name, {**record.fields, name: value}))
        elif type(record) is Instance:
            method = self.attribute(base, "__setitem__")
            if type(method.shape) is FunctionRef:
                self.engine.call(self, method, [key, value])
            else:
                own = held(self, base, record, True)
                if own is not None:
                    self.set_item(own, key, value)
                elif is_mapping(self, record):
                    self.store(base, Instance(record.cls, record.fields, maybe_join(record.extra, value)))
        elif type(base.shape) is Bound and base.shape.name == FIELDS:
            if isinstance(known, str):
                self.set_attribute(base.shape.receiver, known, value)
        elif record is None and base.taints and known is not ...:
            self._overwritten(base.taints, known, value)
        if base.shape == _ENVIRONMENT and known is not ...:
            self.state.names[f".{_ENVIRONMENT.name}[{known!r}]"] = value
        if type(base.shape) is Named and self.engine.stored is not None:
            self.engine.stored.item_set(self, base.shape.name, key, value)
        self.engine.sinks.item_set(self, base, key, value)


def _cut(shape: Text, bounds: Bounds) -> Value | None:
    """A slice of a text that begins or ends in its first constant piece; None for any other slice."""
    first, *others = shape.parts
    start, stop = bounds.start or 0, bounds.stop
    if not isinstance(first, str) or bounds.step is not None or not 0 <= start <= len(first):
        return None
    if stop is not None and 0 <= stop <= len(first):
        return constant(first[start:stop])
    rest = text([first[start:], *others])
    return (
        Value(rest, gathered([each for each in others if not isinstance(each, str)]))
        if stop is None
        else None
    )


FIELDS = "__dict__"
"""The name of the dict that holds the fields of an instance."""
_LAST_PARTS = frozenset({"name", "stem", "suffix"})
_NONE = Const(None)
_ENVIRONMENT = Named("os.environ")
_MATCH = Named("re.Match")
_SHORT = 4


def _is_short(key: object) -> bool:
    """Whether a slice is too short to hold a step to a parent folder and a name in it."""
    if not isinstance(key, Bounds) or key.step is not None:
        return False
    start, stop = key.start or 0, key.stop
    if stop is None:
        return -_SHORT <= start < 0
    return start >= 0 and 0 <= stop - start <= _SHORT


def _text_key(key: object, span: int) -> object:
    if isinstance(key, Bounds) and key == Bounds(1, -1, None):
        return INNER
    if isinstance(key, int):
        return CHAR
    return ("item", span)
