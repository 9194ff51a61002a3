"""What functions of Python's library, and of some others, do with values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow import checks, folding
from linter.flow.arguments import Args
from linter.flow.heap import Entries, Instance, Items, Native, joined
from linter.flow.kinds import BITS, NUMBER, WORD, lacking
from linter.flow.library.archives import ARCHIVES
from linter.flow.library.buffers import BYTES
from linter.flow.library.callbacks import CALLBACKS
from linter.flow.library.codecs import CODECS, turned_back
from linter.flow.library.files import FILES
from linter.flow.library.iteration import ITERATION
from linter.flow.library.parsers import PARSERS
from linter.flow.library.patterns import PATTERNS
from linter.flow.library.records import RECORDS
from linter.flow.library.templates import TEMPLATES
from linter.flow.library.texts import TEXTS
from linter.flow.library.tokens import TOKENS
from linter.flow.library.types import is_instance
from linter.flow.library.urls import URLS
from linter.flow.names import NUMBERS
from linter.flow.values import (
    A_BOOL,
    A_NUMBER,
    A_STRING,
    NONE,
    RESOLVED,
    STRING,
    UNKNOWN,
    ClassRef,
    Const,
    ModuleRef,
    Named,
    Partial,
    Shape,
    Text,
    Value,
    const_of,
    constant,
    gathered,
    is_text,
    marked,
    merge,
    shared,
)

if TYPE_CHECKING:
    from linter.flow.calls import Calls

_ESCAPED = BITS["xss"] | lacking("<>\"'")

Model = Callable[["Calls", Args, Value], "Value | None"]


def _string(act: Calls, args: Args, receiver: Value) -> Value | None:
    """The same value as a string."""
    value = args.given(0)
    known = folding.function("str", [const_of(value)]) if const_of(value) is not ... else ...
    if known is not ...:
        return constant(known)
    shown = act.shown(value)
    if shown is not None:
        return shown
    shape = value.shape if type(value.shape) is Text else STRING
    taints = act.written(value) if type(value.shape) is Named else act.deep_taints(value)
    # What stands for a whole collection is no name that anybody picked in it.
    return Value(shape, marked(taints, BITS["keys"]) if act.record(value) is not None else taints)


def _number(act: Calls, args: Args, receiver: Value) -> Value:
    """A number made of a value, which shows that the value is one."""
    value = args.given(0)
    known = folding.function("int", [const_of(value)]) if const_of(value) is not ... else ...
    if known is not ...:
        return constant(known)
    taints = marked(act.deep_taints(value), NUMBER)
    act.state.prove(checks.marks(value, NUMBER))
    return Value(A_NUMBER.shape, taints)


def _nothing_of_it(shape: Value) -> Model:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        return shape

    return model


def _folded(name: str, otherwise: Value) -> Model:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        known = folding.function(name, [const_of(each) for each in args.positional])
        if known is not ...:
            return constant(known)
        if name == "len" and args.positional:
            record = act.record(args.positional[0])
            if type(record) is Items and record.rest is None:
                return constant(len(record.items))
            if type(record) is Entries and record.rest is None:
                return constant(len(record.entries))
        if name in ("len", "bool") and args.positional:
            # True for what is true.
            return Value(otherwise.shape, (), args.positional[0].yes, args.positional[0].no)
        return otherwise

    return model


def _same(act: Calls, args: Args, receiver: Value) -> Value:
    """The first argument, written differently."""
    value = args.given(0)
    shape = STRING if is_text(value.shape) or type(value.shape) is Const else None
    return Value(shape or STRING, act.deep_taints(value))


def _escaped(act: Calls, args: Args, receiver: Value) -> Value:
    """The first argument as it is written in source: on one line."""
    value = _same(act, args, receiver)
    return Value(STRING, marked(value.taints, lacking("\r\n")))


def _least(act: Calls, args: Args, receiver: Value) -> Value:
    """The least of several: no more than the ones that the program picked."""
    taints = gathered([Value(None, act.deep_taints(each)) for each in args.positional])
    held = len(args.positional) > 1 and any(not act.deep_taints(each) for each in args.positional)
    shape = A_NUMBER.shape if held else None
    return Value(shape, marked(taints, BITS["amount"]) if held else taints)


def _path_name(act: Calls, args: Args, receiver: Value) -> Value:
    """`Path(a, b)`: a path is kept as the string that it is."""
    return act.engine.paths.joined(act, list(args.positional)) if args.positional else A_STRING


def _folder(act: Calls, args: Args, receiver: Value) -> Value:
    return act.engine.paths.folder(act, args.given(0, "p"))


def _resolved(act: Calls, args: Args, receiver: Value) -> Value:
    value = args.given(0)
    return Value(
        value.shape if type(value.shape) is Const else STRING, act.fresh_part(value.taints, RESOLVED)
    )


def _common(act: Calls, args: Args, receiver: Value) -> Value:
    return Value(STRING, act.deep_taints(args.given(0)))


def _sequence(kind: str) -> Model:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        if not args.positional:
            return act.allocate(Items(kind, ()))
        known, rest = act.elements(args.positional[0])
        return act.allocate(Items(kind, tuple(known), rest))

    return model


def _unordered(kind: str) -> Model:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        known, rest = act.elements(args.given(0))
        whole = joined(known, rest)
        return act.allocate(Items(kind, (), whole)) if whole is not None else act.allocate(Items(kind, ()))

    return model


def _dict(act: Calls, args: Args, receiver: Value) -> Value:
    record = Entries({})
    for each in args.positional:
        if type(act.record(each)) is Items:
            known, rest = act.elements(each)
            for pair in [*known, *([rest] if rest is not None else [])]:
                inner = act.record(pair)
                if type(inner) is Items and len(inner.items) == 2:
                    record = act.with_key(record, inner.items[0], inner.items[1])
        else:
            record = act.updated(record, each)
    for key, value in args.keywords.items():
        record = act.with_key(record, constant(key), value)
    return act.allocate(record)


def _default_dict(act: Calls, args: Args, receiver: Value) -> Value:
    """A dict that makes what is missing."""
    record = Entries({}, factory=args.positional[0] if args.positional else None)
    return act.allocate(record if len(args.positional) < 2 else act.updated(record, args.positional[1]))


def _counter(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(Entries({}, A_NUMBER, act.any_element(args.given(0)) if args.positional else None))


def _chain_map(act: Calls, args: Args, receiver: Value) -> Value:
    record = Entries({})
    for each in reversed(args.positional):
        record = act.updated(record, each)
    return act.allocate(record)


def _replaced(act: Calls, args: Args, receiver: Value) -> Value:
    """`dataclasses.replace(x, name=value)`: another instance with some fields of its own."""
    record = act.record(args.given(0))
    if type(record) is not Instance:
        return _same(act, args, receiver)
    fields: dict[object, Value] = {name: each for name, each in args.keywords.items()}  # noqa: C416
    return act.allocate(Instance(record.cls, {**record.fields, **fields}, record.extra))


def _type(act: Calls, args: Args, receiver: Value) -> Value | None:
    if len(args.positional) == 3:
        members = act.record(args.positional[2])
        return act.allocate(Native("type", dict(members.entries) if type(members) is Entries else {}))
    record = act.record(args.given(0))
    return Value(ClassRef(record.cls)) if type(record) is Instance and len(args.positional) == 1 else UNKNOWN


def _get_attribute(act: Calls, args: Args, receiver: Value) -> Value:
    name = const_of(args.given(1))
    if isinstance(name, str):
        return act.attribute(args.given(0), name)
    default = args.get(2)
    if default is None:
        # It raises an error for whatever is no name of an attribute.
        act.state.prove(checks.marks(args.given(1), WORD))
        return UNKNOWN
    found = checks.marks(args.given(1), WORD) if act.truth(default) is False else ()
    return Value(None, (), found)


def _has_attribute(act: Calls, args: Args, receiver: Value) -> Value:
    """`hasattr(x, name)`: a name of an attribute is a word."""
    return Value(A_BOOL.shape, (), checks.marks(args.given(1), WORD))


def _imported(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`import_module("app.tasks")`: a module of the project, when its name is known."""
    name, package = const_of(args.given(0, "name")), args.get(1, "package")
    if not isinstance(name, str):
        return None
    if package is not None and isinstance(const_of(package), str):
        name = f"{const_of(package)}{name}" if name.startswith(".") else name
    found = act.engine.globals.value(act, name)
    return found if type(found.shape) is ModuleRef else None


def _set_attribute(act: Calls, args: Args, receiver: Value) -> Value:
    name = const_of(args.given(1))
    if isinstance(name, str):
        act.set_attribute(args.given(0), name, args.given(2))
    return NONE


def _all(act: Calls, args: Args, receiver: Value) -> Value:
    """`all(test(x) for x in xs)`: when it is true, each test has passed; it may be false for any one."""
    found = _tests(act, args)
    no = found[0].no if found else ()
    for each in found[1:]:
        no = shared(no, each.no)
    return Value(A_BOOL.shape, (), checks.of_whole(checks.union(*[each.yes for each in found])), no)


def _any(act: Calls, args: Args, receiver: Value) -> Value:
    """`any(test(x) for x in xs)`: when it is false, each test has failed; it may be true for any one."""
    found = _tests(act, args)
    yes = found[0].yes if found else ()
    for each in found[1:]:
        yes = shared(yes, each.yes)
    return Value(A_BOOL.shape, (), yes, checks.of_whole(checks.union(*[each.no for each in found])))


def _tests(act: Calls, args: Args) -> list[Value]:
    known, rest = act.elements(args.given(0))
    return [*known, *([rest] if rest is not None else [])]


def _partial(act: Calls, args: Args, receiver: Value) -> Value:
    if not args.positional:
        return UNKNOWN
    callee, *first = args.positional
    return Value(Partial(callee, tuple(first), tuple(args.keywords.items())))


def _markup(shape: Shape) -> Model:
    """Text that is from now on taken as markup: what is wrong with that is said here, and once."""

    def model(act: Calls, args: Args, receiver: Value) -> Value:
        return Value(shape, marked(act.deep_taints(args.given(0)), BITS["xss"]))

    return model


def _compiled(act: Calls, args: Args, receiver: Value) -> Value:
    """Code that `compile` has read: what is wrong with its text is said there, and once."""
    return Value(None, marked(act.deep_taints(args.given(0, "source")), BITS["code"]))


def _markup_filled(act: Calls, args: Args, receiver: Value) -> Value:
    """`markup.format(...)`, which escapes all that it is given."""
    given = gathered([Value(None, act.deep_taints(each)) for each in args.all()])
    return Value(receiver.shape, merge(receiver.taints, marked(given, _ESCAPED)))


def _new(act: Calls, args: Args, receiver: Value) -> Value:
    """`object.__new__(cls)`: a bare instance. Of a library's class it would hold more."""
    shape = args.given(0).shape
    if type(shape) is not ClassRef or len(args.positional) > 1:
        return UNKNOWN
    return act.allocate(Instance(shape.cls, {}))


def _first(act: Calls, args: Args, receiver: Value) -> Value:
    return args.given(0)


def _native(name: str) -> Model:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        fields: dict[object, Value] = {}
        if name == "io.StringIO":
            fields["text"] = args.get(0, "initial_value") or constant("")
        return act.allocate(Native(name, fields))

    return model


def _client(act: Calls, args: Args, receiver: Value) -> Value | None:
    """An HTTP client; one with a transport of the project's own decides itself which addresses it calls."""
    transport = act.record(args.given(-1, "transport"))
    return Value(Named("httpx.guarded")) if type(transport) is Instance else None


def _xml_parser(act: Calls, args: Args, receiver: Value) -> Value:
    entities = args.keywords.get("resolve_entities")
    fields: dict[object, Value] = {}
    if entities is not None and const_of(entities) in (True, ...):
        fields["entities"] = entities
    loads, stays = args.keywords.get("load_dtd"), args.keywords.get("no_network")
    if loads is not None and stays is not None and const_of(loads) is True and const_of(stays) is False:
        if entities is None or const_of(entities) is not False:
            # A DTD that is fetched from where the document says brings its own entities along.
            fields["entities"] = loads
    return act.allocate(Native("lxml.etree.XMLParser", fields))


def _url_is_safe(act: Calls, args: Args, receiver: Value) -> Value:
    return Value(A_BOOL.shape, (), checks.marks(args.given(0, "url"), checks.ADDRESS))


def _own_path(act: Calls, args: Args, receiver: Value) -> Value:
    """`resolve(path)`, which raises an error for whatever is no path of the backend's own."""
    act.state.prove(checks.marks(args.given(0, "path"), checks.ADDRESS))
    return UNKNOWN


def _json(act: Calls, args: Args, receiver: Value) -> Value:
    return turned_back(act, "json", args.given(0)) or Value(
        Named("request.json"), act.deep_taints(args.given(0))
    )


def _copied(act: Calls, args: Args, receiver: Value) -> Value:
    record = act.record(args.given(0))
    return args.given(0) if record is None or type(record) is Instance else act.allocate(record)


def _revealed(act: Calls, args: Args, receiver: Value) -> Value:
    """`secret.get_secret_value()`: what a thing that hides itself holds."""
    return Value(STRING, receiver.taints)


def _byte_buffer(act: Calls, args: Args, receiver: Value) -> Value:
    """`bytearray(data)`, which grows in place."""
    return act.allocate(Native(BYTES, {"text": Value(STRING, act.deep_taints(args.given(0)))}))


def _bytes(act: Calls, args: Args, receiver: Value) -> Value:
    return Value(STRING, act.deep_taints(args.given(0)))


def _validated(mask: int) -> Model:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        return Value(A_BOOL.shape, (), checks.marks(args.given(0, "value"), mask))

    return model


_SAME_NAMES = (
    "codecs.decode codecs.encode textwrap.dedent os.path.expanduser os.path.expandvars"
    " os.fspath os.fsdecode os.fsencode unicodedata.normalize django.utils.encoding.force_str"
    " django.utils.encoding.smart_str six.text_type sys.intern string.capwords"
    " bytes.decode str.strip str.lower"
)


_DATES = (
    "datetime.datetime.strptime datetime.datetime.fromisoformat datetime.date.fromisoformat"
    " datetime.time.fromisoformat datetime.datetime.fromtimestamp datetime.date.fromtimestamp"
)


def _character_table(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`str.maketrans(...)`: a dict of characters and what takes their place."""
    if len(args.positional) == 1:
        return args.positional[0]
    given = [const_of(each) for each in args.positional]
    if not given or not all(isinstance(each, str) for each in given):
        return None
    old, new, gone = [str(each) for each in (*given, "")][:3]
    entries: dict[object, Value] = {char: constant(by) for char, by in zip(old, new, strict=False)}
    return act.allocate(Entries({**entries, **{char: NONE for char in gone if len(given) > 2}}))


def _compared(act: Calls, args: Args, receiver: Value) -> Value:
    """`compare_digest(a, b)`, which is `a == b` in constant time."""
    return act.compare("==", args.given(0), args.given(1))


def _dated(act: Calls, args: Args, receiver: Value) -> Value:
    """A date read of text: nothing of the text is left in it."""
    return Value(Named("datetime.datetime"))


def _extension_split(act: Calls, args: Args, receiver: Value) -> Value:
    """A path and its extension: an extension holds no separator of folders."""
    path = args.given(0, "p")
    taints = act.fresh_part(act.deep_taints(path), "extension")
    extension = Value(STRING, marked(taints, lacking("/\\")))
    return act.allocate(Items("tuple", (path.shaped(STRING), extension)))


_LOOKS = (
    "os.path.exists os.path.lexists os.path.isfile os.path.isdir os.path.islink os.path.ismount os.access"
    " keyword.iskeyword"
)
_MEASURES = "os.path.getsize os.path.getmtime os.path.getatime os.path.getctime zlib.crc32 zlib.adler32"

_TABLE: dict[str, Model] = {
    **dict.fromkeys(_SAME_NAMES.split(), _same),
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(("int.from_bytes", "float.fromhex"), _number),
    **dict.fromkeys(("os.path.realpath", "os.path.abspath", "os.path.normpath"), _resolved),
    "os.path.dirname": _folder,
    **dict.fromkeys(("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "os.path.join"), _path_name),
    **{name: _sequence(name) for name in ("list", "tuple", "set", "frozenset")},
    **{name: _unordered("list") for name in ("sorted", "reversed")},
    **{name: _folded(name, A_NUMBER) for name in ("len", "abs", "round", "hash", "id")},
    **{name: _folded(name, A_STRING) for name in ("hex", "oct", "bin")},
    **{name: _nothing_of_it(A_BOOL) for name in ("callable", "issubclass")},
    **dict.fromkeys(_LOOKS.split(), _nothing_of_it(A_BOOL)),
    **dict.fromkeys(_MEASURES.split(), _nothing_of_it(A_NUMBER)),
    "any": _any,
    "all": _all,
    **PATTERNS,
    **ARCHIVES,
    **FILES,
    **PARSERS,
    **CALLBACKS,
    **ITERATION,
    **RECORDS,
    **TEMPLATES,
    **CODECS,
    **TEXTS,
    **{name: _validated(mask) for name, mask in checks.VALIDATORS.items()},
    **URLS,
    **TOKENS,
    "markupsafe.Markup": _markup(Named("markupsafe.Markup")),
    **dict.fromkeys(("markupsafe.Markup.format", "markupsafe.Markup.join"), _markup_filled),
    "flask.Markup": _markup(Named("markupsafe.Markup")),
    "django.utils.safestring.mark_safe": _markup(STRING),
    **dict.fromkeys(("repr", "ascii"), _escaped),
    **dict.fromkeys(("httpx.Client", "httpx.AsyncClient"), _client),
    "compile": _compiled,
    **dict.fromkeys(
        ("pydantic.SecretStr.get_secret_value", "pydantic.SecretBytes.get_secret_value"), _revealed
    ),
    "min": _least,
    "str": _string,
    "str.maketrans": _character_table,
    "uuid.UUID": _number,
    **dict.fromkeys(("hmac.compare_digest", "secrets.compare_digest"), _compared),
    **dict.fromkeys(_DATES.split(), _dated),
    "ipaddress.ip_address": _number,
    "bool": _folded("bool", A_BOOL),
    "bytes": _bytes,
    "bytearray": _byte_buffer,
    "iter": _sequence("iterator"),
    "collections.deque": _sequence("list"),
    "dict": _dict,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _default_dict,
    "collections.Counter": _counter,
    "collections.ChainMap": _chain_map,
    "dataclasses.replace": _replaced,
    "type": _type,
    "getattr": _get_attribute,
    "hasattr": _has_attribute,
    "setattr": _set_attribute,
    "object.__setattr__": _set_attribute,
    "object.__new__": _new,
    "importlib.import_module": _imported,
    "isinstance": is_instance,
    "functools.partial": _partial,
    "functools.wraps": _nothing_of_it(UNKNOWN),
    "functools.wraps()": _first,
    "typing.cast": lambda act, args, receiver: args.given(1),
    "asyncio.run": _first,
    "types.MappingProxyType": _first,
    "asyncio.wait_for": _first,
    "django.db.models.Manager.from_queryset": _first,
    "copy.copy": _copied,
    "copy.deepcopy": _copied,
    "os.path.commonpath": lambda act, args, receiver: Value(STRING, act.deep_taints(args.given(0))),
    "os.path.commonprefix": _common,
    "os.path.splitext": _extension_split,
    "json.loads": _json,
    "json.load": _json,
    "request.named_file.temporary_file_path": _nothing_of_it(A_STRING),
    "request.json.temporary_file_path": _nothing_of_it(A_STRING),
    "io.StringIO": _native("io.StringIO"),
    "io.BytesIO": _native("io.StringIO"),
    **dict.fromkeys(("shelve.open", "dbm.open"), lambda act, args, receiver: act.allocate(Entries({}))),
    "configparser.ConfigParser": _native("configparser.ConfigParser"),
    "configparser.RawConfigParser": _native("configparser.ConfigParser"),
    "xml.sax.make_parser": _native("xml.sax.xmlreader.XMLReader"),
    "lxml.etree.XMLParser": _xml_parser,
    "django.utils.http.url_has_allowed_host_and_scheme": _url_is_safe,
    "django.utils.http.is_safe_url": _url_is_safe,
    **dict.fromkeys(("django.urls.resolve", "django.core.urlresolvers.resolve"), _own_path),
}


class Library:
    """Looks models up."""

    def model(self, name: str) -> Model | None:
        """The model of a library function, by canonical name."""
        return _TABLE.get(name)
