"""What the program keeps of callers' text and reads again: columns of rows, entries of caches and sessions.

A read is a source of its own, by the place that is read, and a write is noted like a sink. When all code has
been run the two are brought together: what is read of a place does harm if a caller's text was kept there.
Columns are followed only where their names stand beside HTML that the program makes without escaping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from linter.facts.expressions import Attr, Binary, Constant, Expr, Item, Ref, Result, children, walk
from linter.facts.scopes import Assign, Evaluate, Return
from linter.file_roles import is_run_by_hand
from linter.flow.arguments import Args
from linter.flow.heap import Entries, Items
from linter.flow.kinds import BITS, KEPT, NUMBER
from linter.flow.relations import relations_of
from linter.flow.scans import Scans, digest_of
from linter.flow.shared_variables import SharedVariables
from linter.flow.sinks.models import MODELS, WRITERS
from linter.flow.sinks.pages import LAST_NAMES as RENDERING
from linter.flow.sinks.table import Sink
from linter.flow.summaries import Hit
from linter.flow.values import ClassRef, Named, Source, Taint, Taints, Text, Value, const_of, part
from linter.resolve.definitions import Class, Function

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.facts.sql import SqlStatement
    from linter.facts.templates import Template as Page
    from linter.flow.access import Access

ROW, ENTRY = "row", "entry"
FAMILIES = frozenset({ROW, ENTRY})
"""The families of sources that are read again, of rows and of entries of caches and sessions."""
OF_ROWS = frozenset({"xss", "sql"})
"""Kinds of sinks that a text from a column does harm at."""
OF_ENTRIES = OF_ROWS | frozenset(
    {"nosql", "command", "code", "template", "path", "url", "redirect", "deserialize", "xpath", "ldap"}
)
OF_FILES = OF_ROWS | frozenset({"command", "code", "template", "xpath", "ldap"})
_SAFE = BITS["xss"] | BITS["sql"]
_MARKING = frozenset({"mark_safe", "Markup", "format_html", "SafeString", "HttpResponse", "HTMLResponse"})
_TAGS = ("</", "/>", "<br>", "<p>", "<li>", "<td>", "<div>")
_MOST = 4000
_MANAGERS = ("objects", "query")
_SESSIONS = (
    "flask.session",
    "quart.session",
    "django.http.HttpRequest.session",
    "starlette.requests.Request.session",
    "fastapi.Request.session",
)
_CACHES = (
    "django.core.cache.cache",
    "redis.Redis",
    "redis.StrictRedis",
    "redis.asyncio.Redis",
    "redis.from_url()",
    "redis.Redis.from_url()",
    "flask_caching.Cache",
)
_GETS = frozenset({"get", "pop"})
_SETS = {"set": 1, "add": 1, "setdefault": 1, "setex": 2, "setnx": 1}
"""Methods that keep a value under a key, and the position of the value."""
_RUNS = frozenset(
    {"execute", "executemany", "exec_driver_sql", "fetch", "fetchrow", "fetch_all", "fetch_one"}
)
_FILES = frozenset({"open", "write_text", "read_text", "write_bytes", "read_bytes"})
_PICKING = frozenset({"select", "query", "with_entities", "with_only_columns"})
_READING = frozenset({"execute", "scalars", "scalar", "stream", "all"})
_RELATED = "django.db.models.Manager"
"""What stands behind a relation is taken for, be it one row or a query for several."""
_MARKS = ("?", "%s")
_QUERIES = ("django.db.", "sqlalchemy.", "flask_sqlalchemy.", "sqlmodel.", "peewee.", "tortoise.")


_SCALARS = (("of", "scalar"), ("of", "scalars"), ("of", "scalar_one"), ("of", "scalar_one_or_none"))


def is_query(name: str) -> bool:
    """Whether a thing of a library is a query for rows, or what makes one."""
    return name.startswith(_QUERIES)


class Kept:
    """Where the program keeps text, and what is read again."""

    def __init__(self, backend: Backend, templates: Mapping[str, Page], scans: Scans) -> None:
        self._backend = backend
        self._scans = scans
        self._templates = templates
        self._owners: dict[int, bool] = {}

    # What is worth following

    @cached_property
    def shown(self) -> frozenset[str]:
        """Names that stand beside HTML which is put out as it is."""
        found: set[str] = set()
        for page in self._templates.values():
            paths = [each.path for each in page.outputs] + [each.path for each in page.given]
            found.update(name for path in paths for name in path.split(".")[1:])
        for function in self._functions:
            if id(function) in self._writers_of_text:
                found.update(_names_in(function))
        return frozenset(found)

    @cached_property
    def relations(self) -> dict[str, Class]:
        """The model whose rows stand behind a name, for all relations between models."""
        return relations_of(each for each in self._backend.classes if self._is_model(each))

    @cached_property
    def _statements(self) -> dict[str, SqlStatement]:
        found: dict[str, SqlStatement] = {}
        for module in self._backend.project.modules.values():
            for each in module.facts.sql:
                found.setdefault(each.text.strip(), each)
        return found

    def seeds(self) -> Iterator[int]:
        """Functions that keep what may be shown, or show what may have been kept, by names alone."""
        project = self._backend.project
        has_caches = not project.imported.isdisjoint(("redis", "django", "flask_caching"))
        yield from self._variables.touching
        if self.shown:
            models = WRITERS | {each.scope.name for each in self._backend.classes if self._is_model(each)}
            question = f"keeps or shows {digest_of(models)} {digest_of(self.shown)} {bool(self._templates)}"
            yield from self._asked(question, lambda each: self._keeps(each, models) or self._shows(each))
        yield from self._asked("touches a session", _touches_session)
        yield from self._asked("touches a file", _touches_file)
        if has_caches:
            yield from self._asked("touches a cache", _touches_cache)

    def _asked(self, question: str, answer: Callable[[Function], bool]) -> Iterator[int]:
        return (id(each) for each in self._scans.among(question, self._functions, answer))

    @cached_property
    def _functions(self) -> list[Function]:
        return [
            each
            for each in self._backend.functions
            if not each.is_module and not is_run_by_hand(each.module.path)
        ]

    @cached_property
    def _variables(self) -> SharedVariables:
        return SharedVariables(self._backend.project, self._functions, self._scans)

    def _keeps(self, function: Function, models: frozenset[str]) -> bool:
        """Whether a function may write a column that is shown."""
        if any(
            each.scope == function.index
            and each.kind in ("insert", "update", "replace")
            and not self.shown.isdisjoint(each.columns)
            for each in function.module.facts.sql
        ):
            return True
        for call in function.scope.calls:
            last = call.last_name
            if last in models and any(name in self.shown for name, _ in call.keywords):
                return True
            if last == "save" and isinstance(call.callee, Ref) and _is_form(call.callee.name):
                return True
        for statement in function.scope.statements:
            for target in statement.targets if isinstance(statement, Assign) else ():
                name = target.name.rpartition(".") if isinstance(target, (Ref, Attr)) else ("", "", "")
                if name[2] in self.shown and (name[1] or isinstance(target, Attr)):
                    return True
        return False

    def _shows(self, function: Function) -> bool:
        """Whether a function may put out a column as it is."""
        if self._templates and any(call.last_name in RENDERING for call in function.scope.calls):
            return True
        return id(function) in self._writers_of_text

    @cached_property
    def _writers_of_text(self) -> frozenset[int]:
        """Functions that write HTML, or SQL into which they put something as it is."""
        return frozenset(self._asked("makes HTML or SQL", lambda each: _makes_html(each) or _makes_sql(each)))

    def _is_model(self, cls: Class) -> bool:
        found = self._owners.get(id(cls))
        if found is None:
            found = self._owners[id(cls)] = self._backend.project.derives(cls, *MODELS)
        return found

    # Reads

    def rows(self, act: Access, cls: Class) -> Taints:
        """What rows of a model hold, if any of their columns is shown."""
        if not self.shown or not self._is_model(cls) or self.shown.isdisjoint(_columns(cls)):
            return ()
        key = (ROW, cls.id, ())
        return (Taint(Source(ROW, cls.scope.name, act.function, act.span, key), (), 0, None),)

    def of_class(self, act: Access, cls: Class, name: str) -> Taints:
        """What is read by a manager or a query of a model, or by one of its columns."""
        if name in self.shown and name in cls.attributes:
            return part(self.rows(act, cls), name)
        if name not in _MANAGERS and not name.endswith("objects"):
            return ()
        return self.rows(act, cls)

    def related(self, act: Access, taints: Taints, name: str) -> Value | None:
        """What stands behind a relation of a row; None for any other attribute."""
        if not any(is_row(each) for each in taints) or name not in self.relations:
            return None
        return Value(Named(_RELATED), self.rows(act, self.relations[name]))

    def selected(self, act: Access, name: str, args: Args) -> Taints:
        """What a query of a library gives that is handed a model, a query, or the text of a statement."""
        last = name.rpartition(".")[2]
        if last in _RUNS:
            found = self._run(act, args)
            if found:
                return found
        if not is_query(name) and not name.startswith(("django.shortcuts.", "flask_sqlalchemy.")):
            return ()
        if last in _PICKING:
            picked = self._picked(act, args)
            if picked:
                return picked
        taints: Taints = ()
        for each in args.positional:
            if type(each.shape) is ClassRef:
                taints += self.rows(act, each.shape.cls)
            elif any(is_row(taint) and taint.way for taint in each.taints) and last not in _READING:
                # A column that a query is held against, or put in order by, is not what it gives.
                continue
            elif each.taints and type(each.shape) is Named and is_query(each.shape.name):
                taints += tuple([taint for taint in each.taints if is_kept(taint)])
        return part(taints, ("of", last)) if taints else ()

    def _picked(self, act: Access, args: Args) -> Taints:
        """The columns that `select(Note.title, Note.text)` picks, by their places."""
        columns = [_column(each) for each in args.positional]
        taints: Taints = ()
        for owner in dict.fromkeys(owner for owner, _ in columns if owner):
            names = tuple([name if mine == owner else "" for mine, name in columns])
            shown = owner.rpartition(".")[2]
            source = Source(ROW, shown, act.function, act.span, (ROW, owner, names))
            taints += (Taint(source, (), 0, None),)
        return taints

    def listed(self, act: Access, args: Args, receiver: Value) -> Taints | None:
        """What `values_list("title", "text")` gives of rows; None where columns are not written out."""
        owners = {each.root.key[1] for each in receiver.taints if is_row(each)}  # type: ignore[union-attr, index]
        names = [const_of(each) for each in args.positional]
        if len(owners) != 1 or not names or not all(isinstance(each, str) for each in names):
            return None
        (owner,) = owners
        key = (ROW, owner, tuple(map(str, names)))
        source = Source(ROW, str(owner).rpartition(".")[2], act.function, act.span, key)
        flat = (("of", "scalar"),) if "flat" in args.keywords else ()
        return (Taint(source, flat, 0, None),)

    def _run(self, act: Access, args: Args) -> Taints:
        """What a SELECT reads; what an INSERT or UPDATE writes is noted."""
        text = const_of(args.given(0))
        statement = self._statements.get(text.strip()) if isinstance(text, str) else None
        if statement is None or len(statement.tables) != 1 or not self.shown:
            return ()
        table = statement.tables[0].lower()
        if statement.kind == "select":
            if "*" not in statement.columns and self.shown.isdisjoint(statement.columns):
                return ()
            key = (ROW, f"table {table}", statement.columns)
            return (Taint(Source(ROW, table, act.function, act.span, key), (), 0, None),)
        values = args.get(1, "parameters")
        record = None if values is None else act.record(values)
        if type(record) is Items and record.items and type(act.record(record.items[0])) is Items:
            record = act.record(record.items[0])
        if type(record) is Items:
            for column, value in zip(_written(statement), record.items, strict=False):
                self.write(act, f"table {table}.{column}", value)
        elif type(record) is Entries:
            for name, value in record.entries.items():
                self.write(act, f"table {table}.{name}", value)
        return ()

    def entry(self, act: Access, owner: str, key: Value) -> Value | None:
        """What a session or a cache has under a key; None for anything else."""
        place = _place(owner, key)
        if not place:
            return None
        shown = f"{owner.rpartition('.')[2]}[{place.partition(' ')[2]!r}]"
        source = Source(ENTRY, shown, act.function, act.span, (ENTRY, place))
        return Value(None, act.state.fresh((Taint(source, (), 0, None),)))

    def called(self, act: Access, name: str, args: Args) -> Value | None:
        """What a method of a session or a cache gives; what it keeps is noted."""
        owner, _, last = name.rpartition(".")
        if owner not in _SESSIONS and owner not in _CACHES:
            return None
        if last in _SETS:
            place = _place(owner, args.given(0, "key"))
            value = args.get(_SETS[last], "value")
            if place and value is not None:
                self.write(act, place, value)
            return None
        return self.entry(act, owner, args.given(0, "key")) if last in _GETS else None

    def file_read(self, act: Access, place: str) -> Taints:
        """What a file holds that the program may have written."""
        if not place:
            return ()
        shown = f"open({place.partition(' ')[2]!r})"
        source = Source(ENTRY, shown, act.function, act.span, (ENTRY, place))
        return (Taint(source, (), 0, None),)

    # Writes

    def file_written(self, act: Access, place: str, value: Value) -> None:
        """Note what is written into a file."""
        if place:
            self.write(act, place, value)

    def write(self, act: Access, place: str, value: Value) -> None:
        """Note that a value is kept in a place."""
        for taint in act.deep_taints(value):
            if taint.safe & _SAFE == _SAFE or taint.safe & NUMBER == NUMBER:
                continue
            hit = Hit(Sink(KEPT, place), act.function, act.span, place, taint, False, act.function, act.span)
            act.hits.setdefault(hit.key, hit)  # type: ignore[attr-defined]

    def item_set(self, act: Access, owner: str, key: Value, value: Value) -> None:
        """Note what is written into a session."""
        place = _place(owner, key)
        if place:
            self.write(act, place, value)

    def column_set(self, act: Access, cls: Class, name: object, value: Value) -> None:
        """Note what is written into a column of a model."""
        if name in self.shown and self._is_model(cls):
            self.write(act, f"{cls.id}.{name}", value)

    def filled(self, act: Access, name: str, args: Args, receiver: Value) -> None:
        """Note the columns that a manager or a query writes: `Note.objects.create(text=text)`."""
        if name.rpartition(".")[2] not in WRITERS:
            return
        owners = {each.root.key[1] for each in receiver.taints if is_row(each)}  # type: ignore[union-attr, index]
        if len(owners) != 1:
            return
        (owner,) = owners
        given = dict(args.keywords)
        defaults = act.record(given["defaults"]) if "defaults" in given else None
        if type(defaults) is Entries:
            given |= {str(key): value for key, value in defaults.entries.items()}
        for column, value in given.items():
            if column in self.shown:
                self.write(act, f"{owner}.{column}", value)

    def saved(self, act: Access, form: Class, extra: Value | None) -> None:
        """Note the columns that a form or a serializer of a model writes when it is saved."""
        from linter.shapes import shape_of, shapes_of
        from linter.shapes.django_models import saved_model

        if extra is None or not extra.taints or not self.shown:
            return
        model = saved_model(shapes_of(self._backend.project), form)
        shape = None if model is None else shape_of(self._backend.project, form)
        if model is None or shape is None:
            return
        owner = model.id
        for field in shape.fields:
            kind = (field.type or "").rpartition(".")[2].removesuffix("Field")
            if field.name in self.shown and kind in ("Char", "Text", "str", ""):
                taints = act.taken(extra.taints, field.name)
                self.write(act, f"{owner}.{field.name}", Value(None, taints))


def _column(value: Value) -> tuple[str, str]:
    """The model and the name of a column; empty for anything else."""
    for each in value.taints:
        if is_row(each) and len(each.way) == 1 and isinstance(each.way[0], str):
            return str(each.root.key[1]), each.way[0]  # type: ignore[union-attr, index]
    return "", ""


def is_kept(taint: Taint) -> bool:
    """Whether a taint is of something that is read again."""
    return type(taint.root) is Source and taint.root.family in FAMILIES


def is_row(taint: Taint) -> bool:
    """Whether a taint is of a row."""
    return type(taint.root) is Source and taint.root.family == ROW


def place_read(taint: Taint) -> str:
    """The place of which a taint was read; empty where that is not known."""
    key = taint.root.key  # type: ignore[union-attr]
    if key[0] == ENTRY:  # type: ignore[index]
        return str(key[1])  # type: ignore[index]
    _, owner, columns = key  # type: ignore[misc]
    named = [each for each in taint.way if isinstance(each, str)]
    if named:
        return f"{owner}.{named[0]}"
    places = [each for each in taint.way if isinstance(each, int)]
    if places and "*" not in columns and -len(columns) <= places[-1] < len(columns):
        return f"{owner}.{columns[places[-1]]}"
    if not places and len(columns) == 1 and columns != ("*",):
        return f"{owner}.{columns[0]}" if any(each in _SCALARS for each in taint.way) else ""
    return ""


def _place(owner: str, key: Value) -> str:
    """A place of a session or a cache, by a key that is known, or known but for what is put into it."""
    if owner not in _SESSIONS and owner not in _CACHES:
        return ""
    kind = "session" if owner in _SESSIONS else "cache"
    known = const_of(key)
    if isinstance(known, str):
        return f"{kind} {known}"
    if type(key.shape) is Text and isinstance(key.shape.parts[0], str):
        return f"{kind} " + "".join([each if isinstance(each, str) else "*" for each in key.shape.parts])
    return ""


def _columns(cls: Class) -> Iterable[str]:
    return cls.attributes.keys()


def _written(statement: SqlStatement) -> list[str]:
    """The columns that the bound values of an INSERT or UPDATE go into, in order."""
    columns = list(statement.columns)
    text = statement.text.lower()
    if statement.kind == "update":
        _, _, rest = text.partition(" set ")
        changed = rest.partition(" where ")[0]
        return columns if sum(changed.count(each) for each in _MARKS) == len(columns) else []
    values = text.partition("values")[2].strip().lstrip("(").partition(")")[0].split(",")
    if len(values) != len(columns):
        return columns if statement.placeholders == len(columns) else []
    return [name for name, value in zip(columns, values, strict=True) if value.strip() in _MARKS]


def _is_form(name: str) -> bool:
    """Whether a method is called on what may be a form: a wrong guess costs work, and nothing else."""
    head = name.rpartition(".")[0].lower()
    return "form" in head or "serializer" in head


def _touches_session(function: Function) -> bool:
    """Whether a function reads or writes an entry of a session."""
    for statement in function.scope.statements:
        for each in (getattr(statement, "value", None), *getattr(statement, "targets", ())):
            for inner in () if each is None else walk(each):
                if isinstance(inner, Item) and isinstance(inner.base, Ref):
                    if inner.base.name.rpartition(".")[2].lstrip(":$") == "session":
                        return True
    return any(
        isinstance(call.callee, Ref) and call.callee.name.endswith(("session.get", "session.pop"))
        for call in function.scope.calls
    )


def _touches_file(function: Function) -> bool:
    """Whether a function may write a file, or read one."""
    return any(call.last_name in _FILES for call in function.scope.calls)


def _touches_cache(function: Function) -> bool:
    """Whether a function may read or write an entry of a cache, by the names of methods."""
    for call in function.scope.calls:
        if isinstance(call.callee, Ref) and call.args and call.callee.name[0] != "$":
            if call.last_name in _SETS or call.last_name == "get":
                owner = call.callee.name.split(".")[-2] if "." in call.callee.name else ""
                if "cache" in owner.lower() or "redis" in owner.lower():
                    return True
    return False


def _makes_html(function: Function) -> bool:
    """Whether a function marks text as HTML, or writes a tag."""
    scope = function.scope
    if any(call.last_name in _MARKING for call in scope.calls):
        return True
    values = [each.value for each in scope.statements if isinstance(each, (Assign, Return, Evaluate))]
    values += [argument for call in scope.calls for argument in call.args]
    return any(_holds_tag(each) for each in values if each is not None)


def _makes_sql(function: Function) -> bool:
    """Whether a function writes a statement into which it puts something as it is."""
    return any(each.scope == function.index and each.holes for each in function.module.facts.sql)


def _holds_tag(expr: Expr) -> bool:
    pending, seen = [expr], 0
    while pending and seen < _MOST:
        each = pending.pop()
        seen += 1
        if isinstance(each, Constant):
            if isinstance(each.value, str) and any(tag in each.value for tag in _TAGS):
                return True
        elif not isinstance(each, (Binary, Ref, Result)):
            pending.extend(children(each))
    return False


def _names_in(function: Function) -> Iterator[str]:
    """The attributes and constant keys that a function reads, and the columns of statements in it."""
    scope = function.scope
    pending: list[Expr] = []
    for statement in scope.statements:
        value = getattr(statement, "value", None)
        if value is not None:
            pending.append(value)
        pending.extend(getattr(statement, "targets", ()))
    for call in scope.calls:
        pending += [call.callee, *call.args, *[value for _, value in call.keywords]]
    for block in scope.blocks:
        pending += [each for each in (block.subject, *block.targets) if each is not None]
    while pending:
        expr = pending.pop()
        if isinstance(expr, Ref):
            yield from expr.name.split(".")[1:]
        elif isinstance(expr, Attr):
            yield expr.name
        elif isinstance(expr, Item) and isinstance(expr.key, Constant) and isinstance(expr.key.value, str):
            yield expr.key.value
        if not isinstance(expr, (Constant, Ref, Result)):
            pending.extend(children(expr))
    for each in function.module.facts.sql:
        if each.scope == function.index and each.kind == "select":
            yield from each.columns
